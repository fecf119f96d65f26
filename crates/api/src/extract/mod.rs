//! What handlers ask for in their arguments: who is asking, and what. Every refusal is a problem.

pub(crate) mod access;
pub(crate) mod body;
pub(crate) mod path;
pub(crate) mod query;

pub(crate) use access::{Operator, OrgAccess};
pub(crate) use body::JsonBody;
pub(crate) use path::PathIds;
pub(crate) use query::QueryOf;
