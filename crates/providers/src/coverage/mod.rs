//! Which test executes which line.

mod python;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use tinybug_model::TestId;

pub(crate) use python::read_dir;

/// What the tests of one build executed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Coverage {
    /// The tests, by the ids that the report gives them. Line covers name them by their place here.
    pub tests: Vec<TestId>,
    /// By path from the top of the repository, and line from 1. A line that is not here was not executed.
    pub lines: BTreeMap<String, BTreeMap<u32, LineCover>>,
    /// Code also ran where it was not watched (in subprocesses): a line that is not here may have been executed.
    pub incomplete: bool,
}

/// Who executes a line.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct LineCover {
    /// Executed outside of any one test (import, collection, shared fixtures): any test may depend on it.
    pub import: bool,
    /// Tests that execute it, by their place in [`Coverage::tests`].
    pub tests: BTreeSet<u32>,
}

impl Coverage {
    /// Who executes a line; `None` when nothing does.
    pub fn line(&self, path: &str, line: u32) -> Option<&LineCover> {
        self.lines.get(path)?.get(&line)
    }

    /// Whether a line that is not here was certainly not executed. A file that no test touched counts too.
    pub fn is_complete(&self) -> bool {
        !self.incomplete
    }

    /// Whether a line may have been executed: nothing says that it was not.
    pub fn may_execute(&self, path: &str, line: u32) -> bool {
        self.incomplete || self.line(path, line).is_some_and(|cover| cover.import || !cover.tests.is_empty())
    }

    /// Takes in what another build of the same code executed: chance decides some lines.
    pub fn merge(&mut self, other: &Self) {
        let mut places: BTreeMap<TestId, u32> =
            (0..).zip(&self.tests).map(|(place, test)| (test.clone(), place)).collect();
        let moved: Vec<u32> = other
            .tests
            .iter()
            .map(|test| {
                *places.entry(test.clone()).or_insert_with(|| {
                    self.tests.push(test.clone());
                    u32::try_from(self.tests.len() - 1).expect("tests are fewer than 2^32")
                })
            })
            .collect();
        for (path, lines) in &other.lines {
            let own = self.lines.entry(path.clone()).or_default();
            for (line, cover) in lines {
                let into = own.entry(*line).or_default();
                into.import |= cover.import;
                into.tests.extend(cover.tests.iter().filter_map(|place| moved.get(*place as usize)));
            }
        }
        self.incomplete |= other.incomplete;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn covered(test: &str, line: u32) -> Coverage {
        let cover = LineCover { import: false, tests: BTreeSet::from([0]) };
        Coverage {
            tests: vec![TestId::local("tests", test)],
            lines: BTreeMap::from([("a.py".to_owned(), BTreeMap::from([(line, cover)]))]),
            incomplete: false,
        }
    }

    #[test]
    fn coverage_of_two_runs_is_the_union_by_test() {
        let mut both = covered("one", 1);
        both.merge(&covered("two", 1));
        both.merge(&covered("one", 2));
        assert_eq!(both.tests, [TestId::local("tests", "one"), TestId::local("tests", "two")]);
        assert_eq!(both.line("a.py", 1).unwrap().tests, BTreeSet::from([0, 1]));
        assert_eq!(both.line("a.py", 2).unwrap().tests, BTreeSet::from([0]));
        assert_eq!(both.line("a.py", 3), None);
    }
}
