//! `GET /api/v1/orgs/{org}/measurements/{measurement}/comparison`.

use std::collections::{BTreeMap, BTreeSet};

use axum::Json;
use serde::{Deserialize, Serialize};
use tinybug_model::{MeasurementId, MeasurementState, MutantId, TestId, Verdict};
use tinybug_store::{DrawnMutant, Measurement, OrgStore};
use tinybug_verdict::{Baseline, Cause, Comparison, Paired, Side, compare, paired};
use utoipa::{IntoParams, ToSchema};

use super::{show::MeasurementPath, view::allowed_actions};
use crate::{
    extract::{OrgAccess, PathIds, QueryOf},
    problem::{FieldError, Problem},
    schema::{MeasurementIdSchema, VerdictSchema},
};

/// What to compare with.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ComparisonQuery {
    /// Id of the other measurement, which is taken as the one before.
    #[param(value_type = MeasurementIdSchema)]
    pub(crate) with: String,
}

/// How a score moved from one measurement of a repository to another. All parts are shares: .05 is five points.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Comparison)]
pub(crate) struct ComparisonView {
    /// The measurement before.
    #[schema(value_type = MeasurementIdSchema)]
    pub(crate) before: MeasurementId,
    /// The measurement after.
    #[schema(value_type = MeasurementIdSchema)]
    pub(crate) after: MeasurementId,
    /// Whether both measured the same commit: two ways to test the same code, then.
    pub(crate) same_commit: bool,
    /// The score before; null when nothing could be judged.
    #[schema(required)]
    pub(crate) score_before: Option<f64>,
    /// The score after.
    #[schema(required)]
    pub(crate) score_after: Option<f64>,
    /// The score after less the score before.
    #[schema(required)]
    pub(crate) delta: Option<f64>,
    /// Lower end of its 95 % interval, which carries the draw and the doubt in verdicts.
    pub(crate) low: f64,
    /// Upper end.
    pub(crate) high: f64,
    /// Whether the move is more than chance.
    pub(crate) is_real: bool,
    /// Of the delta, what comes from mutants in both measurements that ended differently.
    pub(crate) from_same_mutants: f64,
    /// Of the delta, what comes from mutants that are gone or new.
    pub(crate) from_other_mutants: f64,
    /// Of the first part, what is expected to be flakiness.
    pub(crate) expected_flakiness: f64,
    /// How far the draw alone may move the delta, to either side.
    pub(crate) sampling_noise: f64,
    /// Mutants with a verdict in both measurements.
    pub(crate) same: u32,
    /// Mutants only before.
    pub(crate) gone: u32,
    /// Mutants only after.
    pub(crate) new: u32,
    /// Tests that only the measurement after has.
    pub(crate) tests_added: u32,
    /// Tests that only the measurement before has.
    pub(crate) tests_removed: u32,
    /// Mutants in both measurements that ended differently.
    pub(crate) changes: Vec<ChangeView>,
    /// The paired test on the mutants that both judged; null unless both measured the same commit.
    #[schema(required)]
    pub(crate) paired: Option<PairedView>,
    /// All of that in plain words, a sentence each.
    pub(crate) summary: Vec<String>,
}

/// A mutant in both measurements that ended differently.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Change)]
pub(crate) struct ChangeView {
    /// Its stable name.
    pub(crate) id: String,
    /// Path inside the project, after.
    pub(crate) path: String,
    /// Line, from 1, after.
    pub(crate) line: u32,
    /// What it was before.
    #[schema(value_type = VerdictSchema)]
    pub(crate) before: Verdict,
    /// What it is after.
    #[schema(value_type = VerdictSchema)]
    pub(crate) after: Verdict,
    /// Why.
    pub(crate) cause: CauseView,
}

/// Why a mutant ended differently.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = Cause)]
pub(crate) enum CauseView {
    /// Caught by a test that was not there before.
    NewTest,
    /// What caught it before is gone.
    RemovedTest,
    /// One of the two verdicts may well be flakiness.
    Flakiness,
    /// The tests that were there all along see it differently: they or the code changed.
    TestsOrCode,
}

impl From<Cause> for CauseView {
    fn from(cause: Cause) -> Self {
        match cause {
            Cause::NewTest => Self::NewTest,
            Cause::RemovedTest => Self::RemovedTest,
            Cause::Flakiness => Self::Flakiness,
            Cause::TestsOrCode => Self::TestsOrCode,
        }
    }
}

/// The exact paired (sign) test on mutants that both measurements judged.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Paired)]
pub(crate) struct PairedView {
    /// Mutants that only the measurement before detected.
    pub(crate) only_before: u32,
    /// Mutants that only the measurement after detected.
    pub(crate) only_after: u32,
    /// Mutants with a verdict in both.
    pub(crate) pairs: u32,
    /// Chance of a difference at least so large if both were equally good (two-sided, mid-p).
    pub(crate) p_value: f64,
}

impl From<Paired> for PairedView {
    fn from(paired: Paired) -> Self {
        let Paired { only_first, only_second, pairs, p_value } = paired;
        Self { only_before: only_first, only_after: only_second, pairs, p_value }
    }
}

