//! What a finished measurement says of the tests themselves: their histories, and how much hangs on flaky ones.

use std::cmp::Reverse;

use tinybug_store::DrawnMutant;
use tinybug_verdict::{Baseline, Judgement, Taint, taint};

use crate::{baseline, history, names::TestNames, services::Subject};

/// Names of tests in notes.
const NAMED: usize = 5;

/// Puts what the trials showed into the tests' histories, with the verdicts that hang on each flaky test alone.
pub(super) async fn keep(
    subject: &Subject,
    drawn: &[DrawnMutant],
    judgements: &[Option<Judgement>],
    trials: u32,
) -> anyhow::Result<()> {
    if subject.measurement.baseline.is_none() {
        return Ok(());
    }
    let baseline = baseline::of(&subject.measurement)?;
    if drawn.iter().any(|drawn| drawn.covering.is_some()) {
        history::record_trials(subject, &baseline, trials).await?;
    }
    let hanging = tainted(&baseline, judgements).map(|(test, taint)| (test, taint.total())).collect();
    subject.org.save_taint(subject.repository.id, &hanging).await?;
    Ok(())
}

/// Flaky tests on which alone verdicts hang.
fn tainted(baseline: &Baseline, judgements: &[Option<Judgement>]) -> impl Iterator<Item = (u32, Taint)> {
    let mut hanging = taint(judgements.iter().flatten());
    baseline.flaky().filter_map(move |record| hanging.remove_entry(&record.test))
}

/// A note on each flaky test that alone caught mutants, those with the most first.
pub(super) fn notes(baseline: &Baseline, judgements: &[Option<Judgement>], names: &TestNames) -> Vec<String> {
    let alone = tainted(baseline, judgements).map(|(test, taint)| (taint.detected, test));
    sentences(alone.filter(|(detected, _)| *detected > 0).collect(), |test| names.of(test))
}

fn sentences(mut alone: Vec<(u32, u32)>, name: impl Fn(u32) -> String) -> Vec<String> {
    alone.sort_by_key(|(detected, test)| (Reverse(*detected), *test));
    let mut notes: Vec<String> = alone
        .iter()
        .take(NAMED)
        .map(|&(detected, test)| {
            let rest = if detected == 1 { "detection rests" } else { "detections rest" };
            format!("{detected} {rest} on {} alone, which is flaky", name(test))
        })
        .collect();
    if alone.len() > NAMED {
        let rest: u32 = alone[NAMED..].iter().map(|(detected, _)| detected).sum();
        notes.push(format!("{rest} more rest on one of {} other flaky tests alone", alone.len() - NAMED));
    }
    notes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tests_that_most_hangs_on_are_named_first() {
        let notes = |alone: &[(u32, u32)]| sentences(alone.to_vec(), |test| format!("test_{test}"));
        assert_eq!(notes(&[]), Vec::<String>::new());
        assert_eq!(
            notes(&[(1, 4), (12, 9)]),
            ["12 detections rest on test_9 alone, which is flaky", "1 detection rests on test_4 alone, which is flaky"]
        );
        let many: Vec<(u32, u32)> = (1..8).map(|test| (test, test)).collect();
        assert_eq!(notes(&many).last().unwrap(), "3 more rest on one of 2 other flaky tests alone");
    }
}
