//! What runs under a data directory, as the supervisor writes it down for the users.

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use serde::{Deserialize, Serialize};

/// The services of one data directory while they serve.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Services {
    /// Process id of the supervisor.
    pub supervisor: u32,
    /// Where Postgres serves, with the password.
    pub database_url: String,
    /// Where Temporal's frontend serves, `host:port`.
    pub temporal_address: String,
    /// The pages of the Temporal UI, when it is run here.
    pub temporal_ui_url: Option<String>,
    /// Whether `database_url` was given by the user and is not run here.
    pub external_database: bool,
    /// Whether `temporal_address` was given by the user and is not run here.
    pub external_temporal: bool,
    /// The arguments of the worker, when one was asked for. Its program may be replaced by a newer build of itself.
    #[serde(default)]
    pub worker_args: Option<Vec<String>>,
    /// What users should know, such as fallbacks that are used.
    pub notices: Vec<String>,
    /// The processes that run, by name: `postgres`, `temporal`, `temporal-ui`, `worker`.
    pub processes: BTreeMap<String, Process>,
}

/// One process that the supervisor keeps running.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Process {
    /// Its process id; none while it is about to be started again.
    pub pid: Option<u32>,
    /// How often it was started again.
    pub restarts: u32,
}

impl Services {
    /// Reads the file; none when the services don't serve.
    pub(crate) fn load(path: &Path) -> io::Result<Option<Self>> {
        match fs::read(path) {
            Ok(bytes) => serde_json::from_slice(&bytes).map(Some).map_err(io::Error::from),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Replaces the file in one step.
    pub(crate) fn store(&self, path: &Path) -> io::Result<()> {
        write_atomically(path, serde_json::to_string_pretty(self)?.as_bytes())
    }
}

/// Replaces a file in one step, readable by its owner alone.
pub(crate) fn write_atomically(path: &Path, content: &[u8]) -> io::Result<()> {
    let temporary = path.with_extension("new");
    let mut file = OpenOptions::new().create(true).truncate(true).write(true).mode(0o600).open(&temporary)?;
    file.write_all(content)?;
    file.sync_all()?;
    fs::rename(&temporary, path)
}
