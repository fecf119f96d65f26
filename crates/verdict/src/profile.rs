//! A test's history on unchanged code across measurements: how flaky it is, what proves it, and when it is cured.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{
    baseline::{Baseline, TestRecord},
    judge::{Evidence, Judgement},
    run::RunFacts,
};

/// What a test is held to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TestState {
    /// It passes unless something breaks it.
    #[default]
    Healthy,
    /// It was seen to pass and to fail on the same code.
    Flaky,
    /// It fails each time.
    Broken,
}

/// One result of a test on code that cannot have broken it: unchanged code, or a mutant on a line that the test does
/// not execute.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sighting {
    /// The commit whose code ran.
    pub commit: String,
    /// When.
    pub at: DateTime<Utc>,
    /// Whether the test failed.
    pub failed: bool,
}

/// Proof that a test is flaky: it passed and failed on one commit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FlakeProof {
    /// The commit.
    pub commit: String,
    /// When the second of the two results was seen.
    pub at: DateTime<Utc>,
}

/// A test's history. Counts fade when the test's file changes.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct TestProfile {
    /// What the test is held to be.
    pub state: TestState,
    /// Runs, faded.
    pub runs: f64,
    /// Failures, faded.
    pub failures: f64,
    /// Times that the result differed from the one before, faded.
    pub flips: f64,
    /// The last time that it failed.
    pub last_failure: Option<DateTime<Utc>>,
    /// The latest proof of flakiness.
    pub proof: Option<FlakeProof>,
    /// Passes in a row, up to now.
    pub passes_in_a_row: u32,
    /// Failures in a row, up to now.
    pub failures_in_a_row: u32,
    /// The commit seen last, and whether the test passed and failed there.
    last_commit: String,
    passed_there: bool,
    failed_there: bool,
}

/// What remains of the counts when the test's file changes: a hint, no longer evidence.
const FADE: f64 = 0.25;
/// Failures in a row that make a test broken; one pass ends that.
const FAILURES_TO_BREAK: u32 = 3;
/// Passes in a row that cure a test that was broken…
const PASSES_TO_MEND: u32 = 10;
/// …and one that was flaky, at least; the flakier it was, the fewer it takes to be sure.
const PASSES_TO_CURE: u32 = 30;
/// How unlikely the passes in a row must be for a test that is still as flaky as it was.
const CURED: f64 = 0.05;

impl TestProfile {
    /// Takes a result in, in order of time.
    pub fn see(&mut self, sighting: &Sighting) {
        if self.last_commit != sighting.commit {
            sighting.commit.clone_into(&mut self.last_commit);
            (self.passed_there, self.failed_there) = (false, false);
        }
        let flipped = if sighting.failed { self.passes_in_a_row > 0 } else { self.failures_in_a_row > 0 };
        self.runs += 1.0;
        self.flips += f64::from(u8::from(flipped));
        if sighting.failed {
            self.failures += 1.0;
            self.last_failure = Some(sighting.at);
            self.failed_there = true;
            (self.passes_in_a_row, self.failures_in_a_row) = (0, self.failures_in_a_row.saturating_add(1));
        } else {
            self.passed_there = true;
            (self.passes_in_a_row, self.failures_in_a_row) = (self.passes_in_a_row.saturating_add(1), 0);
        }
        if self.passed_there && self.failed_there && flipped {
            self.proof = Some(FlakeProof { commit: sighting.commit.clone(), at: sighting.at });
        }
        self.state = self.next_state(flipped);
    }

    fn next_state(&self, flipped: bool) -> TestState {
        if self.failures_in_a_row >= FAILURES_TO_BREAK {
            return TestState::Broken;
        }
        if self.passed_there && self.failed_there && flipped {
            return TestState::Flaky;
        }
        match self.state {
            // A pass shows that it can: watched as flaky until it has passed for a while.
            TestState::Broken if self.passes_in_a_row == 0 => TestState::Broken,
            TestState::Broken => TestState::Flaky,
            TestState::Flaky if self.is_cured() => TestState::Healthy,
            state => state,
        }
    }

