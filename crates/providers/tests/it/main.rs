//! Tests of the outside world: real git, real processes, real test frameworks.

mod frameworks;
mod git;
mod python;
mod runner;
mod support;
