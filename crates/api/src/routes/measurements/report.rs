//! `GET /api/v1/orgs/{org}/measurements/{measurement}/report`.

use axum::{
    Json,
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use serde_json::Value;
use tinybug_report::{MeasurementFacts, MeasurementReport};
use tinybug_store::Measurement;
use utoipa::{IntoParams, ToSchema};

use super::{show::MeasurementPath, view::allowed_actions};
use crate::{
    extract::{OrgAccess, PathIds, QueryOf},
    problem::Problem,
    schema::{MeasurementIdSchema, ReportSchema},
};

/// How to write a report.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ReportFormat)]
pub(crate) enum Format {
    /// For scripts.
    #[default]
    Json,
    /// For people, on a terminal.
    Text,
}

/// How to write the report.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct FormatQuery {
    /// `json`, for scripts, or `text`, for people.
    #[serde(default)]
    #[param(inline, required = false)]
    pub(crate) format: Format,
}

/// Show a report
///
/// The same object that `tinybug try --json` prints, or the same text that it prints without. There is one once the
/// measurement is completed: 409 before.
#[utoipa::path(
    get,
    path = "/orgs/{org}/measurements/{measurement}/report",
    operation_id = "showReport",
    tag = "measurements",
    params(
        ("org" = String, Path, description = "Slug or id of the org"),
        ("measurement" = MeasurementIdSchema, Path, description = "Id of the measurement"),
        FormatQuery,
    ),
    security(("org_token" = [])),
    responses(
        (status = 200, description = "The report", content((ReportSchema = "application/json"), (String = "text/plain"))),
        Problem,
    )
)]
pub(crate) async fn show_report(
    access: OrgAccess,
    PathIds(path): PathIds<MeasurementPath>,
    QueryOf(query): QueryOf<FormatQuery>,
) -> Result<Response, Problem> {
    let id = path.id()?;
    let measurement = access.store.measurement(id).await?.ok_or_else(|| Problem::not_found("measurement", id))?;
    let report: Value = access.store.report(id).await?.ok_or_else(|| no_report(measurement))?;
    let facts: MeasurementFacts = serde_json::from_value(report).map_err(|error| Problem::internal(&error))?;
    Ok(match query.format {
        Format::Json => Json(MeasurementReport::from(&facts)).into_response(),
        Format::Text => tinybug_report::summary(&facts).into_response(),
    })
}

fn no_report(measurement: Measurement) -> Problem {
    let state = measurement.state;
    let reason = measurement.state_reason.map(|reason| format!(" ({reason})")).unwrap_or_default();
    Problem::conflict("no_report", format!("there is no report: the measurement is {state}{reason}"))
        .with_state(state, allowed_actions(state))
}
