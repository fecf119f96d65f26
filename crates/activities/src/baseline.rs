//! The baseline as it is kept with the measurement.

use std::time::Duration;

use anyhow::Context;
use tinybug_model::Plan;
use tinybug_store::Measurement;
use tinybug_verdict::Baseline;

/// That of a measurement whose baseline is sound.
pub(crate) fn of(measurement: &Measurement) -> anyhow::Result<Baseline> {
    let value = measurement.baseline.clone().context("the measurement has no baseline")?;
    serde_json::from_value(value).context("failed to read the baseline")
}

/// Time limit of a build with a mutant.
pub(crate) fn usual_time_limit(measurement: &Measurement) -> anyhow::Result<Duration> {
    Ok(time_limit(&measurement.plan, of(measurement)?.longest_ms))
}

/// Time limit of a build with a mutant, where the longest run of the unchanged code took so long.
pub(crate) fn time_limit(plan: &Plan, longest_ms: u64) -> Duration {
    let floor = Duration::from_secs(plan.timeout_floor_seconds.into());
    floor.max(Duration::from_millis(longest_ms).mul_f64(plan.timeout_factor))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_is_a_multiple_of_the_longest_run_but_not_below_the_floor() {
        let plan = Plan { timeout_factor: 4.0, timeout_floor_seconds: 5, ..Plan::default() };
        assert_eq!(time_limit(&plan, 300), Duration::from_secs(5));
        assert_eq!(time_limit(&plan, 10_000), Duration::from_secs(40));
    }
}
