//! What to run next when a verdict is in doubt, as data for the workflow: how much of the build, and whether more
//! runs of the unchanged code would settle more than reruns of mutants do.

use serde::{Deserialize, Serialize};
use tinybug_model::{RerunOptions, RerunScope};

use crate::{
    baseline::{Baseline, TestRecord},
    judge::{Evidence, Judgement, Next, Strand},
    recipe::{SLAB, Tally, posterior_of_test, prior_of_test},
};

/// How to rerun.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rerun {
    /// How much.
    pub scope: RerunScope,
    /// The tests in doubt, by ordinal; empty when all matter.
    pub tests: Vec<u32>,
    /// So many times the usual time limit.
    pub time_factor: u32,
}

/// The cheapest rerun that settles the doubt of a judgement; `None` when there is none left.
pub fn rerun(judgement: &Judgement, options: &RerunOptions) -> Option<Rerun> {
    let Next::Rerun { time_factor } = judgement.next else { return None };
    let test = judgement.strongest.and_then(|strand| match strand.evidence {
        Evidence::Test(test) => Some(test),
        Evidence::WholeRun | Evidence::Timeout => None,
    });
    // A run that hung, crashed or passed says nothing about single tests: all of it has to be seen again.
    let (scope, tests) = match test {
        Some(test) if options.failed_tests && time_factor == 1 => (RerunScope::FailedTests, vec![test]),
        Some(test) if options.failed_jobs && time_factor == 1 => (RerunScope::FailedJobs, vec![test]),
        _ => (RerunScope::WholeBuild, Vec::new()),
    };
    Some(Rerun { scope, tests, time_factor })
}

/// What to buy next with CI minutes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Purchase {
    /// More runs of the unchanged code: they settle several doubtful mutants at once.
    BaselineRuns {
        /// So many.
        runs: u32,
    },
    /// Reruns of the doubtful mutants themselves.
    TrialReruns,
}

/// Mutants that are in doubt, or will be, over the same evidence.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Doubt {
    /// The evidence as it stands.
    pub strand: Strand,
    /// So many mutants.
    pub mutants: u32,
}

/// The doubts that trials of so many mutants will come to, by what the tests did on unchanged code: each flaky test
/// fails by itself under some of them.
pub fn expected_doubts(baseline: &Baseline, mutants: u32) -> Vec<Doubt> {
    let doubt = |record: TestRecord| Doubt {
        strand: Strand {
            evidence: Evidence::Test(record.test),
            failures: 1,
            runs: 1,
            baseline_failures: record.failures,
            baseline_runs: record.runs,
            earlier_failures: 0,
            earlier_runs: 0,
            posterior: 0.0,
        },
        mutants: rounded(f64::from(mutants) * flake_rate(record.failures, record.runs)),
    };
    baseline.flaky().map(doubt).filter(|doubt| doubt.mutants > 0).collect()
}

