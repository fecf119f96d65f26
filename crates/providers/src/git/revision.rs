//! A committed revision of the user's repository, as a state of the mirror.

use std::path::Path;

use super::{checkout::Checkout, command::Reader, mirror::Mirror, snapshot::Snapshot};
use crate::ProviderError;

impl Mirror {
    /// Whether measurements can begin at this path: it exists and lies in a git repository.
    pub async fn check(path: &Path) -> Result<(), ProviderError> {
        let reader = Reader::new()?;
        Checkout::find(reader.git(), path).await.map(drop)
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
