//! The API from a script's side: what `try` uses is what everyone can use.

mod http;
mod local_org;
mod types;

pub(crate) use http::{ApiClient, Refused};
pub(crate) use local_org::local_org;
pub(crate) use types::{Created, Measurement};
