//! Slots: worktrees of the mirror in which builds run one after the other.

use std::{
    fs::{self, File},
    io,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{processes, spec::Source};
use crate::{
    ProviderError,
    git::{Mirror, run},
};

/// How often a slot that someone else holds is asked for again.
const PAUSE: Duration = Duration::from_millis(20);
/// How long a build that was cancelled may take to leave its slot.
const PATIENCE: Duration = Duration::from_secs(30);
/// Entries of a slot's temporary directory that outlive a build, because filling them anew would cost each build
/// seconds and their content is checked by its users: the transform cache of jest.
const KEPT_TEMPORARIES: &[&str] = &["jest_"];

/// Directories of dependencies and build caches, which stay even where a project forgot to let git ignore them.
const CACHES: &[&str] = &["node_modules", "target", ".venv", "venv"];

/// A slot, held until dropped.
#[derive(Debug)]
pub(super) struct Slot {
    dir: PathBuf,
    tree: PathBuf,
    _lock: File,
}

/// What the preparation of a slot left to know; its file is there only when the preparation was completed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Ready {
    /// Of everything that the preparation depends on.
    pub(super) fingerprint: String,
    /// Directories to put first on PATH.
    pub(super) path: Vec<PathBuf>,
    /// PYTHONPATH, when the project has Python in it.
    pub(super) python_path: Option<Vec<PathBuf>>,
    /// Untracked paths that the preparation made and git does not ignore.
    pub(super) keep: Vec<String>,
}

/// The directory of a measurement's slots.
pub(super) fn measurement_dir(root: &Path, key: &str) -> PathBuf {
    // Short, because some tests make sockets below their TMPDIR, whose paths the kernel limits to 107 bytes.
    root.join("s").join(&hash(&[key])[..12])
}

/// A hash of texts, in hexadecimal.
pub(super) fn hash(parts: &[&str]) -> String {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update(part.len().to_le_bytes());
        hasher.update(part);
    }
    let digit = |value: u8| char::from_digit(u32::from(value), 16).expect("half a byte is one digit");
    hasher.finalize().iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

