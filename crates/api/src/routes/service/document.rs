//! `GET /api/v1/openapi.json`.

use axum::{
    http::{HeaderName, header},
    response::IntoResponse,
};

use crate::router::openapi_json;

/// Show this document
///
/// Needs no token.
#[utoipa::path(
    get,
    path = "/openapi.json",
    operation_id = "showOpenApi",
    tag = "service",
    security(()),
    responses((status = 200, description = "The OpenAPI document", content_type = "application/json"))
)]
pub(crate) async fn show_document() -> impl IntoResponse {
    const JSON: (HeaderName, &str) = (header::CONTENT_TYPE, "application/json");
    ([JSON], openapi_json())
}
