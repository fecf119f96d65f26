//! The working tree as it is, uncommitted and untracked files included, as a commit in the mirror alone.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::atomic::{AtomicU32, Ordering},
};

use super::{
    checkout::Checkout,
    command::{output, run, text},
    mirror::Mirror,
};
use crate::ProviderError;

/// Author and time of every commit that Tinybug makes: fixed, so that the same content has the same id.
pub(super) const IDENTITY: &str = "Tinybug <tinybug@localhost>";
/// See [`IDENTITY`].
pub(super) const DATE: &str = "946684800 +0000";

/// What names of snapshots begin with.
pub(super) const SNAPSHOTS: &str = "refs/source/snapshots/";

/// Untracked files that are no part of a project though it forgot to let git ignore them: the runner finds installed
/// dependencies in the user's checkout, and bytecode of another place would only mislead.
const GENERATED: &str = "node_modules/\n.venv/\nvenv/\n__pycache__/\n*.pyc\n.pytest_cache/\n.tox/\n.nox/\n";

/// A working tree at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// The commit in the mirror that holds the tree: HEAD itself when nothing differs from it.
    pub sha: String,
    /// Whether the tree differs from HEAD.
    pub dirty: bool,
    /// The commit of HEAD; `None` before the first commit.
    pub head: Option<String>,
    /// From the top of the repository to the path asked for, with a trailing slash; empty at the top.
    pub prefix: String,
    /// Top of the user's working tree.
    pub toplevel: PathBuf,
}

impl Mirror {
    /// Takes the working tree around `source` as it is, and leaves the user's index, refs and objects as they were.
    pub async fn snapshot(&self, source: &Path) -> Result<Snapshot, ProviderError> {
        let checkout = Checkout::find(&self.git, source).await?;
        let head = self.fetch_checkout(&checkout).await?;
        let Checkout { toplevel, prefix, .. } = &checkout;
        let whole =
            |sha, dirty, head| Snapshot { sha, dirty, head, prefix: prefix.clone(), toplevel: toplevel.clone() };
        let Some(index) = &checkout.index else {
            let sha = head.ok_or_else(|| ProviderError::NoSuchRevision { revision: "HEAD".to_owned() })?;
            return Ok(whole(sha.clone(), false, Some(sha)));
        };
        let _kept = self.keep_objects().await?;
        let tree = self.write_tree(&checkout, index, head.as_deref()).await?;
        if let Some(head) = &head {
            let committed = text(&run(self.git.mirror().args(["rev-parse", &format!("{head}^{{tree}}")]), None).await?);
            if committed == tree {
                return Ok(whole(head.clone(), false, Some(head.clone())));
            }
        }
        let sha = self.commit_tree(&tree, head.as_deref()).await?;
        Ok(whole(sha, true, head))
    }

    async fn write_tree(&self, checkout: &Checkout, index: &Path, head: Option<&str>) -> Result<String, ProviderError> {
        let scratch = ScratchIndex::copy_of(index, self.dir())?;
        let excludes = format!("core.excludesFile={}", self.write_excludes(checkout).await?.display());
        let command = || {
            let mut command = self.git.guest(&checkout.toplevel);
            command
                .args(["-c", &excludes])
                .env("GIT_INDEX_FILE", &scratch.0)
                .env("GIT_OBJECT_DIRECTORY", self.dir().join("objects"))
                .env("GIT_ALTERNATE_OBJECT_DIRECTORIES", &checkout.objects);
            command
        };
        run(command().args(["add", "--all", "."]), None).await.map_err(of_the_tree)?;
        let tree = text(&run(command().arg("write-tree"), None).await?);
        // What the user has staged lies in their object database alone: git adds nothing that it can see elsewhere.
        let range = head.map_or_else(|| format!("{tree}\n"), |head| format!("{tree}\n^{head}\n"));
        let mut pack = command();
        pack.args(["pack-objects", "--quiet", "--revs", "--stdout"]);
        let pack = run(&mut pack, Some(range.as_bytes())).await?;
        run(self.git.mirror().args(["unpack-objects", "-q"]), Some(&pack)).await?;
        Ok(tree)
    }

