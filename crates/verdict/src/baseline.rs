//! The baseline: what runs of the unchanged code say about each test, and whether they are a ground to judge on.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use tinybug_model::Plan;

use crate::{
    cluster::{Cluster, clusters},
    history::History,
    profile::Seen,
    recipe::{Tally, chance_to_show, slab_weight},
    rerun::{Purchase, expected_doubts, purchase},
    run::{RunEnd, RunFacts},
};

/// How many runs of the unchanged code to ask for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BaselinePolicy {
    /// Runs at least.
    pub runs: u32,
    /// Runs at most once something was seen to fail in some of the runs: so many as save more reruns than they cost.
    pub runs_when_flaky: u32,
    /// Go on although some tests fail each time.
    pub allow_failing_tests: bool,
    /// Mutants that will be tried: how much more runs of the unchanged code are worth.
    pub mutants: u32,
    /// Posterior from which one counts as detected.
    pub detected: f64,
}

impl From<&Plan> for BaselinePolicy {
    fn from(plan: &Plan) -> Self {
        Self {
            runs: plan.baseline_runs,
            runs_when_flaky: plan.baseline_runs_when_flaky,
            allow_failing_tests: plan.allow_failing_tests,
            mutants: plan.mutants,
            detected: plan.thresholds.detected,
        }
    }
}

/// What the runs so far amount to.
#[derive(Debug, Clone, PartialEq)]
pub enum Assessment {
    /// Go on until there are so many runs in all, lost ones included.
    NeedsMoreRuns {
        /// So many.
        total: u32,
    },
    /// No ground to judge on; a person has to mend something.
    Broken(BrokenBaseline),
    /// A ground to judge on.
    Sound(Baseline),
}

/// Why the unchanged code gives nothing to compare with. Its sentence for people: [`BrokenBaseline::sentence`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum BrokenBaseline {
    /// The unchanged code does not build.
    DoesNotBuild,
    /// The command succeeded and reported no test.
    NoTests,
    /// The command failed and reported no test.
    FailsWithoutReport,
    /// The command fails in each run although no test does.
    FailsAlthoughTestsPass,
    /// Some tests fail in each run.
    AlwaysFailing {
        /// Which.
        tests: Vec<u32>,
    },
    /// No test runs in each run and passes in some.
    NoUsableTests,
    /// Ended at the time limit.
    TimedOut,
    /// Ended at the memory limit.
    OutOfMemory,
    /// The infrastructure failed again and again.
    Infrastructure,
}

/// A test's record on unchanged code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "(u32, u32, u32)", into = "(u32, u32, u32)")]
pub struct TestRecord {
    /// Which test.
    pub test: u32,
    /// Runs that reported it.
    pub runs: u32,
    /// Of these, failures.
    pub failures: u32,
}

impl From<(u32, u32, u32)> for TestRecord {
    fn from((test, runs, failures): (u32, u32, u32)) -> Self {
        Self { test, runs, failures }
    }
}

impl From<TestRecord> for (u32, u32, u32) {
    fn from(record: TestRecord) -> Self {
        (record.test, record.runs, record.failures)
    }
}

impl TestRecord {
    pub(crate) fn tally(self) -> Tally {
        Tally::new(self.failures, self.runs)
    }
}

/// What the unchanged code's runs say: the ground that mutants are judged on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Baseline {
    /// Runs that are evidence.
    pub runs: u32,
    /// Tests that may be evidence, by ordinal; their JSON is `[test, runs, failures]`.
    pub tests: Vec<TestRecord>,
    /// Tests that fail in each run, sorted: no evidence.
    pub broken: Vec<u32>,
    /// Tests that only some runs reported, sorted: no evidence.
    pub unstable: Vec<u32>,
    /// Runs that failed as a whole: crashed, exited with an error although no test failed, mostly red, timed out.
    pub whole_run_failures: u32,
    /// Of these, runs that ended at the time limit.
    pub timeouts: u32,
    /// The fewest tests that a run reported which did not fail as a whole.
    pub min_tests: u32,
    /// The longest run, in milliseconds.
    pub longest_ms: u64,
    /// Flaky tests that fail together.
    #[serde(default)]
    pub clusters: Vec<Cluster>,
    /// What flaky tests said when they failed: test and fingerprint, sorted.
    #[serde(default)]
    pub messages: Vec<(u32, u64)>,
    /// What earlier measurements added to the records, by ordinal.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub history: Vec<TestRecord>,
    /// Time limit of a build with a mutant, in milliseconds; `None` when not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit_ms: Option<u64>,
}

