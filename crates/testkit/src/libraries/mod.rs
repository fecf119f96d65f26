//! Real libraries for tests, in pinned versions, fetched once by their own package managers.

mod fetch;
mod list;

pub use fetch::{fetch, files, part, tools};
pub use list::{LIBRARIES, Library, Registry};
