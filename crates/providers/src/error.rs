//! What can go wrong with the outside world.

use std::{io, path::PathBuf};

/// A failure of git or of the machine. Results of tests are never errors.
#[derive(Debug, thiserror::Error)]
pub enum ProviderError {
    /// Name an existing directory.
    #[error("{} does not exist", path.display())]
    NoSuchPath {
        /// The path asked for.
        path: PathBuf,
    },
    /// Make it a git repository, or name one.
    #[error("{} is not inside a git repository", path.display())]
    NotARepository {
        /// The path asked for.
        path: PathBuf,
    },
    /// Name a commit, branch or tag that the repository has.
    #[error("the repository has no revision {revision:?}")]
    NoSuchRevision {
        /// The revision asked for.
        revision: String,
    },
    /// Mend what git names, or have it ignored.
    #[error("git cannot take in the working tree: {said}; mend that, or name it in .gitignore")]
    WorkingTree {
        /// What git said.
        said: String,
    },
    /// Install git, or mend PATH.
    #[error("git could not be started: {0}")]
    GitMissing(io::Error),
    /// Git refused; retrying may help when another process was in the way.
    #[error("git {command} failed: {stderr}")]
    Git {
        /// The sub-command.
        command: String,
        /// What git said.
        stderr: String,
    },
    /// The machine refused; retry once disk, memory or permissions are mended.
    #[error("{doing}: {source}")]
    Io {
        /// What was being done.
        doing: String,
        /// Why it failed.
        source: io::Error,
    },
}

impl ProviderError {
    /// Whether the same request may succeed later although nobody changes it.
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Git { .. } | Self::Io { .. })
    }

    /// Wraps an I/O error with what was being done.
    pub(crate) fn io(doing: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        let doing = doing.into();
        move |source| Self::Io { doing, source }
    }
}
