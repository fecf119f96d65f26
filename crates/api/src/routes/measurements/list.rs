//! `GET /api/v1/orgs/{org}/measurements`.

use axum::Json;
use serde::Deserialize;
use tinybug_model::{MeasurementId, RepositoryId};
use utoipa::IntoParams;

use super::view::MeasurementView;
use crate::{
    extract::{OrgAccess, QueryOf},
    page::{Page, PageQuery},
    problem::Problem,
    schema::RepositoryIdSchema,
};

/// Which measurements.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct MeasurementFilter {
    /// Only those of this repository.
    #[param(value_type = Option<RepositoryIdSchema>)]
    pub(crate) repository: Option<RepositoryId>,
}

/// List measurements
///
/// Newest first.
#[utoipa::path(
    get,
    path = "/orgs/{org}/measurements",
    operation_id = "listMeasurements",
    tag = "measurements",
    params(("org" = String, Path, description = "Slug or id of the org"), MeasurementFilter, PageQuery),
    security(("org_token" = [])),
    responses(
        (status = 200, body = Page<MeasurementView>, description = "A page of measurements"),
        Problem,
    )
)]
pub(crate) async fn list_measurements(
    access: OrgAccess,
    QueryOf(filter): QueryOf<MeasurementFilter>,
    QueryOf(page): QueryOf<PageQuery>,
) -> Result<Json<Page<MeasurementView>>, Problem> {
    let (limit, after) = (page.limit()?, page.after::<MeasurementId>()?);
    let found = access.store.measurements(filter.repository, after, limit).await?;
    Ok(Json(Page::show(found, |measurement| measurement.id.to_string(), MeasurementView::from)))
}
