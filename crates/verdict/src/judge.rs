//! The judge of one mutant: the gate for what is no evidence, the posterior, and whether to try again.

use serde::{Deserialize, Serialize};
use tinybug_model::{Thresholds, Verdict};

use crate::{
    baseline::{Baseline, count},
    recipe::{FORMULA, Tally},
    run::{RunEnd, RunFacts},
    weigh::{Scales, Weighed},
};

/// What caught a mutant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "kind", content = "test", rename_all = "snake_case")]
pub enum Evidence {
    /// A test, by ordinal.
    Test(u32),
    /// The run as a whole: it crashed, or failed though no test did, or nearly all tests failed.
    WholeRun,
    /// The run did not come to its end in time.
    Timeout,
}

/// One thing that caught a mutant, with the posterior that the mutant is why it failed.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Catch {
    /// What.
    pub evidence: Evidence,
    /// How sure.
    pub posterior: f64,
}

/// The numbers behind one piece of evidence.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Strand {
    /// What.
    pub evidence: Evidence,
    /// Attempts at the mutant in which it failed…
    pub failures: u32,
    /// …of so many that say something about it.
    pub runs: u32,
    /// The same on unchanged code in this measurement: failures…
    pub baseline_failures: u32,
    /// …of runs.
    pub baseline_runs: u32,
    /// The same in earlier measurements: failures…
    #[serde(default)]
    pub earlier_failures: u32,
    /// …of runs.
    #[serde(default)]
    pub earlier_runs: u32,
    /// Posterior that the mutant is why it failed.
    pub posterior: f64,
}

impl Strand {
    /// All that unchanged code showed, here and in earlier measurements.
    pub(crate) fn before(&self) -> Tally {
        Tally::new(
            self.baseline_failures.saturating_add(self.earlier_failures),
            self.baseline_runs.saturating_add(self.earlier_runs),
        )
    }
}

/// What the workflow does next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Next {
    /// Nothing: the verdict stands.
    Done,
    /// Another attempt, the whole build in a fresh job, with so many times the usual time limit.
    Rerun {
        /// 1 or 2.
        time_factor: u32,
    },
}

/// Why the judgement is what it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// No attempt has finished.
    NothingTried,
    /// The mutant does not build.
    DoesNotBuild,
    /// The infrastructure failed or someone cancelled, again and again.
    NoEvidence,
    /// The evidence is strong enough that the mutant broke something.
    Caught,
    /// The evidence is strong enough that it did not.
    NotCaught,
    /// The runs hung, with twice the time too.
    Hung,
    /// The runs hung, but the limit leaves too little room above what the unchanged code takes.
    LimitTooClose,
    /// The evidence does not suffice yet, or did not within the attempts allowed.
    Doubtful,
}

/// The judgement of one mutant. Its JSON is the provenance stored with the verdict.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Judgement {
    /// The verdict; `None` while there is doubt that another attempt may settle.
    pub verdict: Option<Verdict>,
    /// What to do.
    pub next: Next,
    /// Why.
    pub reason: Reason,
    /// Posterior that the mutant broke something.
    pub posterior: f64,
    /// How sure the verdict is: the posterior of a detection, one minus it of a survivor; 1 where nothing was weighed.
    pub confidence: f64,
    /// Chance that the tests do detect it, over all the evidence together: what an interval on the score goes by.
    /// For a survivor it is more than the posterior, since some mutants are caught only now and then.
    #[serde(default)]
    pub detectable: f64,
    /// What caught it, surest first; empty unless detected or timed out.
    pub caught_by: Vec<Catch>,
    /// The strongest piece of evidence that it broke something; `None` when nothing failed.
    pub strongest: Option<Strand>,
    /// Attempts that are evidence.
    pub runs: u32,
    /// All attempts.
    pub attempts: u32,
    /// Version of the formula.
    pub formula: String,
}

/// Attempts lost to the infrastructure before that is the verdict.
const MAX_LOST_ATTEMPTS: u32 = 3;
/// Runs before a mutant may survive where something is known to fail by itself.
const RUNS_TO_SURVIVE: u32 = 2;

/// Judges the mutants of a measurement: what depends on the baseline alone is reckoned once.
#[derive(Debug)]
pub struct Judge<'a> {
    scales: Scales<'a>,
    thresholds: Thresholds,
}

/// Judges one mutant by its attempts so far; see [`Judge::judge`].
pub fn judge(
    baseline: &Baseline,
    covering: Option<&[u32]>,
    attempts: &[RunFacts],
    thresholds: &Thresholds,
) -> Judgement {
    Judge::new(baseline, thresholds).judge(covering, attempts)
}

impl<'a> Judge<'a> {
    /// The judge of mutants measured against this baseline.
    pub fn new(baseline: &'a Baseline, thresholds: &Thresholds) -> Self {
        Self { scales: Scales::new(baseline), thresholds: *thresholds }
    }