impl Slot {
    /// Waits for one of a measurement's slots, and for the end of what a killed worker left running in it.
    pub(super) async fn acquire(root: &Path, key: &str, source: &Source, number: u32) -> Result<Self, ProviderError> {
        let doing = "making a slot";
        let dir = measurement_dir(root, key);
        fs::create_dir_all(&dir).map_err(ProviderError::io(doing))?;
        fs::write(dir.join("key"), key).map_err(ProviderError::io(doing))?;
        // Some tools derive names from the directory that the code lies in.
        let name = source.toplevel.file_name().unwrap_or("project".as_ref());
        let slot = 'found: loop {
            for place in 0..number.max(1) {
                let dir = dir.join(place.to_string());
                fs::create_dir_all(&dir).map_err(ProviderError::io(doing))?;
                if let Some(lock) = try_lock(&dir.join("slot.lock")).map_err(ProviderError::io(doing))? {
                    break 'found Self { tree: dir.join("tree").join(name), dir, _lock: lock };
                }
            }
            tokio::time::sleep(PAUSE).await;
        };
        slot.wait_for_shim().await?;
        slot.end_left_over().await?;
        Ok(slot)
    }

    /// Ends what builds left in the slot, which no shim watches over any more.
    pub(super) async fn end_left_over(&self) -> Result<(), ProviderError> {
        end_left_over(&self.dir).await
    }

    async fn wait_for_shim(&self) -> Result<(), ProviderError> {
        let path = self.shim_lock();
        loop {
            let file = File::create(&path).map_err(ProviderError::io("watching a slot"))?;
            if file.try_lock().is_ok() {
                return Ok(());
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// The slot's own directory, by which its processes are known.
    pub(super) fn dir(&self) -> &Path {
        &self.dir
    }

    /// Top of the checked out repository.
    pub(super) fn tree(&self) -> &Path {
        &self.tree
    }

    /// Held by the shim while processes of a build may live.
    pub(super) fn shim_lock(&self) -> PathBuf {
        self.dir.join("shim.lock")
    }

    /// The output of the command.
    pub(super) fn output(&self) -> PathBuf {
        self.dir.join("output")
    }

    /// TMPDIR of builds.
    pub(super) fn temporary(&self) -> PathBuf {
        self.dir.join("t")
    }

    /// Where reports of tests go.
    pub(super) fn reports(&self) -> PathBuf {
        self.dir.join("r")
    }

    /// Where coverage goes.
    pub(super) fn coverage(&self) -> PathBuf {
        self.dir.join("c")
    }

    /// What the preparation left to know, when it was completed for this fingerprint.
    pub(super) fn ready(&self, fingerprint: &str) -> Option<Ready> {
        let ready: Ready = serde_json::from_slice(&fs::read(self.dir.join("ready")).ok()?).ok()?;
        (ready.fingerprint == fingerprint && self.tree.join(".git").exists()).then_some(ready)
    }

    /// Marks the preparation as completed.
    pub(super) fn set_ready(&self, ready: &Ready) -> io::Result<()> {
        let fresh = self.dir.join("ready.new");
        fs::write(&fresh, serde_json::to_vec(ready).expect("facts of a slot are always JSON"))?;
        fs::rename(fresh, self.dir.join("ready"))
    }

    /// Makes the worktree anew, whatever was there.
    pub(super) async fn rebuild(&self, mirror: &Mirror, sha: &str) -> Result<(), ProviderError> {
        let _ = fs::remove_file(self.dir.join("ready"));
        let holder = self.tree.parent().expect("the tree lies in the slot").to_owned();
        remove_tree(holder.clone()).await.map_err(ProviderError::io("clearing a slot"))?;
        fs::create_dir_all(&holder).map_err(ProviderError::io("clearing a slot"))?;
        {
            let _lock = mirror.lock().await?;
            let mut add = mirror.git.mirror();
            add.args(["worktree", "add", "--quiet", "--force", "--detach", "--no-checkout"]).arg(&self.tree).arg(sha);
            run(&mut add, None).await?;
        }
        self.reset(mirror, sha, &[]).await
    }

    /// Brings the worktree to a commit: tracked files as they are there, other files gone unless ignored or kept.
    pub(super) async fn reset(&self, mirror: &Mirror, sha: &str, keep: &[String]) -> Result<(), ProviderError> {
        self.remove_stale_lock();
        let git = || mirror.git.worktree(&self.tree);
        let before = fs::read_to_string(self.dir.join("at")).ok().filter(|before| before != sha);
        run(git().args(["checkout", "--quiet", "--force", "--detach", sha]), None).await?;
        let mut clean = git();
        clean.args(["clean", "-ffdq"]);
        for name in CACHES {
            clean.args(["-e", name]);
        }
        for path in keep {
            clean.arg("-e").arg(format!("/{}", escaped(path)));
        }
        run(&mut clean, None).await?;
        if let Some(before) = before {
            let changed =
                run(git().args(["diff-tree", "-r", "-z", "--name-only", "--no-renames", &before, sha]), None).await?;
            for path in changed.split(|byte| *byte == 0) {
                remove_bytecode(&self.tree.join(String::from_utf8_lossy(path).as_ref()));
            }
        }
        fs::write(self.dir.join("at"), sha).map_err(ProviderError::io("resetting a slot"))?;
        for dir in [self.reports(), self.coverage()] {
            let _ = fs::remove_dir_all(&dir);
            fs::create_dir_all(&dir).map_err(ProviderError::io("resetting a slot"))?;
        }
        empty_temporary(&self.temporary()).map_err(ProviderError::io("resetting a slot"))
    }

    /// Untracked paths in the worktree that git does not ignore.
    pub(super) async fn untracked(&self, mirror: &Mirror) -> Result<Vec<String>, ProviderError> {
        let mut list = mirror.git.worktree(&self.tree);
        list.args(["ls-files", "-z", "--others", "--exclude-standard", "--directory", "--no-empty-directory"]);
        let listed = run(&mut list, None).await?;
        Ok(listed.split(|byte| *byte == 0).filter(|path| !path.is_empty()).map(lossy).collect())
    }

    /// A git that was killed with its worker leaves its lock behind.
    fn remove_stale_lock(&self) {
        if let Ok(link) = fs::read_to_string(self.tree.join(".git"))
            && let Some(dir) = link.trim().strip_prefix("gitdir: ")
        {
            let _ = fs::remove_file(Path::new(dir).join("index.lock"));
        }
    }
}

async fn end_left_over(slot: &Path) -> Result<(), ProviderError> {
    let slot = slot.to_owned();
    let sweep = tokio::task::spawn_blocking(move || processes::end_marked(&slot));
    match sweep.await.expect("ending processes does not panic") {
        0 => Ok(()),
        left => {
            let error = io::Error::new(io::ErrorKind::ResourceBusy, format!("{left} processes do not end"));
            Err(ProviderError::io("clearing a slot of an earlier build")(error))
        }
    }
}

/// Removes all slots of a measurement and their worktrees in the mirror.
pub(super) async fn release(root: &Path, key: &str, mirror: &Mirror) -> Result<(), ProviderError> {
    release_within(root, key, mirror, PATIENCE).await
}

async fn release_within(root: &Path, key: &str, mirror: &Mirror, patience: Duration) -> Result<(), ProviderError> {
    let dir = measurement_dir(root, key);
    let Ok(entries) = fs::read_dir(&dir) else {
        return Ok(());
    };
    let mut slots: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).filter(|path| path.is_dir()).collect();
    // In one order, so that two who release the same do not wait for each other.
    slots.sort();
    let doing = "waiting for a build to leave its slot";
    let begun = Instant::now();
    // Held until all is gone, so that no build begins where files are being removed.
    let mut held = Vec::new();
    for slot in &slots {
        for name in ["slot.lock", "shim.lock"] {
            let path = slot.join(name);
            loop {
                match try_lock(&path) {
                    Ok(Some(lock)) => break held.push(lock),
                    Ok(None) if begun.elapsed() >= patience => {
                        return Err(ProviderError::io(doing)(io::ErrorKind::TimedOut.into()));
                    }
                    Ok(None) => tokio::time::sleep(PAUSE).await,
                    // Someone else has released it.
                    Err(error) if error.kind() == io::ErrorKind::NotFound => break,
                    Err(error) => return Err(ProviderError::io(doing)(error)),
                }
            }
        }
        end_left_over(slot).await?;
    }
    remove_tree(dir).await.map_err(ProviderError::io("removing slots"))?;
    drop(held);
    let _lock = mirror.lock().await?;
    run(mirror.git.mirror().args(["worktree", "prune", "--expire=now"]), None).await.map(drop)
}

/// Keys of the measurements that have slots.
pub(super) fn leftovers(root: &Path) -> Vec<String> {
    let Ok(entries) = fs::read_dir(root.join("s")) else {
        return Vec::new();
    };
    let mut keys: Vec<String> =
        entries.flatten().filter_map(|entry| fs::read_to_string(entry.path().join("key")).ok()).collect();
    keys.sort();
    keys
}

/// Takes a lock file that is still in its place.
fn try_lock(path: &Path) -> io::Result<Option<File>> {
    let file = File::create(path)?;
    if file.try_lock().is_err() {
        return Ok(None);
    }
    // Between opening and locking, a release may have removed the file.
    let in_place = fs::metadata(path).is_ok_and(|data| file.metadata().is_ok_and(|own| own.ino() == data.ino()));
    Ok(in_place.then_some(file))
}

async fn remove_tree(dir: PathBuf) -> io::Result<()> {
    let removal = tokio::task::spawn_blocking(move || match fs::remove_dir_all(&dir) {
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
            make_writable(&dir)?;
            fs::remove_dir_all(&dir)
        }
        other => other,
    });
    match removal.await.expect("removing files does not panic") {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

/// Tests and caches make directories that even their owner may not write (the module cache of Go does).
fn make_writable(dir: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(dir, fs::Permissions::from_mode(0o700))?;
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            make_writable(&entry.path())?;
        }
    }
    Ok(())
}

