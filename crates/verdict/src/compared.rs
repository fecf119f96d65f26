//! Comparisons in plain words, the same in the terminal and the API.

use crate::{
    compare::{Cause, Comparison, Paired},
    explain::percent,
};

/// A p-value below this says that two commands differ.
const SIGNIFICANT: f64 = 0.05;

impl Comparison {
    /// What moved, whether that is more than chance, and where it comes from: a sentence each.
    pub fn sentences(&self) -> Vec<String> {
        let Some(delta) = self.delta else {
            return vec!["One of the two measurements judged no mutant: there is nothing to compare.".to_owned()];
        };
        let mut sentences = vec![self.verdict(delta)];
        sentences.push(format!(
            "{} in both measurements, {} only before, {} only now; of the change, {} come from mutants in both and {} \
             from the others.",
            plural(self.same, "mutant is", "mutants are"),
            self.gone,
            self.new,
            points(self.from_same_mutants),
            points(self.from_other_mutants)
        ));
        if !self.changes.is_empty() {
            sentences.push(self.causes());
        }
        if self.tests_added + self.tests_removed > 0 {
            sentences.push(format!(
                "{} added, {} removed.",
                plural(self.tests_added, "test was", "tests were"),
                self.tests_removed
            ));
        }
        sentences.push(format!(
            "Expected to be flakiness: {}; the draw alone may move it by {} either way.",
            points(self.expected_flakiness),
            points(self.sampling_noise).trim_start_matches('+')
        ));
        sentences
    }

    fn verdict(&self, delta: f64) -> String {
        let interval = format!("95 % interval {} to {}", signed(self.low), points(self.high));
        if self.is_real() {
            let how = if delta > 0.0 { "rose" } else { "fell" };
            let by = points(delta.abs());
            return format!("The score {how} by {} ({interval}): more than chance.", by.trim_start_matches('+'));
        }
        format!("The score changed by {} ({interval}), which may be chance.", points(delta))
    }

    fn causes(&self) -> String {
        let count = |cause| self.changes.iter().filter(|change| change.cause == cause).count();
        let words = [
            (Cause::NewTest, "caught by a new test"),
            (Cause::RemovedTest, "caught by a test that is gone"),
            (Cause::Flakiness, "perhaps flakiness"),
            (Cause::TestsOrCode, "tests or code changed"),
        ];
        let parts: Vec<String> = words
            .into_iter()
            .map(|(cause, words)| (count(cause), words))
            .filter(|(count, _)| *count > 0)
            .map(|(count, words)| format!("{count} {words}"))
            .collect();
        let changes = u32::try_from(self.changes.len()).unwrap_or(u32::MAX);
        format!("{} differently: {}.", plural(changes, "mutant ended", "mutants ended"), parts.join(", "))
    }
}

impl Paired {
    /// Which of two test commands detects more, and whether that is more than chance.
    pub fn sentence(&self) -> String {
        let Self { only_first, only_second, pairs, p_value } = *self;
        let counts = format!(
            "Of {} with a verdict under both commands, only the first detects {only_first} and only the second \
             {only_second}",
            plural(pairs, "mutant", "mutants")
        );
        let chance = percent(p_value);
        match only_first.cmp(&only_second) {
            _ if p_value >= SIGNIFICANT => {
                format!("{counts}: no difference that chance would not make (p = {chance}).")
            }
            std::cmp::Ordering::Greater => format!("{counts}: the first is better (p = {chance})."),
            _ => format!("{counts}: the second is better (p = {chance})."),
        }
    }
}

/// A difference of shares in points, with its sign.
fn points(share: f64) -> String {
    format!("{} points", signed(share))
}

fn signed(share: f64) -> String {
    let text = format!("{:+.1}", 100.0 * share);
    // Rounded to nought there is no direction.
    if matches!(text.as_str(), "+0.0" | "-0.0") { "0.0".to_owned() } else { text }
}

fn plural(count: u32, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn comparison() -> Comparison {
        Comparison {
            delta: Some(0.1),
            low: 0.031,
            high: 0.172,
            from_same_mutants: 0.12,
            from_other_mutants: -0.02,
            expected_flakiness: 0.0001,
            sampling_noise: 0.07,
            same: 90,
            gone: 10,
            new: 10,
            changes: Vec::new(),
            tests_added: 1,
            tests_removed: 0,
        }
    }

    #[test]
    fn a_real_move_is_told_from_one_that_may_be_chance() {
        assert_eq!(
            comparison().sentences(),
            [
                "The score rose by 10.0 points (95 % interval +3.1 to +17.2 points): more than chance.",
                "90 mutants are in both measurements, 10 only before, 10 only now; of the change, +12.0 points come \
                 from mutants in both and -2.0 points from the others.",
                "1 test was added, 0 removed.",
                "Expected to be flakiness: 0.0 points; the draw alone may move it by 7.0 points either way.",
            ]
        );
        let chance = Comparison { delta: Some(-0.01), low: -0.05, ..comparison() };
        assert!(chance.sentences()[0].starts_with("The score changed by -1.0 points"), "{:?}", chance.sentences());
        assert_eq!(Comparison { delta: None, ..comparison() }.sentences().len(), 1);
    }

    #[test]
    fn two_commands_are_told_apart_by_the_mutants_that_only_one_detects() {
        let paired = Paired { only_first: 1, only_second: 12, pairs: 50, p_value: 0.0018 };
        assert_eq!(
            paired.sentence(),
            "Of 50 mutants with a verdict under both commands, only the first detects 1 and only the second 12: the \
             second is better (p = 0.2 %)."
        );
        let alike = Paired { only_first: 2, only_second: 3, pairs: 50, p_value: 0.7 };
        assert!(alike.sentence().ends_with("no difference that chance would not make (p = 70.0 %)."));
    }
}