/// Compare two measurements
///
/// How the score moved from the measurement `with` to this one: by what, and whether that is more than chance. Both must
/// be completed and of one repository. For two measurements of the same commit, such as with two test commands, the
/// paired test says which of them detects more.
#[utoipa::path(
    get,
    path = "/orgs/{org}/measurements/{measurement}/comparison",
    operation_id = "compareMeasurements",
    tag = "measurements",
    params(
        ("org" = String, Path, description = "Slug or id of the org"),
        ("measurement" = MeasurementIdSchema, Path, description = "Id of the measurement after"),
        ComparisonQuery,
    ),
    security(("org_token" = [])),
    responses(
        (status = 200, body = ComparisonView, description = "The comparison"),
        Problem,
    )
)]
pub(crate) async fn compare_measurements(
    access: OrgAccess,
    PathIds(path): PathIds<MeasurementPath>,
    QueryOf(query): QueryOf<ComparisonQuery>,
) -> Result<Json<ComparisonView>, Problem> {
    let other = query.with.parse().map_err(|_| Problem::not_found("measurement", &query.with))?;
    let (before, after) = (read(&access.store, other).await?, read(&access.store, path.id()?).await?);
    if before.measurement.repository != after.measurement.repository {
        let detail = "is a measurement of another repository: compare measurements of one";
        return Err(Problem::invalid(vec![FieldError::new("?with", "other_repository", detail)]));
    }
    // Thousands of rounds over thousands of mutants keep a core busy for a moment.
    let view = tokio::task::spawn_blocking(move || view(&before, &after)).await;
    view.map(Json).map_err(|error| Problem::internal(&error))
}

/// A measurement with all that a comparison rests on.
struct Compared {
    measurement: Measurement,
    mutants: Vec<DrawnMutant>,
    tests: BTreeSet<String>,
}

async fn read(store: &OrgStore, id: MeasurementId) -> Result<Compared, Problem> {
    let measurement = store.measurement(id).await?.ok_or_else(|| Problem::not_found("measurement", id))?;
    let state = measurement.state;
    if state != MeasurementState::Completed {
        let detail = format!("measurement {id} is {state}; only completed ones can be compared");
        return Err(Problem::conflict("not_completed", detail).with_state(state, allowed_actions(state)));
    }
    let mutants = store.all_mutants(id).await?;
    let baseline = measurement.baseline.clone().map(serde_json::from_value::<Baseline>).transpose();
    let ran = baseline.map_err(|error| Problem::internal(&error))?.map(|baseline| baseline.tests).unwrap_or_default();
    let ran = ran.iter().map(|record| record.test).collect();
    let cases = store.test_cases(measurement.repository, Some(&ran)).await?;
    Ok(Compared { measurement, mutants, tests: cases.iter().map(|case| case.id.to_string()).collect() })
}

fn view(before: &Compared, after: &Compared) -> ComparisonView {
    let (then, now) = (sides(&before.mutants), sides(&after.mutants));
    let compared = compare(&then, &now, &before.tests, &after.tests, after.measurement.plan.seed);
    let sha = |compared: &Compared| compared.measurement.commit.as_ref().map(|commit| commit.sha.clone());
    let same_commit = sha(before).is_some() && sha(before) == sha(after);
    let paired = same_commit.then(|| paired(&then, &now));
    let mut summary = compared.sentences();
    summary.extend(paired.as_ref().map(Paired::sentence));
    let is_real = compared.is_real();
    let Comparison { delta, low, high, from_same_mutants, from_other_mutants, .. } = compared;
    let Comparison { expected_flakiness, sampling_noise, same, gone, new, tests_added, tests_removed, .. } = compared;
    let places: BTreeMap<&MutantId, &DrawnMutant> =
        after.mutants.iter().map(|drawn| (&drawn.mutant.id, drawn)).collect();
    let changes = compared
        .changes
        .iter()
        .filter_map(|change| {
            let mutant = &places.get(&change.id)?.mutant;
            Some(ChangeView {
                id: change.id.to_string(),
                path: mutant.path.clone(),
                line: mutant.line,
                before: change.before,
                after: change.after,
                cause: change.cause.into(),
            })
        })
        .collect();
    ComparisonView {
        before: before.measurement.id,
        after: after.measurement.id,
        same_commit,
        score_before: before.measurement.score.score,
        score_after: after.measurement.score.score,
        delta,
        low,
        high,
        is_real,
        from_same_mutants,
        from_other_mutants,
        expected_flakiness,
        sampling_noise,
        same,
        gone,
        new,
        tests_added,
        tests_removed,
        changes,
        paired: paired.map(PairedView::from),
        summary,
    }
}

/// Mutants as a comparison sees them; one without a verdict was not tried.
fn sides(mutants: &[DrawnMutant]) -> Vec<Side> {
    mutants
        .iter()
        .map(|drawn| {
            let judgement = drawn.judgement.as_ref();
            let weighed = judgement.and_then(|judgement| judgement.provenance.get("detectable")?.as_f64());
            Side {
                id: drawn.mutant.id.clone(),
                verdict: judgement.map_or(Verdict::Skipped, |judgement| judgement.verdict),
                // Where nothing was weighed, no test executes the line.
                detected: weighed.unwrap_or(0.0),
                caught_by: judgement
                    .map_or_else(Vec::new, |judgement| judgement.caught_by.iter().map(TestId::to_string).collect()),
            }
        })
        .collect()
}
