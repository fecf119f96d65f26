//! The frame around every request: its id, its line in the log, and the last word on refusals.

use std::{any::Any, io};

use axum::{
    Router,
    extract::Request,
    http::{HeaderName, HeaderValue, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
};
use tower_http::{
    catch_panic::CatchPanicLayer,
    request_id::{MakeRequestId, MakeRequestUuid},
};
use tracing::Instrument;

use crate::problem::Problem;

static REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Puts the frame around all routes of a router.
pub(crate) fn framed(router: Router) -> Router {
    router.layer(CatchPanicLayer::custom(after_panic)).layer(middleware::from_fn(frame))
}

/// A request that ends in a panic is answered like any other error of ours.
#[expect(clippy::needless_pass_by_value, reason = "the layer hands the panic over")]
fn after_panic(panic: Box<dyn Any + Send>) -> Response {
    let said = panic.downcast_ref::<String>().cloned();
    let said = said.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
    let cause = io::Error::other(format!("panic: {}", said.unwrap_or_default()));
    Problem::internal(&cause).into_response()
}

/// Takes on or makes the id of a request, serves it, and writes the id into the answer.
async fn frame(request: Request, next: Next) -> Response {
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

#[cfg(test)]
mod tests {
    use axum::{
        body::{Body, to_bytes},
        http::StatusCode,
        routing::get,
    };
    use tower::ServiceExt;

    use super::*;

    async fn broken() -> &'static str {
        panic!("the cellar is under water")
    }

    #[tokio::test]
    async fn a_panic_is_answered_as_an_error_of_ours_that_keeps_its_cause() {
        let request = Request::builder().uri("/").header(&REQUEST_ID, "r-1").body(Body::empty()).unwrap();
        let response = framed(Router::new().route("/", get(broken))).oneshot(request).await.unwrap();
        assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
        assert_eq!(response.headers()[&REQUEST_ID], "r-1");
        let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
        let body = String::from_utf8(body.to_vec()).unwrap();
        assert!(body.contains("\"internal\"") && body.contains("r-1") && !body.contains("cellar"), "{body}");
    }
}
