//! What must hold of every verdict and score, whatever the numbers.

use std::collections::BTreeSet;

use proptest::prelude::*;
use tinybug_model::{MutantId, StopAnswer, StopRule, TestState, Thresholds, Verdict};
use tinybug_verdict::{
    Assessment, Baseline, BaselinePolicy, Counts, Draw, History, JudgeLine, Next, Population, RunEnd, RunFacts, Side,
    Sighting, Suspect, TestProfile, TestRecord, anytime_interval, assess, compare, confidence_sequence, estimate,
    judge, judge_line, score, stop,
};

const TESTS: u32 = 12;

fn failures() -> impl Strategy<Value = Vec<u32>> {
    prop::collection::btree_set(0..TESTS, 0..4).prop_map(|tests| tests.into_iter().collect())
}

fn end() -> impl Strategy<Value = RunEnd> {
    prop_oneof![
        6 => Just(RunEnd::Passed),
        1 => Just(RunEnd::TimedOut { confirmed_limit: false }),
        1 => Just(RunEnd::TimedOut { confirmed_limit: true }),
        1 => Just(RunEnd::OutOfMemory),
        1 => Just(RunEnd::Infrastructure),
        1 => Just(RunEnd::Cancelled),
        1 => Just(RunEnd::DoesNotBuild),
    ]
}

/// Any attempt: any end, and a report that may lack tests.
fn attempt() -> impl Strategy<Value = RunFacts> {
    (end(), failures(), 0..=TESTS).prop_map(|(end, failed, reported)| {
        let failed: Vec<u32> = failed.into_iter().filter(|&test| test < reported).collect();
        let end = if end == RunEnd::Passed && !failed.is_empty() { RunEnd::Failed } else { end };
        RunFacts::new(end, (0..reported).collect(), failed, 1000)
    })
}

/// An attempt that ended by itself and reported all tests.
fn finished(failed: Vec<u32>) -> RunFacts {
    let end = if failed.is_empty() { RunEnd::Passed } else { RunEnd::Failed };
    RunFacts::new(end, (0..TESTS).collect(), failed, 1000)
}

