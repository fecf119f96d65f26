//! What a request that was not served is answered with: `application/problem+json` (RFC 9457).

use std::{collections::BTreeMap, error::Error, sync::Arc};

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use tinybug_model::MeasurementState;
use tinybug_store::StoreError;
use utoipa::{
    IntoResponses, ToSchema,
    openapi::{self, ContentBuilder, Ref, RefOr},
};

use crate::schema::StateSchema;

/// One thing wrong with a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct FieldError {
    /// Where: a JSON pointer into the body (`/plan/mutants`), or `?name` for a parameter of the query.
    pub(crate) pointer: String,
    /// Stable word for programs.
    pub(crate) code: &'static str,
    /// What is wrong and what would be right.
    pub(crate) detail: String,
}

impl FieldError {
    /// An error at a place.
    pub(crate) fn new(pointer: impl Into<String>, code: &'static str, detail: impl Into<String>) -> Self {
        Self { pointer: pointer.into(), code, detail: detail.into() }
    }
}

/// The body of every answer that is no success.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Problem)]
pub(crate) struct ProblemBody {
    /// A URI that stands for this kind of problem and never changes.
    #[serde(rename = "type")]
    pub(crate) kind: String,
    /// The problem in a few words, the same each time.
    pub(crate) title: &'static str,
    /// The status of the answer.
    pub(crate) status: u16,
    /// What happened here, and what to do.
    pub(crate) detail: String,
    /// The id of the request, to be named in a report about it; also in the header `X-Request-Id`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) instance: Option<String>,
    /// Stable word for programs.
    pub(crate) code: &'static str,
    /// What is wrong in the request, place by place.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) errors: Vec<FieldError>,
    /// Where the measurement stands, when that is the problem.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<StateSchema>)]
    pub(crate) current_state: Option<MeasurementState>,
    /// What can be done with it now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) allowed_actions: Option<Vec<&'static str>>,
}

/// A request that was not served: the body of the answer, and the cause, which only the log learns.
#[derive(Debug, Clone)]
pub(crate) struct Problem {
    body: Box<ProblemBody>,
    status: StatusCode,
    cause: Option<Arc<str>>,
}

impl Problem {
    fn new(status: StatusCode, code: &'static str, title: &'static str, detail: impl Into<String>) -> Self {
        let body = ProblemBody {
            kind: format!("urn:tinybug:problem:{code}"),
            title,
            status: status.as_u16(),
            detail: detail.into(),
            instance: None,
            code,
            errors: Vec::new(),
            current_state: None,
            allowed_actions: None,
        };
        Self { body: Box::new(body), status, cause: None }
    }

