//! What the local runner is told of a measurement's code.

use std::time::Duration;

use tinybug_providers::BuildSpec;

use crate::{
    Services,
    effective::Effective,
    services::Subject,
    source::{base_sha, source},
};

/// A commit of a measurement in its slots, as the plan says, with the time that a baseline run has.
pub(crate) async fn spec_at(services: &Services, subject: &Subject, sha: String) -> anyhow::Result<BuildSpec> {
    let (plan, effective) = (&subject.measurement.plan, Effective::of(&subject.measurement)?);
    let time_limit = Duration::from_secs(plan.baseline_timeout_seconds.into());
    Ok(BuildSpec {
        key: subject.reference.id.to_string(),
        source: source(services, subject, &effective).await?,
        base_sha: base_sha(&subject.measurement)?.to_owned(),
        sha,
        command: effective.command,
        setup: plan.setup.clone(),
        parallelism: effective.parallelism,
        time_limit,
        setup_time_limit: time_limit,
        memory_limit_mb: plan.memory_limit_mb,
        with_coverage: false,
    })
}
