//! How many mutants compilers refused, by language and operator.

use std::{collections::BTreeMap, fmt::Write};

use tinybug_model::Language;

use crate::{compile::Ruling, project::Project};

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
    cells: BTreeMap<(Language, String), Count>,
    libraries: BTreeMap<(Language, String), Count>,
    /// What was refused, for people.
    pub(crate) refusals: Vec<String>,
}

impl Table {
    /// Adds what a compiler said of a library.
    pub(crate) fn add(&mut self, project: &Project, rulings: &[Ruling]) {
        let (language, name) = (project.library.language, project.library.name);
        let version = project.library.package.1.trim_start_matches('v').trim_end_matches("+incompatible");
        for (mutant, ruling) in project.mutants.iter().zip(rulings) {
            let count = match ruling {
                Ruling::Unknown => continue,
                Ruling::Accepted => Count { seen: 1, refused: 0 },
                Ruling::Refused { message } => {
                    let (path, line, operator) = (&mutant.path, mutant.line, &mutant.operator);
                    let change = format!("{:?} -> {:?}", mutant.original, mutant.replacement);
                    self.refusals.push(format!("{language} {name} {path}:{line} {operator} {change}: {message}"));
                    Count { seen: 1, refused: 1 }
                }
            };
            self.cells.entry((language, mutant.operator.clone())).or_default().add(count);
            self.libraries.entry((language, format!("{name} {version}"))).or_default().add(count);
        }
    }

    /// By operator.
    pub(crate) fn operators(&self) -> impl Iterator<Item = (Language, &str, Count)> {
        self.cells.iter().map(|((language, operator), count)| (*language, operator.as_str(), *count))
    }

    /// Of all operators together.
    pub(crate) fn language(&self, language: Language) -> Count {
        let mut sum = Count::default();
        self.cells.iter().filter(|((of, _), _)| *of == language).for_each(|(_, count)| sum.add(*count));
        sum
    }

    /// The whole table as the page of the documentation.
    pub(crate) fn page(&self) -> String {
        let mut page = String::from(INTRODUCTION);
        for language in Language::ALL {
            let Count { seen, refused } = self.language(language);
            let libraries: Vec<_> = self
                .libraries
                .iter()
                .filter(|((of, _), _)| *of == language)
                .map(|((_, name), count)| format!("{name} ({})", count.seen))
                .collect();
            let percent = self.language(language).percent();
            let libraries = libraries.join(", ");
            let _ = writeln!(page, "| {language} | {libraries} | {seen} | {refused} | {percent:.2} % |");
        }
        page.push_str("\n## By operator\n\nRefused mutants stand behind a slash.\n\n| operator |");
        for language in Language::ALL {
            let _ = write!(page, " {language} |");
        }
        page.push_str("\n|---|");
        page.push_str(&"--:|".repeat(Language::ALL.len()));
        let mut operators: Vec<&str> = self.cells.keys().map(|(_, operator)| operator.as_str()).collect();
        operators.sort_unstable();
        operators.dedup();
        for operator in operators {
            let _ = write!(page, "\n| `{operator}` |");
            for language in Language::ALL {
                let _ = match self.cells.get(&(language, operator.to_owned())) {
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

Every mutant of the default tier of these libraries, given to the compiler or the parser of the language itself: Python's
`compile`, Node, TypeScript's syntactic diagnostics, `go build` and the part of `go vet` that `go test` insists on,
`javac`, `cargo check`, Ruby's Prism, `gcc` and `g++ -fsyntax-only`, and Mono's `mcs` (of thrift only its parser, since
the code is of a newer dialect). A refused mutant costs a build and says nothing about tests; the aim is to stay
below 1 %. Of a library with more than 800 mutants every k-th is taken. Code that a compiler does not look at, such as that
of another platform, counts as accepted, and C++ files are compiled each for itself, without those that include them.

This page is written by `WRITE_DOCS=1 cargo test -p tinybug-activities --test it`; with `TINYBUG_ALL_MUTANTS=1`
no mutant is left out.

| language | libraries (mutants) | mutants | refused | share |
|---|---|--:|--:|--:|
";
