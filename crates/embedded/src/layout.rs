//! Where things lie in a data directory.

use std::fs::{self, DirBuilder, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// The paths below one data directory.
#[derive(Debug, Clone)]
pub(crate) struct Layout {
    root: PathBuf,
}

impl Layout {
    /// Makes the directories that every process needs, and resolves the path.
    pub(crate) fn create(data_dir: &Path) -> io::Result<Self> {
        // The user that PostgreSQL runs as must be able to pass through; what is secret below is closed by itself.
        DirBuilder::new().recursive(true).mode(0o755).create(data_dir)?;
        let layout = Self { root: data_dir.canonicalize()? };
        for private in [layout.run(), layout.logs()] {
            DirBuilder::new().recursive(true).mode(0o700).create(&private)?;
            // One that was made open, or opened since.
            if fs::metadata(&private)?.permissions().mode() & 0o077 != 0 {
                fs::set_permissions(&private, Permissions::from_mode(0o700))?;
            }
        }
        Ok(layout)
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    fn run(&self) -> PathBuf {
        self.root.join("run")
    }

    /// Held shared by each user, exclusively by a supervisor that stops.
    pub(crate) fn users_lock(&self) -> PathBuf {
        self.run().join("users.lock")
    }

    /// Held by the supervisor as long as it lives.
    pub(crate) fn supervisor_lock(&self) -> PathBuf {
        self.run().join("supervisor.lock")
    }

    /// Held by a user that looks for a supervisor and starts one.
    pub(crate) fn start_lock(&self) -> PathBuf {
        self.run().join("start.lock")
    }

    /// There while the services serve.
    pub(crate) fn services(&self) -> PathBuf {
        self.run().join("services.json")
    }

    pub(crate) fn progress(&self) -> PathBuf {
        self.run().join("progress.jsonl")
    }

    /// The ports of the last start, used again when they are free.
    pub(crate) fn ports(&self) -> PathBuf {
        self.run().join("ports.json")
    }

    fn logs(&self) -> PathBuf {
        self.root.join("logs")
    }

    pub(crate) fn log(&self, name: &str) -> PathBuf {
        self.logs().join(format!("{name}.log"))
    }

    pub(crate) fn postgres(&self) -> PathBuf {
        self.root.join("postgres")
    }

    pub(crate) fn temporal(&self) -> PathBuf {
        self.root.join("temporal")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_secret_is_closed_and_the_way_to_the_cluster_stays_open() {
        let dir = tempfile::tempdir().unwrap();
        let data = dir.path().join("data");
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        let layout = Layout::create(&data).unwrap();
        assert_eq!(mode(&data) & 0o011, 0o011);
        for private in [layout.run(), layout.logs()] {
            assert_eq!(mode(&private), 0o700);
            fs::set_permissions(&private, Permissions::from_mode(0o755)).unwrap();
            Layout::create(&data).unwrap();
            assert_eq!(mode(&private), 0o700, "an earlier version left it open");
        }
    }
}
