//! `measurement.close`: writes the final state.

use tinybug_workflows::contract::Closing;

use crate::Services;

pub(super) async fn close(services: &Services, closing: Closing) -> anyhow::Result<()> {
    let org = services.store.org(closing.measurement.org);
    org.set_state(closing.measurement, closing.state, closing.reason.as_deref()).await?;
    Ok(())
}
