//! Builders and stand-ins that tests of several crates share; its own tests keep the conventions of the repository.

pub mod libraries;