    /// Whether the passes in a row would be a surprise if the test still failed as often as before.
    fn is_cured(&self) -> bool {
        if self.proof.is_none() {
            return self.passes_in_a_row >= PASSES_TO_MEND;
        }
        let before = (self.runs - f64::from(self.passes_in_a_row)).max(1.0);
        let rate = (self.failures / before).clamp(0.0, 1.0);
        self.passes_in_a_row >= PASSES_TO_CURE && (1.0 - rate).powf(f64::from(self.passes_in_a_row)) < CURED
    }

    /// The test's file changed: what was seen before says less about it now.
    pub fn fade(&mut self) {
        for count in [&mut self.runs, &mut self.failures, &mut self.flips] {
            *count *= FADE;
        }
    }

    /// Share of runs whose result differed from the one before.
    pub fn flip_rate(&self) -> f64 {
        if self.runs > 1.0 { (self.flips / (self.runs - 1.0)).clamp(0.0, 1.0) } else { 0.0 }
    }

    /// The history as a record for [`crate::Baseline::with_history`], whole runs of what is left of the counts.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "faded counts, rounded down or up")]
    pub fn record(&self, test: u32) -> TestRecord {
        // A failure fades to less than one, but never out of sight while its proof is the latest word.
        TestRecord {
            test,
            runs: self.runs.floor() as u32,
            failures: self.failures.ceil().min(self.runs.floor()) as u32,
        }
    }
}

/// What an attempt at a mutant shows of tests that cannot see it, and so were as good as run on unchanged code: test,
/// and whether it failed. Nothing when the run failed as a whole. `covering`: the tests that execute the line (sorted).
pub fn unaffected<'a>(
    baseline: &Baseline,
    covering: &'a [u32],
    run: &'a RunFacts,
) -> impl Iterator<Item = (u32, bool)> + 'a {
    let counts = run.is_evidence() && !run.timed_out() && !baseline.failed_as_a_whole(run, Some(covering));
    let ran = if counts { run.ran.as_slice() } else { &[] };
    ran.iter()
        .filter(|test| covering.binary_search(test).is_err())
        .map(|&test| (test, run.failed.binary_search(&test).is_ok()))
}

/// Which verdicts hang on which test: a detection hangs on a test when nothing else that it lists caught the mutant.
pub fn taint<'a>(judgements: impl IntoIterator<Item = &'a Judgement>) -> BTreeMap<u32, u32> {
    let mut hanging = BTreeMap::new();
    for judgement in judgements {
        let on = match (judgement.caught_by.as_slice(), judgement.strongest) {
            ([only], _) => Some(only.evidence),
            // In doubt, the strongest evidence is what keeps the verdict open.
            ([], Some(strand)) if judgement.verdict == Some(tinybug_model::Verdict::Inconclusive) => {
                Some(strand.evidence)
            }
            _ => None,
        };
        if let Some(Evidence::Test(test)) = on {
            *hanging.entry(test).or_insert(0) += 1;
        }
    }
    hanging
}

#[cfg(test)]
mod tests {
    use tinybug_model::Thresholds;

    use super::*;
    use crate::{Assessment, BaselinePolicy, RunEnd, assess, judge};

    fn after(results: &str) -> TestProfile {
        let mut profile = TestProfile::default();
        see(&mut profile, "c1", results);
        profile
    }

    /// One letter per result, `F` for a failure, an hour apart.
    fn see(profile: &mut TestProfile, commit: &str, results: &str) {
        for (hour, result) in (0..).zip(results.chars()) {
            let at = DateTime::from_timestamp(3600 * hour, 0).unwrap();
            profile.see(&Sighting { commit: commit.to_owned(), at, failed: result == 'F' });
        }
    }

