//! Tests of the judge.

use super::*;
use crate::{baseline::TestRecord, cluster::Cluster};

fn baseline(tests: u32, runs: u32) -> Baseline {
    Baseline {
        runs,
        tests: (0..tests).map(|test| TestRecord { test, runs, failures: 0 }).collect(),
        broken: Vec::new(),
        unstable: Vec::new(),
        whole_run_failures: 0,
        timeouts: 0,
        min_tests: tests,
        longest_ms: 1000,
        clusters: Vec::new(),
        messages: Vec::new(),
        history: Vec::new(),
        limit_ms: None,
    }
}

fn run(tests: u32, failed: &[u32]) -> RunFacts {
    let end = if failed.is_empty() { RunEnd::Passed } else { RunEnd::Failed };
    RunFacts::new(end, (0..tests).collect(), failed.to_vec(), 1000)
}

fn ended(end: RunEnd) -> RunFacts {
    RunFacts::new(end, Vec::new(), Vec::new(), 10)
}

fn judged(baseline: &Baseline, covering: Option<&[u32]>, attempts: &[RunFacts]) -> Judgement {
    judge(baseline, covering, attempts, &Thresholds::default())
}

const AGAIN: Next = Next::Rerun { time_factor: 1 };
const AGAIN_LONGER: Next = Next::Rerun { time_factor: 2 };
const HUNG: RunEnd = RunEnd::TimedOut { confirmed_limit: false };
const HUNG_LONGER: RunEnd = RunEnd::TimedOut { confirmed_limit: true };

#[test]
fn one_failure_of_a_covering_test_settles_a_clean_repository() {
    let covering: Vec<u32> = (0..25).collect();
    let judgement = judged(&baseline(500, 5), Some(&covering), &[run(500, &[7])]);
    assert_eq!((judgement.verdict, judgement.next), (Some(Verdict::Detected), Next::Done));
    assert!((judgement.posterior - 0.9981).abs() < 1e-4);
    assert_eq!(judgement.caught_by.len(), 1);
    assert_eq!(judgement.caught_by[0].evidence, Evidence::Test(7));
    assert_eq!(
        judgement.explanation(|_| "test_total".to_owned()),
        "1 of 1 run failed `test_total`, which failed 0 of 5 unchanged runs: 99.81 %."
    );
}

#[test]
fn without_coverage_the_same_failure_asks_for_one_more_run() {
    let mut attempts = vec![run(500, &[7])];
    let judgement = judged(&baseline(500, 5), None, &attempts);
    assert_eq!((judgement.verdict, judgement.next), (None, AGAIN));
    attempts.push(run(500, &[7]));
    assert_eq!(judged(&baseline(500, 5), None, &attempts).verdict, Some(Verdict::Detected));
}

#[test]
fn a_failing_test_that_does_not_run_the_line_is_no_evidence() {
    let judgement = judged(&baseline(500, 5), Some(&[1, 2]), &[run(500, &[7])]);
    assert_eq!(judgement.verdict, Some(Verdict::Survived));
    assert!(judgement.caught_by.is_empty());
}

#[test]
fn nothing_failing_means_survived_after_one_run_if_clean_and_two_if_flaky() {
    let clean = baseline(500, 5);
    let judgement = judged(&clean, None, &[run(500, &[])]);
    assert_eq!(judgement.verdict, Some(Verdict::Survived));
    assert!(judgement.confidence > 0.99);
    let mut flaky = clean;
    flaky.tests[3].failures = 1;
    assert_eq!(judged(&flaky, None, &[run(500, &[])]).next, AGAIN);
    assert_eq!(judged(&flaky, None, &[run(500, &[]), run(500, &[])]).verdict, Some(Verdict::Survived));
}

#[test]
fn a_flaky_test_that_fails_by_accident_is_not_counted() {
    let mut flaky = baseline(6, 20);
    flaky.tests[3].failures = 4;
    let mut attempts = vec![run(6, &[3])];
    assert_eq!(judged(&flaky, None, &attempts).verdict, None);
    attempts.resize(4, run(6, &[]));
    assert_eq!(judged(&flaky, None, &attempts).verdict, Some(Verdict::Survived));
}

#[test]
fn doubt_ends_after_the_attempts_allowed() {
    let mut flaky = baseline(500, 5);
    for test in &mut flaky.tests[..5] {
        test.failures = 1;
    }
    let attempts = vec![run(500, &[3]); 5];
    for (index, expected) in [None, None, None, None, Some(Verdict::Inconclusive)].into_iter().enumerate() {
        assert_eq!(judged(&flaky, None, &attempts[..=index]).verdict, expected);
    }
    let last = judged(&flaky, None, &attempts);
    assert!((last.posterior - 0.7135).abs() < 1e-4, "{}", last.posterior);
    assert_eq!(
        last.explanation(|test| format!("test_{test}")),
        "5 of 5 runs failed `test_3`, which failed 1 of 5 unchanged runs: 71.3 %, which does not settle it within the \
         attempts allowed."
    );
}

