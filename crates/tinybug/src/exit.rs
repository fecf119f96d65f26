//! Exit codes, the same for every command, and errors that carry one.

use std::fmt;

/// How a command ended, for scripts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// The command did what it was asked to.
    Done = 0,
    /// The measurement finished, and its gate was not reached, or not told.
    GateNotReached = 1,
    /// The request can't be carried out as it stands.
    Usage = 2,
    /// The unchanged code gives no result to compare with.
    BaselineBroken = 3,
    /// Something that Tinybug needs failed.
    Infrastructure = 4,
    /// The user stopped it.
    Interrupted = 130,
}

impl From<Exit> for std::process::ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// An error that is the caller's to mend; every other error is infrastructure.
#[derive(Debug)]
pub(crate) struct UsageError(String);

impl UsageError {
    /// An error with a sentence that says what to do.
    pub(crate) fn because(sentence: impl Into<String>) -> anyhow::Error {
        anyhow::Error::new(Self(sentence.into()))
    }
}

impl fmt::Display for UsageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for UsageError {}

/// The exit code that an error asks for.
pub(crate) fn of_error(error: &anyhow::Error) -> Exit {
    if error.downcast_ref::<UsageError>().is_some() { Exit::Usage } else { Exit::Infrastructure }
}