impl Baseline {
    /// Tests that were seen to fail, though not each time.
    pub fn flaky(&self) -> impl Iterator<Item = TestRecord> {
        self.tests.iter().copied().filter(|record| record.failures > 0)
    }

    /// Whether nothing ever failed by itself.
    pub fn is_clean(&self) -> bool {
        self.whole_run_failures == 0 && self.flaky().next().is_none()
    }

    /// Share of tests held to be flaky (empirical Bayes).
    pub fn slab_weight(&self) -> f64 {
        let tests = count(self.tests.len());
        let seen = count(self.flaky().count());
        if seen == 0 {
            return slab_weight(0, tests, 1.0);
        }
        // Tests may have different numbers of runs: the mean chance, reckoned once per stretch of equal numbers.
        let stretches = self.tests.chunk_by(|a, b| a.runs == b.runs);
        let shown = stretches.map(|same| chance_to_show(same[0].runs) * f64::from(count(same.len()))).sum::<f64>();
        slab_weight(seen, tests, shown / f64::from(tests))
    }

    /// The record of a test that may be evidence.
    pub fn record(&self, test: u32) -> Option<TestRecord> {
        self.position(test).map(|index| self.tests[index])
    }

    /// Where the record of a test stands.
    pub(crate) fn position(&self, test: u32) -> Option<usize> {
        // Where every test counts, ordinals are places.
        let guess = usize::try_from(test).ok().filter(|&at| self.tests.get(at).is_some_and(|found| found.test == test));
        guess.or_else(|| self.tests.binary_search_by_key(&test, |record| record.test).ok())
    }

    /// Whether the limit leaves runs of the unchanged code so much room that ending there says something.
    pub(crate) fn trusts_limit(&self) -> bool {
        self.limit_ms.is_none_or(|limit| self.longest_ms.saturating_mul(ROOM) < limit)
    }

    /// The cluster that a test belongs to.
    pub fn cluster_of(&self, test: u32) -> Option<&Cluster> {
        self.clusters.iter().find(|cluster| cluster.tests.binary_search(&test).is_ok())
    }

    /// Whether an attempt failed as a whole, so that its single tests are no evidence of their own: it crashed, nearly
    /// all tests failed, or tests did that don't execute the mutated line (`covering`: those that do, when known).
    pub fn failed_as_a_whole(&self, run: &RunFacts, covering: Option<&[u32]>) -> bool {
        if !run.is_evidence() || run.timed_out() || run.end == RunEnd::DoesNotBuild {
            return false;
        }
        if run.is_mostly_red(&self.broken) || covering.is_some_and(|tests| self.is_disturbed(run, tests)) {
            return true;
        }
        if run.failed.iter().any(|&test| self.record(test).is_some()) {
            return false;
        }
        let missing = count(run.ran.len()) < self.min_tests;
        run.end == RunEnd::OutOfMemory || missing || (run.end == RunEnd::Failed && self.is_unexplained(run))
    }

    /// Whether a run failed though no test did that the unchanged code has. A failing test that only the mutant has is
    /// none, unless one that the unchanged code has is missing: its parameters may be its name.
    fn is_unexplained(&self, run: &RunFacts) -> bool {
        let known = |test: &u32| self.broken.binary_search(test).is_ok() || self.unstable.binary_search(test).is_ok();
        run.failed.is_empty()
            || (!run.failed.iter().any(known)
                && self.tests.iter().any(|record| run.ran.binary_search(&record.test).is_err()))
    }

    /// Whether tests failed that never did before and that cannot see the mutant: something else went wrong then.
    fn is_disturbed(&self, run: &RunFacts, covering: &[u32]) -> bool {
        let is_control = |test: u32| {
            covering.binary_search(&test).is_err() && self.record(test).is_some_and(|record| record.failures == 0)
        };
        let failed = run.failed.iter().filter(|&&test| is_control(test)).count();
        // A few tests failing by themselves are told by their number, or by their share where there are few tests.
        failed >= DISTURBED_TESTS
            || (failed > 0 && failed * DISTURBED_SHARE > run.ran.iter().filter(|&&test| is_control(test)).count())
    }

    /// The baseline's own record of failing as a whole; `None` when it does so each time, and thus says nothing.
    pub(crate) fn whole_run(&self) -> Option<Tally> {
        (self.whole_run_failures < self.runs).then(|| Tally::new(self.whole_run_failures, self.runs))
    }
}

pub(crate) fn count(len: usize) -> u32 {
    u32::try_from(len).unwrap_or(u32::MAX)
}

/// So many tests that cannot see the mutant, failing together, are no accident…
const DISTURBED_TESTS: usize = 3;
/// …nor are more than one in so many of them.
const DISTURBED_SHARE: usize = 10;

