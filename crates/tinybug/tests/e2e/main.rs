//! Stories of whole measurements: the real binary on real Postgres, Temporal, git and test frameworks.

#![expect(clippy::unwrap_used, reason = "a test that can't go on has failed")]

mod api;
mod comparison;
mod faults;
mod flaky;
mod histories;
mod installed;
mod invalid;
mod mutants;
mod orgs;
mod project;
mod refusals;
mod report;
mod samples;
mod scope;
mod stopping;
mod together;
mod trials;
mod working_tree;
mod world;
