//! The object that `tinybug try --json` prints and the API's report route answers. Its fields and their order are a
//! contract with scripts: fields may be added at the end, never renamed, moved or taken away.

use serde::{Deserialize, Serialize};
use tinybug_model::{MeasurementId, MutantId, Stopping, Verdict};

use crate::facts::{MeasurementFacts, MutantFacts};

/// A finished measurement, for scripts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MeasurementReport {
    /// Which measurement.
    pub measurement: MeasurementId,
    /// Share of mutants detected, from 0 to 1; null when nothing could be judged.
    pub score: Option<f64>,
    /// Lower end of its 95 % interval.
    pub low: Option<f64>,
    /// Upper end of its 95 % interval.
    pub high: Option<f64>,
    /// Mutants that the tests caught.
    pub detected: u64,
    /// Mutants that the tests ran and did not catch.
    pub survived: u64,
    /// Mutants on lines that no test executes.
    pub no_coverage: u64,
    /// Mutants that the evidence did not settle.
    pub inconclusive: u64,
    /// Mutants that made the tests hang, confirmed; they count as detected.
    pub timeout: u64,
    /// Mutants that did not build.
    pub invalid: u64,
    /// Mutants lost to the infrastructure.
    pub error: u64,
    /// Builds that ran, those of the baseline and reruns included.
    pub builds: u64,
    /// Mutants not tried: budget or cancel.
    pub skipped: u64,
    /// Each mutant, in draw order.
    pub mutants: Vec<MutantReport>,
    /// What the plan's stopping rule said; left out where the plan has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stop: Option<Stopping>,
}

/// A mutant, for scripts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MutantReport {
    /// Stable name.
    pub id: MutantId,
    /// Path inside the repository.
    pub path: String,
    /// Line, from 1.
    pub line: u32,
    /// Operator.
    pub operator: String,
    /// The end of its trial.
    pub verdict: Verdict,
    /// Confidence in that verdict, from 0 to 1; null when nothing was weighed.
    pub confidence: Option<f64>,
    /// Names of what caught it, surest first.
    pub caught_by: Vec<String>,
    /// Attempts at its build.
    pub attempts: u32,
}

impl From<&MeasurementFacts> for MeasurementReport {
    fn from(facts: &MeasurementFacts) -> Self {
        Self {
            measurement: facts.id,
            score: facts.score.score,
            low: facts.score.low,
            high: facts.score.high,
            detected: facts.count(Verdict::Detected),
            survived: facts.count(Verdict::Survived),
            no_coverage: facts.count(Verdict::NoCoverage),
            inconclusive: facts.count(Verdict::Inconclusive),
            timeout: facts.count(Verdict::Timeout),
            invalid: facts.count(Verdict::Invalid),
            error: facts.count(Verdict::Error),
            builds: facts.builds,
            skipped: facts.count(Verdict::Skipped),
            mutants: facts.mutants.iter().map(MutantReport::from).collect(),
            stop: facts.stop,
        }
    }
}

impl From<&MutantFacts> for MutantReport {
    fn from(facts: &MutantFacts) -> Self {
        Self {
            id: facts.id.clone(),
            path: facts.path.clone(),
            line: facts.line,
            operator: facts.operator.clone(),
            verdict: facts.verdict,
            confidence: facts.confidence,
            caught_by: facts.caught_by.clone(),
            attempts: facts.attempts,
        }
    }
}
