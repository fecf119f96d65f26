//! The plan as it came out: what was found where the plan left it open. Kept with the measurement as JSON.

use std::path::PathBuf;

use anyhow::Context;
use serde::{Deserialize, Serialize};
use tinybug_providers::TestCommand;
use tinybug_store::Measurement;

/// What preparing found.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Effective {
    /// How the tests are run.
    pub(crate) command: TestCommand,
    /// Builds at once.
    pub(crate) parallelism: u32,
    /// Top of the working tree that dependencies are taken from.
    pub(crate) toplevel: PathBuf,
    /// From there to the project, with a trailing slash; empty at the top.
    pub(crate) project: String,
}

impl Effective {
    /// That of a prepared measurement.
    pub(crate) fn of(measurement: &Measurement) -> anyhow::Result<Self> {
        let value = measurement.effective.clone().context("the measurement is not prepared")?;
        serde_json::from_value(value).context("failed to read the effective plan")
    }
}
