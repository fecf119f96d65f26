//! What can go wrong for a process that wants to use the services.

use std::io;
use std::path::PathBuf;

/// Why the services cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The supervisor could not bring the services up; the message says what to do, the log has the details.
    #[error("the embedded services did not start: {message} (log: {})", log.display())]
    Start {
        /// What failed, and what to do about it.
        message: String,
        /// The supervisor's log file.
        log: PathBuf,
    },
    /// The services of this data directory run with other settings; stop their users first, or use another directory.
    #[error("the services of {} already run with other settings: {difference}", data_dir.display())]
    Conflict {
        /// The data directory.
        data_dir: PathBuf,
        /// What differs.
        difference: String,
    },
    /// The data directory or the supervisor's program cannot be used.
    #[error("failed to {doing} {}: {source}", path.display())]
    Io {
        /// What was tried, as in "failed to ... this path".
        doing: &'static str,
        /// The path it was tried on.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
}

impl Error {
    /// A function for `map_err` that says what was tried on which path.
    pub(crate) fn io(doing: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io { doing, path, source }
    }
}
