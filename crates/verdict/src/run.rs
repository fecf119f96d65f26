//! What a finished attempt at a build tells the judge.

use serde::{Deserialize, Serialize};

use crate::message::fingerprint;

/// One finished attempt, its tests named by their ordinal in the repository's list of test cases.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RunFacts {
    /// How it ended.
    pub end: RunEnd,
    /// Tests reported and not skipped, sorted.
    pub ran: Vec<u32>,
    /// Of these, those that failed, sorted. A test that both failed and passed in one attempt failed.
    pub failed: Vec<u32>,
    /// How long the command took.
    pub duration_ms: u64,
    /// Fingerprints of what failing tests said ([`crate::message::fingerprint`]), by test, sorted; as far as known.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub messages: Vec<(u32, u64)>,
}

/// How an attempt ended, as far as it matters to a verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum RunEnd {
    /// The command succeeded.
    Passed,
    /// The command ended by itself, without success.
    Failed,
    /// Ended at the time limit.
    TimedOut {
        /// The limit was twice the usual one.
        confirmed_limit: bool,
    },
    /// Ended at the memory limit.
    OutOfMemory,
    /// The code does not build.
    DoesNotBuild,
    /// The infrastructure failed, on evidence that is not the tests'.
    Infrastructure,
    /// Someone else cancelled it.
    Cancelled,
}

/// In a report of so many tests, most of them failing says that the run failed as a whole.
const MOSTLY_RED_MIN_TESTS: usize = 5;

impl RunFacts {
    /// An attempt; the tests may come in any order, and more than once.
    pub fn new(end: RunEnd, mut ran: Vec<u32>, mut failed: Vec<u32>, duration_ms: u64) -> Self {
        for tests in [&mut ran, &mut failed] {
            tests.sort_unstable();
            tests.dedup();
        }
        Self { end, ran, failed, duration_ms, messages: Vec::new() }
    }

    /// The same with what its failing tests said.
    #[must_use]
    pub fn with_messages<'a>(mut self, messages: impl IntoIterator<Item = (u32, &'a str)>) -> Self {
        self.messages = messages.into_iter().map(|(test, message)| (test, fingerprint(message))).collect();
        self.messages.sort_unstable();
        self.messages.dedup();
        self
    }

    /// Whether this attempt says anything about the code.
    pub fn is_evidence(&self) -> bool {
        !matches!(self.end, RunEnd::Infrastructure | RunEnd::Cancelled)
    }

    /// Whether it ended at the time limit.
    pub fn timed_out(&self) -> bool {
        matches!(self.end, RunEnd::TimedOut { .. })
    }

    /// Whether more than 80 % of its tests failed, those of `expected` (sorted) left out: one piece of evidence, not
    /// as many as there are tests.
    pub fn is_mostly_red(&self, expected: &[u32]) -> bool {
        if self.failed.len() * 10 <= self.ran.len().saturating_sub(expected.len()) * 8 {
            return false;
        }
        let counted = |tests: &[u32]| tests.iter().filter(|test| expected.binary_search(test).is_err()).count();
        let ran = counted(&self.ran);
        ran >= MOSTLY_RED_MIN_TESTS && counted(&self.failed) * 10 > ran * 8
    }
}
