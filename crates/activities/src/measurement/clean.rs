//! `measurement.clean`: removes everything that the measurement left outside the database.

use tinybug_model::MeasurementRef;

use crate::Services;

pub(super) async fn clean(services: &Services, measurement: MeasurementRef) -> anyhow::Result<()> {
    let subject = services.subject(measurement).await?;
    let mirror = services.mirror(subject.repository.id).await?;
    services.runner.release(&measurement.id.to_string(), &mirror).await?;
    if let Some(prefix) = &subject.measurement.prefix {
        let left = mirror.leftovers(prefix).await?;
        mirror.retract(&left).await?;
    }
    if let Some(commit) = &subject.measurement.commit {
        mirror.forget_snapshot(&commit.sha).await?;
    }
    if let Err(error) = mirror.keep_house().await {
        // The measurement is over either way, and the mirror serves as it is.
        tracing::warn!(%error, repository = %subject.repository.id, "a mirror could not be packed");
    }
    Ok(())
}
