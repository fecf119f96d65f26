//! The parameters behind the question mark.

use axum::{
    extract::{FromRequestParts, Query},
    http::request::Parts,
};
use serde::de::DeserializeOwned;

use crate::problem::{FieldError, Problem};

/// The query, as a struct.
#[derive(Debug)]
pub(crate) struct QueryOf<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for QueryOf<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let Query(query) = Query::<T>::from_request_parts(parts, state).await.map_err(|rejection| {
            let detail = rejection.body_text();
            let detail = detail.strip_prefix("Failed to deserialize query string: ").unwrap_or(&detail);
            Problem::invalid(vec![FieldError::new("?", "invalid_parameter", detail)])
        })?;
        Ok(Self(query))
    }
}
