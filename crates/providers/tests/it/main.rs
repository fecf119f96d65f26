//! Tests of the outside world: real git, real processes, real test frameworks.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod check;
mod frameworks;
mod git;
mod python;
mod runner;
mod samples;
mod support;
