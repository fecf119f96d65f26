//! What to measure, and how.

use serde::{Deserialize, Serialize};

use crate::{StopRule, Tier};

/// A plan. Every field has a default, so that a plan of `{}` is whole.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Plan {
    /// Command that runs the tests, for a POSIX shell; may hold `{report}`. `None`: found from the project's files.
    pub command: Option<String>,
    /// Command that runs once in each slot before its first build. `None`: found from the project's files.
    pub setup: Option<String>,
    /// How many mutants to draw.
    pub mutants: u32,
    /// Seed of the draw.
    pub seed: u64,
    /// Which operators.
    pub tier: Tier,
    /// Globs of files to mutate, in the manner of .gitignore; none: all product code.
    pub include: Vec<String>,
    /// Globs of files to leave alone.
    pub exclude: Vec<String>,
    /// Only lines that changed since this revision and the measured one parted. `None`: all.
    pub since: Option<String>,
    /// Only inside functions of these names, whole (`Cart.total`) or their last part; none: everywhere.
    pub functions: Vec<String>,
    /// Only lines that some test executes, where that is known.
    pub covered_only: bool,
    /// Builds at once. `None`: as many as the runner has room for.
    pub parallelism: Option<u32>,
    /// Runs of the unchanged code.
    pub baseline_runs: u32,
    /// Runs of the unchanged code at most, once a test was seen to fail in one of the first.
    pub baseline_runs_when_flaky: u32,
    /// Time limit of a build: this times the longest baseline run…
    pub timeout_factor: f64,
    /// …and never less than this.
    pub timeout_floor_seconds: u32,
    /// Time limit of a baseline run, of which nothing is known yet, and of the set-up.
    pub baseline_timeout_seconds: u32,
    /// Resident memory that a build's processes may hold together.
    pub memory_limit_mb: u32,
    /// Go on although some tests fail on the unchanged code each time; they are no evidence then.
    pub allow_failing_tests: bool,
    /// When to believe what.
    pub thresholds: Thresholds,
    /// When to stop before all drawn mutants are tried. `None`: never.
    pub stop: Option<StopRule>,
}

impl Default for Plan {
    fn default() -> Self {
        Self {
            command: None,
            setup: None,
            mutants: 50,
            seed: 0,
            tier: Tier::Default,
            include: Vec::new(),
            exclude: Vec::new(),
            since: None,
            functions: Vec::new(),
            covered_only: false,
            parallelism: None,
            baseline_runs: 5,
            baseline_runs_when_flaky: 20,
            timeout_factor: 4.0,
            timeout_floor_seconds: 5,
            baseline_timeout_seconds: 1800,
            memory_limit_mb: 4096,
            allow_failing_tests: false,
            thresholds: Thresholds::default(),
            stop: None,
        }
    }
}

/// When a posterior is believed.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Thresholds {
    /// Posterior from which a mutant counts as detected.
    pub detected: f64,
    /// Posterior down to which it counts as survived.
    pub survived: f64,
    /// Attempts after which doubt becomes `inconclusive`.
    pub max_attempts: u32,
}

impl Default for Thresholds {
    fn default() -> Self {
        Self { detected: 0.99, survived: 0.05, max_attempts: 5 }
    }
}