/// A sound baseline with any failures among its tests, each with numbers of runs of its own.
fn baseline() -> impl Strategy<Value = Baseline> {
    let records = prop::collection::vec((0_u32..4, 0_u32..40), TESTS as usize);
    records.prop_map(|history| {
        let policy =
            BaselinePolicy { runs: 5, runs_when_flaky: 5, allow_failing_tests: false, mutants: 1000, detected: 0.99 };
        let Assessment::Sound(baseline) = assess(&vec![finished(Vec::new()); 5], &policy) else {
            unreachable!("five clean runs are sound");
        };
        let tests = baseline.tests.iter().zip(history).map(|(record, (failures, runs))| TestRecord {
            runs: record.runs + runs,
            failures: failures.min(runs),
            ..*record
        });
        Baseline { tests: tests.collect(), ..baseline }
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_judgement_is_bounded_and_ends(
        baseline in baseline(),
        attempts in prop::collection::vec(attempt(), 0..8),
        max_attempts in 0_u32..8,
    ) {
        let thresholds = Thresholds { max_attempts, ..Thresholds::default() };
        for upto in 0..=attempts.len() {
            let judgement = judge(&baseline, None, &attempts[..upto], &thresholds);
            for chance in [judgement.posterior, judgement.confidence, judgement.detectable] {
                prop_assert!((0.0..=1.0).contains(&chance), "{judgement:?}");
            }
            prop_assert_eq!(judgement.verdict.is_some(), judgement.next == Next::Done);
            let allowed = usize::try_from(max_attempts.max(1)).unwrap_or(usize::MAX);
            prop_assert!(judgement.verdict.is_some() || upto < allowed, "goes on after {upto}: {judgement:?}");
            prop_assert_eq!(judgement.caught_by.is_empty(),
                !matches!(judgement.verdict, Some(Verdict::Detected | Verdict::Timeout)));
            prop_assert!(!judgement.explanation(|test| test.to_string()).is_empty());
        }
    }

    #[test]
    fn failures_in_the_history_never_make_a_detection_surer(
        own in baseline(),
        past in prop::collection::vec((0_u32..40, 0_u32..4), TESTS as usize),
        test in 0..TESTS,
        attempts in 1_usize..5,
    ) {
        let history = |more: u32| {
            let records = (0..).zip(&past).map(|(at, &(runs, failures))| {
                let more = if at == test { more } else { 0 };
                TestRecord { test: at, runs: runs + 4, failures: failures.min(runs) + more }
            });
            own.clone().with_history(&History::new(records, []))
        };
        let judged = |baseline: &Baseline| judge(
            baseline, None, &vec![finished(vec![test]); attempts], &Thresholds::default(),
        );
        let (fewer, more) = (judged(&history(0)), judged(&history(1)));
        prop_assert!(more.posterior <= fewer.posterior + 1e-9, "{} {}", fewer.posterior, more.posterior);
        prop_assert!(more.verdict != Some(Verdict::Detected) || fewer.verdict == Some(Verdict::Detected));
        // Nor does a test that only earlier measurements saw failing catch more than if it were unknown.
        let alone = own.clone().with_history(
            &History::new([TestRecord { test, runs: 40, failures: 1 + past[0].1 }], []),
        );
        let Some(record) = own.record(test).filter(|record| record.failures == 0) else { return Ok(()) };
        prop_assert_eq!(alone.earlier(test).map(|earlier| earlier.runs), Some(40), "{:?}", record);
        prop_assert!(judged(&alone).posterior <= judged(&own).posterior + 1e-9);
    }

    #[test]
    fn messages_in_the_history_never_make_a_detection_surer(own in baseline(), test in 0..TESTS, failures in 1_u32..4) {
        let run = finished(vec![test]).with_messages([(test, "timeout after 5 s")]);
        let records = || [TestRecord { test, runs: 40, failures }];
        let silent = own.clone().with_history(&History::new(records(), []));
        let known = own.clone().with_history(&History::new(records(), run.messages.clone()));
        let judged = |baseline: &Baseline| judge(
            baseline, None, &vec![run.clone(); 2], &Thresholds::default(),
        );
        prop_assert!(judged(&known).posterior <= judged(&silent).posterior);
    }

    #[test]
    fn a_profile_is_a_record_that_can_be(results in prop::collection::vec(any::<(bool, bool, bool)>(), 0..200)) {
        let mut profile = TestProfile::default();
        for (place, (failed, next, fades)) in (0_u32..).zip(results) {
            let commit = format!("c{}", if next { place } else { place / 20 });
            profile.see(&Sighting { commit, at: chrono::DateTime::UNIX_EPOCH, failed });
            if fades && place % 7 == 0 {
                profile.fade();
            }
            let record = profile.record(5, "now");
            prop_assert!(record.failures <= record.runs && record.runs <= 100, "{record:?} of {profile:?}");
            let hides = profile.proof.is_some() && profile.state != TestState::Healthy && record.failures == 0;
            prop_assert!(!hides || record.runs == 0, "{profile:?}");
            prop_assert!((0.0..=1.0).contains(&profile.failure_rate()) && (0.0..=1.0).contains(&profile.flip_rate()));
        }
    }

    #[test]
    fn lost_attempts_change_nothing_but_their_number(
        baseline in baseline(),
        attempts in prop::collection::vec(failures().prop_map(finished), 1..3),
    ) {
        let alone = judge(&baseline, None, &attempts, &Thresholds::default());
        let mut with_lost = attempts;
        with_lost.insert(0, RunFacts::new(RunEnd::Infrastructure, Vec::new(), Vec::new(), 1));
        let judged = judge(&baseline, None, &with_lost, &Thresholds::default());
        prop_assert_eq!(judged.verdict, alone.verdict);
        prop_assert!((judged.posterior - alone.posterior).abs() < 1e-12);
    }

    #[test]
    fn the_order_of_attempts_and_the_numbers_of_tests_do_not_matter(
        baseline in baseline(),
        attempts in prop::collection::vec(failures().prop_map(finished), 1..6),
    ) {
        let judgement = judge(&baseline, None, &attempts, &Thresholds::default());
        let reversed: Vec<RunFacts> = attempts.iter().rev().cloned().collect();
        let again = judge(&baseline, None, &reversed, &Thresholds::default());
        prop_assert_eq!(&judgement, &again);
        // Tests numbered from the other end.
        let turn = |test: u32| TESTS - 1 - test;
        let turned: Vec<RunFacts> =
            attempts.iter().map(|run| finished(run.failed.iter().map(|&test| turn(test)).collect())).collect();
        let mut other = baseline.clone();
        other.tests = baseline.tests.iter().rev().map(|record| TestRecord { test: turn(record.test), ..*record }).collect();
        let renumbered = judge(&other, None, &turned, &Thresholds::default());
        prop_assert_eq!(judgement.verdict, renumbered.verdict);
        prop_assert!((judgement.posterior - renumbered.posterior).abs() < 1e-12);
    }

    #[test]
    fn more_failures_never_make_a_detection_less_likely(
        tests in 1_u32..5000,
        covering in prop::option::of(1_u32..5000),
        baseline_runs in 1_u32..200,
        baseline_failures in 0_u32..200,
        attempts in 1_u32..20,
        repo_flaky in 0_u32..100,
    ) {
        let posterior = |baseline_failures: u32, attempt_failures: u32| {
            judge_line(&JudgeLine {
                tests,
                covering: covering.map(|covering| covering.min(tests)),
                baseline_runs,
                suspects: vec![Suspect {
                    name: "t".to_owned(),
                    baseline_failures,
                    attempt_failures,
                    baseline_runs: None,
                    attempts: None,
                }],
                attempts,
                repo_flaky: repo_flaky.min(tests),
                thresholds: Thresholds::default(),
            })
            .posterior
        };
        let before = baseline_failures.min(baseline_runs - 1);
        for failures in 0..attempts {
            let (fewer, more) = (posterior(before, failures), posterior(before, failures + 1));
            prop_assert!(fewer.is_finite() && fewer <= more + 1e-12, "{failures}: {fewer} > {more}");
        }
        for before in 0..before.min(10) {
            let (fewer, more) = (posterior(before, attempts), posterior(before + 1, attempts));
            prop_assert!(more <= fewer + 1e-9, "{before} failures before: {fewer}, one more: {more}");
        }
    }

    #[test]
    fn extreme_counts_never_give_nonsense(
        tests in any::<u32>(), covering in any::<Option<u32>>(), baseline_runs in any::<u32>(),
        baseline_failures in any::<u32>(), attempt_failures in any::<u32>(), attempts in any::<u32>(),
        repo_flaky in any::<u32>(),
    ) {
        let answer = judge_line(&JudgeLine {
            tests, covering, baseline_runs, attempts, repo_flaky,
            suspects: vec![Suspect {
                name: "t".to_owned(), baseline_failures, attempt_failures, baseline_runs: None, attempts: None,
            }],
            thresholds: Thresholds::default(),
        });
        prop_assert!((0.0..=1.0).contains(&answer.posterior), "{answer:?}");
    }

    #[test]
    fn a_score_lies_in_its_interval(
        detected in 0_u64..2000, survived in 0_u64..2000, no_coverage in 0_u64..500, inconclusive in 0_u64..200,
        more in 0_u64..1_000_000, uncovered in prop::option::of(0_u64..1000),
    ) {
        let counts = Counts { detected, survived, no_coverage, inconclusive };
        let lines = detected + survived + no_coverage + inconclusive + more + uncovered.unwrap_or(0);
        let score = score(&counts, &Population { lines, uncovered });
        if let (Some(point), Some(low), Some(high)) = (score.score, score.low, score.high) {
            prop_assert!((0.0..=1.0).contains(&low) && low <= point + 1e-12, "{score:?}");
            prop_assert!(high <= 1.0 && point <= high + 1e-12, "{score:?}");
        }
    }

    #[test]
    fn a_stopping_rule_looks_at_no_more_than_there_is_and_its_interval_is_one(
        verdicts in prop::collection::vec(prop::option::weighted(0.99, 0_usize..8), 0..300),
        lines in prop_oneof![1_u64..400, any::<u64>()],
        rule in prop_oneof![
            (0.0_f64..=1.0).prop_map(|width| StopRule::NarrowerThan { width, alpha: 0.05 }),
            (0.0_f64..=1.0, 0.0_f64..0.25, 0.0001_f64..0.25)
                .prop_map(|(score, margin, alpha)| StopRule::AtLeast { score, margin, alpha }),
            (0.0_f64..=1.0).prop_map(|score| StopRule::AtLeast { score, margin: 0.0, alpha: 0.05 }),
        ],
    ) {
        let verdicts: Vec<Option<Verdict>> =
            verdicts.into_iter().map(|verdict| verdict.map(|verdict| Verdict::ALL[verdict])).collect();
        let known = verdicts.iter().take_while(|verdict| verdict.is_some()).count();
        let stopping = stop(&rule, &verdicts, lines);
        prop_assert!(usize::try_from(stopping.after).unwrap() <= known, "{stopping:?}");
        if known == 0 {
            prop_assert_eq!(stopping.answer, StopAnswer::Undecided);
        }
        if let Some((low, high)) = anytime_interval(&verdicts, lines, 0.05) {
            prop_assert!((0.0..=1.0).contains(&low) && low <= high && high <= 1.0, "{low} {high}");
        }
    }

    #[test]
    fn a_confidence_sequence_holds_what_was_seen(
        detected in 0_u64..500, missed in 0_u64..500, more in 0_u64..5_000_000,
    ) {
        let lines = detected + missed + more;
        prop_assume!(lines > 0);
        let (low, high) = confidence_sequence(detected, missed, lines, 0.05);
        prop_assert!((0.0..=1.0).contains(&low) && low <= high && high <= 1.0, "{low} {high}");
    }
}

proptest! {
    // Each case is a simulation.
    #![proptest_config(ProptestConfig { cases: 25, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_comparison_is_bounded_and_its_parts_add_up(
        before in prop::collection::vec((0_u32..20, 0_usize..8, 0.0_f64..=1.0), 0..20),
        after in prop::collection::vec((0_u32..20, 0_usize..8, 0.0_f64..=1.0), 0..20),
        seed in any::<u64>(),
    ) {
        let sides = |sides: Vec<(u32, usize, f64)>| -> Vec<Side> {
            let side = |(id, verdict, detected)| Side {
                id: MutantId(format!("m{id}")), verdict: Verdict::ALL[verdict], detected, caught_by: Vec::new(),
            };
            sides.into_iter().map(side).collect()
        };
        let comparison = compare(&sides(before), &sides(after), &BTreeSet::new(), &BTreeSet::new(), seed);
        let parts = comparison.from_same_mutants + comparison.from_other_mutants;
        for number in [comparison.low, comparison.high, comparison.expected_flakiness, comparison.sampling_noise] {
            prop_assert!((-1.0..=1.0).contains(&number), "{comparison:?}");
        }
        if let Some(delta) = comparison.delta {
            prop_assert!(comparison.low <= delta && delta <= comparison.high, "{comparison:?}");
            prop_assert!((delta - parts).abs() < 1e-12, "{comparison:?}");
        }
        prop_assert!(!comparison.sentences().is_empty());
    }

    #[test]
    fn an_estimate_lies_in_its_interval(
        draws in prop::collection::vec((0_usize..3, 0_u64..40, 0_usize..8, 0.0_f64..=1.0), 0..40),
        uncovered in 0_u64..50,
        seed in any::<u64>(),
    ) {
        let draws: Vec<Draw> = draws
            .into_iter()
            .map(|(stratum, line, verdict, detected)| Draw { stratum, line, verdict: Verdict::ALL[verdict], detected })
            .collect();
        let score = estimate(&draws, &[40, 60, 100], uncovered, seed);
        if let (Some(low), Some(high)) = (score.low, score.high) {
            prop_assert!((0.0..=1.0).contains(&low) && low <= high && high <= 1.0, "{score:?}");
            prop_assert!(score.score.is_none_or(|point| low <= point && point <= high), "{score:?}");
        }
    }
}