    /// 401: no token, or none that is known.
    pub(crate) fn unauthorized(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "unauthorized", "No valid token", detail)
    }

    /// 403: the caller sees the thing, and may not do this with it.
    pub(crate) fn forbidden(code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, code, "Not allowed", detail)
    }

    /// 404: there is no such thing, or the caller may not see it; the answer does not tell which.
    pub(crate) fn not_found(what: &str, id: impl std::fmt::Display) -> Self {
        let detail = format!("there is no {what} {id} that this token may see");
        Self::new(StatusCode::NOT_FOUND, "not_found", "Not found", detail)
    }

    /// 404: something that the request names is not there.
    pub(crate) fn missing(what: &str) -> Self {
        let detail = format!("there is no such {what} that this token may see");
        Self::new(StatusCode::NOT_FOUND, "not_found", "Not found", detail)
    }

    /// 404: no operation has this path.
    pub(crate) fn no_such_path(path: &str) -> Self {
        let detail = format!("there is nothing at {path}; GET /api/v1/openapi.json lists all operations");
        Self::new(StatusCode::NOT_FOUND, "no_such_path", "Not found", detail)
    }

    /// 405: the path exists, this method on it does not.
    pub(crate) fn method_not_allowed(method: &str, path: &str) -> Self {
        let detail = format!("{path} does not take {method}; the header Allow names what it takes");
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", "Method not allowed", detail)
    }

    /// 409: it is there, but not in a state for this.
    pub(crate) fn conflict(code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, code, "Conflict with the present state", detail)
    }

    /// 400: the body is no JSON.
    pub(crate) fn malformed_json(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "malformed_json", "The body is no JSON", detail)
    }

    /// 413: the body is larger than any request needs.
    pub(crate) fn too_large(limit: usize) -> Self {
        let detail = format!("a body may have {limit} bytes at most");
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "body_too_large", "The body is too large", detail)
    }

    /// 415: the body is not said to be JSON.
    pub(crate) fn not_json() -> Self {
        let detail = "send the body as JSON, with the header Content-Type: application/json";
        Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", "The body is not JSON", detail)
    }

    /// 422: the request was read, and something in it is wrong.
    pub(crate) fn invalid(errors: Vec<FieldError>) -> Self {
        let detail =
            errors.iter().map(|error| format!("{}: {}", error.pointer, error.detail)).collect::<Vec<_>>().join("; ");
        let mut problem = Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid_request", "Invalid request", detail);
        problem.body.errors = errors;
        problem
    }

    /// 503: a part that the request needs does not answer now.
    pub(crate) fn unavailable(detail: &'static str) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", "Not available now", detail)
    }

    /// 500: our mistake. The answer never tells the cause, the log does.
    pub(crate) fn internal(cause: &dyn Error) -> Self {
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal",
            "Internal error",
            "something went wrong on the server; its log has the cause under the id of this request",
        )
        .caused_by(cause)
    }

    /// Says to the log what lies behind it.
    #[must_use]
    pub(crate) fn caused_by(mut self, cause: &dyn Error) -> Self {
        let mut text = cause.to_string();
        let mut source = cause.source();
        while let Some(error) = source {
            text = format!("{text}: {error}");
            source = error.source();
        }
        self.cause = Some(text.into());
        self
    }

    /// Adds where a measurement stands and what can be done with it.
    #[must_use]
    pub(crate) fn with_state(mut self, state: MeasurementState, allowed_actions: Vec<&'static str>) -> Self {
        self.body.current_state = Some(state);
        self.body.allowed_actions = Some(allowed_actions);
        self
    }

    /// Adds the id of the request.
    #[must_use]
    pub(crate) fn with_instance(mut self, request_id: &str) -> Self {
        self.body.instance = Some(request_id.to_owned());
        self
    }

    /// What lies behind it, for the log.
    pub(crate) fn cause(&self) -> Option<&str> {
        self.cause.as_deref()
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let body = serde_json::to_vec(&self.body).expect("a problem holds only text and numbers");
        let mut response = (self.status, body).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"tinybug\""));
        }
        // The frame around all routes finds it here, adds the id of the request and tells the log.
        response.extensions_mut().insert(self);
        response
    }
}

/// How every operation can end otherwise.
impl IntoResponses for Problem {
    fn responses() -> BTreeMap<String, RefOr<openapi::Response>> {
        let answer = |description: &str| {
            let content = ContentBuilder::new().schema(Some(Ref::from_schema_name(ProblemBody::name()))).build();
            openapi::ResponseBuilder::new()
                .description(description)
                .content("application/problem+json", content)
                .build()
                .into()
        };
        BTreeMap::from([
            ("4XX".to_owned(), answer("The request is at fault; the problem says how")),
            ("5XX".to_owned(), answer("The service is at fault, or a part of it does not answer now")),
        ])
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match &error {
            StoreError::Unavailable(_) => {
                Self::unavailable("the database does not answer; try again in a moment").caused_by(&error)
            }
            StoreError::Exists(what) => {
                Self::conflict("exists", format!("this {what} exists already; choose another name"))
            }
            StoreError::Missing(what) => Self::missing(what),
            StoreError::Closed { state } => {
                let detail = format!("the measurement is {state}; nothing more can be asked of it");
                Self::conflict("measurement_closed", detail).with_state(*state, Vec::new())
            }
            _ => Self::internal(&error),
        }
    }
}
