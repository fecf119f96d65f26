//! A measurement as answers show it.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;
use tinybug_model::{MeasurementId, MeasurementState, Plan, RepositoryId};
use tinybug_store::{Commit, Measurement, OrgStore, Progress};
use utoipa::ToSchema;

use super::create::SourceBody;
use crate::{
    plan::PlanSchema,
    problem::Problem,
    schema::{MeasurementIdSchema, RepositoryIdSchema, StateSchema},
};

/// A measurement.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Measurement)]
pub(crate) struct MeasurementView {
    /// Its id.
    #[schema(value_type = MeasurementIdSchema)]
    pub(crate) id: MeasurementId,
    /// Of which repository.
    #[schema(value_type = RepositoryIdSchema)]
    pub(crate) repository: RepositoryId,
    /// Which pass over it is the current one, from 1.
    pub(crate) pass: u32,
    /// Where it stands.
    #[schema(value_type = StateSchema)]
    pub(crate) state: MeasurementState,
    /// Why, where that is not clear by itself.
    #[schema(required)]
    pub(crate) state_reason: Option<String>,
    /// What can be asked of it now: the last word of an operation's path.
    pub(crate) allowed_actions: Vec<&'static str>,
    /// Of which code, as asked.
    pub(crate) source: SourceBody,
    /// The commit measured, once it is known.
    #[schema(required)]
    pub(crate) commit: Option<CommitView>,
    /// How, as asked.
    #[schema(value_type = PlanSchema)]
    pub(crate) plan: Plan,
    /// How, as it came out: commands found, framework, parallelism, time limit.
    #[schema(value_type = Option<Object>, required)]
    pub(crate) effective_plan: Option<Value>,
    /// Mutable lines in scope, of which the mutants were drawn.
    #[schema(required)]
    pub(crate) population: Option<u64>,
    /// The share of mutants that the tests detect, once it is reckoned.
    #[schema(required)]
    pub(crate) score: Option<ScoreView>,
    /// When it was asked for.
    pub(crate) requested_at: DateTime<Utc>,
    /// When it left the queue.
    #[schema(required)]
    pub(crate) started_at: Option<DateTime<Utc>>,
    /// When it ended.
    #[schema(required)]
    pub(crate) finished_at: Option<DateTime<Utc>>,
}

/// The commit that is measured.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Commit)]
pub(crate) struct CommitView {
    /// Its hash.
    pub(crate) sha: String,
    /// Whether it holds changes that were not committed: then it is a commit of Tinybug's own, outside all branches.
    pub(crate) dirty: bool,
}

/// A score with its 95 % interval, each from 0 to 1.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Score)]
pub(crate) struct ScoreView {
    /// (detected + confirmed timeout) / (detected + confirmed timeout + survived + no coverage).
    pub(crate) score: f64,
    /// Lower end, inconclusive mutants counted as not detected.
    #[schema(required)]
    pub(crate) low: Option<f64>,
    /// Upper end, inconclusive mutants counted as detected.
    #[schema(required)]
    pub(crate) high: Option<f64>,
}

impl From<Measurement> for MeasurementView {
    fn from(measurement: Measurement) -> Self {
        let Measurement { score, .. } = measurement;
        Self {
            id: measurement.id,
            repository: measurement.repository,
            pass: measurement.pass,
            state: measurement.state,
            state_reason: measurement.state_reason,
            allowed_actions: allowed_actions(measurement.state),
            source: measurement.source.into(),
            commit: measurement.commit.map(|Commit { sha, dirty }| CommitView { sha, dirty }),
            plan: measurement.plan,
            effective_plan: measurement.effective,
            population: measurement.population,
            score: score.score.map(|share| ScoreView { score: share, low: score.low, high: score.high }),
            requested_at: measurement.requested_at,
            started_at: measurement.started_at,
            finished_at: measurement.finished_at,
        }
    }
}

/// What can be asked of a measurement in this state.
pub(crate) fn allowed_actions(state: MeasurementState) -> Vec<&'static str> {
    if state.is_final() || state == MeasurementState::Cancelling { Vec::new() } else { vec!["cancel"] }
}

/// A measurement and how far it is.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MeasurementDetail {
    /// The measurement.
    #[serde(flatten)]
    pub(crate) measurement: MeasurementView,
    /// How far it is.
    pub(crate) progress: ProgressView,
}

/// How far a measurement is, in its current pass.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Progress)]
pub(crate) struct ProgressView {
    /// Mutants drawn.
    pub(crate) mutants: u32,
    /// Mutants that have their verdict.
    pub(crate) judged: u32,
    /// How many have which verdict; a verdict that none has is left out.
    pub(crate) verdicts: BTreeMap<&'static str, u32>,
    /// Trials opened: one for each mutant that needs a build.
    pub(crate) trials: u32,
    /// Trials that have ended.
    pub(crate) closed_trials: u32,
    /// Runs of the unchanged code that were begun.
    pub(crate) baseline_runs: u32,
    /// Builds opened.
    pub(crate) builds: u32,
    /// Attempts begun at any build.
    pub(crate) attempts: u32,
}

impl From<Progress> for ProgressView {
    fn from(progress: Progress) -> Self {
        Self {
            mutants: progress.mutants,
            judged: progress.judged(),
            verdicts: progress.verdicts.iter().map(|(verdict, count)| (verdict.name(), *count)).collect(),
            trials: progress.trials,
            closed_trials: progress.closed_trials,
            baseline_runs: progress.baseline_builds,
            builds: progress.builds,
            attempts: progress.attempts,
        }
    }
}

/// Reads a measurement and how far it is.
pub(crate) async fn detail(store: &OrgStore, id: MeasurementId) -> Result<MeasurementDetail, Problem> {
    let unknown = || Problem::not_found("measurement", id);
    // Progress first: a measurement that ends in between is then shown as ended with counts a moment old, never as
    // open with the counts of its end.
    let progress = store.progress(id).await?.ok_or_else(unknown)?;
    let measurement = store.measurement(id).await?.ok_or_else(unknown)?;
    Ok(MeasurementDetail { measurement: measurement.into(), progress: progress.into() })
}
