//! Asks compilers about many mutants at once.

mod batch;
mod complaint;
mod ruling;
mod texts;

pub(crate) use batch::{Compiled, Edited, Toolchain, rule};
pub(crate) use complaint::Complaint;
pub(crate) use ruling::Ruling;