/// A limit counts when it is more than so many times the longest run of the unchanged code.
const ROOM: u64 = 3;

/// So many lost runs in a row of a baseline are no accident.
const MAX_LOST_RUNS: u32 = 3;
/// After so many runs a test that never passed is held to be broken.
const RUNS_TO_CALL_BROKEN: u32 = 3;

/// What the runs of the unchanged code so far amount to, of a repository that is measured for the first time.
pub fn assess(runs: &[RunFacts], policy: &BaselinePolicy) -> Assessment {
    assess_with(runs, policy, &History::default())
}

/// What the runs of the unchanged code so far amount to, together with what earlier measurements know. Says `Broken`
/// as soon as that is certain.
pub fn assess_with(runs: &[RunFacts], policy: &BaselinePolicy, history: &History) -> Assessment {
    let evidence: Vec<&RunFacts> = runs.iter().filter(|run| run.is_evidence()).collect();
    let lost = count(runs.len() - evidence.len());
    if lost >= MAX_LOST_RUNS {
        return Assessment::Broken(BrokenBaseline::Infrastructure);
    }
    if let Some(broken) = broken_as_a_whole(&evidence) {
        return Assessment::Broken(broken);
    }
    let done = count(evidence.len());
    let minimum = policy.runs.max(1);
    if evidence.is_empty() {
        return Assessment::NeedsMoreRuns { total: minimum + lost };
    }
    let baseline = tally(&evidence).with_history(history);
    if done >= minimum.min(RUNS_TO_CALL_BROKEN)
        && let Some(broken) = broken_in_part(&evidence, &baseline, policy)
    {
        return Assessment::Broken(broken);
    }
    // Which tests fail each time, and which now and then, shows only in the runs that are asked for anyway.
    let needed = if done < minimum { minimum } else { worthwhile(&baseline, done, policy) };
    if done < needed { Assessment::NeedsMoreRuns { total: needed + lost } } else { Assessment::Sound(baseline) }
}

/// Times as many runs as usual are made at least once a test was seen to fail in some.
const RUNS_WHEN_ANY_IS_FLAKY: u32 = 3;

/// Runs in all that are worth their price, after so many.
fn worthwhile(baseline: &Baseline, done: u32, policy: &BaselinePolicy) -> u32 {
    let most = baseline.runs_needed(policy);
    // A run that fails as a whole puts every mutant in doubt.
    if most <= done || baseline.whole_run_failures > 0 {
        return most;
    }
    let doubts = expected_doubts(baseline, policy.mutants);
    let worth = match purchase(baseline, None, &doubts, most - done, policy.detected) {
        Purchase::BaselineRuns { runs } => done + runs,
        Purchase::TrialReruns => done,
    };
    // However few mutants there are: with less, tests that fail seldom pass for ones that never do, and what they
    // catch for certain.
    worth.max(most.min(policy.runs.max(1).saturating_mul(RUNS_WHEN_ANY_IS_FLAKY)))
}

/// What is certain as soon as one run shows it, unless another run shows the contrary.
fn broken_as_a_whole(evidence: &[&RunFacts]) -> Option<BrokenBaseline> {
    if evidence.iter().any(|run| run.end == RunEnd::DoesNotBuild) {
        return Some(BrokenBaseline::DoesNotBuild);
    }
    let every = |test: fn(&RunFacts) -> bool| !evidence.is_empty() && evidence.iter().all(|run| test(run));
    if every(RunFacts::timed_out) {
        return Some(BrokenBaseline::TimedOut);
    }
    if every(|run| run.end == RunEnd::OutOfMemory) {
        return Some(BrokenBaseline::OutOfMemory);
    }
    if every(|run| run.ran.is_empty()) {
        let failed = evidence.iter().any(|run| run.end != RunEnd::Passed);
        return Some(if failed { BrokenBaseline::FailsWithoutReport } else { BrokenBaseline::NoTests });
    }
    None
}

fn broken_in_part(evidence: &[&RunFacts], baseline: &Baseline, policy: &BaselinePolicy) -> Option<BrokenBaseline> {
    if !baseline.broken.is_empty() && (!policy.allow_failing_tests || baseline.tests.is_empty()) {
        return Some(BrokenBaseline::AlwaysFailing { tests: baseline.broken.clone() });
    }
    let unexplained = |run: &&RunFacts| run.end == RunEnd::Failed && run.failed.is_empty();
    if evidence.iter().all(unexplained) && !policy.allow_failing_tests {
        return Some(BrokenBaseline::FailsAlthoughTestsPass);
    }
    baseline.tests.is_empty().then_some(BrokenBaseline::NoUsableTests)
}

