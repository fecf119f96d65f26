//! What the client reads of the API's answers: only what it uses, so that the API may grow.

use std::collections::BTreeMap;

use serde::Deserialize;
use tinybug_model::MeasurementState;

/// Anything that was created, by its id.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Created {
    pub(crate) id: String,
}

/// A measurement and how far it is.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Measurement {
    pub(crate) id: String,
    pub(crate) state: MeasurementState,
    pub(crate) state_reason: Option<String>,
    pub(crate) commit: Option<Commit>,
    pub(crate) progress: Progress,
}

/// The commit measured.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Commit {
    pub(crate) sha: String,
    pub(crate) dirty: bool,
}

/// How far a measurement is.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Progress {
    pub(crate) mutants: u32,
    pub(crate) judged: u32,
    pub(crate) baseline_runs: u32,
    pub(crate) attempts: u32,
    pub(crate) verdicts: BTreeMap<String, u32>,
}

/// An org with its first token.
#[derive(Debug, Deserialize)]
pub(super) struct CreatedOrg {
    pub(super) token: String,
}

/// What the API says when it refuses.
#[derive(Debug, Deserialize)]
pub(super) struct Problem {
    pub(super) status: u16,
    pub(super) code: String,
    pub(super) detail: String,
    #[serde(default)]
    pub(super) errors: Vec<ProblemField>,
}

/// One thing wrong with a request.
#[derive(Debug, Deserialize)]
pub(super) struct ProblemField {
    pub(super) pointer: String,
    pub(super) detail: String,
}
