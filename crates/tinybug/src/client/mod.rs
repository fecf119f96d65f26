//! The API from a script's side: what `try` uses is what everyone can use.

mod claim;
mod http;
mod local_org;
mod types;

pub(crate) use claim::{Claim, cancel_abandoned};
pub(crate) use http::{ApiClient, Refused};
pub(crate) use local_org::local_org;
pub(crate) use types::{Created, Measurement};
