//! What a command needs to run: Postgres and Temporal, given by the user or embedded, and a database that is up to
//! date.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use anyhow::Context;
use tinybug_embedded::{Attached, Needs, ProgressEvent, SupervisorCommand, attach};
use tinybug_model::LocalRunnerOrgs;
use tinybug_store::Store;

use crate::{cli::Settings, console::Console};

impl Settings {
    /// The data directory: as given, or the user's own.
    pub(crate) fn data_dir(&self) -> anyhow::Result<PathBuf> {
        if let Some(dir) = &self.data_dir {
            return std::path::absolute(dir).with_context(|| format!("failed to resolve {}", dir.display()));
        }
        let from_env = |name| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        from_env("XDG_DATA_HOME")
            .or_else(|| from_env("HOME").map(|home| home.join(".local/share")))
            .map(|base| base.join("tinybug"))
            .context("neither HOME nor TINYBUG_DATA_DIR is set: set TINYBUG_DATA_DIR to a directory for Tinybug's data")
    }

    /// Whether some service is embedded, so that this machine's owner runs everything.
    pub(crate) fn is_embedded(&self) -> bool {
        self.database_url.is_none() || self.temporal_address.is_none()
    }

    /// Builds at once on this machine.
    pub(crate) fn builds(&self) -> u32 {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        self.builds.unwrap_or_else(|| u32::try_from(cores).unwrap_or(1)).max(1)
    }

    /// Which orgs' builds may run on this machine.
    pub(crate) fn local_runner(&self) -> LocalRunnerOrgs {
        match &self.local_runner_orgs {
            // Whose database is embedded has this machine to himself.
            None if self.database_url.is_none() => LocalRunnerOrgs::All,
            None => LocalRunnerOrgs::Named(BTreeSet::new()),
            Some(slugs) if slugs.iter().any(|slug| slug == "*") => LocalRunnerOrgs::All,
            Some(slugs) => LocalRunnerOrgs::Named(slugs.iter().cloned().collect()),
        }
    }
}

/// Attaches to the services of the data directory, starting what the user does not bring, and a worker beside them.
/// Where nothing is embedded, nothing is started.
pub(crate) async fn up(settings: &Settings, console: &Console) -> anyhow::Result<Attached> {
    attach_to(settings, console, settings.is_embedded()).await
}

/// As `up`, with a worker whatever is embedded, and the database up to date: what a machine's owner needs to measure.
pub(crate) async fn up_to_date(settings: &Settings, console: &Console) -> anyhow::Result<(Attached, Store)> {
    let attached = attach_to(settings, console, true).await?;
    let store = migrated(&attached.database_url).await?;
    Ok((attached, store))
}

/// Starts the services again, under the same addresses, whenever whoever watches over them was killed. Returns only
/// when that fails.
pub(crate) async fn keep_up(
    settings: &Settings,
    console: &Console,
    attached: &mut Attached,
    worker: bool,
) -> anyhow::Result<std::convert::Infallible> {
    loop {
        attached.lost().await?;
        *attached = attach_to(settings, console, worker).await?;
    }
}

async fn attach_to(settings: &Settings, console: &Console, worker: bool) -> anyhow::Result<Attached> {
    let data_dir = settings.data_dir()?;
    let needs = Needs {
        database_url: settings.database_url.clone(),
        temporal_address: settings.temporal_address.clone(),
        extra: if worker { Some(worker_command(settings)?) } else { None },
    };
    let command = SupervisorCommand::current_exe()?;
    let progress = |event: &ProgressEvent| console.service(event);
    let attached = attach(&data_dir, &command, &needs, &progress).await;
    console.services_settled();
    Ok(attached?)
}

/// The database, brought up to date.
pub(crate) async fn migrated(database_url: &str) -> anyhow::Result<Store> {
    Store::migrate(database_url).await.context("failed to bring the database up to date")?;
    Store::connect(database_url).await.context("failed to connect to the database")
}

/// The supervisor gives it the services' addresses; what follows from their being embedded must be said here.
fn worker_command(settings: &Settings) -> anyhow::Result<Vec<String>> {
    let program = std::env::current_exe().context("failed to find the path of this program")?;
    let orgs = match settings.local_runner() {
        LocalRunnerOrgs::All => "*".to_owned(),
        LocalRunnerOrgs::Named(slugs) => slugs.into_iter().collect::<Vec<_>>().join(","),
    };
    let builds = settings.builds().to_string();
    let args = ["worker", "--local-runner-orgs", &orgs, "--builds", &builds];
    Ok([utf8(&program)?].into_iter().chain(args.map(str::to_owned)).collect())
}

/// A path as text, for command lines that are kept as JSON.
pub(crate) fn utf8(path: &Path) -> anyhow::Result<String> {
    path.to_str().map(str::to_owned).with_context(|| format!("the path {} is not UTF-8", path.display()))
}
