//! `measurement.assess_baseline`: whether the runs of the unchanged code so far are a ground to judge on.

use tinybug_model::{BuildEnd, MeasurementRef};
use tinybug_store::AttemptFacts;
use tinybug_verdict::{Assessment, Baseline, BaselinePolicy, BrokenBaseline, History, assess_with};
use tinybug_workflows::contract::BaselineStep;

use crate::{
    Services, baseline,
    build::{COVERAGE_RUN, run_facts},
    history,
    names::test_names,
    services::Subject,
};

/// Lines of output that a reason quotes.
const QUOTED: usize = 12;

pub(super) async fn assess_baseline(services: &Services, measurement: MeasurementRef) -> anyhow::Result<BaselineStep> {
    let subject = services.subject(measurement).await?;
    let attempts = subject.org.baseline_runs(measurement).await?;
    if let Some(reason) = setup_failure(&attempts) {
        return broken(&subject, &reason).await;
    }
    let plan = &subject.measurement.plan;
    let runs: Vec<_> = attempts
        .iter()
        .map(|attempt| {
            let mut run = run_facts(attempt, false);
            // Only the runs without coverage tell how long a build takes, when there are any.
            if attempt.build.number == COVERAGE_RUN && attempts.len() > 1 {
                run.duration_ms = 0;
            }
            run
        })
        .collect();
    let earlier = earlier(services, &subject, &attempts).await?;
    match assess_with(&runs, &BaselinePolicy::from(plan), &earlier) {
        Assessment::NeedsMoreRuns { total } => Ok(BaselineStep::NeedsMoreRuns { total }),
        Assessment::Broken(why) => {
            let names = test_names(&subject.org, subject.repository.id, None).await?;
            let sentence = why.sentence(|test| names.of(test));
            history::record_baseline(services, &subject, &attempts).await?;
            broken(&subject, &(sentence + &evidence(&why, attempts.last()))).await
        }
        Assessment::Sound(baseline) => {
            let limit_ms = u64::try_from(baseline::time_limit(plan, baseline.longest_ms).as_millis()).ok();
            let baseline = Baseline { limit_ms, ..baseline };
            // Saved with the history that it took in, before these runs are part of that themselves.
            subject.org.save_baseline(measurement, &serde_json::to_value(&baseline)?).await?;
            history::record_baseline(services, &subject, &attempts).await?;
            Ok(BaselineStep::Sound)
        }
    }
}

/// What earlier measurements know; what this one knew already when it is asked again.
async fn earlier(services: &Services, subject: &Subject, attempts: &[AttemptFacts]) -> anyhow::Result<History> {
    if subject.measurement.baseline.is_some() {
        return Ok(baseline::of(&subject.measurement)?.history());
    }
    history::earlier(services, subject, attempts).await
}

async fn broken(subject: &Subject, reason: &str) -> anyhow::Result<BaselineStep> {
    subject.org.save_reason(subject.reference, reason).await?;
    Ok(BaselineStep::Broken)
}

/// What the last run said about that, quoted.
fn evidence(why: &BrokenBaseline, last: Option<&AttemptFacts>) -> String {
    let Some(last) = last else { return String::new() };
    let said = match why {
        BrokenBaseline::DoesNotBuild | BrokenBaseline::FailsWithoutReport | BrokenBaseline::FailsAlthoughTestsPass => {
            Some(last.output_tail.as_str())
        }
        BrokenBaseline::AlwaysFailing { tests } => {
            let first = last.failures.iter().find(|failure| tests.first() == Some(&failure.ordinal));
            first.and_then(|failure| failure.message.as_deref())
        }
        _ => None,
    };
    said.map(quote).unwrap_or_default()
}

/// When no run got as far as the tests: why.
fn setup_failure(attempts: &[AttemptFacts]) -> Option<String> {
    let reasons = attempts.iter().map(|attempt| match &attempt.end {
        BuildEnd::Infrastructure { reason } => Some(format!("{reason}{}", quote(&attempt.output_tail))),
        _ => None,
    });
    reasons.collect::<Option<Vec<_>>>()?.pop()
}

/// The last lines of output, on lines of their own.
pub(super) fn quote(output: &str) -> String {
    let lines: Vec<&str> = output.lines().filter(|line| !line.trim().is_empty()).collect();
    let last = &lines[lines.len().saturating_sub(QUOTED)..];
    last.iter().flat_map(|line| ["\n  ", *line]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quote_is_the_last_lines_that_say_something() {
        assert_eq!(quote(""), "");
        assert_eq!(quote("a\n\n\nb\n"), "\n  a\n  b");
        let long = (0..100).map(|line| line.to_string()).collect::<Vec<_>>().join("\n");
        assert_eq!(quote(&long).lines().skip(1).count(), QUOTED);
        assert!(quote(&long).ends_with("99"));
    }
}
