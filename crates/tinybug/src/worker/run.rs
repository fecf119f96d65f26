//! Starts a worker process's parts and stops them together.

use std::{path::PathBuf, time::Duration};

use anyhow::Context;
use tinybug_activities::{Services, ServicesConfig, namespaces};
use tinybug_model::LocalRunnerOrgs;
use tinybug_store::Store;
use tinybug_workflows::SYSTEM_NAMESPACE;
use tokio_util::sync::CancellationToken;

use super::{fleet, outbox, temporal};

/// What a worker process needs to know.
#[derive(Debug)]
pub(crate) struct WorkerConfig {
    pub(crate) database_url: String,
    pub(crate) temporal_address: String,
    pub(crate) data_dir: PathBuf,
    pub(crate) builds: u32,
    pub(crate) local_runner: LocalRunnerOrgs,
}

/// Runs until told to stop. Waits for a database that is being brought up to date and a Temporal that is starting.
pub(crate) async fn run(config: WorkerConfig, stop: CancellationToken) -> anyhow::Result<()> {
    let store = up_to_date_store(&config.database_url).await?;
    let connection = temporal::connect_in_time(&config.temporal_address).await?;
    namespaces::open(&connection, SYSTEM_NAMESPACE).await.context("failed to open the system's namespace")?;
    let services = Services::new(ServicesConfig {
        store: store.clone(),
        temporal: connection.clone(),
        data_dir: config.data_dir,
        builds: config.builds,
        local_runner: config.local_runner,
        shim: (this_program()?, vec!["shim".to_owned()]),
    })?;
    let delivery = tokio::spawn(outbox::deliver(store.clone(), connection.clone(), stop.clone()));
    let fleet = tokio::task::LocalSet::new().run_until(fleet::serve(store, connection, services, stop.clone())).await;
    stop.cancel();
    delivery.await.context("the outbox's delivery panicked")?;
    fleet
}

/// This very program, even when the file that it was started from has been replaced since.
fn this_program() -> anyhow::Result<PathBuf> {
    if cfg!(target_os = "linux") {
        return Ok(PathBuf::from("/proc/self/exe"));
    }
    std::env::current_exe().context("failed to find the path of this program")
}

async fn up_to_date_store(database_url: &str) -> anyhow::Result<Store> {
    let mut tries = 0;
    loop {
        let problem = match Store::connect(database_url).await {
            Ok(store) => match store.system().schema().await {
                Ok(status) if status.serves() => return Ok(store),
                Ok(status) => anyhow::anyhow!("{status}"),
                Err(error) => error.into(),
            },
            Err(error) => error.into(),
        };
        tries += 1;
        if tries > 120 {
            return Err(problem.context("the database does not get ready; run `tinybug migrate`"));
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
}
