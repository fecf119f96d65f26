//! What changed in the user's working tree since a revision.

use std::path::{Path, PathBuf};

use tokio::process::Command;

use super::{
    checkout::Checkout,
    command::{Reader, output, run, text},
    mirror::Mirror,
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

/// The options of `git diff`, so that nobody's configuration changes what it prints.
const DIFF: [&str; 10] = [
    "-c",
    "core.quotePath=false",
    "diff",
    "--no-color",
    "--no-ext-diff",
    "--no-textconv",
    "--unified=0",
    "--find-renames",
    "--src-prefix=a/",
    "--dst-prefix=b/",
];

/// Compares the working tree around `path` with the commit where it and a revision parted, so that what only the other
/// branch did counts as nobody's change; with the revision itself where they have nothing in common. Only reads.
pub async fn changes_since(path: &Path, revision: &str) -> Result<Changes, ProviderError> {
    let reader = Reader::new()?;
    let checkout = Checkout::find(reader.git(), path).await?;
    let guest = || reader.git().guest(&checkout.toplevel);
    let commit = commit_in(&reader, &checkout, revision).await?;
    let from = parting(guest(), commit, "HEAD").await?;
    let diff = run(guest().args(DIFF).args([&from, "--"]), None).await?;
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

/// The commit that a revision names in the repository around `path`; only reads.
pub async fn commit_of(path: &Path, revision: &str) -> Result<String, ProviderError> {
    let reader = Reader::new()?;
    let checkout = Checkout::find(reader.git(), path).await?;
    commit_in(&reader, &checkout, revision).await
}

async fn commit_in(reader: &Reader, checkout: &Checkout, revision: &str) -> Result<String, ProviderError> {
    let commit = format!("{revision}^{{commit}}");
    let mut ask = reader.git().guest(&checkout.toplevel);
    ask.args(["rev-parse", "--verify", "--quiet", "--end-of-options", &commit]);
    let known = output(&mut ask, None).await?;
    if known.status.success() {
        Ok(text(&known.stdout))
    } else {
        Err(ProviderError::NoSuchRevision { revision: revision.to_owned() })
    }
}

/// The commit where two parted; the first itself where they have nothing in common.
async fn parting(mut git: Command, commit: String, other: &str) -> Result<String, ProviderError> {
    let parted = output(git.args(["merge-base", &commit, other]), None).await?;
    Ok(if parted.status.success() { text(&parted.stdout) } else { commit })
}

impl Mirror {
    /// What changed between the commit where `sha` and a revision parted and `sha`, as a unified diff without context.
    pub async fn changed_since(&self, revision: &str, sha: &str) -> Result<String, ProviderError> {
        let commit = self.resolve(revision).await?;
        let from = parting(self.git.mirror(), commit, sha).await?;
        let diff = run(self.git.mirror().args(DIFF).args([&from, sha, "--"]), None).await?;
        Ok(String::from_utf8_lossy(&diff).into_owned())
    }
}
