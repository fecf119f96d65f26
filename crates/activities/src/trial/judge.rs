//! `trial.judge`: what the attempts so far say of a trial's mutant.

use anyhow::Context;
use tinybug_model::{BuildRef, StopAnswer, Thresholds};
use tinybug_store::{AttemptFacts, DrawnMutant, NewJudgement};
use tinybug_verdict::{Baseline, Evidence, Judgement, Next, RunFacts, rerun, stop};
use tinybug_workflows::contract::TrialStep;

use crate::{
    Services, baseline,
    build::run_facts,
    failure::Permanent,
    names::{TestNames, test_names},
    services::Subject,
};

pub(super) async fn judge(services: &Services, build: BuildRef) -> anyhow::Result<TrialStep> {
    let subject = services.subject(build.measurement).await?;
    let trial = subject
        .org
        .trial(build.measurement, build.number)
        .await?
        .ok_or_else(|| Permanent(format!("there is no trial {}", build.number)))?;
    let [drawn] = trial.mutants.as_slice() else {
        return Err(Permanent("a trial holds one mutant".into()).into());
    };
    let attempts = subject.org.attempts_of(build).await?;
    let judgement =
        judge_attempts(&baseline::of(&subject.measurement)?, drawn, &attempts, &subject.measurement.plan.thresholds);
    if judgement.verdict.is_none() {
        let again = rerun(&judgement, &services.runner.reruns()).context("the judge is done without a verdict")?;
        return Ok(TrialStep::Rerun { time_factor: again.time_factor, scope: again.scope });
    }
    let failed = attempts.iter().flat_map(|attempt| attempt.failures.iter().map(|failure| failure.ordinal)).collect();
    let names = test_names(&subject.org, subject.repository.id, Some(&failed)).await?;
    let stands =
        subject.org.save_verdict(build.measurement, drawn.number, &record(&subject, &judgement, &names)?).await?;
    tracing::info!(mutant = %drawn.mutant.id, verdict = stands.name(), "judged");
    Ok(TrialStep::Judged { verdict: stands, stop: may_stop(&subject).await? })
}

/// Whether the plan's stopping rule has its answer.
async fn may_stop(subject: &Subject) -> anyhow::Result<bool> {
    let Some(rule) = &subject.measurement.plan.stop else { return Ok(false) };
    let verdicts = subject.org.verdicts_in_draw_order(subject.reference.id).await?;
    let answer = stop(rule, &verdicts, subject.measurement.population.unwrap_or(0)).answer;
    Ok(answer != StopAnswer::Undecided)
}

/// Judges the attempts one after the other, as they were judged when they were made: which of them had twice the time
/// follows from the judgements before them.
fn judge_attempts(
    baseline: &Baseline,
    drawn: &DrawnMutant,
    attempts: &[AttemptFacts],
    thresholds: &Thresholds,
) -> Judgement {
    let covering: Option<Vec<u32>> = drawn.covering.as_ref().map(|tests| tests.iter().collect());
    let judge = |runs: &[RunFacts]| tinybug_verdict::judge(baseline, covering.as_deref(), runs, thresholds);
    let mut runs = Vec::new();
    let mut judgement = judge(&runs);
    for attempt in attempts {
        runs.push(run_facts(attempt, judgement.next == Next::Rerun { time_factor: 2 }));
        judgement = judge(&runs);
    }
    judgement
}

fn record(subject: &Subject, judgement: &Judgement, names: &TestNames) -> anyhow::Result<NewJudgement> {
    let verdict = judgement.verdict.context("only a verdict is recorded")?;
    let explanation = judgement.explanation(|test| names.of(test));
    let mut provenance = serde_json::to_value(judgement)?;
    provenance["explanation"] = explanation.into();
    provenance["baseline_commit"] = subject.measurement.commit.as_ref().map(|commit| commit.sha.clone()).into();
    let caught_by = judgement
        .caught_by
        .iter()
        .map(|catch| match catch.evidence {
            Evidence::Test(test) => names.id(test).cloned().context("the store knows every test that ran"),
            other => Ok(tinybug_model::TestId::local("", other.name(|test| names.of(test)))),
        })
        .collect::<anyhow::Result<_>>()?;
    Ok(NewJudgement {
        verdict,
        confidence: Some(judgement.confidence),
        posterior: Some(judgement.posterior),
        caught_by,
        attempts: judgement.attempts,
        provenance,
    })
}
