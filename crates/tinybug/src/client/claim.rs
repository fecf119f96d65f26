//! Whose a measurement of this machine is: the `try` that waits for it. One whose `try` was killed is cancelled by the
//! next, since nobody will read it.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
};

use anyhow::Context;
use nix::fcntl::{Flock, FlockArg};
use serde_json::{Value, json};

use super::{ApiClient, Refused};

/// Held by a `try` while it waits; the kernel lets go of it when the process ends, however it ends.
pub(crate) struct Claim {
    path: PathBuf,
    _lock: Flock<File>,
}

impl Claim {
    /// Claims the measurement at this path of the API.
    pub(crate) fn take(data_dir: &Path, measurement: &str) -> anyhow::Result<Self> {
        let directory = directory(data_dir);
        fs::create_dir_all(&directory).with_context(|| format!("failed to make {}", directory.display()))?;
        let path = directory.join(measurement);
        let file = File::create(&path).with_context(|| format!("failed to write {}", path.display()))?;
        let lock = Flock::lock(file, FlockArg::LockExclusiveNonblock)
            .map_err(|(_, error)| error)
            .with_context(|| format!("failed to lock {}", path.display()))?;
        Ok(Self { path, _lock: lock })
    }

    /// Gives up the claim on a measurement that has ended.
    pub(crate) fn give_up(self) -> anyhow::Result<()> {
        fs::remove_file(&self.path).with_context(|| format!("failed to remove {}", self.path.display()))
    }
}

/// Cancels the measurements whose `try` is gone.
pub(crate) async fn cancel_abandoned(data_dir: &Path, api: &ApiClient, org: &str) -> anyhow::Result<()> {
    let Ok(claims) = fs::read_dir(directory(data_dir)) else { return Ok(()) };
    for claim in claims.flatten() {
        let Ok(file) = File::open(claim.path()) else { continue };
        let Ok(_lock) = Flock::lock(file, FlockArg::LockExclusiveNonblock) else { continue };
        let measurement = claim.file_name().to_string_lossy().into_owned();
        let answer = api.post::<Value>(&format!("{org}/measurements/{measurement}/cancel"), &json!({})).await;
        match answer {
            Err(error) if Refused::may_pass(&error) => return Err(error),
            // Cancelled, or there is nothing to cancel any more.
            _ => fs::remove_file(claim.path()).context("failed to remove a claim")?,
        }
    }
    Ok(())
}

fn directory(data_dir: &Path) -> PathBuf {
    data_dir.join("tries")
}