/// Tests that failed in exactly one of several runs.
fn failures_seen_once(evidence: &[&RunFacts]) -> BTreeSet<u32> {
    let mut failures = BTreeMap::<u32, u32>::new();
    for &test in evidence.iter().flat_map(|run| &run.failed) {
        *failures.entry(test).or_default() += 1;
    }
    failures.retain(|_, count| *count == 1 && evidence.len() > 1);
    failures.into_keys().collect()
}

/// Whether more than one in ten tests, and not just a few, failed in this run and in no other: one bad run, not that
/// many flaky tests.
fn is_bad_day(run: &RunFacts, seen_once: &BTreeSet<u32>) -> bool {
    let here = run.failed.iter().filter(|test| seen_once.contains(test)).count();
    here >= 5 && here * 10 > run.ran.len()
}

/// Which runs of the unchanged code failed as a whole.
fn failed_as_a_whole(evidence: &[&RunFacts]) -> Vec<bool> {
    let all_red = evidence.iter().all(|run| run.is_mostly_red(&[]));
    let most = evidence.iter().map(|run| run.ran.len()).max().unwrap_or(0);
    let alone = failures_seen_once(evidence);
    let whole = |run: &RunFacts| {
        run.timed_out()
            || run.end == RunEnd::OutOfMemory
            || run.ran.is_empty()
            || (run.end == RunEnd::Failed && run.failed.is_empty())
            || (!all_red && run.is_mostly_red(&[]))
            || is_bad_day(run, &alone)
            // A crash may still report the tests before it.
            || (run.end == RunEnd::Failed && run.ran.len() * 2 < most)
    };
    evidence.iter().map(|run| whole(run)).collect()
}

/// Whether each run exits with an error although no test fails: single tests are still worth counting then.
fn always_unexplained(evidence: &[&RunFacts]) -> bool {
    evidence.iter().all(|run| run.end == RunEnd::Failed && run.failed.is_empty())
}

/// What each run of the unchanged code shows of single tests, for their profiles; nothing when it failed as a whole.
pub fn seen(runs: &[RunFacts]) -> Vec<Option<Seen>> {
    let evidence: Vec<&RunFacts> = runs.iter().filter(|run| run.is_evidence()).collect();
    let all = always_unexplained(&evidence);
    let mut whole = failed_as_a_whole(&evidence).into_iter();
    runs.iter()
        .map(|run| {
            let whole = run.is_evidence() && whole.next()?;
            (run.is_evidence() && (all || !whole)).then(|| Seen { ran: run.ran.clone(), failed: run.failed.clone() })
        })
        .collect()
}

/// Counts what each test did, leaving runs that failed as a whole aside.
fn tally(evidence: &[&RunFacts]) -> Baseline {
    let whole = failed_as_a_whole(evidence);
    let all = always_unexplained(evidence);
    let complete: Vec<&RunFacts> =
        evidence.iter().zip(&whole).filter(|(_, whole)| all || !**whole).map(|(run, _)| *run).collect();
    let mut tests = BTreeMap::<u32, TestRecord>::new();
    for run in &complete {
        for &test in &run.ran {
            let record = tests.entry(test).or_insert(TestRecord { test, runs: 0, failures: 0 });
            record.runs += 1;
            record.failures += u32::from(run.failed.binary_search(&test).is_ok());
        }
    }
    let runs = count(complete.len());
    let ordinals = |keep: fn(&TestRecord, u32) -> bool| -> Vec<u32> {
        tests.values().filter(|record| keep(record, runs)).map(|record| record.test).collect()
    };
    let broken = ordinals(|record, _| record.failures == record.runs);
    let mut messages: Vec<(u32, u64)> = complete.iter().flat_map(|run| run.messages.iter().copied()).collect();
    messages.retain(|(test, _)| broken.binary_search(test).is_err());
    messages.sort_unstable();
    messages.dedup();
    Baseline {
        runs: count(evidence.len()),
        clusters: clusters(&complete, &broken),
        messages,
        broken,
        unstable: ordinals(|record, runs| record.runs < runs && record.failures < record.runs),
        tests: tests.values().filter(|record| record.runs == runs && record.failures < record.runs).copied().collect(),
        whole_run_failures: count(whole.iter().filter(|whole| **whole).count()),
        timeouts: count(evidence.iter().filter(|run| run.timed_out()).count()),
        min_tests: complete.iter().map(|run| count(run.ran.len())).min().unwrap_or(0),
        longest_ms: evidence.iter().map(|run| run.duration_ms).max().unwrap_or(0),
        history: Vec::new(),
        limit_ms: None,
    }
}

#[cfg(test)]
mod tests;
