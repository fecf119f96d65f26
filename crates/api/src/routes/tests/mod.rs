//! Tests of a repository.

pub(crate) mod list;
