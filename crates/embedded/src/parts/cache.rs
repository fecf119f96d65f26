//! One directory per machine and user that holds the parts, each installed whole or not at all.

use std::fs::{self, DirBuilder};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

use crate::lock::{self, Kind};
use crate::progress::ProgressWriter;

const UNFINISHED: &str = ".unfinished-";

/// The directory.
#[derive(Debug, Clone)]
pub(crate) struct Cache {
    root: PathBuf,
}

impl Cache {
    /// `TINYBUG_CACHE_DIR`, else `tinybug` in `XDG_CACHE_HOME`, else `~/.cache/tinybug`.
    pub(crate) fn locate() -> anyhow::Result<Self> {
        let variable = |name| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        let root = variable("TINYBUG_CACHE_DIR")
            .or_else(|| variable("XDG_CACHE_HOME").map(|dir| dir.join("tinybug")))
            .or_else(|| variable("HOME").map(|dir| dir.join(".cache").join("tinybug")));
        match root {
            Some(root) => Ok(Self { root: std::path::absolute(root)? }),
            None => bail!("set TINYBUG_CACHE_DIR to a directory for downloads: neither it nor HOME is set"),
        }
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// Where a part lies once it is installed.
    pub(crate) fn part(&self, part: &str, version: &str) -> PathBuf {
        self.root.join("parts").join(format!("{part}-{version}"))
    }

    /// The part's directory, after `fill` has made its content when it was absent. Of several processes at once, one
    /// fills and the others wait.
    pub(crate) async fn install<F>(
        &self,
        part: &str,
        version: &str,
        progress: &ProgressWriter,
        fill: F,
    ) -> anyhow::Result<PathBuf>
    where
        F: AsyncFnOnce(&Path) -> anyhow::Result<()>,
    {
        let home = self.part(part, version);
        if home.is_dir() {
            return Ok(home);
        }
        let parts = self.root.join("parts");
        let cannot = || format!("failed to use the cache directory {} (TINYBUG_CACHE_DIR)", self.root.display());
        DirBuilder::new().recursive(true).mode(0o755).create(&parts).with_context(cannot)?;
        let lock_path = parts.join(format!("{part}.lock"));
        let waiting = || progress.notice(format!("waiting for another process that installs {part} {version}"));
        let _lock = lock::acquire(&lock_path, Kind::Exclusive, waiting).await.with_context(cannot)?;
        if home.is_dir() {
            return Ok(home);
        }
        remove_abandoned(&parts, part).with_context(cannot)?;
        // Of this process alone: what a killed one had started may still be writing to its own.
        let unfinished = parts.join(format!("{part}{UNFINISHED}{}", std::process::id()));
        DirBuilder::new().mode(0o755).create(&unfinished).with_context(cannot)?;
        let filled = fill(&unfinished).await;
        if filled.is_err() {
            remove_tree(&unfinished).with_context(cannot)?;
        }
        filled?;
        fs::rename(&unfinished, &home).with_context(cannot)?;
        Ok(home)
    }
}

/// Removes what killed processes left of a part; to be called by the holder of its lock.
fn remove_abandoned(parts: &Path, part: &str) -> std::io::Result<()> {
    let prefix = format!("{part}{UNFINISHED}");
    for entry in fs::read_dir(parts)? {
        let entry = entry?;
        if entry.file_name().to_string_lossy().starts_with(&prefix) {
            remove_tree(&entry.path())?;
        }
    }
    Ok(())
}

/// Removes a directory that may be absent.
pub(crate) fn remove_tree(path: &Path) -> std::io::Result<()> {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    fn cache_in(dir: &Path) -> (Cache, ProgressWriter) {
        (Cache { root: dir.to_owned() }, ProgressWriter::create(&dir.join("progress.jsonl")).unwrap())
    }

    #[tokio::test]
    async fn a_part_is_installed_once_by_two_at_the_same_time() {
        let dir = tempfile::tempdir().unwrap();
        let (cache, progress) = cache_in(dir.path());
        let fills = AtomicU32::new(0);
        let install = || {
            cache.install("thing", "1", &progress, async |home: &Path| {
                fills.fetch_add(1, Ordering::SeqCst);
                tokio::task::yield_now().await;
                fs::write(home.join("program"), "x")?;
                Ok(())
            })
        };
        let (a, b) = tokio::join!(install(), install());
        assert_eq!(a.unwrap(), b.unwrap());
        assert_eq!(fills.load(Ordering::SeqCst), 1);
        assert_eq!(progress.notices(), ["waiting for another process that installs thing 1"]);
    }

    #[tokio::test]
    async fn a_part_whose_installation_fails_is_not_there() {
        let dir = tempfile::tempdir().unwrap();
        let (cache, progress) = cache_in(dir.path());
        let failed = cache
            .install("thing", "1", &progress, async |home: &Path| {
                fs::write(home.join("half"), "x")?;
                bail!("the network is down")
            })
            .await;
        assert_eq!(failed.unwrap_err().to_string(), "the network is down");
        assert!(!cache.part("thing", "1").exists());
        let again = cache.install("thing", "1", &progress, async |_: &Path| Ok(())).await.unwrap();
        assert_eq!(fs::read_dir(again).unwrap().count(), 0);
    }
}