#[test]
fn a_mutant_that_does_not_build_is_invalid() {
    let judgement = judged(&baseline(9, 5), None, &[ended(RunEnd::DoesNotBuild)]);
    assert_eq!(judgement.verdict, Some(Verdict::Invalid));
}

#[test]
fn lost_attempts_are_no_evidence_and_three_are_an_error() {
    let lost = [ended(RunEnd::Infrastructure), ended(RunEnd::Cancelled), ended(RunEnd::Infrastructure)];
    assert_eq!(judged(&baseline(9, 5), None, &[]).next, AGAIN);
    assert_eq!(judged(&baseline(9, 5), None, &lost[..2]).next, AGAIN);
    assert_eq!(judged(&baseline(9, 5), None, &lost).verdict, Some(Verdict::Error));
    let kept = [lost[0].clone(), run(9, &[])];
    assert_eq!(judged(&baseline(9, 5), None, &kept).verdict, Some(Verdict::Survived));
}

#[test]
fn a_crash_is_a_detection_when_it_comes_twice() {
    for crash in [
        ended(RunEnd::Failed),
        ended(RunEnd::OutOfMemory),
        RunFacts { end: RunEnd::Failed, ..run(4, &[]) },
        RunFacts { end: RunEnd::Failed, ..run(9, &[]) },
        // pytest reports a collection error as a failing test of its own.
        RunFacts::new(RunEnd::Failed, vec![77], vec![77], 5),
    ] {
        let attempts = [crash.clone(), crash];
        assert_eq!(judged(&baseline(9, 5), None, &attempts[..1]).next, AGAIN);
        let judgement = judged(&baseline(9, 5), None, &attempts);
        assert_eq!(judgement.verdict, Some(Verdict::Detected));
        assert_eq!(judgement.caught_by[0].evidence, Evidence::WholeRun);
    }
}

#[test]
fn one_crash_and_then_nothing_failing_is_no_detection() {
    let mut attempts = vec![ended(RunEnd::Failed)];
    attempts.resize(4, run(9, &[]));
    assert_eq!(judged(&baseline(9, 5), None, &attempts).verdict, Some(Verdict::Survived));
}

#[test]
fn nearly_all_tests_failing_is_one_piece_of_evidence_that_asks_for_a_rerun() {
    let red: Vec<u32> = (0..20).collect();
    let attempts = [run(20, &red), run(20, &red)];
    assert_eq!(judged(&baseline(20, 5), Some(&red), &attempts[..1]).next, AGAIN);
    let judgement = judged(&baseline(20, 5), Some(&red), &attempts);
    assert_eq!(judgement.verdict, Some(Verdict::Detected));
    assert_eq!(judgement.caught_by.len(), 21);
}

#[test]
fn a_test_that_only_the_mutant_has_is_no_evidence() {
    let mut attempt = run(9, &[]);
    attempt.ran.push(40);
    attempt.failed.push(40);
    attempt.end = RunEnd::Failed;
    assert_eq!(judged(&baseline(9, 5), None, &[attempt]).verdict, Some(Verdict::Survived));
}

#[test]
fn a_test_whose_name_the_mutant_changed_is_evidence_when_it_fails() {
    // Test 8 is gone, test 40 is there in its place, and fails.
    let mut ran: Vec<u32> = (0..8).collect();
    ran.push(40);
    let attempt = RunFacts::new(RunEnd::Failed, ran.clone(), vec![40], 5);
    let judgement = judged(&baseline(9, 5), None, &[attempt.clone(), attempt]);
    assert_eq!(judgement.verdict, Some(Verdict::Detected));
    assert_eq!(judgement.caught_by[0].evidence, Evidence::WholeRun);
    let passing = RunFacts::new(RunEnd::Passed, ran, Vec::new(), 5);
    assert_eq!(judged(&baseline(9, 5), None, &[passing]).verdict, Some(Verdict::Survived));
}

#[test]
fn a_timeout_counts_only_when_confirmed_with_twice_the_time() {
    let first = judged(&baseline(9, 5), None, &[ended(HUNG)]);
    assert_eq!((first.verdict, first.next), (None, AGAIN_LONGER));
    let confirmed = judged(&baseline(9, 5), None, &[ended(HUNG), ended(HUNG_LONGER)]);
    assert_eq!(confirmed.verdict, Some(Verdict::Timeout));
    assert!(confirmed.confidence > 0.99);
    assert_eq!(
        confirmed.explanation(|_| String::new()),
        "2 of 2 runs did not end in time, and 0 of 5 unchanged runs: 99.14 %."
    );
}

