//! Where tools are asked: a slot of the local runner, or any other directory.

use std::path::Path;

use crate::ProviderError;

/// A copy of a project that tools may be asked about. Mutants are written into it and taken out again.
pub trait Place {
    /// The project's directory.
    fn project(&self) -> &Path;

    /// A directory outside of it, for what tools need and leave.
    fn temporary(&self) -> &Path;

    /// Runs a shell command in a directory of the project; `None` when it could not be run, or not to its own end.
    fn run(
        &self,
        command: &str,
        directory: &Path,
    ) -> impl Future<Output = Result<Option<Answer>, ProviderError>> + Send;
}

/// How a command ended by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Whether it found nothing to complain of.
    pub accepted: bool,
    /// All that it printed.
    pub output: String,
}

impl Answer {
    /// Of a shell that exited; `None` where it did not find the program.
    pub fn of_shell(code: i32, output: &[u8]) -> Option<Self> {
        let ran = !matches!(code, 126 | 127);
        ran.then(|| Self { accepted: code == 0, output: String::from_utf8_lossy(output).into_owned() })
    }
}