    /// What the user's git ignores everywhere, and what no project means to be measured by.
    async fn write_excludes(&self, checkout: &Checkout) -> Result<PathBuf, ProviderError> {
        let mut ask = self.git.guest(&checkout.toplevel);
        ask.args(["config", "--type=path", "--get", "core.excludesFile"]);
        let answer = output(&mut ask, None).await?;
        let of_user =
            if answer.status.success() { Some(PathBuf::from(text(&answer.stdout))) } else { usual_excludes() };
        let of_user = of_user.and_then(|path| fs::read(checkout.toplevel.join(path)).ok()).unwrap_or_default();
        let path = self.dir().join("tinybug-excludes");
        let fresh = path.with_added_extension(scratch_number());
        fs::write(&fresh, [GENERATED.as_bytes(), &of_user].concat())
            .and_then(|()| fs::rename(&fresh, &path))
            .map_err(ProviderError::io("writing what to leave out"))?;
        Ok(path)
    }

    async fn commit_tree(&self, tree: &str, head: Option<&str>) -> Result<String, ProviderError> {
        let (name, email) = ("Tinybug", "tinybug@localhost");
        let mut commit = self.git.mirror();
        for role in ["AUTHOR", "COMMITTER"] {
            commit.env(format!("GIT_{role}_NAME"), name);
            commit.env(format!("GIT_{role}_EMAIL"), email);
            commit.env(format!("GIT_{role}_DATE"), DATE);
        }
        commit.args(["commit-tree", tree, "-m", "Working tree with uncommitted changes"]);
        if let Some(head) = head {
            commit.args(["-p", head]);
        }
        let sha = text(&run(&mut commit, None).await?);
        run(self.git.mirror().args(["update-ref", &snapshot_ref(&sha), &sha]), None).await?;
        Ok(sha)
    }
}

/// Tells what lies in the user's tree and will lie there at the next try from what another process did meanwhile.
fn of_the_tree(error: ProviderError) -> ProviderError {
    let ProviderError::Git { stderr, .. } = &error else { return error };
    let lasting = ["does not have a commit checked out", "Permission denied"];
    match stderr.lines().find(|line| lasting.iter().any(|cause| line.contains(cause))) {
        Some(line) => ProviderError::WorkingTree { said: line.trim_start_matches("error: ").to_owned() },
        None => error,
    }
}

/// What keeps a snapshot until it is forgotten.
pub(super) fn snapshot_ref(sha: &str) -> String {
    format!("{SNAPSHOTS}{sha}")
}

/// Where git looks by itself.
fn usual_excludes() -> Option<PathBuf> {
    let home = || std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".config"));
    let config = std::env::var_os("XDG_CONFIG_HOME").map(PathBuf::from).or_else(home)?;
    Some(config.join("git/ignore"))
}

/// Different at each call, in every process.
fn scratch_number() -> String {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    format!("{}-{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed))
}

/// A copy of the user's index, removed with its lock when dropped.
struct ScratchIndex(PathBuf);

impl ScratchIndex {
    fn copy_of(index: &Path, dir: &Path) -> Result<Self, ProviderError> {
        let scratch = Self(dir.join(format!("tinybug-index-{}", scratch_number())));
        let doing = "copying the index";
        if index.exists() {
            fs::copy(index, &scratch.0).map_err(ProviderError::io(doing))?;
            let modified = fs::metadata(index).and_then(|data| data.modified()).map_err(ProviderError::io(doing))?;
            // Git compares files' times with the index's own to see which entries it cannot trust.
            fs::File::options()
                .write(true)
                .open(&scratch.0)
                .and_then(|file| file.set_modified(modified))
                .map_err(ProviderError::io(doing))?;
        }
        Ok(scratch)
    }
}

impl Drop for ScratchIndex {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
        let _ = fs::remove_file(self.0.with_added_extension("lock"));
    }
}
