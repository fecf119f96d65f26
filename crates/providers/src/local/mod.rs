//! The local runner: builds on this machine, in worktree slots, each under a shim that leaves no process behind.

mod check;
mod collect;
mod environment;
mod node;
mod permits;
mod prepare;
mod processes;
mod python;
mod runner;
mod shim;
mod slot;
mod spec;
mod supervise;

pub use runner::LocalRunner;
pub use shim::shim_main;
pub use spec::{BuildOutcome, BuildRun, BuildSpec, LocalRunnerConfig, SetupFailure, ShimCommand, Source};
