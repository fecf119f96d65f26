//! The JSON body of a request; every mistake in it is named by its place.

use axum::{
    body::{Bytes, to_bytes},
    extract::{FromRequest, Request},
    http::header,
};
use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_path_to_error::Segment;

use crate::problem::{FieldError, Problem};

/// More than any request of this API needs.
const LIMIT: usize = 256 * 1024;

/// The body, read as JSON.
#[derive(Debug)]
pub(crate) struct JsonBody<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for JsonBody<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _state: &S) -> Result<Self, Problem> {
        let said = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("");
        let essence = said.split(';').next().unwrap_or("").trim().to_ascii_lowercase();
        if essence != "application/json" && !(essence.starts_with("application/") && essence.ends_with("+json")) {
            return Err(Problem::not_json());
        }
        let bytes = to_bytes(request.into_body(), LIMIT).await.map_err(|_| Problem::too_large(LIMIT))?;
        read(&bytes).map(Self)
    }
}

fn read<T: DeserializeOwned>(bytes: &Bytes) -> Result<T, Problem> {
    let value: Value = serde_json::from_slice(bytes).map_err(|error| Problem::malformed_json(error.to_string()))?;
    let mut errors = Vec::new();
    refuse_nul(&value, &mut String::new(), &mut errors);
    if !errors.is_empty() {
        return Err(Problem::invalid(errors));
    }
    serde_path_to_error::deserialize(value).map_err(|error| {
        let pointer = pointer(error.path());
        let detail = error.into_inner().to_string();
        let code = if detail.starts_with("unknown field") {
            "unknown_field"
        } else if detail.starts_with("missing field") {
            "missing_field"
        } else {
            "invalid_value"
        };
        Problem::invalid(vec![FieldError::new(pointer, code, detail)])
    })
}

/// Postgres cannot hold the character NUL, in text or in JSON: what carries one is refused here for all fields.
fn refuse_nul(value: &Value, at: &mut String, errors: &mut Vec<FieldError>) {
    match value {
        Value::String(text) if text.contains('\0') => {
            errors.push(FieldError::new(at.as_str(), "nul_character", "text cannot hold the character NUL (\\u0000)"));
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                nested(&index.to_string(), item, at, errors);
            }
        }
        Value::Object(fields) => {
            for (name, field) in fields {
                nested(name, field, at, errors);
            }
        }
        _ => {}
    }
}

fn nested(name: &str, value: &Value, at: &mut String, errors: &mut Vec<FieldError>) {
    let length = at.len();
    push_segment(at, name);
    refuse_nul(value, at, errors);
    at.truncate(length);
}

fn pointer(path: &serde_path_to_error::Path) -> String {
    let mut pointer = String::new();
    for segment in path {
        match segment {
            Segment::Seq { index } => push_segment(&mut pointer, &index.to_string()),
            Segment::Map { key } => push_segment(&mut pointer, key),
            Segment::Enum { variant } => push_segment(&mut pointer, variant),
            Segment::Unknown => {}
        }
    }
    pointer
}

fn push_segment(pointer: &mut String, segment: &str) {
    pointer.push('/');
    pointer.push_str(&segment.replace('~', "~0").replace('/', "~1"));
}
