//! `build.execute`: runs the tests on a build once and records what they said. An attempt that is recorded is not run
//! again, whoever asks.

use std::{collections::BTreeMap, time::Duration};

use anyhow::Context;
use tinybug_model::{BuildEnd, BuildResult, BuildRole, TestOutcome};
use tinybug_providers::{BuildOutcome, BuildRun, BuildSpec, Coverage};
use tinybug_store::{AttemptStart, FinishedAttempt, TestFailure, TestSet};
use tinybug_workflows::contract::AttemptRef;
use tokio_util::sync::CancellationToken;

use super::spec::spec_at;
use crate::{
    Services, coverage, drawing::draw_mutants, effective::Effective, scope::Scope, services::Subject, source::base_sha,
};

/// The run of the baseline that records which test executes which line. It is slower than the others, so its time
/// says nothing about theirs.
pub(crate) const COVERAGE_RUN: u32 = 0;

pub(super) async fn execute(services: &Services, attempt: AttemptRef, cancel: CancellationToken) -> anyhow::Result<()> {
    let build = attempt.build;
    let subject = services.subject(build.measurement).await?;
    services.require_local_runner(&subject.org).await?;
    match subject.org.begin_attempt(build, attempt.number, &services.host).await? {
        AttemptStart::Finished(_) => return Ok(()),
        AttemptStart::Fresh | AttemptStart::Running => {}
    }
    let spec = spec(services, &subject, attempt).await?;
    let run = match services.runner.execute(&spec, &cancel).await? {
        BuildOutcome::Ran(run) => *run,
        BuildOutcome::SetupFailed(failure) => BuildRun {
            result: BuildResult {
                end: BuildEnd::Infrastructure { reason: failure.message },
                duration_ms: 0,
                tests: Vec::new(),
                output_tail: failure.output_tail,
            },
            coverage: None,
        },
    };
    // A run that was stopped from here is no attempt: it will be made anew, or never.
    anyhow::ensure!(!cancel.is_cancelled(), "stopped");
    record(services, &subject, attempt, run).await
}

async fn spec(services: &Services, subject: &Subject, attempt: AttemptRef) -> anyhow::Result<BuildSpec> {
    let build = attempt.build;
    let published = subject.org.open_build(build).await?;
    let usual = match build.role {
        BuildRole::Baseline => Duration::from_secs(subject.measurement.plan.baseline_timeout_seconds.into()),
        BuildRole::Canary | BuildRole::Trial => crate::baseline::usual_time_limit(&subject.measurement)?,
    };
    let sha = published.sha.context("the build is not published")?;
    Ok(BuildSpec {
        time_limit: usual * attempt.time_factor,
        with_coverage: build.role == BuildRole::Baseline && build.number == COVERAGE_RUN,
        ..spec_at(services, subject, sha).await?
    })
}

async fn record(services: &Services, subject: &Subject, attempt: AttemptRef, run: BuildRun) -> anyhow::Result<()> {
    let ids: Vec<_> = run.result.tests.iter().map(|test| test.id.clone()).collect();
    let ordinals = subject.org.upsert_test_cases(subject.repository.id, &ids).await?;
    let mut ran = TestSet::new();
    let mut failures = BTreeMap::<u32, TestFailure>::new();
    let mut runs = BTreeMap::<u32, u32>::new();
    for (test, ordinal) in run.result.tests.iter().zip(&ordinals) {
        if test.outcome == TestOutcome::Skipped {
            continue;
        }
        ran.insert(*ordinal);
        *runs.entry(*ordinal).or_default() += 1;
        if test.outcome == TestOutcome::Failed {
            let failure = failures.entry(*ordinal).or_insert(TestFailure {
                ordinal: *ordinal,
                runs: 0,
                failures: 0,
                message: None,
            });
            failure.failures += 1;
            failure.message = failure.message.take().or_else(|| test.message.clone());
        }
    }
    let failures =
        failures.into_values().map(|failure| TestFailure { runs: runs[&failure.ordinal], ..failure }).collect();
    if let Some(coverage) = &run.coverage
        && matches!(run.result.end, BuildEnd::Exited { .. })
    {
        record_coverage(services, subject, coverage, &ran).await?;
    }
    let finished = FinishedAttempt {
        end: run.result.end,
        duration_ms: run.result.duration_ms,
        ran,
        failures,
        output_tail: run.result.output_tail,
    };
    subject.org.finish_attempt(attempt.build, attempt.number, &finished).await?;
    Ok(())
}

async fn record_coverage(
    services: &Services,
    subject: &Subject,
    coverage: &Coverage,
    ran: &TestSet,
) -> anyhow::Result<()> {
    let ordinals = subject.org.upsert_test_cases(subject.repository.id, &coverage.tests).await?;
    // Tests that ran unwatched may execute any line.
    if !ran.is_subset(&ordinals.iter().copied().collect()) {
        return Ok(());
    }
    let (plan, project) = (&subject.measurement.plan, Effective::of(&subject.measurement)?.project);
    if plan.covered_only {
        let (mirror, sha) = (services.mirror(subject.repository.id).await?, base_sha(&subject.measurement)?);
        let scope = Scope::at(&mirror, sha, &project, plan).await?.covered_by(coverage);
        let drawing = draw_mutants(&mirror, sha, plan, &scope).await?;
        subject.org.redraw(subject.reference, &drawing).await?;
    }
    let mutants = subject.org.all_mutants(subject.reference.id).await?;
    let known = coverage::of_mutants(&mutants, &project, coverage, &ordinals);
    subject.org.save_coverage(subject.reference, &known).await?;
    Ok(())
}
