//! `tinybug mutants`: lists mutants without running anything.

mod files;
mod functions;
mod nothing;
mod print;
mod run;
mod scope;

pub(crate) use functions::check_functions;
pub(crate) use run::run;
