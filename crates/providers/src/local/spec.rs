//! What the local runner is asked, and what it answers.

use std::{path::PathBuf, time::Duration};

use tinybug_model::BuildResult;

use crate::{coverage::Coverage, detect::TestCommand, git::Mirror};

/// The program that ends in [`shim_main`](super::shim_main).
#[derive(Debug, Clone)]
pub struct ShimCommand {
    /// Program.
    pub program: PathBuf,
    /// Arguments.
    pub args: Vec<String>,
}

/// How a machine runs builds.
#[derive(Debug, Clone)]
pub struct LocalRunnerConfig {
    /// Directory of the runner's own; processes that share it share its permits and slots.
    pub root: PathBuf,
    /// How the shim is started.
    pub shim: ShimCommand,
    /// Builds at once over all measurements.
    pub permits: u32,
}

/// Where the code of builds comes from.
#[derive(Debug, Clone)]
pub struct Source {
    /// Holds the commits.
    pub mirror: Mirror,
    /// Top of the user's working tree: installed dependencies are found there. It is only read.
    pub toplevel: PathBuf,
    /// From the top to the project, with a trailing slash; empty at the top.
    pub prefix: String,
}

/// One build to run.
#[derive(Debug, Clone)]
pub struct BuildSpec {
    /// The measurement: builds with the same key share slots.
    pub key: String,
    /// Where the code comes from.
    pub source: Source,
    /// The measured commit, on which slots are set up.
    pub base_sha: String,
    /// The commit to build.
    pub sha: String,
    /// How the tests are run.
    pub command: TestCommand,
    /// The plan's set-up, once per slot. `None`: dependencies are found or installed in the project's usual way.
    pub setup: Option<String>,
    /// Slots of this measurement.
    pub parallelism: u32,
    /// Time limit of the command.
    pub time_limit: Duration,
    /// Time limit of the set-up.
    pub setup_time_limit: Duration,
    /// Resident memory that the build's processes may hold together.
    pub memory_limit_mb: u32,
    /// Record which test executes which line, where the language allows it; slows the tests down.
    pub with_coverage: bool,
}

/// How a build went.
#[derive(Debug, Clone, PartialEq)]
pub enum BuildOutcome {
    /// The command ran.
    Ran(Box<BuildRun>),
    /// The command could not run at all: its set-up failed, or there is no such command.
    SetupFailed(SetupFailure),
}

/// A command that ran.
#[derive(Debug, Clone, PartialEq)]
pub struct BuildRun {
    /// Its end and the results of tests.
    pub result: BuildResult,
    /// Which test executes which line; only when asked for and known.
    pub coverage: Option<Coverage>,
}

/// Why the tests could not run at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetupFailure {
    /// One sentence for people.
    pub message: String,
    /// The last lines of output.
    pub output_tail: String,
}
