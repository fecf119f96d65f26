//! The outside world of a measurement: git, the local runner, and the formats in which tests and coverage report.

pub mod check;
pub mod coverage;
pub mod detect;
pub mod error;
pub mod git;
pub mod local;
mod private;
pub mod results;

pub use coverage::{Coverage, LineCover};
pub use detect::{Framework, NoCommand, TestCommand};
pub use error::ProviderError;
pub use git::{Edit, Mirror, Snapshot, TreeFile};
pub use local::{
    BuildOutcome, BuildRun, BuildSpec, LocalRunner, LocalRunnerConfig, SetupFailure, ShimCommand, Source, shim_main,
};
