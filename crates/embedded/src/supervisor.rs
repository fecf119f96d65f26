//! The daemon of a data directory: one at a time, alive from the first user to the last.

use std::fs::File;
use std::path::PathBuf;
use std::thread;
use std::time::Duration;

use anyhow::Context;
use serde::{Deserialize, Serialize};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::oneshot;

use crate::fleet::Fleet;
use crate::layout::Layout;
use crate::lock;
use crate::progress::{ProgressWriter, remove_if_there};

/// The name of the extra process.
pub(crate) const EXTRA: &str = "worker";
/// Somebody who only looks whether a supervisor lives holds its lock for an instant.
const LOCK_LIMIT: Duration = Duration::from_secs(2);

/// What the user that starts a supervisor tells it; addresses of services that run elsewhere are in the environment.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Launch {
    pub(crate) data_dir: PathBuf,
    pub(crate) exec_args: Vec<String>,
    pub(crate) external_database: bool,
    pub(crate) external_temporal: bool,
    pub(crate) extra: Option<Vec<String>>,
}

impl Launch {
    /// The argument of the supervisor; fails for a path that is not text.
    pub(crate) fn to_argument(&self) -> serde_json::Result<String> {
        serde_json::to_string(self)
    }
}

/// Runs the services of a data directory until its last user has gone.
///
/// To be called by the executable's hidden subcommand (see [`crate::SupervisorCommand`]) with its one argument. Logs by
/// `tracing`: the executable should write that to standard error, which goes to the data directory's log.
pub fn supervise_main(launch: &str) -> anyhow::Result<()> {
    let launch: Launch = serde_json::from_str(launch).context("the argument is written by a user's process only")?;
    // One thread that lives as long as the process starts all services: the kernel ends them when it ends.
    let supervisor = thread::Builder::new().name("supervisor".into()).spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(supervise(launch))
    })?;
    supervisor.join().unwrap_or_else(|_| Err(anyhow::anyhow!("the supervisor panicked")))
}

async fn supervise(launch: Launch) -> anyhow::Result<()> {
    // Away from the terminal and the process group of the user that happened to come first. Fails only for a process
    // that leads a group already, which is as good.
    let _leader = nix::unistd::setsid();
    let layout = Layout::create(&launch.data_dir)?;
    let Some(_lock) = lock::acquire_within(&layout.supervisor_lock(), LOCK_LIMIT).await? else {
        tracing::info!("another supervisor runs");
        return Ok(());
    };
    remove_if_there(&layout.services())?;
    let progress = ProgressWriter::create(&layout.progress())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut fleet = Fleet::new(layout.clone(), launch.exec_args.clone())?;
    // Held until this process ends, so that a user who comes now waits and then starts a new supervisor.
    let mut no_users: Option<File> = None;
    let mut users_gone = when_users_are_gone(&layout)?;
    let result = tokio::select! {
        served = fleet.serve(&launch, &progress) => served,
        gone = &mut users_gone => {
            tracing::info!("no user is left");
            gone.context("the users' lock")?.map(|lock| no_users = Some(lock))
        }
        _ = terminate.recv() => Ok(()),
        _ = interrupt.recv() => Ok(()),
    };
    if let Err(error) = &result {
        tracing::error!(error = format!("{error:#}"), "the services cannot be served");
        progress.failed(format!("{error:#}"));
    }
    remove_if_there(&layout.services())?;
    fleet.stop().await;
    tracing::info!("all services have stopped");
    drop(no_users);
    result
}

/// Tells when the lock that each user shares can be had alone.
fn when_users_are_gone(layout: &Layout) -> anyhow::Result<oneshot::Receiver<anyhow::Result<File>>> {
    let (tell, told) = oneshot::channel();
    let file = lock::open(&layout.users_lock())?;
    thread::Builder::new().name("users".into()).spawn(move || {
        let locked = file.lock().context("failed to wait for the users' lock").map(|()| file);
        // Nobody listens when the supervisor ends for another reason.
        let _unheard = tell.send(locked);
    })?;
    Ok(told)
}
