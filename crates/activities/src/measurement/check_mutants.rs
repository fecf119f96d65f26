//! `measurement.check_mutants`: asks the tools of the languages which mutants they refuse, so that no build is spent on
//! these.

use std::time::Duration;

use tinybug_model::{MeasurementRef, Mutant, Verdict};
use tinybug_store::{DrawnMutant, NewJudgement};
use tokio_util::sync::CancellationToken;

use crate::{Services, baseline, build::spec_at, services::Subject, source::base_sha};

/// Builds that the check may cost in time, as a share of the mutants: about as many as it can save.
const SHARE: f64 = 0.05;
/// The check of a small measurement may take this long: compilers are slow to start.
const FLOOR: Duration = Duration::from_mins(1);

pub(super) async fn check_mutants(
    services: &Services,
    measurement: MeasurementRef,
    cancel: CancellationToken,
) -> anyhow::Result<()> {
    let subject = services.subject(measurement).await?;
    services.require_local_runner(&subject.org).await?;
    let drawn = subject.org.all_mutants(measurement.id).await?;
    let waiting: Vec<&DrawnMutant> = drawn.iter().filter(|drawn| needs_a_build(drawn)).collect();
    if waiting.is_empty() {
        return Ok(());
    }
    let spec = spec_at(services, &subject, base_sha(&subject.measurement)?.to_owned()).await?;
    let mutants: Vec<Mutant> = waiting.iter().map(|drawn| drawn.mutant.clone()).collect();
    let limit = limit(&subject, mutants.len())?;
    let refusals = services.runner.refusals(&spec, &mutants, limit, &cancel).await?;
    anyhow::ensure!(!cancel.is_cancelled(), "stopped");
    for (drawn, refusal) in waiting.iter().zip(refusals) {
        if let Some(said) = refusal {
            let why = format!("the code does not compile with it: {said}");
            let invalid = NewJudgement::unweighed(Verdict::Invalid, 0, &why);
            subject.org.save_verdict(measurement, drawn.number, &invalid).await?;
        }
    }
    Ok(())
}

fn needs_a_build(drawn: &DrawnMutant) -> bool {
    drawn.judgement.is_none() && drawn.covering.as_ref().is_none_or(|covering| !covering.is_empty())
}

fn limit(subject: &Subject, mutants: usize) -> anyhow::Result<Duration> {
    let build = Duration::from_millis(baseline::of(&subject.measurement)?.longest_ms);
    #[expect(clippy::cast_precision_loss, reason = "a measurement has at most 10,000 mutants")]
    let builds = mutants as f64 * SHARE;
    Ok(FLOOR.max(build.mul_f64(builds)))
}
