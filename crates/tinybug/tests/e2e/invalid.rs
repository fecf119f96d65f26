//! Mutants that do not compile.

use crate::{project::Project, world::Home};

const MONEY: &str = "\
use std::ops::Sub;

#[derive(Debug, PartialEq)]
pub struct Money(pub i64);

impl Sub for Money {
    type Output = Money;

    fn sub(self, other: Money) -> Money {
        Money(self.0 - other.0)
    }
}
";

const PURSE: &str = "\
mod money;

pub use money::Money;

pub fn rest(had: Money, paid: Money) -> Money {
    had - paid
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_paid_is_gone() {
        assert_eq!(rest(Money(5), Money(2)), Money(3));
    }
}
";

/// No parser of one file can know that money cannot be added there.
#[test]
fn a_mutant_that_the_compiler_refuses_costs_no_build() {
    let manifest = "[package]\nname = \"purse\"\nversion = \"0.1.0\"\nedition = \"2021\"\n\n[workspace]\n";
    let files = [
        ("src/lib.rs", PURSE),
        ("src/money.rs", MONEY),
        ("Cargo.toml", manifest),
        (".gitignore", "/target\n/Cargo.lock\n"),
    ];
    let (home, project) = (Home::new(), Project::of("purse", &files));
    let report = home.measure(&project, &["--mutants", "10", "--baseline-runs", "1"]);
    let of_line = |line: u32| report.mutants.iter().filter(move |mutant| mutant.line == line).collect::<Vec<_>>();
    let (inside, refused) = (of_line(10), of_line(6));
    assert!(!inside.is_empty() && inside.iter().all(|mutant| mutant.verdict == "detected"), "{report:?}");
    let [refused] = refused[..] else { panic!("one mutant of the last sum: {report:?}") };
    assert_eq!((refused.verdict.as_str(), refused.attempts), ("invalid", 0), "{report:?}");
    let tried: u32 = report.mutants.iter().map(|mutant| mutant.attempts).sum();
    assert_eq!(report.builds, tried as usize + 2, "the baseline, the canary and the mutants that compile: {report:?}");
}
