//! `measurement.open_trials`: a trial for each mutant that needs a build.

use tinybug_model::{MeasurementRef, MeasurementState};

use crate::Services;

pub(super) async fn open_trials(services: &Services, measurement: MeasurementRef) -> anyhow::Result<u32> {
    let org = services.store.org(measurement.org);
    let trials = org.open_trials(measurement).await?;
    org.set_state(measurement, MeasurementState::Trials, None).await?;
    Ok(trials)
}
