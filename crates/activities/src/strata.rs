//! The strata of a draw, kept with the measurement as JSON for the interval of its score.

use std::collections::BTreeMap;

use anyhow::Context;
use serde::{Deserialize, Serialize};
use tinybug_model::Verdict;
use tinybug_mutate::Drawing;
use tinybug_store::{DrawnMutant, Measurement};
use tinybug_verdict::{Draw, Judgement};

/// A part of the population.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Stratum {
    /// Directory and operator family.
    pub(crate) key: String,
    /// Mutable lines.
    pub(crate) lines: u64,
}

/// All parts, and where each drawn mutant belongs.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Strata {
    /// The parts.
    pub(crate) sizes: Vec<Stratum>,
    /// By place in the order of the draw: index of the part.
    pub(crate) of: Vec<usize>,
}

impl From<&Drawing> for Strata {
    fn from(drawing: &Drawing) -> Self {
        let sizes = drawing.strata.iter();
        Self {
            sizes: sizes.map(|stratum| Stratum { key: stratum.key.clone(), lines: stratum.lines as u64 }).collect(),
            of: drawing.stratum_of.clone(),
        }
    }
}

impl Strata {
    /// Those of a prepared measurement.
    pub(crate) fn of_measurement(measurement: &Measurement) -> anyhow::Result<Self> {
        let value = measurement.strata.clone().context("no mutants were drawn")?;
        serde_json::from_value(value).context("failed to read the strata")
    }

    /// Mutable lines of each part.
    pub(crate) fn lines(&self) -> Vec<u64> {
        self.sizes.iter().map(|stratum| stratum.lines).collect()
    }

    /// The drawn mutants, which come in the order of the draw, each with its judgement, as the estimate of the score
    /// sees them.
    pub(crate) fn draws(&self, drawn: &[DrawnMutant], judgements: &[Option<Judgement>]) -> Vec<Draw> {
        let mut lines = BTreeMap::new();
        drawn
            .iter()
            .zip(judgements)
            .zip(&self.of)
            .map(|((drawn, judgement), stratum)| {
                let next = lines.len() as u64;
                let line = *lines.entry((&drawn.mutant.path, drawn.mutant.line)).or_insert(next);
                let verdict = drawn.judgement.as_ref().map_or(Verdict::Skipped, |judgement| judgement.verdict);
                Draw::new(*stratum, line, verdict, judgement.as_ref())
            })
            .collect()
    }
}

/// The judgement behind a verdict; `None` where nothing was weighed.
pub(crate) fn judgement_of(drawn: &DrawnMutant) -> anyhow::Result<Option<Judgement>> {
    let weighed = drawn.judgement.as_ref().filter(|judgement| judgement.posterior.is_some());
    let read = weighed.map(|judgement| serde_json::from_value(judgement.provenance.clone()));
    read.transpose().with_context(|| format!("failed to read the judgement of {}", drawn.mutant.id))
}