fn empty_temporary(dir: &Path) -> io::Result<()> {
    fs::create_dir_all(dir)?;
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        let name = entry.file_name();
        if KEPT_TEMPORARIES.iter().any(|kept| name.to_string_lossy().starts_with(kept)) {
            continue;
        }
        if entry.file_type()?.is_dir() {
            if fs::remove_dir_all(entry.path()).is_err() {
                make_writable(&entry.path())?;
                fs::remove_dir_all(entry.path())?;
            }
        } else {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

/// Python trusts bytecode whose note of the source's size and second of change is true, which it also is of a mutant
/// of the same length that was checked out within the same second.
fn remove_bytecode(source: &Path) {
    if source.extension().is_none_or(|extension| extension != "py") {
        return;
    }
    let (Some(dir), Some(stem)) = (source.parent(), source.file_stem()) else {
        return;
    };
    let stem = format!("{}.", stem.to_string_lossy());
    for entry in fs::read_dir(dir.join("__pycache__")).into_iter().flatten().flatten() {
        if entry.file_name().to_string_lossy().starts_with(&stem) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// A path as a pattern of git's that matches nothing else.
fn escaped(path: &str) -> String {
    path.chars().flat_map(|c| matches!(c, '*' | '?' | '[' | '\\').then_some('\\').into_iter().chain([c])).collect()
}

fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_slot_in_use_is_waited_for_but_not_for_ever_and_stays() {
        let dir = tempfile::tempdir().unwrap();
        let mirror = Mirror::open(dir.path().join("mirror.git")).await.unwrap();
        let source = Source { mirror: mirror.clone(), toplevel: "/srv/shop".into(), prefix: String::new() };
        let slot = Slot::acquire(dir.path(), "m", &source, 1).await.unwrap();
        let error = release_within(dir.path(), "m", &mirror, Duration::from_millis(50)).await.unwrap_err();
        assert!(error.to_string().starts_with("waiting for a build to leave its slot"), "{error}");
        assert!(error.is_transient());
        assert!(slot.dir().exists());
        drop(slot);
        release(dir.path(), "m", &mirror).await.unwrap();
        assert!(!measurement_dir(dir.path(), "m").exists());
    }

    #[tokio::test]
    async fn no_build_begins_in_a_slot_that_is_being_removed() {
        let dir = tempfile::tempdir().unwrap();
        let mirror = Mirror::open(dir.path().join("mirror.git")).await.unwrap();
        let source = Source { mirror: mirror.clone(), toplevel: "/srv/shop".into(), prefix: String::new() };
        for place in ["0", "1"] {
            fs::create_dir_all(measurement_dir(dir.path(), "m").join(place)).unwrap();
        }
        let second = try_lock(&measurement_dir(dir.path(), "m").join("1/slot.lock")).unwrap().unwrap();
        let mut releasing = Box::pin(release(dir.path(), "m", &mirror));
        // The first slot is free; what waits for the second one must keep it meanwhile.
        let first = measurement_dir(dir.path(), "m").join("0/shim.lock");
        while try_lock(&first).unwrap().is_some() {
            tokio::select! {
                biased;
                released = &mut releasing => panic!("the second is in use: {released:?}"),
                () = tokio::task::yield_now() => {}
            }
        }
        assert!(try_lock(&measurement_dir(dir.path(), "m").join("0/slot.lock")).unwrap().is_none());
        drop(second);
        releasing.await.unwrap();
        assert!(Slot::acquire(dir.path(), "m", &source, 1).await.unwrap().dir().exists());
    }
}
