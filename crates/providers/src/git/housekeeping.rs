//! What keeps a mirror from growing for ever: snapshots are forgotten, and what nothing names any more goes in the end.

use std::{fs, io, path::Path, time::Duration};

use super::{
    command::run,
    mirror::Mirror,
    snapshot::{SNAPSHOTS, snapshot_ref},
};
use crate::ProviderError;

/// Its time of change is that of the last housekeeping.
const KEPT: &str = "tinybug-housekeeping";
const INTERVAL: Duration = Duration::from_hours(24);
/// How long objects stay that nothing names. Builds may use some that no ref names yet, or those of a snapshot that
/// another measurement of the same code let go of; taking it again renews the time.
const GRACE: &str = "--prune=2.weeks.ago";

impl Mirror {
    /// Lets go of a snapshot once its measurement is over; a commit that is none, or is forgotten, is no error.
    pub async fn forget_snapshot(&self, sha: &str) -> Result<(), ProviderError> {
        self.retract(&[snapshot_ref(sha)]).await
    }

    /// Packs the mirror, and removes objects that nothing has named for two weeks; at most once a day, however often it
    /// is called, and not while commits are being made here.
    pub async fn keep_house(&self) -> Result<(), ProviderError> {
        let mark = self.dir().join(KEPT);
        let is_due = || is_due(&mark).map_err(ProviderError::io("looking at the last housekeeping"));
        if !is_due()? {
            return Ok(());
        }
        let _lock = self.lock().await?;
        if !is_due()? {
            return Ok(());
        }
        let Some(_alone) = self.may_remove_objects()? else {
            return Ok(());
        };
        // Before the work, so that a mirror which cannot be packed costs its users no more than once a day.
        fs::write(&mark, "").map_err(ProviderError::io("noting the housekeeping"))?;
        let forgotten = self.old_snapshots().await?;
        if !forgotten.is_empty() {
            self.delete(&forgotten.iter().collect::<Vec<_>>()).await?;
        }
        run(self.git.mirror().args(["gc", "--quiet", GRACE]), None).await.map(drop)
    }

    /// Snapshots whose worker was killed before anybody could forget them: each housekeeping packs all refs, so one
    /// that is packed was there the last time.
    async fn old_snapshots(&self) -> Result<Vec<String>, ProviderError> {
        let mut snapshots = self.all_refs(&[SNAPSHOTS]).await?;
        snapshots.retain(|name| !self.dir().join(name).exists());
        Ok(snapshots)
    }
}

/// Whether a day has gone by. A mirror that was never cleaned is new: its first day begins.
fn is_due(mark: &Path) -> io::Result<bool> {
    match fs::metadata(mark) {
        Ok(found) => {
            // A clock that was set back must not put it off for ever.
            Ok(found.modified()?.elapsed().map_or(true, |age| age >= INTERVAL))
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => fs::write(mark, "").map(|()| false),
        Err(error) => Err(error),
    }
}