    #[test]
    fn passing_and_failing_on_one_commit_proves_a_flaky_test() {
        let profile = after("..F.");
        assert_eq!(profile.state, TestState::Flaky);
        assert_eq!(profile.proof.as_ref().map(|proof| proof.commit.as_str()), Some("c1"));
        assert!((profile.flip_rate() - 2.0 / 3.0).abs() < 1e-12);
    }

    #[test]
    fn failing_from_one_commit_on_is_no_proof_but_a_broken_test() {
        let mut profile = after("...");
        see(&mut profile, "c2", "FF");
        assert_eq!((profile.state, profile.proof.clone()), (TestState::Healthy, None));
        see(&mut profile, "c2", "F");
        assert_eq!(profile.state, TestState::Broken);
    }

    #[test]
    fn a_mended_test_is_watched_before_it_is_healthy() {
        let mut profile = after("FFF");
        assert_eq!(profile.state, TestState::Broken);
        see(&mut profile, "c2", ".");
        assert_eq!(profile.state, TestState::Flaky);
        see(&mut profile, "c2", ".........");
        assert_eq!(profile.state, TestState::Healthy);
    }

    #[test]
    fn a_flaky_test_is_cured_by_passes_that_would_surprise_otherwise() {
        let mut profile = after("..F..F....");
        see(&mut profile, "c2", &".".repeat(29 - 4));
        assert_eq!(profile.state, TestState::Flaky);
        see(&mut profile, "c2", ".");
        assert_eq!(profile.state, TestState::Healthy);
        see(&mut profile, "c2", "F");
        assert_eq!(profile.state, TestState::Flaky);
    }

    #[test]
    fn history_fades_when_the_test_changes() {
        let mut profile = after("...F.......F........");
        assert_eq!(profile.record(7), TestRecord { test: 7, runs: 20, failures: 2 });
        profile.fade();
        assert_eq!(profile.record(7), TestRecord { test: 7, runs: 5, failures: 1 });
    }

    #[test]
    fn a_mutant_says_something_of_tests_that_cannot_see_it() {
        let clean = RunFacts::new(RunEnd::Passed, (0..20).collect(), Vec::new(), 1);
        let policy = BaselinePolicy { runs: 5, runs_when_flaky: 5, allow_failing_tests: false };
        let Assessment::Sound(baseline) = assess(&vec![clean; 5], &policy) else { panic!("not sound") };
        let seen = |failed: Vec<u32>| -> Vec<u32> {
            let run = RunFacts::new(RunEnd::Failed, (0..20).collect(), failed, 1);
            unaffected(&baseline, &[0, 1, 2], &run).filter(|(_, failed)| *failed).map(|(test, _)| test).collect()
        };
        assert_eq!(seen(vec![1, 7]), [7]);
        assert_eq!(seen((0..20).collect()), Vec::<u32>::new());
    }

    #[test]
    fn a_detection_hangs_on_a_test_when_nothing_else_caught_the_mutant() {
        let clean = RunFacts::new(RunEnd::Passed, (0..20).collect(), Vec::new(), 1);
        let policy = BaselinePolicy { runs: 5, runs_when_flaky: 5, allow_failing_tests: false };
        let Assessment::Sound(baseline) = assess(&vec![clean; 5], &policy) else { panic!("not sound") };
        let judged = |failed: Vec<u32>| {
            let run = RunFacts::new(RunEnd::Failed, (0..20).collect(), failed, 1);
            judge(&baseline, Some(&[0, 1, 2]), &[run.clone(), run], &Thresholds::default())
        };
        let judgements = [judged(vec![1]), judged(vec![1]), judged(vec![0, 2]), judged(vec![])];
        assert_eq!(taint(&judgements), BTreeMap::from([(1, 2)]));
    }

    #[test]
    fn a_profile_survives_its_json() {
        let profile = after("..F.");
        let json = serde_json::to_string(&profile).unwrap();
        assert_eq!(serde_json::from_str::<TestProfile>(&json).unwrap(), profile);
        assert_eq!(serde_json::from_str::<TestProfile>("{}").unwrap(), TestProfile::default());
    }
}
