//! The frame around every request: its id, its line in the log, and the last word on refusals.

use axum::{
    extract::Request,
    http::{HeaderName, HeaderValue, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use tower_http::request_id::{MakeRequestId, MakeRequestUuid};
use tracing::Instrument;

use crate::problem::Problem;

static REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Takes on or makes the id of a request, serves it, and writes the id into the answer.
pub(crate) async fn frame(request: Request, next: Next) -> Response {
    let id = request_id(&request);
    let span = tracing::info_span!("request", id = %id, method = %request.method(), path = request.uri().path());
    let mut response = async { finish(next.run(request).await, &id) }.instrument(span).await;
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID.clone(), value);
    }
    response
}

/// An id from outside is kept when it can do no harm in a log; otherwise the request gets one of ours.
fn request_id(request: &Request) -> String {
    let harmless = |id: &&str| {
        (1..=128).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.:/".contains(&byte))
    };
    let given = request.headers().get(&REQUEST_ID).and_then(|value| value.to_str().ok()).filter(harmless);
    given.map_or_else(fresh_id, str::to_owned)
}

fn fresh_id() -> String {
    let made = MakeRequestUuid.make_request_id(&Request::new(()));
    let text = made.as_ref().and_then(|id| id.header_value().to_str().ok()).unwrap_or("none");
    format!("req_{}", text.replace('-', ""))
}

fn finish(mut response: Response, id: &str) -> Response {
    let status = response.status().as_u16();
    let Some(problem) = response.extensions_mut().remove::<Problem>() else {
        tracing::debug!(status, "request served");
        return response;
    };
    if let Some(cause) = problem.cause() {
        tracing::error!(status, cause, "request failed");
    } else {
        tracing::debug!(status, "request refused");
    }
    let mut answer = problem.with_instance(id).into_response();
    if let Some(allow) = response.headers_mut().remove(header::ALLOW) {
        answer.headers_mut().insert(header::ALLOW, allow);
    }
    answer
}
