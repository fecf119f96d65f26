//! `tinybug with-services`: holds the embedded services while another command runs, for tests and for tinkering.

use std::process::Stdio;

use anyhow::Context;
use tinybug_embedded::{Needs, ProgressEvent, SupervisorCommand, attach};

use crate::{cli::Settings, console::Console, exit::UsageError};

/// Runs the command and ends as it does.
pub(crate) async fn run(settings: &Settings, command: &[String]) -> anyhow::Result<std::process::ExitCode> {
    let console = Console::new();
    let progress = |event: &ProgressEvent| console.service(event);
    let attached =
        attach(&settings.data_dir()?, &SupervisorCommand::current_exe()?, &Needs::default(), &progress).await;
    console.services_settled();
    let attached = attached?;
    let ended = tokio::process::Command::new(&command[0])
        .args(&command[1..])
        .env("DATABASE_URL", &attached.database_url)
        .env("TEMPORAL_ADDRESS", &attached.temporal_address)
        .stdin(Stdio::inherit())
        .status()
        .await;
    attached.leave().await.context("failed to stop the services")?;
    let status = ended.map_err(|error| UsageError::because(format!("failed to run {}: {error}", command[0])))?;
    Ok(std::process::ExitCode::from(status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(1)))
}
