//! What concerns the service itself.

pub(crate) mod document;
pub(crate) mod live;
pub(crate) mod ready;
