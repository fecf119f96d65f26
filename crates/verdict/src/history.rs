//! What earlier measurements of the repository know of its tests, and how a baseline takes that in.

use serde::{Deserialize, Serialize};

use crate::{
    baseline::{Baseline, BaselinePolicy, TestRecord},
    recipe::Tally,
};

/// Tests as earlier measurements know them, from runs of code that cannot have broken them.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct History {
    records: Vec<TestRecord>,
    messages: Vec<(u32, u64)>,
}

impl History {
    /// A history; tests may come in any order, each once. `messages`: fingerprints of what tests said when they
    /// failed.
    pub fn new(records: impl IntoIterator<Item = TestRecord>, messages: impl IntoIterator<Item = (u32, u64)>) -> Self {
        let mut records: Vec<TestRecord> = records.into_iter().filter(|record| record.runs > 0).collect();
        records.sort_unstable_by_key(|record| record.test);
        records.dedup_by_key(|record| record.test);
        let mut messages: Vec<(u32, u64)> = messages.into_iter().collect();
        messages.sort_unstable();
        messages.dedup();
        Self { records, messages }
    }

    fn record(&self, test: u32) -> Option<TestRecord> {
        self.records.binary_search_by_key(&test, |record| record.test).ok().map(|at| self.records[at])
    }
}

impl Baseline {
    /// The same with what earlier measurements know of its tests: their runs count as runs of this baseline. Tests that
    /// this baseline does not count are not added.
    #[must_use]
    pub fn with_history(mut self, history: &History) -> Self {
        for record in &mut self.tests {
            let Some(past) = history.record(record.test) else { continue };
            record.runs = record.runs.saturating_add(past.runs);
            record.failures = record.failures.saturating_add(past.failures.min(past.runs));
            self.history.push(past);
        }
        let counted = |test: u32| self.tests.binary_search_by_key(&test, |record| record.test).is_ok();
        self.messages.extend(history.messages.iter().filter(|(test, _)| counted(*test)));
        self.messages.sort_unstable();
        self.messages.dedup();
        self
    }

    /// The history that this baseline took in, so that it can be reckoned anew with the same.
    pub fn history(&self) -> History {
        let known = |test: u32| self.earlier(test).is_some();
        History::new(self.history.iter().copied(), self.messages.iter().copied().filter(|(test, _)| known(*test)))
    }

    /// What earlier measurements know of a test.
    pub fn earlier(&self, test: u32) -> Option<TestRecord> {
        self.history.binary_search_by_key(&test, |record| record.test).ok().map(|at| self.history[at])
    }

    /// A record without what earlier measurements added to it.
    pub(crate) fn own(&self, record: TestRecord) -> Tally {
        let earlier = self.earlier(record.test).map_or(Tally::default(), TestRecord::tally);
        Tally::new(record.failures.saturating_sub(earlier.failures), record.runs.saturating_sub(earlier.runs))
    }

    /// How many runs of its own this baseline needs at most. A test that fails by itself asks for more, so that it is known
    /// how often it does, and which other tests do; runs of earlier measurements need not be made again.
    pub(crate) fn runs_needed(&self, policy: &BaselinePolicy) -> u32 {
        let minimum = policy.runs.max(1);
        if self.is_clean() {
            return minimum;
        }
        let when_flaky = policy.runs_when_flaky.max(minimum);
        if self.whole_run_failures > 0 {
            return when_flaky;
        }
        let runs_before = |test: u32| self.earlier(test).map_or(0, |record| record.runs);
        let mut usual: Vec<u32> = self.tests.iter().map(|record| runs_before(record.test)).collect();
        usual.sort_unstable();
        let usual = usual.get(usual.len() / 2).copied().unwrap_or(0);
        let known = self.flaky().map(|record| runs_before(record.test)).min().unwrap_or(0).min(usual);
        when_flaky.saturating_sub(known).max(minimum)
    }
}

#[cfg(test)]
mod tests {
    use tinybug_model::Verdict;

    use super::*;
    use crate::{Assessment, Evidence, Judgement, RunEnd, RunFacts, assess, assess_with, judge};

    const POLICY: BaselinePolicy =
        BaselinePolicy { runs: 5, runs_when_flaky: 20, allow_failing_tests: false, mutants: 1000, detected: 0.99 };
    const TESTS: u32 = 25;

    fn run(failed: &[u32]) -> RunFacts {
        let end = if failed.is_empty() { RunEnd::Passed } else { RunEnd::Failed };
        RunFacts::new(end, (0..TESTS).collect(), failed.to_vec(), 1000)
    }

    /// A history of so many runs of each test, in which test 3 failed so often.
    fn history(runs: u32, failures: u32) -> History {
        let record = |test| TestRecord { test, runs, failures: if test == 3 { failures } else { 0 } };
        History::new((0..TESTS).map(record), [])
    }

    fn green(history: &History) -> Baseline {
        match assess_with(&vec![run(&[]); 5], &POLICY, history) {
            Assessment::Sound(baseline) => baseline,
            other => panic!("not sound: {other:?}"),
        }
    }

    fn judged(baseline: &Baseline, attempts: &[RunFacts]) -> Judgement {
        judge(baseline, None, attempts, &tinybug_model::Thresholds::default())
    }

