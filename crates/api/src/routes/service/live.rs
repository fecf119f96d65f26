//! `GET /healthz`: whether this process serves. It asks nobody else, so that a sick database restarts no healthy server.

use axum::Json;
use serde::Serialize;

/// The answer.
#[derive(Debug, Serialize)]
pub(crate) struct Live {
    status: &'static str,
}

/// Says that the process serves.
pub(crate) async fn live() -> Json<Live> {
    Json(Live { status: "ok" })
}
