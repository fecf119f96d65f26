//! What a report is made of; filled by the caller from the database.

use serde::{Deserialize, Serialize};
use tinybug_model::{MeasurementId, MutantId, Score, Stopping, Verdict};

/// A finished measurement.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MeasurementFacts {
    /// Which.
    pub id: MeasurementId,
    /// Score and interval, as `tinybug-verdict` reckoned them.
    pub score: Score,
    /// Builds that ran, those of the baseline and reruns included.
    pub builds: u64,
    /// Mutable lines that the mutants were drawn from.
    pub population: u64,
    /// The drawn mutants, in draw order.
    pub mutants: Vec<MutantFacts>,
    /// What the reader must know before the numbers: uncommitted changes measured, flaky or failing tests set aside.
    pub notes: Vec<String>,
    /// What the plan's stopping rule said; `None` where the plan has none.
    #[serde(default)]
    pub stop: Option<Stopping>,
}

/// A drawn mutant and what became of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MutantFacts {
    /// Stable name.
    pub id: MutantId,
    /// Path inside the repository, with forward slashes.
    pub path: String,
    /// Line, from 1.
    pub line: u32,
    /// Operator, as `family.name` of the catalogue.
    pub operator: String,
    /// Where the operator is described: a page of Tinybug's own repository, with the anchor on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operator_page: Option<String>,
    /// What it does, in words.
    pub description: String,
    /// Text replaced.
    pub original: String,
    /// Text put there.
    pub replacement: String,
    /// The end of its trial; `skipped` when it was not tried.
    pub verdict: Verdict,
    /// Confidence in that verdict, from 0 to 1; `None` when nothing was weighed.
    pub confidence: Option<f64>,
    /// Names of what caught it, surest first.
    pub caught_by: Vec<String>,
    /// Attempts at its build.
    pub attempts: u32,
    /// Why, in one sentence, as `tinybug-verdict` put it.
    pub explanation: Option<String>,
}

impl MeasurementFacts {
    /// How many mutants ended with this verdict.
    pub fn count(&self, verdict: Verdict) -> u64 {
        self.mutants.iter().map(|mutant| u64::from(mutant.verdict == verdict)).sum()
    }
}
