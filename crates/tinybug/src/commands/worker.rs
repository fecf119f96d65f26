//! `tinybug worker`: runs the workflows and activities of all orgs.

use tokio_util::sync::CancellationToken;

use crate::{
    cli::Settings,
    console::Console,
    exit::Exit,
    services,
    stop::StopSignals,
    worker::{self, WorkerConfig},
};

/// Runs until told to stop.
pub(crate) async fn run(settings: &Settings) -> anyhow::Result<Exit> {
    let mut signals = StopSignals::listen()?;
    let attached = services::up(settings, &Console::new()).await?;
    let config = WorkerConfig {
        database_url: attached.database_url.clone(),
        temporal_address: attached.temporal_address.clone(),
        data_dir: settings.data_dir()?,
        builds: settings.builds(),
        local_runner: settings.local_runner(),
    };
    let stop = CancellationToken::new();
    let on_signal = stop.clone();
    tokio::spawn(async move {
        signals.next().await;
        on_signal.cancel();
    });
    let ran = worker::run(config, stop).await;
    attached.leave().await?;
    ran.map(|()| Exit::Done)
}
