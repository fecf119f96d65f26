//! Builds (CI executions of one ref) and their attempts.

use serde::{Deserialize, Serialize};

use crate::{MeasurementRef, TestResult};

/// Why a build exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BuildRole {
    /// Unchanged code, to learn which tests exist and how flaky each is.
    Baseline,
    /// Code that throws everywhere, to prove that the tests run this checkout's code.
    Canary,
    /// Code with a mutant.
    Trial,
}

impl BuildRole {
    /// The name that the database and refs hold.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Baseline => "baseline",
            Self::Canary => "canary",
            Self::Trial => "trial",
        }
    }
}

/// Names a build: the key by which everything that it does to the outside world is idempotent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct BuildRef {
    /// Of which measurement.
    pub measurement: MeasurementRef,
    /// Why.
    pub role: BuildRole,
    /// Which one of that role, from 0: the run of the baseline, or the trial.
    pub number: u32,
}

/// How much of a build to run again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RerunScope {
    /// Everything, in a fresh job.
    #[default]
    WholeBuild,
    /// The jobs in which a test failed, each fresh and whole.
    FailedJobs,
    /// Only the tests that failed, in a fresh job.
    FailedTests,
}

/// What the CI and the plan allow of reruns. The default is what every CI can do: the whole build.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct RerunOptions {
    /// The CI can run failed jobs again without the others.
    pub failed_jobs: bool,
    /// The command takes a list of tests, and the plan vouches that they don't depend on what ran before them: most
    /// flaky tests do, and would look cured when run alone.
    pub failed_tests: bool,
}

/// How an attempt at a build ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum BuildEnd {
    /// The command ended by itself, with success or without.
    Exited {
        /// Exit status; 128 + n for signal n.
        code: i32,
    },
    /// Tinybug ended it at the time limit.
    TimedOut,
    /// Tinybug ended it at the memory limit.
    OutOfMemory,
    /// The code does not build: a trial is invalid, a baseline broken.
    DoesNotBuild,
    /// The infrastructure failed, on evidence that is not the tests' (runner lost, set-up step failed).
    Infrastructure {
        /// What failed.
        reason: String,
    },
    /// Someone else cancelled it.
    Cancelled,
}

/// Everything that an attempt at a build brought.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BuildResult {
    /// How it ended.
    pub end: BuildEnd,
    /// How long the command took.
    pub duration_ms: u64,
    /// Results by test; empty when there was no report.
    pub tests: Vec<TestResult>,
    /// The last lines of its output.
    pub output_tail: String,
}

/// What a workflow needs to know of an attempt; the rest is in the database.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttemptSummary {
    /// How it ended.
    pub end: BuildEnd,
    /// Tests that reported a result other than skipped.
    pub tests: u32,
    /// Of these, failed.
    pub failed: u32,
}
