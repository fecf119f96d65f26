//! `trial.abandon`: writes why a trial has no verdict of its own.

use tinybug_store::NewJudgement;
use tinybug_workflows::contract::AbandonedTrial;

use crate::Services;

pub(super) async fn abandon(services: &Services, abandoned: AbandonedTrial) -> anyhow::Result<()> {
    let AbandonedTrial { build, verdict, reason } = abandoned;
    let org = services.store.org(build.measurement.org);
    let Some(trial) = org.trial(build.measurement, build.number).await? else { return Ok(()) };
    let attempts = org.attempts_of(build).await?.len();
    let judgement = NewJudgement::unweighed(verdict, u32::try_from(attempts)?, &reason);
    for drawn in trial.mutants {
        org.save_verdict(build.measurement, drawn.number, &judgement).await?;
    }
    Ok(())
}
