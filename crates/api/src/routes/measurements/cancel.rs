//! `POST /api/v1/orgs/{org}/measurements/{measurement}/cancel`.

use axum::{Json, http::StatusCode};

use super::{
    show::MeasurementPath,
    view::{MeasurementDetail, detail},
};
use crate::{
    extract::{OrgAccess, PathIds},
    problem::Problem,
    schema::MeasurementIdSchema,
};

/// Cancel a measurement
///
/// Accepts that it be stopped: what runs is ended and cleaned up, verdicts so far are kept. Asking again changes
/// nothing. One that has ended cannot be cancelled: 409.
#[utoipa::path(
    post,
    path = "/orgs/{org}/measurements/{measurement}/cancel",
    operation_id = "cancelMeasurement",
    tag = "measurements",
    params(
        ("org" = String, Path, description = "Slug or id of the org"),
        ("measurement" = MeasurementIdSchema, Path, description = "Id of the measurement"),
    ),
    security(("org_token" = [])),
    responses(
        (status = 202, body = MeasurementDetail, description = "The measurement"),
        Problem,
    )
)]
pub(crate) async fn cancel_measurement(
    access: OrgAccess,
    PathIds(path): PathIds<MeasurementPath>,
) -> Result<(StatusCode, Json<MeasurementDetail>), Problem> {
    let id = path.id()?;
    access.store.request_cancel(id).await?;
    Ok((StatusCode::ACCEPTED, Json(detail(&access.store, id).await?)))
}
