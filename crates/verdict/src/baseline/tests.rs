//! Tests of the baseline.

use super::*;

const POLICY: BaselinePolicy =
    BaselinePolicy { runs: 5, runs_when_flaky: 20, allow_failing_tests: false, mutants: 1000, detected: 0.99 };

fn run(tests: u32, failed: &[u32]) -> RunFacts {
    let end = if failed.is_empty() { RunEnd::Passed } else { RunEnd::Failed };
    RunFacts::new(end, (0..tests).collect(), failed.to_vec(), 1000)
}

fn ended(end: RunEnd) -> RunFacts {
    RunFacts::new(end, Vec::new(), Vec::new(), 10)
}

fn sound(runs: &[RunFacts], policy: &BaselinePolicy) -> Baseline {
    match assess(runs, policy) {
        Assessment::Sound(baseline) => baseline,
        other => panic!("not sound: {other:?}"),
    }
}

#[test]
fn a_clean_baseline_is_sound_after_the_runs_asked_for() {
    let runs = vec![run(10, &[]); 5];
    assert_eq!(assess(&[], &POLICY), Assessment::NeedsMoreRuns { total: 5 });
    assert_eq!(assess(&runs[..4], &POLICY), Assessment::NeedsMoreRuns { total: 5 });
    let baseline = sound(&runs, &POLICY);
    assert!(baseline.is_clean());
    assert_eq!((baseline.tests.len(), baseline.min_tests, baseline.runs), (10, 10, 5));
}

#[test]
fn a_failure_seen_asks_for_more_runs() {
    let mut runs = vec![run(10, &[]); 5];
    runs[2] = run(10, &[3]);
    assert_eq!(assess(&runs, &POLICY), Assessment::NeedsMoreRuns { total: 20 });
    runs.resize(20, run(10, &[]));
    let baseline = sound(&runs, &POLICY);
    assert_eq!(baseline.flaky().collect::<Vec<_>>(), [TestRecord { test: 3, runs: 20, failures: 1 }]);
}

#[test]
fn more_runs_are_asked_for_only_where_they_save_more_reruns_than_they_cost() {
    let mut runs = vec![run(10, &[]); 5];
    runs[2] = run(10, &[3]);
    let asked = |mutants| match assess(&runs, &BaselinePolicy { mutants, ..POLICY }) {
        Assessment::NeedsMoreRuns { total } => total,
        _ => 5,
    };
    assert_eq!([5, 20, 1000].map(asked), [15, 15, 20]);
    // A run that crashed puts every mutant in doubt.
    let crashed = RunFacts::new(RunEnd::Failed, Vec::new(), Vec::new(), 1);
    let crash: Vec<RunFacts> = std::iter::once(crashed).chain(vec![run(10, &[]); 4]).collect();
    let few = BaselinePolicy { mutants: 5, ..POLICY };
    assert_eq!(assess(&crash, &few), Assessment::NeedsMoreRuns { total: 20 });
}

#[test]
fn what_one_run_proves_is_said_after_one_run() {
    for (end, broken) in [
        (RunEnd::DoesNotBuild, BrokenBaseline::DoesNotBuild),
        (RunEnd::Passed, BrokenBaseline::NoTests),
        (RunEnd::Failed, BrokenBaseline::FailsWithoutReport),
        (RunEnd::TimedOut { confirmed_limit: false }, BrokenBaseline::TimedOut),
        (RunEnd::OutOfMemory, BrokenBaseline::OutOfMemory),
    ] {
        assert_eq!(assess(&[ended(end)], &POLICY), Assessment::Broken(broken));
    }
}

#[test]
fn a_test_that_never_passes_breaks_the_baseline_unless_the_plan_allows_it() {
    let runs = vec![run(10, &[3]); 5];
    assert_eq!(assess(&runs[..2], &POLICY), Assessment::NeedsMoreRuns { total: 5 });
    assert_eq!(assess(&runs[..3], &POLICY), Assessment::Broken(BrokenBaseline::AlwaysFailing { tests: vec![3] }));
    let baseline = sound(&runs, &BaselinePolicy { allow_failing_tests: true, ..POLICY });
    assert_eq!(baseline.broken, [3]);
    assert!(baseline.is_clean() && baseline.record(3).is_none());
}

#[test]
fn a_command_that_fails_without_a_failing_test_breaks_the_baseline() {
    let runs = vec![RunFacts { end: RunEnd::Failed, ..run(10, &[]) }; 5];
    assert_eq!(assess(&runs, &POLICY), Assessment::Broken(BrokenBaseline::FailsAlthoughTestsPass));
    let allowed = BaselinePolicy { allow_failing_tests: true, runs_when_flaky: 5, ..POLICY };
    let baseline = sound(&runs, &allowed);
    assert_eq!((baseline.tests.len(), baseline.whole_run()), (10, None));
}

#[test]
fn lost_runs_are_run_again_and_at_last_named() {
    let mut runs = vec![ended(RunEnd::Infrastructure), ended(RunEnd::Cancelled)];
    assert_eq!(assess(&runs, &POLICY), Assessment::NeedsMoreRuns { total: 7 });
    runs.push(ended(RunEnd::Infrastructure));
    assert_eq!(assess(&runs, &POLICY), Assessment::Broken(BrokenBaseline::Infrastructure));
}

#[test]
fn a_bad_run_is_counted_as_one_and_spoils_no_test_record() {
    let all: Vec<u32> = (0..10).collect();
    for bad in [run(10, &all), ended(RunEnd::OutOfMemory), RunFacts { end: RunEnd::Failed, ..run(3, &[]) }] {
        let mut runs = vec![run(10, &[]); 20];
        runs[1] = bad;
        let baseline = sound(&runs, &POLICY);
        assert_eq!((baseline.whole_run_failures, baseline.flaky().count(), baseline.tests.len()), (1, 0, 10));
        assert_eq!((baseline.min_tests, baseline.is_clean()), (10, false));
    }
}

#[test]
fn a_test_that_comes_and_goes_is_set_aside() {
    let mut runs = vec![run(10, &[]); 5];
    runs[1] = run(9, &[]);
    let baseline = sound(&runs, &POLICY);
    assert_eq!((baseline.unstable.as_slice(), baseline.tests.len(), baseline.min_tests), ([9].as_slice(), 9, 9));
}

#[test]
fn a_baseline_survives_its_json() {
    let baseline = sound(&vec![run(3, &[]); 5], &POLICY);
    let json = serde_json::to_string(&baseline).unwrap();
    assert!(json.contains("[[0,5,0],[1,5,0],[2,5,0]]"), "{json}");
    assert_eq!(serde_json::from_str::<Baseline>(&json).unwrap(), baseline);
}
