//! How many mutants compilers refused, by language and operator.

use std::{
    collections::BTreeMap,
    fmt::{self, Display, Write},
};

use tinybug_model::Language;
use tinybug_providers::check::Ruling;

use crate::project::Project;

/// What is counted for itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Column {
    pub(crate) language: Language,
    /// Whether by a check of types beside that of the syntax.
    pub(crate) types: bool,
}

impl Display for Column {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.language, if self.types { ", types" } else { "" })
    }
}

/// Mutants that a compiler saw, and those of them that it refused.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Count {
    pub(crate) seen: usize,
    pub(crate) refused: usize,
}

impl Count {
    /// Refused ones of a hundred.
    pub(crate) fn percent(self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "counts of thousands")]
        let share = self.refused as f64 / self.seen.max(1) as f64;
        100.0 * share
    }

    fn add(&mut self, other: Self) {
        self.seen += other.seen;
        self.refused += other.refused;
    }
}

/// Everything that was found.
#[derive(Debug, Default)]
pub(crate) struct Table {
    cells: BTreeMap<(Column, String), Count>,
    libraries: BTreeMap<(Column, String), Count>,
    /// What was refused, for people.
    pub(crate) refusals: Vec<String>,
}

impl Table {
    /// Adds what was said of a library.
    pub(crate) fn add(&mut self, project: &Project, column: Column, rulings: &[Ruling]) {
        let name = project.library.name;
        let version = project.library.package.1.trim_start_matches('v').trim_end_matches("+incompatible");
        let library = self.libraries.entry((column, format!("{name} {version}"))).or_default();
        for (mutant, ruling) in project.mutants.iter().zip(rulings) {
            let count = match ruling {
                Ruling::Unknown => continue,
                Ruling::Accepted => Count { seen: 1, refused: 0 },
                Ruling::Refused(said) => {
                    let (path, line, operator) = (&mutant.path, mutant.line, &mutant.operator);
                    let change = format!("{:?} -> {:?}", mutant.original, mutant.replacement);
                    self.refusals.push(format!("{column} {name} {path}:{line} {operator} {change}: {said}"));
                    Count { seen: 1, refused: 1 }
                }
            };
            self.cells.entry((column, mutant.operator.clone())).or_default().add(count);
            library.add(count);
        }
    }

    /// By operator.
    pub(crate) fn operators(&self) -> impl Iterator<Item = (Column, &str, Count)> {
        self.cells.iter().map(|((column, operator), count)| (*column, operator.as_str(), *count))
    }

    /// By library.
    pub(crate) fn libraries(&self) -> impl Iterator<Item = (Column, &str, Count)> {
        self.libraries.iter().map(|((column, library), count)| (*column, library.as_str(), *count))
    }

    /// From left to right.
    pub(crate) fn columns(&self) -> Vec<Column> {
        let mut columns: Vec<Column> = self.libraries().map(|(column, ..)| column).collect();
        columns.dedup();
        columns
    }

    /// Of all operators together.
    pub(crate) fn column(&self, column: Column) -> Count {
        let mut sum = Count::default();
        self.operators().filter(|(of, ..)| *of == column).for_each(|(_, _, count)| sum.add(count));
        sum
    }

    /// The whole table as the page of the documentation.
    pub(crate) fn page(&self) -> String {
        let mut page = String::from(INTRODUCTION);
        for column in self.columns() {
            let sum = self.column(column);
            let (Count { seen, refused }, percent) = (sum, sum.percent());
            let of_column = self.libraries().filter(|(of, ..)| *of == column);
            let libraries: Vec<_> = of_column.map(|(_, name, count)| format!("{name} ({})", count.seen)).collect();
            let libraries = libraries.join(", ");
            let _ = writeln!(page, "| {column} | {libraries} | {seen} | {refused} | {percent:.2} % |");
        }
        page.push_str("\n## By operator\n\nRefused mutants stand behind a slash.\n\n| operator |");
        for column in self.columns() {
            let _ = write!(page, " {column} |");
        }
        page.push_str("\n|---|");
        page.push_str(&"--:|".repeat(self.columns().len()));
        let mut operators: Vec<&str> = self.operators().map(|(_, operator, _)| operator).collect();
        operators.sort_unstable();
        operators.dedup();
        for operator in operators {
            let _ = write!(page, "\n| `{operator}` |");
            for column in self.columns() {
                let _ = match self.cells.get(&(column, operator.to_owned())) {
                    None => write!(page, " |"),
                    Some(Count { seen, refused: 0 }) => write!(page, " {seen} |"),
                    Some(Count { seen, refused }) => write!(page, " {seen} / {refused} |"),
                };
            }
        }
        page.push('\n');
        page
    }
}

const INTRODUCTION: &str = "# Mutants on real code

Every mutant of the default tier of these libraries, given to the compiler or the parser of the language itself: what the
local runner asks before it spends builds (Python's `compile`, Node, TypeScript's parser, `go build`, `cargo check`,
`javac`), and for the table the part of `go vet` that `go test` insists on, Ruby's Prism, `gcc` and `g++ -fsyntax-only`, and
Mono's `mcs` (of thrift only its parser, since the code is of a newer dialect). A refused mutant costs a build and says
nothing about tests; the aim is to stay below 1 %. Code that a compiler does not look at, such as that of another platform,
counts as accepted, and C++ files are compiled each for itself, without those that include them.

TypeScript's types are counted for themselves, with `strict` on. A condition that is always true, or a call that is gone,
takes away what the compiler knew of a variable; the mutated code runs all the same, and many projects test without having
types checked, so the aim does not cover it. Where the tests do have them checked (`ts-jest`), such a mutant is `invalid`.

This page is written by `TINYBUG_ALL_MUTANTS=1 WRITE_DOCS=1 cargo test -p tinybug-activities --test it`; `make test` takes
every k-th mutant of a library that has more than 800, and asks for types about a few only.

| language | libraries (mutants) | mutants | refused | share |
|---|---|--:|--:|--:|
";
