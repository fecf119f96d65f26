//! What changed in the user's working tree since a revision.

use std::path::{Path, PathBuf};

use super::{
    checkout::Checkout,
    command::{Reader, output, run, text},
};
use crate::ProviderError;

/// Changes of a working tree, uncommitted ones included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changes {
    /// Top of the working tree.
    pub toplevel: PathBuf,
    /// A unified diff without context. Paths are from the top.
    pub diff: String,
    /// Files that git does not track and does not ignore, from the top: new as a whole.
    pub untracked: Vec<String>,
}

/// Compares the working tree around `path` with a revision; only reads.
pub async fn changes_since(path: &Path, revision: &str) -> Result<Changes, ProviderError> {
    let reader = Reader::new()?;
    let checkout = Checkout::find(reader.git(), path).await?;
    let guest = || reader.git().guest(&checkout.toplevel);
    let commit = format!("{revision}^{{commit}}");
    let known = output(guest().args(["rev-parse", "--verify", "--quiet", "--end-of-options", &commit]), None).await?;
    if !known.status.success() {
        return Err(ProviderError::NoSuchRevision { revision: revision.to_owned() });
    }
    let mut diff = guest();
    diff.args(["-c", "core.quotePath=false", "diff", "--no-color", "--no-ext-diff", "--no-textconv", "--unified=0"]);
    diff.args(["--find-renames", "--src-prefix=a/", "--dst-prefix=b/", &text(&known.stdout), "--"]);
    let diff = run(&mut diff, None).await?;
    let listed = run(guest().args(["ls-files", "--others", "--exclude-standard", "-z"]), None).await?;
    let untracked = listed
        .split(|byte| *byte == 0)
        .filter_map(|path| std::str::from_utf8(path).ok())
        .filter(|path| !path.is_empty());
    Ok(Changes {
        untracked: untracked.map(str::to_owned).collect(),
        diff: String::from_utf8_lossy(&diff).into_owned(),
        toplevel: checkout.toplevel,
    })
}
