//! The share of mutants that the tests detect.

use serde::{Deserialize, Serialize};

/// The score of a measurement with its 95 % interval, each from 0 to 1; all `None` when nothing could be judged.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Score {
    /// (detected + confirmed timeout) / (detected + confirmed timeout + survived + no coverage).
    pub score: Option<f64>,
    /// Lower end: widened by inconclusive mutants, which may not be detected.
    pub low: Option<f64>,
    /// Upper end: widened by inconclusive mutants, which may be detected.
    pub high: Option<f64>,
}
