//! A test's history on unchanged code across measurements: how flaky it is, what proves it, and when it is cured.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use tinybug_model::{TestState, Verdict};

use crate::{
    baseline::{Baseline, TestRecord},
    judge::{Catch, Evidence, Judgement, Strand},
    run::{RunEnd, RunFacts},
};

/// What a run shows of single tests that it cannot have broken.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Seen {
    /// Tests that ran, sorted.
    pub ran: Vec<u32>,
    /// Of these, those that failed, sorted.
    pub failed: Vec<u32>,
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

/// Runs of earlier measurements count as so many at most: what flakiness comes from changes with the code, and the
/// runs of this very code must keep their weight.
const MAX_RUNS: f64 = 100.0;
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
    /// The profile of a test that never failed in so many runs, some of them on the commit that is named.
    pub fn of_passes(runs: u32, commit: Option<&str>) -> Self {
        Self {
            runs: f64::from(runs),
            passes_in_a_row: runs,
            last_commit: commit.unwrap_or_default().to_owned(),
            passed_there: commit.is_some(),
            ..Self::default()
        }
    }

    /// The commit seen last; `None` when it is not known.
    pub fn last_commit(&self) -> Option<&str> {
        Some(self.last_commit.as_str()).filter(|commit| !commit.is_empty())
    }

    /// Whether it failed when it was seen last.
    pub fn failed_last(&self) -> bool {
        self.failures_in_a_row > 0
    }

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

    /// Share of runs that failed.
    pub fn failure_rate(&self) -> f64 {
        if self.runs > 0.0 { (self.failures / self.runs).clamp(0.0, 1.0) } else { 0.0 }
    }

    /// The history as a record for [`crate::History`], for a baseline of this commit: whole runs of what is left of the
    /// counts.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a hundred runs at most")]
    pub fn record(&self, test: u32, commit: &str) -> TestRecord {
        let scale = (MAX_RUNS / self.runs.max(1.0)).min(1.0);
        let (mut runs, mut failures) = (self.runs * scale, self.failures_by_itself(commit) * scale);
        if failures > 0.0 && failures < 1.0 {
            // A failure never fades out of sight while the test is not cured: one, at the rate at which it came.
            (runs, failures) = ((runs / failures).min(MAX_RUNS), 1.0);
        }
        TestRecord { test, runs: runs.floor() as u32, failures: failures.round().min(runs.floor()) as u32 }
    }

    /// Failures that nothing but the test itself explains.
    fn failures_by_itself(&self, commit: &str) -> f64 {
        match (&self.proof, self.state) {
            (Some(_), TestState::Healthy) => self.failures.floor(),
            (Some(_), _) => self.failures,
            // Without proof it failed from one commit on, up to another: that is the code's doing. A commit that broke
            // many tests must not make them all suspects after it was mended.
            (None, _) if self.failed_last() && self.last_commit == commit => self.failures.min(1.0),
            (None, _) => 0.0,
        }
    }
}

/// What the attempts at a mutant show of tests that cannot see it, and so were as good as run on unchanged code; of an
/// attempt that failed as a whole, nothing. `covering`: the tests that execute the line (sorted).
pub fn unaffected(baseline: &Baseline, covering: &[u32], attempts: &[RunFacts]) -> Vec<Option<Seen>> {
    let counts = |run: &RunFacts| {
        run.is_evidence()
            && !run.timed_out()
            && run.end != RunEnd::DoesNotBuild
            && !baseline.failed_as_a_whole(run, Some(covering))
    };
    let counted: Vec<&RunFacts> = attempts.iter().filter(|run| counts(run)).collect();
    let fails = |run: &RunFacts, test: u32| run.failed.binary_search(&test).is_ok();
    // What fails each time that this mutant is tried does so because of the mutant, whatever the coverage says.
    let broken_by_it = |test: u32| counted.len() > 1 && counted.iter().all(|run| fails(run, test));
    let blind =
        |test: u32| covering.binary_search(&test).is_err() && baseline.record(test).is_some() && !broken_by_it(test);
    let seen = |run: &RunFacts| Seen {
        ran: run.ran.iter().copied().filter(|&test| blind(test)).collect(),
        failed: run.failed.iter().copied().filter(|&test| blind(test)).collect(),
    };
    attempts.iter().map(|run| counts(run).then(|| seen(run))).collect()
}

/// Verdicts that hang on one test alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Taint {
    /// Detections that nothing else caught.
    pub detected: u32,
    /// Mutants that this test alone keeps in doubt.
    pub inconclusive: u32,
}

impl Taint {
    /// All of them.
    pub fn total(self) -> u32 {
        self.detected.saturating_add(self.inconclusive)
    }
}

/// Which verdicts hang on which test: a detection hangs on a test when nothing else that it lists caught the mutant.
pub fn taint<'a>(judgements: impl IntoIterator<Item = &'a Judgement>) -> BTreeMap<u32, Taint> {
    let mut hanging = BTreeMap::<u32, Taint>::new();
    for judgement in judgements {
        match (judgement.verdict, judgement.caught_by.as_slice(), judgement.strongest) {
            (Some(Verdict::Detected), [Catch { evidence: Evidence::Test(test), .. }], _) => {
                hanging.entry(*test).or_default().detected += 1;
            }
            // In doubt, the strongest evidence is what keeps the verdict open.
            (Some(Verdict::Inconclusive), _, Some(Strand { evidence: Evidence::Test(test), .. })) => {
                hanging.entry(test).or_default().inconclusive += 1;
            }
            _ => {}
        }
    }
    hanging
}

#[cfg(test)]
mod tests {
    use tinybug_model::Thresholds;

