//! A committed revision of the user's repository, as a state of the mirror.

use std::{fs, path::Path};

use super::{checkout::Checkout, command::Git, mirror::Mirror, snapshot::Snapshot};
use crate::ProviderError;

impl Mirror {
    /// Whether measurements can begin at this path: it exists and lies in a git repository.
    pub async fn check(path: &Path) -> Result<(), ProviderError> {
        let dir = std::env::temp_dir().join(format!("tinybug-check-{}", std::process::id()));
        fs::create_dir_all(&dir).map_err(ProviderError::io("making a directory for git's settings"))?;
        let git = Git::new(&dir);
        git.write_settings().map_err(ProviderError::io("writing git's settings"))?;
        let found = Checkout::find(&git, path).await.map(drop);
        fs::remove_dir_all(&dir).map_err(ProviderError::io("removing git's settings"))?;
        found
    }

    /// The commit that a revision names, fetched, and where the project lies in it.
    pub async fn revision(&self, source: &Path, revision: &str) -> Result<Snapshot, ProviderError> {
        let checkout = Checkout::find(&self.git, source).await?;
        let head = self.fetch_checkout(&checkout).await?;
        let sha = self.resolve(revision).await?;
        let Checkout { toplevel, prefix, .. } = checkout;
        Ok(Snapshot { sha, dirty: false, head, prefix, toplevel })
    }
}
