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
    Ok(())
}
