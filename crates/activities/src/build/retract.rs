//! `build.retract`: removes the build's ref.

use tinybug_model::BuildRef;

use super::publish::ref_name;
use crate::Services;

pub(super) async fn retract(services: &Services, build: BuildRef) -> anyhow::Result<()> {
    let subject = services.subject(build.measurement).await?;
    // A measurement that was never prepared has put no ref anywhere.
    if subject.measurement.prefix.is_none() {
        return Ok(());
    }
    let mirror = services.mirror(subject.repository.id).await?;
    mirror.retract(&[ref_name(&subject, build)?]).await?;
    subject.org.close_build(build).await?;
    Ok(())
}
