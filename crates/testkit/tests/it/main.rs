//! The repository's tests of its own conventions: crates, files, decisions, deployment.

mod architecture;
mod compose;
mod decisions;
mod determinism;
mod files;
mod tidy;
mod workspace;
