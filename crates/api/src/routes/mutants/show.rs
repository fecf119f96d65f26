//! `GET /api/v1/orgs/{org}/measurements/{measurement}/mutants/{mutant}`.

use axum::Json;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tinybug_model::{BuildEnd, MeasurementId, MutantId};
use tinybug_store::{AttemptFacts, MutantHistory};
use utoipa::ToSchema;

use super::list::MutantView;
use crate::{
    extract::{OrgAccess, PathIds},
    problem::Problem,
    schema::MeasurementIdSchema,
};

/// A mutant with all evidence on it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MutantDetail {
    /// The mutant.
    #[serde(flatten)]
    pub(crate) mutant: MutantView,
    /// How many tests execute its line; null when that is not known.
    #[schema(required)]
    pub(crate) covering_tests: Option<u64>,
    /// Probability that the tests detect it.
    #[schema(required)]
    pub(crate) posterior: Option<f64>,
    /// What the verdict rests on: the rule, its version and the numbers that went into it.
    #[schema(value_type = Option<Object>, required)]
    pub(crate) provenance: Option<Value>,
    /// The trial that carries it, once there is one.
    #[schema(required)]
    pub(crate) trial: Option<u32>,
    /// Attempts at its builds that ended, in order.
    pub(crate) history: Vec<AttemptView>,
}

/// An attempt at a build of the mutant.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Attempt)]
pub(crate) struct AttemptView {
    /// Which attempt.
    pub(crate) number: u32,
    /// How it ended.
    #[schema(value_type = EndSchema)]
    pub(crate) end: BuildEnd,
    /// How long the command took.
    pub(crate) duration_ms: u64,
    /// Tests that reported a result other than skipped.
    pub(crate) tests: u64,
    /// Tests that failed.
    pub(crate) failed: usize,
    /// The last lines of its output.
    pub(crate) output_tail: String,
}

/// How an attempt ended.
#[derive(ToSchema)]
#[schema(as = BuildEnd)]
#[expect(dead_code, reason = "describes a type of another crate, which knows nothing of such documents")]
pub(crate) struct EndSchema {
    /// `exited`, `timed_out`, `out_of_memory`, `does_not_build`, `infrastructure` or `cancelled`.
    pub(crate) kind: String,
    /// Exit status, when the command ended by itself.
    pub(crate) code: Option<i32>,
    /// What failed, when it was the infrastructure.
    pub(crate) reason: Option<String>,
}

impl From<AttemptFacts> for AttemptView {
    fn from(attempt: AttemptFacts) -> Self {
        Self {
            number: attempt.number,
            end: attempt.end,
            duration_ms: attempt.duration_ms,
            tests: attempt.ran.len(),
            failed: attempt.failures.len(),
            output_tail: attempt.output_tail,
        }
    }
}

impl From<MutantHistory> for MutantDetail {
    fn from(found: MutantHistory) -> Self {
        let drawn = found.mutant;
        Self {
            covering_tests: drawn.covering.as_ref().map(tinybug_store::TestSet::len),
            posterior: drawn.judgement.as_ref().and_then(|judged| judged.posterior),
            provenance: drawn.judgement.as_ref().map(|judged| judged.provenance.clone()),
            trial: found.trial,
            history: found.attempts.into_iter().map(AttemptView::from).collect(),
            mutant: MutantView::new(drawn),
        }
    }
}

/// The placeholders of the path.
#[derive(Debug, Deserialize)]
pub(crate) struct MutantPath {
    measurement: String,
    mutant: String,
}

/// Show a mutant
///
/// With every attempt at its builds, and what its verdict rests on.
#[utoipa::path(
    get,
    path = "/orgs/{org}/measurements/{measurement}/mutants/{mutant}",
    operation_id = "showMutant",
    tag = "mutants",
    params(
        ("org" = String, Path, description = "Slug or id of the org"),
        ("measurement" = MeasurementIdSchema, Path, description = "Id of the measurement"),
        ("mutant" = String, Path, description = "Stable name of the mutant"),
    ),
    security(("org_token" = [])),
    responses(
        (status = 200, body = MutantDetail, description = "The mutant"),
        Problem,
    )
)]
pub(crate) async fn show_mutant(
    access: OrgAccess,
    PathIds(path): PathIds<MutantPath>,
) -> Result<Json<MutantDetail>, Problem> {
    let unknown = || Problem::not_found("mutant", &path.mutant);
    let measurement: MeasurementId = path.measurement.parse().map_err(|_| unknown())?;
    let found = access.store.mutant(measurement, &MutantId(path.mutant.clone())).await?;
    Ok(Json(found.ok_or_else(unknown)?.into()))
}
