//! The formats in which test frameworks report.

pub mod gotest;
pub mod jest;
pub mod junit;
pub mod libtest;
pub mod nextest;
pub mod node;
pub mod tap;
mod text;
pub mod unittest;

use tinybug_model::TestResult;

/// Results of tests that had to be compiled first.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Compiled {
    /// By test, in the order of the report.
    pub tests: Vec<TestResult>,
    /// The compiler refused.
    pub does_not_build: bool,
}
