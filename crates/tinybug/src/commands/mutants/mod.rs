//! `tinybug mutants`: lists mutants without running anything.

mod files;
mod print;
mod run;
mod scope;

pub(crate) use run::run;
