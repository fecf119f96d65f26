//! Stories of whole measurements: the real binary on real Postgres, Temporal, git and test frameworks.

mod faults;
mod installed;
mod project;
mod refusals;
mod report;
mod samples;
mod together;
mod working_tree;
mod world;
