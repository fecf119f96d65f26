//! Mutants of a measurement.

pub(crate) mod list;
pub(crate) mod show;