    use super::*;
    use crate::{Assessment, BaselinePolicy, assess, judge, seen as seen_in};

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
        assert_eq!(profile.record(7, "c9"), TestRecord { test: 7, runs: 20, failures: 2 });
        profile.fade();
        assert_eq!(profile.record(7, "c9"), TestRecord { test: 7, runs: 10, failures: 1 }, "the rate stays");
        profile.fade();
        assert_eq!(profile.record(7, "c9"), TestRecord { test: 7, runs: 10, failures: 1 }, "and is not forgotten");
    }

    #[test]
    fn a_long_history_counts_as_a_hundred_runs_at_the_same_rate() {
        let mut profile = TestProfile::of_passes(1000, Some("c1"));
        assert_eq!(profile.record(7, "c9"), TestRecord { test: 7, runs: 100, failures: 0 });
        see(&mut profile, "c1", "F");
        assert_eq!(
            (profile.state, profile.record(7, "c9").failures, profile.record(7, "c9").runs),
            (TestState::Flaky, 1, 100)
        );
        assert_eq!(profile.last_commit(), Some("c1"));
        assert!(profile.failed_last() && profile.proof.is_some());
    }

    #[test]
    fn failing_between_two_commits_is_no_flakiness_once_the_test_has_mended() {
        let mut profile = after("....");
        see(&mut profile, "c2", "FFFFFF");
        assert_eq!(profile.record(7, "c2").failures, 1, "it may pass there too");
        assert_eq!(profile.record(7, "c3").failures, 0, "another commit has mended it, or it fails there each time");
        see(&mut profile, "c3", ".");
        assert_eq!((profile.state, profile.record(7, "c3").failures), (TestState::Flaky, 0));
        see(&mut profile, "c3", "F");
        assert_eq!(profile.record(7, "c4").failures, 7, "now it is proven");
    }

    #[test]
    fn a_mutant_says_something_of_tests_that_cannot_see_it() {
        let clean = RunFacts::new(RunEnd::Passed, (0..20).collect(), Vec::new(), 1);
        let policy =
            BaselinePolicy { runs: 5, runs_when_flaky: 5, allow_failing_tests: false, mutants: 1000, detected: 0.99 };
        let Assessment::Sound(baseline) = assess(&vec![clean; 5], &policy) else { panic!("not sound") };
        let run = |failed: Vec<u32>| {
            let end = if failed.is_empty() { RunEnd::Passed } else { RunEnd::Failed };
            RunFacts::new(end, (0..20).collect(), failed, 1)
        };
        let failing = |attempts: &[RunFacts]| -> Vec<Option<Vec<u32>>> {
            let seen = unaffected(&baseline, &[0, 1, 2], attempts);
            seen.into_iter().map(|seen| seen.map(|seen| seen.failed)).collect()
        };
        assert_eq!(failing(&[run(vec![1, 7])]), [Some(vec![7])]);
        assert_eq!(failing(&[run((0..20).collect())]), [None]);
        assert_eq!(failing(&[run(vec![7]), run(vec![])]), [Some(vec![7]), Some(vec![])]);
        let seen = unaffected(&baseline, &[0, 1, 2], &[run(vec![7]), run(vec![7])]);
        let others: Vec<u32> = (3..20).filter(|test| *test != 7).collect();
        assert_eq!(seen, vec![Some(Seen { ran: others, failed: vec![] }); 2], "the mutant breaks test 7 after all");
        let hung = RunFacts { end: RunEnd::TimedOut { confirmed_limit: false }, ..run(vec![]) };
        assert_eq!(failing(&[hung]), [None]);
    }

    #[test]
    fn runs_of_the_unchanged_code_show_tests_unless_they_failed_as_a_whole() {
        let run = |end, failed: &[u32]| RunFacts::new(end, (0..20).collect(), failed.to_vec(), 1);
        let all: Vec<u32> = (0..20).collect();
        let runs = [
            run(RunEnd::Passed, &[]),
            run(RunEnd::Infrastructure, &[]),
            run(RunEnd::Failed, &all),
            run(RunEnd::Failed, &[3]),
        ];
        let failing: Vec<_> = seen_in(&runs).into_iter().map(|seen| seen.map(|seen| seen.failed)).collect();
        assert_eq!(failing, [Some(vec![]), None, None, Some(vec![3])]);
    }

    #[test]
    fn a_detection_hangs_on_a_test_when_nothing_else_caught_the_mutant() {
        let clean = RunFacts::new(RunEnd::Passed, (0..20).collect(), Vec::new(), 1);
        let policy =
            BaselinePolicy { runs: 5, runs_when_flaky: 5, allow_failing_tests: false, mutants: 1000, detected: 0.99 };
        let Assessment::Sound(baseline) = assess(&vec![clean; 5], &policy) else { panic!("not sound") };
        let judged = |failed: Vec<u32>| {
            let run = RunFacts::new(RunEnd::Failed, (0..20).collect(), failed, 1);
            judge(&baseline, Some(&[0, 1, 2]), &[run.clone(), run], &Thresholds::default())
        };
        let judgements = [judged(vec![1]), judged(vec![1]), judged(vec![0, 2]), judged(vec![])];
        assert_eq!(taint(&judgements), BTreeMap::from([(1, Taint { detected: 2, inconclusive: 0 })]));
    }

    #[test]
    fn a_profile_survives_its_json() {
        let profile = after("..F.");
        let json = serde_json::to_string(&profile).unwrap();
        assert_eq!(serde_json::from_str::<TestProfile>(&json).unwrap(), profile);
        assert_eq!(serde_json::from_str::<TestProfile>("{}").unwrap(), TestProfile::default());
    }
}
