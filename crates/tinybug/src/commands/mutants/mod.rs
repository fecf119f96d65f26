//! `tinybug mutants`: lists mutants without running anything.

mod before;
mod files;
mod nothing;
mod print;
mod run;
mod scope;

pub(crate) use before::check_before;
pub(crate) use run::run;