    /// Judges a mutant by its attempts so far. `covering`: the tests that execute its line (sorted), when that is known;
    /// others are no evidence then. An empty covering set never comes here: it is `no_coverage` before any build.
    pub fn judge(&self, covering: Option<&[u32]>, attempts: &[RunFacts]) -> Judgement {
        let evidence: Vec<&RunFacts> = attempts.iter().filter(|run| run.is_evidence()).collect();
        let trial = Trial {
            attempts: count(attempts.len()),
            runs: count(evidence.len()),
            thresholds: &self.thresholds,
            trusts_limit: self.scales.trusts_limit,
        };
        if evidence.iter().any(|run| run.end == RunEnd::DoesNotBuild) {
            return trial.settled(Verdict::Invalid, Reason::DoesNotBuild);
        }
        if trial.attempts - trial.runs >= MAX_LOST_ATTEMPTS || (trial.is_last() && evidence.is_empty()) {
            return trial.settled(Verdict::Error, Reason::NoEvidence);
        }
        if evidence.is_empty() {
            return trial.open(Reason::NothingTried, 1);
        }
        let weighed = self.scales.weigh(covering, &evidence);
        if let Some(judgement) = trial.judge_hanging(&weighed, &evidence) {
            return judgement;
        }
        trial.judge_finished(&weighed, self.scales.clean, evidence.iter().any(|run| run.timed_out()))
    }
}

/// One mutant's trial so far.
struct Trial<'a> {
    attempts: u32,
    runs: u32,
    thresholds: &'a Thresholds,
    trusts_limit: bool,
}

impl Trial<'_> {
    /// Whether no further attempt is allowed.
    fn is_last(&self) -> bool {
        self.attempts >= self.thresholds.max_attempts.max(1)
    }

    fn blank(&self, verdict: Option<Verdict>, next: Next, reason: Reason) -> Judgement {
        Judgement {
            verdict,
            next,
            reason,
            posterior: 0.0,
            detectable: 0.0,
            confidence: if verdict.is_some() { 1.0 } else { 0.0 },
            caught_by: Vec::new(),
            strongest: None,
            runs: self.runs,
            attempts: self.attempts,
            formula: FORMULA.to_owned(),
        }
    }

    fn settled(&self, verdict: Verdict, reason: Reason) -> Judgement {
        self.blank(Some(verdict), Next::Done, reason)
    }

    fn open(&self, reason: Reason, time_factor: u32) -> Judgement {
        self.blank(None, Next::Rerun { time_factor }, reason)
    }

    /// The judgement while hanging is the matter: confirmed, or not yet looked at twice.
    fn judge_hanging(&self, weighed: &Weighed, evidence: &[&RunFacts]) -> Option<Judgement> {
        let hanging = weighed.hanging?;
        if weighed.posterior >= self.thresholds.detected {
            return None;
        }
        let confirmed = evidence.iter().any(|run| run.end == RunEnd::TimedOut { confirmed_limit: true });
        let judgement = if confirmed && !self.trusts_limit {
            Judgement { confidence: 0.0, ..self.settled(Verdict::Inconclusive, Reason::LimitTooClose) }
        } else if confirmed && hanging.posterior >= self.thresholds.detected {
            Judgement {
                confidence: hanging.posterior,
                caught_by: vec![Catch { evidence: Evidence::Timeout, posterior: hanging.posterior }],
                ..self.settled(Verdict::Timeout, Reason::Hung)
            }
        } else if self.is_last() && (weighed.finished == 0 || confirmed) {
            Judgement { confidence: 0.0, ..self.settled(Verdict::Inconclusive, Reason::Doubtful) }
        } else if weighed.finished == 0 || confirmed {
            self.open(Reason::Doubtful, 2)
        } else {
            return None;
        };
        let detectable = 1.0 - (1.0 - hanging.posterior) * (1.0 - weighed.posterior);
        Some(Judgement { posterior: hanging.posterior, detectable, strongest: Some(hanging), ..judgement })
    }

    fn judge_finished(&self, weighed: &Weighed, clean: bool, hung: bool) -> Judgement {
        let q = weighed.posterior;
        let quiet = weighed.strands.is_empty() && clean && !hung;
        let runs_to_survive = if quiet { 1 } else { RUNS_TO_SURVIVE.min(self.thresholds.max_attempts) };
        let judgement = if q >= self.thresholds.detected {
            let caught_by = weighed.caught_by();
            Judgement { confidence: q, caught_by, ..self.settled(Verdict::Detected, Reason::Caught) }
        } else if q <= self.thresholds.survived && weighed.finished >= runs_to_survive {
            Judgement { confidence: 1.0 - q, ..self.settled(Verdict::Survived, Reason::NotCaught) }
        } else if self.is_last() {
            Judgement { confidence: 0.0, ..self.settled(Verdict::Inconclusive, Reason::Doubtful) }
        } else {
            // What hung once may hang again: give it the time to come to its end.
            self.open(Reason::Doubtful, if hung { 2 } else { 1 })
        };
        let detectable = if judgement.verdict == Some(Verdict::Detected) { q } else { weighed.detectable() };
        Judgement { posterior: q, detectable, strongest: weighed.strands.first().copied(), ..judgement }
    }
}

#[cfg(test)]
mod tests;
