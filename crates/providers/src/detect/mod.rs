//! Finding out how a project's tests are run, and how to make them report.

mod command;
mod project;
mod shell;

pub use command::{Framework, NoCommand, TestCommand};
pub use project::test_command;

#[cfg(test)]
mod tests;