#[test]
fn a_timeout_at_a_limit_that_unchanged_code_nearly_takes_is_no_detection() {
    let attempts = [ended(HUNG), ended(HUNG_LONGER)];
    let within = |limit_ms| Baseline { limit_ms: Some(limit_ms), ..baseline(9, 5) };
    assert_eq!(judged(&within(3001), None, &attempts).verdict, Some(Verdict::Timeout));
    assert_eq!(judged(&within(3000), None, &attempts[..1]).next, AGAIN_LONGER);
    let judgement = judged(&within(3000), None, &attempts);
    assert_eq!((judgement.verdict, judgement.next), (Some(Verdict::Inconclusive), Next::Done));
    assert_eq!(
        judgement.explanation(|_| String::new()),
        "2 of 2 runs did not end in time, and 0 of 5 unchanged runs; but the time limit is not three times what \
         unchanged code takes, so that is no detection: raise the plan's timeout_factor."
    );
}

#[test]
fn a_timeout_that_is_not_confirmed_leaves_the_verdict_to_runs_that_end() {
    let mut attempts = vec![ended(HUNG), run(9, &[])];
    let judgement = judged(&baseline(9, 5), None, &attempts);
    assert_eq!((judgement.verdict, judgement.next), (None, AGAIN_LONGER));
    attempts.push(run(9, &[]));
    assert_eq!(judged(&baseline(9, 5), None, &attempts).verdict, Some(Verdict::Survived));
    let caught = judged(&baseline(9, 5), None, &[ended(HUNG), run(9, &[2]), run(9, &[2])]);
    assert_eq!(caught.verdict, Some(Verdict::Detected));
}

#[test]
fn hanging_now_and_then_stays_inconclusive() {
    let attempts = [ended(HUNG), run(9, &[]), ended(HUNG_LONGER), run(9, &[]), ended(HUNG_LONGER)];
    assert_eq!(judged(&baseline(9, 5), None, &attempts).verdict, Some(Verdict::Inconclusive));
}

#[test]
fn a_plan_with_one_attempt_is_judged_after_one() {
    let thresholds = Thresholds { max_attempts: 1, ..Thresholds::default() };
    let once = |attempt: RunFacts| judge(&baseline(500, 5), None, &[attempt], &thresholds).verdict;
    assert_eq!(once(run(500, &[])), Some(Verdict::Survived));
    assert_eq!(once(run(500, &[3])), Some(Verdict::Inconclusive));
    assert_eq!(once(ended(HUNG)), Some(Verdict::Inconclusive));
    assert_eq!(once(ended(RunEnd::Infrastructure)), Some(Verdict::Error));
}

#[test]
fn a_judgement_survives_its_json() {
    let judgement = judged(&baseline(9, 5), None, &[run(9, &[2]), run(9, &[2])]);
    let json = serde_json::to_string(&judgement).unwrap();
    assert_eq!(serde_json::from_str::<Judgement>(&json).unwrap(), judgement);
}

#[test]
fn a_failure_that_says_what_the_flaky_test_said_before_counts_less() {
    let covering: Vec<u32> = (0..25).collect();
    let mut flaky = baseline(500, 20);
    flaky.tests[3].failures = 1;
    let said = |message: &'static str| run(500, &[3]).with_messages([(3, message)]);
    flaky.messages = run(500, &[3]).with_messages([(3, "timeout after 30 s")]).messages;
    let known = judged(&flaky, Some(&covering), &[said("timeout after 31 s")]);
    let other = judged(&flaky, Some(&covering), &[said("expected 3, got 4")]);
    assert!(known.posterior < other.posterior - 0.2, "{} {}", known.posterior, other.posterior);
}

#[test]
fn a_cluster_of_flaky_tests_is_one_piece_of_evidence() {
    let mut flaky = baseline(500, 20);
    flaky.tests[3].failures = 1;
    let alone = judged(&flaky, None, &[run(500, &[3])]).posterior;
    flaky.clusters = vec![Cluster { tests: vec![3, 4, 5], failures: 4 }];
    let together = judged(&flaky, None, &[run(500, &[3])]).posterior;
    assert!(together < alone, "{together} {alone}");
}

#[test]
fn failures_of_tests_that_cannot_see_the_mutant_tell_a_bad_run() {
    let covering: Vec<u32> = (0..25).collect();
    let bad = run(500, &[3, 100, 200, 300]);
    assert_eq!(judged(&baseline(500, 5), Some(&covering), std::slice::from_ref(&bad)).next, AGAIN);
    let mut attempts = vec![bad];
    attempts.resize(4, run(500, &[]));
    assert_eq!(judged(&baseline(500, 5), Some(&covering), &attempts).verdict, Some(Verdict::Survived));
}
