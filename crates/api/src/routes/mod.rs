//! One folder per resource, one file per operation.

pub(crate) mod measurements;
pub(crate) mod mutants;
pub(crate) mod orgs;
pub(crate) mod repositories;
pub(crate) mod service;
pub(crate) mod tests;
