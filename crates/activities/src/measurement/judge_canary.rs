//! `measurement.judge_canary`: whether the tests run the code of this checkout at all.

use tinybug_model::{BuildEnd, BuildRef, BuildRole, MeasurementRef};

use super::assess_baseline::quote;
use crate::{Services, baseline, build::run_facts};

pub(super) async fn judge_canary(services: &Services, measurement: MeasurementRef) -> anyhow::Result<bool> {
    let subject = services.subject(measurement).await?;
    let baseline = baseline::of(&subject.measurement)?;
    let build = BuildRef { measurement, role: BuildRole::Canary, number: 0 };
    let attempts = subject.org.attempts_of(build).await?;
    let Some(attempt) = attempts.last() else { anyhow::bail!("the canary was not run") };
    let run = run_facts(attempt, false);
    match &attempt.end {
        // That this code does not build, or behaves so differently, shows that it is what the tests run.
        BuildEnd::DoesNotBuild | BuildEnd::TimedOut | BuildEnd::OutOfMemory => return Ok(true),
        BuildEnd::Infrastructure { reason } => {
            let reason = format!("the build that proves which code the tests run could not be made: {reason}");
            subject.org.save_reason(measurement, &reason).await?;
            return Ok(false);
        }
        BuildEnd::Cancelled => anyhow::bail!("the canary's build was cancelled by someone else"),
        BuildEnd::Exited { .. } => {}
    }
    let reported = run.failed.iter().any(|test| baseline.record(*test).is_some_and(|record| record.failures == 0));
    let crashed = baseline.failed_as_a_whole(&run, None) && attempt.output_tail.contains(CANARY);
    // Where every test is known to be flaky, the message tells its failure from an accident.
    let said =
        attempt.failures.iter().any(|failure| failure.message.as_ref().is_some_and(|said| said.contains(CANARY)));
    if reported || crashed || said {
        return Ok(true);
    }
    let reason = format!(
        "the tests do not run the code of this checkout: every function was made to throw, and no test noticed; look \
         for an installed copy of the project that the tests import instead, or give --setup a command that installs \
         this one{}",
        quote(&attempt.output_tail)
    );
    subject.org.save_reason(measurement, &reason).await?;
    Ok(false)
}

/// What every function of a canary throws.
const CANARY: &str = "tinybug canary";
