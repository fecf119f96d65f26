//! File locks that the kernel releases when their holder dies.

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::time::Duration;

const POLL: Duration = Duration::from_millis(20);

/// Opens (and creates) a lock file without locking it. Closed on exec, so that no child holds the lock by accident.
pub(crate) fn open(path: &Path) -> io::Result<File> {
    OpenOptions::new().create(true).truncate(false).read(true).write(true).mode(0o600).open(path)
}

/// Whether somebody holds the lock exclusively at this moment.
pub(crate) fn is_held(path: &Path) -> io::Result<bool> {
    match open(path)?.try_lock_shared() {
        Ok(()) => Ok(false),
        Err(TryLockError::WouldBlock) => Ok(true),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

/// The wanted kind of lock.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Kind {
    Shared,
    Exclusive,
}

fn try_once(file: &File, kind: Kind) -> io::Result<bool> {
    let tried = match kind {
        Kind::Shared => file.try_lock_shared(),
        Kind::Exclusive => file.try_lock(),
    };
    match tried {
        Ok(()) => Ok(true),
        Err(TryLockError::WouldBlock) => Ok(false),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

/// Takes the lock, waiting for as long as it takes; calls `on_wait` once when it has to. Dropping the future gives up.
pub(crate) async fn acquire(path: &Path, kind: Kind, on_wait: impl FnOnce()) -> io::Result<File> {
    let file = open(path)?;
    if try_once(&file, kind)? {
        return Ok(file);
    }
    on_wait();
    while !try_once(&file, kind)? {
        tokio::time::sleep(POLL).await;
    }
    Ok(file)
}

/// Takes the lock exclusively unless another holder keeps it for the whole time given.
pub(crate) async fn acquire_within(path: &Path, limit: Duration) -> io::Result<Option<File>> {
    match tokio::time::timeout(limit, acquire(path, Kind::Exclusive, || ())).await {
        Ok(file) => file.map(Some),
        Err(_) => Ok(None),
    }
}
