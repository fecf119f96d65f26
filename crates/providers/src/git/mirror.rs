//! A bare repository of Tinybug's own that holds what is measured and every commit that Tinybug makes.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use super::{
    checkout::Checkout,
    command::{Git, output, run, text},
};
use crate::{ProviderError, private::make_private};

/// The user's HEAD, as last fetched.
const HEAD: &str = "refs/source/HEAD";
/// Shared by those who write objects.
const OBJECTS_LOCK: &str = "tinybug-objects.lock";

/// A mirror of one repository of the user's.
#[derive(Debug, Clone)]
pub struct Mirror {
    dir: PathBuf,
    pub(crate) git: Git,
}

impl Mirror {
    /// Opens the mirror in `dir`, and makes it when it is not there.
    pub async fn open(dir: impl Into<PathBuf>) -> Result<Self, ProviderError> {
        let dir: PathBuf = dir.into();
        let doing = || format!("making the mirror {}", dir.display());
        make_private(&dir).map_err(ProviderError::io(doing()))?;
        let dir = dir.canonicalize().map_err(ProviderError::io(doing()))?;
        let git = Git::new(&dir);
        git.write_settings().map_err(ProviderError::io(doing()))?;
        let mirror = Self { dir, git };
        // Who only wants to read need not wait for a fetch; and what was made already stays.
        if mirror.is_made() {
            return Ok(mirror);
        }
        let _lock = mirror.lock().await?;
        if !mirror.is_made() {
            run(mirror.git.mirror().args(["init", "--quiet", "--bare", "--template="]).arg(&mirror.dir), None).await?;
        }
        Ok(mirror)
    }

    /// Whether git has finished making it: the second directory is what it makes last.
    fn is_made(&self) -> bool {
        self.dir.join("HEAD").exists() && self.dir.join("objects/info").exists()
    }

    /// Where the mirror lies.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Brings branches, tags and HEAD of the repository around `source` up to date here; only reads there.
    pub async fn fetch(&self, source: &Path) -> Result<(), ProviderError> {
        let checkout = Checkout::find(&self.git, source).await?;
        self.fetch_checkout(&checkout).await.map(drop)
    }

    /// Fetches, and tells HEAD's commit when there is one.
    pub(super) async fn fetch_checkout(&self, checkout: &Checkout) -> Result<Option<String>, ProviderError> {
        let head = output(
            self.git.guest(&checkout.toplevel).args(["rev-parse", "--verify", "--quiet", "HEAD^{commit}"]),
            None,
        )
        .await?;
        let head = head.status.success().then(|| text(&head.stdout));
        let _lock = self.lock().await?;
        let mut fetch = self.git.mirror();
        fetch.args([
            "fetch",
            "--quiet",
            "--no-tags",
            "--prune",
            "--force",
            "--update-shallow",
            "--no-auto-maintenance",
        ]);
        fetch.args(["--no-write-fetch-head", "--no-recurse-submodules", "--end-of-options"]).arg(&checkout.toplevel);
        fetch.args(["+refs/heads/*:refs/remotes/source/*", "+refs/tags/*:refs/tags/*"]);
        // What the user last saw of other repositories: `origin/main` is what most changes are compared with.
        fetch.arg("+refs/remotes/*:refs/remotes/seen/*");
        if head.is_some() {
            fetch.arg(format!("+HEAD:{HEAD}"));
        }
        run(&mut fetch, None).await?;
        Ok(head)
    }

    /// The commit that a branch (`main`, or `origin/main`), tag, commit id or `HEAD` of the user's repository names, as last fetched.
    pub async fn resolve(&self, revision: &str) -> Result<String, ProviderError> {
        let no_such = || ProviderError::NoSuchRevision { revision: revision.to_owned() };
        if revision.is_empty() || revision.contains(['\n', '\0']) {
            return Err(no_such());
        }
        let mut meanings = ["refs/remotes/source", "refs/tags", "refs/remotes/seen"]
            .map(|place| format!("{place}/{revision}"))
            .to_vec();
        if let Some(rest) = revision.strip_prefix("HEAD") {
            meanings.insert(0, format!("{HEAD}{rest}"));
        }
        if revision.len() >= 4 && revision.as_bytes()[..4].iter().all(u8::is_ascii_hexdigit) {
            meanings.push(revision.to_owned());
        }
        for meaning in meanings {
            let mut ask = self.git.mirror();
            ask.args(["rev-parse", "--verify", "--quiet", "--end-of-options", &format!("{meaning}^{{commit}}")]);
            let answer = output(&mut ask, None).await?;
            if answer.status.success() {
                return Ok(text(&answer.stdout));
            }
        }
        Err(no_such())
    }

    /// Removes refs; those that are not there already are no error.
    pub async fn retract(&self, refs: &[String]) -> Result<(), ProviderError> {
        let present = self.all_refs(&[]).await?;
        let refs: Vec<&String> = refs.iter().filter(|name| present.contains(name)).collect();
        if refs.is_empty() {
            return Ok(());
        }
        let _lock = self.lock().await?;
        self.delete(&refs).await
    }

    /// Removes refs, under the lock that the caller holds.
    pub(super) async fn delete(&self, refs: &[&String]) -> Result<(), ProviderError> {
        let deletions: String = refs.iter().flat_map(|name| ["delete ", name, "\n"]).collect();
        run(self.git.mirror().args(["update-ref", "--stdin"]), Some(deletions.as_bytes())).await.map(drop)
    }

    /// Refs of Tinybug's own that are still here below `prefix`, such as `refs/heads/tinybug/<measurement>`.
    pub async fn leftovers(&self, prefix: &str) -> Result<Vec<String>, ProviderError> {
        self.all_refs(&[prefix]).await
    }

    pub(super) async fn all_refs(&self, patterns: &[&str]) -> Result<Vec<String>, ProviderError> {
        let listed = run(self.git.mirror().args(["for-each-ref", "--format=%(refname)"]).args(patterns), None).await?;
        Ok(text(&listed).lines().map(str::to_owned).collect())
    }

    /// Keeps other processes from changing refs of this mirror meanwhile.
    pub(crate) async fn lock(&self) -> Result<fs::File, ProviderError> {
        self.locked("tinybug.lock", fs::File::lock).await
    }

    /// Keeps objects from being removed meanwhile: git does not write anew what is there, though nothing names it yet.
    pub(super) async fn keep_objects(&self) -> Result<fs::File, ProviderError> {
        self.locked(OBJECTS_LOCK, fs::File::lock_shared).await
    }

    /// The right to remove objects, unless someone needs them just now.
    pub(super) fn may_remove_objects(&self) -> Result<Option<fs::File>, ProviderError> {
        let file = fs::File::create(self.dir.join(OBJECTS_LOCK)).map_err(ProviderError::io("locking the mirror"))?;
        Ok(file.try_lock().is_ok().then_some(file))
    }

    async fn locked(&self, name: &str, take: fn(&fs::File) -> io::Result<()>) -> Result<fs::File, ProviderError> {
        let path = self.dir.join(name);
        let lock = tokio::task::spawn_blocking(move || {
            let file = fs::File::create(&path)?;
            take(&file)?;
            Ok(file)
        });
        lock.await.expect("taking a lock does not panic").map_err(ProviderError::io("locking the mirror"))
    }
}
