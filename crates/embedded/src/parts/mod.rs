//! The programs that the services run: where they come from, and the cache they are kept in.

pub(crate) mod cache;
pub(crate) mod postgres;
pub(crate) mod temporal;
pub(crate) mod tool;
