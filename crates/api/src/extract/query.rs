//! The parameters behind the question mark.

use std::error::Error;

use axum::{
    extract::{FromRequestParts, Query, rejection::QueryRejection},
    http::request::Parts,
};
use serde::de::{DeserializeOwned, value};

use crate::problem::{FieldError, Problem};

/// The query, as a struct.
#[derive(Debug)]
pub(crate) struct QueryOf<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for QueryOf<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        match Query::<T>::from_request_parts(parts, state).await {
            Ok(Query(query)) => Ok(Self(query)),
            Err(rejection) => Err(Problem::invalid(vec![explain(&rejection)])),
        }
    }
}

/// Names the parameter that could not be read; the path to it lies at the bottom of the rejection's causes.
fn explain(rejection: &QueryRejection) -> FieldError {
    let mut cause: Option<&dyn Error> = Some(rejection);
    while let Some(error) = cause {
        if let Some(located) = error.downcast_ref::<serde_path_to_error::Error<value::Error>>() {
            let pointer = format!("?{}", located.path());
            return FieldError::new(pointer, "invalid_parameter", located.inner().to_string());
        }
        cause = error.source();
    }
    FieldError::new("?", "invalid_parameter", rejection.body_text())
}
