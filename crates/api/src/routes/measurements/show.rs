//! `GET /api/v1/orgs/{org}/measurements/{measurement}`.

use axum::Json;
use serde::Deserialize;
use tinybug_model::MeasurementId;

use super::view::{MeasurementDetail, detail};
use crate::{
    extract::{OrgAccess, PathIds},
    problem::Problem,
    schema::MeasurementIdSchema,
};

/// The placeholders of the path.
#[derive(Debug, Deserialize)]
pub(crate) struct MeasurementPath {
    measurement: String,
}

impl MeasurementPath {
    /// The measurement; a text that is no id names none.
    pub(crate) fn id(&self) -> Result<MeasurementId, Problem> {
        self.measurement.parse().map_err(|_| Problem::not_found("measurement", &self.measurement))
    }
}

/// Show a measurement
#[utoipa::path(
    get,
    path = "/orgs/{org}/measurements/{measurement}",
    operation_id = "showMeasurement",
    tag = "measurements",
    params(
        ("org" = String, Path, description = "Slug or id of the org"),
        ("measurement" = MeasurementIdSchema, Path, description = "Id of the measurement"),
    ),
    security(("org_token" = [])),
    responses(
        (status = 200, body = MeasurementDetail, description = "The measurement"),
        Problem,
    )
)]
pub(crate) async fn show_measurement(
    access: OrgAccess,
    PathIds(path): PathIds<MeasurementPath>,
) -> Result<Json<MeasurementDetail>, Problem> {
    Ok(Json(detail(&access.store, path.id()?).await?))
}