/// How often a test that failed so often is expected to fail: a first failure in few runs came early by luck.
fn flake_rate(failures: u32, runs: u32) -> f64 {
    let (a, b) = SLAB;
    (f64::from(failures) + a) / (f64::from(runs) + a + b)
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the cast saturates, as it should")]
fn rounded(number: f64) -> u32 {
    number.round() as u32
}

/// More failing reruns than this are not waited for.
const HORIZON: u32 = 12;
/// Runs of the unchanged code are bought in such steps.
const STEP: usize = 5;

/// Chooses between up to `most` more runs of the unchanged code and reruns alone, by the builds that it takes until
/// each mutant in doubt would be settled if the mutant is what makes its test fail.
pub fn purchase(baseline: &Baseline, covering: Option<u32>, doubts: &[Doubt], most: u32, detected: f64) -> Purchase {
    let weight = baseline.slab_weight();
    let prior = prior_of_test(covering.unwrap_or(u32::try_from(baseline.tests.len()).unwrap_or(u32::MAX)));
    let needed = |strand: &Strand, extra: u32| {
        let before = strand.before();
        let more = rounded(f64::from(extra) * flake_rate(before.failures, before.runs));
        let before = Tally::new(before.failures.saturating_add(more), before.runs.saturating_add(extra));
        (0..HORIZON)
            .find(|more| {
                let now = Tally::new(strand.failures + more, strand.runs + more);
                posterior_of_test(before, now, weight, prior) >= detected
            })
            .unwrap_or(HORIZON)
    };
    let price = |extra: u32| {
        let singles = doubts.iter().filter(|doubt| matches!(doubt.strand.evidence, Evidence::Test(_)));
        let reruns = singles.map(|doubt| u64::from(doubt.mutants) * u64::from(needed(&doubt.strand, extra)));
        u64::from(extra) + reruns.sum::<u64>()
    };
    let steps = (0..most).step_by(STEP).chain(std::iter::once(most));
    match steps.min_by_key(|&extra| price(extra)).unwrap_or(0) {
        0 => Purchase::TrialReruns,
        runs => Purchase::BaselineRuns { runs },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{RunEnd, RunFacts, judge};
    use tinybug_model::Thresholds;

    fn baseline(failures: u32, runs: u32) -> Baseline {
        let record = |test| TestRecord { test, runs, failures: if test < 5 { failures } else { 0 } };
        Baseline {
            runs,
            tests: (0..500).map(record).collect(),
            broken: Vec::new(),
            unstable: Vec::new(),
            whole_run_failures: 0,
            timeouts: 0,
            min_tests: 500,
            longest_ms: 1,
            clusters: Vec::new(),
            messages: Vec::new(),
            history: Vec::new(),
            limit_ms: None,
        }
    }

    fn doubt(baseline: &Baseline, end: RunEnd, failed: Vec<u32>) -> Judgement {
        let ran = if matches!(end, RunEnd::TimedOut { .. }) { Vec::new() } else { (0..500).collect() };
        judge(baseline, None, &[RunFacts::new(end, ran, failed, 1)], &Thresholds::default())
    }

    #[test]
    fn the_cheapest_rerun_that_is_allowed_is_chosen() {
        let judgement = doubt(&baseline(1, 5), RunEnd::Failed, vec![3]);
        let scope = |failed_jobs, failed_tests| {
            rerun(&judgement, &RerunOptions { failed_jobs, failed_tests }).map(|rerun| (rerun.scope, rerun.tests))
        };
        assert_eq!(scope(false, false), Some((RerunScope::WholeBuild, vec![])));
        assert_eq!(scope(true, false), Some((RerunScope::FailedJobs, vec![3])));
        assert_eq!(scope(true, true), Some((RerunScope::FailedTests, vec![3])));
    }

    #[test]
    fn what_hung_is_run_whole_with_more_time() {
        let judgement = doubt(&baseline(0, 5), RunEnd::TimedOut { confirmed_limit: false }, vec![]);
        let options = RerunOptions { failed_jobs: true, failed_tests: true };
        let rerun = rerun(&judgement, &options);
        assert_eq!(rerun, Some(Rerun { scope: RerunScope::WholeBuild, tests: vec![], time_factor: 2 }));
    }

    #[test]
    fn what_is_settled_is_not_run_again() {
        let judgement = doubt(&baseline(0, 5), RunEnd::Passed, vec![]);
        assert_eq!(rerun(&judgement, &RerunOptions::default()), None);
    }

    #[test]
    fn many_mutants_in_doubt_over_a_flaky_test_pay_for_more_baseline_runs_and_one_does_not() {
        let baseline = baseline(1, 5);
        let strand = doubt(&baseline, RunEnd::Failed, vec![3]).strongest.unwrap();
        let bought = |mutants| purchase(&baseline, None, &[Doubt { strand, mutants }], 15, 0.99);
        assert_eq!(bought(1), Purchase::TrialReruns);
        assert_eq!(bought(40), Purchase::BaselineRuns { runs: 15 });
    }

    #[test]
    fn the_more_mutants_a_flaky_test_will_fail_under_the_more_doubts_are_expected() {
        let baseline = baseline(1, 5);
        assert_eq!(expected_doubts(&baseline, 3), []);
        let doubts = expected_doubts(&baseline, 50);
        assert_eq!((doubts.len(), doubts[0].mutants, doubts[0].strand.baseline_runs), (5, 8, 5));
    }
}