    #[test]
    fn without_a_history_nothing_changes() {
        let runs = vec![run(&[]); 5];
        assert_eq!(assess_with(&runs, &POLICY, &History::default()), assess(&runs, &POLICY));
    }

    #[test]
    fn a_test_known_as_flaky_is_suspected_although_this_baseline_is_green() {
        let (unknown, known) = (green(&History::default()), green(&history(40, 3)));
        let caught = judged(&unknown, &[run(&[3]), run(&[3])]);
        assert_eq!(caught.verdict, Some(Verdict::Detected));
        let doubted = judged(&known, &[run(&[3]), run(&[3])]);
        assert_eq!(doubted.verdict, None);
        assert!(doubted.posterior < caught.posterior - 0.05, "{} {}", doubted.posterior, caught.posterior);
        assert_eq!(
            doubted.explanation(|test| format!("test_{test}")),
            format!(
                "2 of 2 runs failed `test_3`, which failed 0 of 5 unchanged runs here and 3 of 40 in earlier \
                 measurements: {}, which does not settle it yet.",
                crate::explain::percent(doubted.posterior)
            )
        );
        let attempts = [run(&[3]), run(&[]), run(&[]), run(&[]), run(&[])];
        assert_eq!(judged(&known, &attempts).verdict, Some(Verdict::Survived));
        assert_eq!(judged(&known, &[run(&[])]).verdict, None, "where something is flaky, a survivor takes two runs");
    }

    #[test]
    fn a_test_that_others_know_as_calm_is_believed_sooner() {
        let (unknown, known) = (green(&History::default()), green(&history(40, 0)));
        let posterior = |baseline: &Baseline| judged(baseline, &[run(&[7])]).posterior;
        assert!(posterior(&known) > posterior(&unknown));
        // Exactly as if this baseline had run so often itself.
        let long = BaselinePolicy { runs: 45, ..POLICY };
        let Assessment::Sound(own) = assess(&vec![run(&[]); 45], &long) else { panic!("not sound") };
        assert!((posterior(&known) - posterior(&own)).abs() < 1e-12);
    }

    #[test]
    fn runs_that_earlier_measurements_made_are_not_made_again() {
        let mut runs = vec![run(&[]); 5];
        runs[1] = run(&[3]);
        let needed = |history: &History| match assess_with(&runs, &POLICY, history) {
            Assessment::NeedsMoreRuns { total } => total,
            Assessment::Sound(_) => 5,
            Assessment::Broken(why) => panic!("{why:?}"),
        };
        assert_eq!(needed(&History::default()), 20);
        assert_eq!(needed(&history(12, 1)), 8);
        assert_eq!(needed(&history(60, 2)), 5);
        // The flaky test is known well, the others are not.
        let alone = History::new([TestRecord { test: 3, runs: 60, failures: 2 }], []);
        assert_eq!(needed(&alone), 15, "three times the usual: more would save no reruns");
        // A failure of the run as a whole is in no test's history.
        runs[1] = RunFacts::new(RunEnd::OutOfMemory, Vec::new(), Vec::new(), 9);
        assert_eq!(needed_of(&runs, &history(60, 2)), 20);
    }

    fn needed_of(runs: &[RunFacts], history: &History) -> u32 {
        match assess_with(runs, &POLICY, history) {
            Assessment::NeedsMoreRuns { total } => total,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_green_baseline_asks_for_more_only_where_a_flaky_test_is_hardly_known() {
        assert!(matches!(assess_with(&vec![run(&[]); 5], &POLICY, &history(40, 3)), Assessment::Sound(_)));
        assert_eq!(needed_of(&vec![run(&[]); 5], &history(8, 1)), 12);
    }

    #[test]
    fn a_baseline_is_reckoned_anew_with_the_history_it_had() {
        let past = History::new([TestRecord { test: 3, runs: 40, failures: 3 }], [(3, 77), (3, 5), (99, 1)]);
        let baseline = green(&history(40, 0)).with_history(&History::default());
        assert_eq!(baseline.history(), history(40, 0));
        let baseline = Baseline { history: Vec::new(), ..green(&history(40, 0)) }.with_history(&past);
        assert_eq!(baseline.history().messages, [(3, 5), (3, 77)]);
        let json = serde_json::to_string(&baseline).unwrap();
        assert_eq!(serde_json::from_str::<Baseline>(&json).unwrap(), baseline);
    }

    #[test]
    fn a_message_known_from_earlier_measurements_counts_less() {
        let said = |text: &'static str| run(&[3]).with_messages([(3, text)]);
        let messages = said("timeout after 30 s").messages;
        let records = || history(40, 1).records;
        let baseline = green(&History::new(records(), messages));
        let known = judged(&baseline, &[said("timeout after 31 s")]);
        let other = judged(&baseline, &[said("expected 3, got 4")]);
        assert!(known.posterior < other.posterior, "{} {}", known.posterior, other.posterior);
    }

    #[test]
    fn a_strand_tells_own_runs_from_earlier_ones() {
        let strand = judged(&green(&history(40, 3)), &[run(&[3])]).strongest.unwrap();
        assert_eq!(strand.evidence, Evidence::Test(3));
        assert_eq!((strand.baseline_failures, strand.baseline_runs), (0, 5));
        assert_eq!((strand.earlier_failures, strand.earlier_runs), (3, 40));
    }
}
