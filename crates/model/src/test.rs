//! Tests and their results, as a build reports them.

use serde::{Deserialize, Serialize};

/// Names a test case of a repository. The same test in two cells of a CI matrix is two test cases.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct TestId {
    /// The job and matrix cell that reported it; empty for the local runner.
    pub variant: String,
    /// File, class or package that holds the test.
    pub suite: String,
    /// Name inside the suite, parameters included.
    pub name: String,
}

impl TestId {
    /// A test of the local runner.
    pub fn local(suite: impl Into<String>, name: impl Into<String>) -> Self {
        Self { variant: String::new(), suite: suite.into(), name: name.into() }
    }
}

impl std::fmt::Display for TestId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for part in [&self.variant, &self.suite] {
            if !part.is_empty() {
                write!(f, "{part}::")?;
            }
        }
        f.write_str(&self.name)
    }
}

/// How one test ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TestOutcome {
    /// It ran and found nothing wrong.
    Passed,
    /// It ran, or tried to, and something was wrong (failures and errors alike).
    Failed,
    /// It chose not to run: no evidence.
    Skipped,
}

/// One test's result in one attempt. A test that a report holds more than once (a rerun inside the build) comes once
/// for each time, in order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TestResult {
    /// Which test.
    pub id: TestId,
    /// How it ended.
    pub outcome: TestOutcome,
    /// How long it took.
    pub duration_ms: u64,
    /// The first lines of what it said when it failed.
    pub message: Option<String>,
}

/// What a test is held to be, by what it did on code that cannot have broken it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TestState {
    /// It passes unless something breaks it.
    #[default]
    Healthy,
    /// It was seen to pass and to fail on the same code.
    Flaky,
    /// It fails each time.
    Broken,
}

impl TestState {
    /// Every state.
    pub const ALL: [Self; 3] = [Self::Healthy, Self::Flaky, Self::Broken];

    /// The name that the database and scripts hold; the same word as in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Healthy => "healthy",
            Self::Flaky => "flaky",
            Self::Broken => "broken",
        }
    }

    /// The state of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_the_words_of_the_json() {
        for state in TestState::ALL {
            assert_eq!(serde_json::to_value(state).unwrap(), state.name());
            assert_eq!(TestState::from_name(state.name()), Some(state));
        }
    }
}
