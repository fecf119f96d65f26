//! Measurements.

pub(crate) mod cancel;
pub(crate) mod compare;
pub(crate) mod create;
pub(crate) mod list;
pub(crate) mod report;
pub(crate) mod show;
pub(crate) mod view;
