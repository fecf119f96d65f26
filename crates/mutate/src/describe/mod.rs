//! Mutants in one sentence each, in plain words, from the syntax around them.

mod choices;
mod place;
mod sentence;
mod steps;
mod values;
mod words;

pub use sentence::{Describer, describe, describe_all, describe_change};
