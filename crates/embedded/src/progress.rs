//! What the supervisor tells the waiting users while it gets parts and starts services, and the file it goes through.

use std::fs::{self, File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};

/// One step towards running services.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum ProgressEvent {
    /// Work on a part has begun; it takes seconds (starting) to minutes (building from source).
    Started {
        /// Name of the part, stable: `postgresql`, `temporal-server`, `temporal-schema`, `temporal-ui`, `services`.
        part: String,
        /// What is done, for people.
        what: String,
    },
    /// A line of detail on a part in work.
    Line {
        /// Name of the part.
        part: String,
        /// One line, for people.
        text: String,
    },
    /// The part is done.
    Finished {
        /// Name of the part.
        part: String,
    },
    /// Something the user should know, such as a fallback that is used.
    Notice {
        /// One sentence.
        text: String,
    },
    /// The services cannot be started.
    Failed {
        /// What failed, and what to do about it.
        message: String,
    },
}

/// Receives the steps, to draw or print them.
pub trait Progress: Send + Sync {
    /// Takes one step.
    fn event(&self, event: &ProgressEvent);
}

impl<F: Fn(&ProgressEvent) + Send + Sync> Progress for F {
    fn event(&self, event: &ProgressEvent) {
        self(event);
    }
}

/// The supervisor's end of the file.
pub(crate) struct ProgressWriter {
    file: Mutex<File>,
    notices: Mutex<Vec<String>>,
}

impl ProgressWriter {
    /// Starts a new file in place of the one of an earlier supervisor.
    pub(crate) fn create(path: &Path) -> std::io::Result<Self> {
        remove_if_there(path)?;
        let file = OpenOptions::new().create_new(true).append(true).open(path)?;
        Ok(Self { file: Mutex::new(file), notices: Mutex::default() })
    }

    /// All notices so far, for users who attach later.
    pub(crate) fn notices(&self) -> Vec<String> {
        self.notices.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn started(&self, part: &str, what: impl Into<String>) {
        self.event(&ProgressEvent::Started { part: part.into(), what: what.into() });
    }

    pub(crate) fn line(&self, part: &str, text: impl Into<String>) {
        self.event(&ProgressEvent::Line { part: part.into(), text: text.into() });
    }

    pub(crate) fn finished(&self, part: &str) {
        self.event(&ProgressEvent::Finished { part: part.into() });
    }

    pub(crate) fn notice(&self, text: impl Into<String>) {
        let text = text.into();
        self.notices.lock().unwrap_or_else(PoisonError::into_inner).push(text.clone());
        self.event(&ProgressEvent::Notice { text });
    }

    fn event(&self, event: &ProgressEvent) {
        let mut line = serde_json::to_string(event).expect("an event holds only strings");
        line.push('\n');
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        if let Err(error) = file.write_all(line.as_bytes()) {
            tracing::warn!(%error, "progress cannot be written");
        }
    }

    pub(crate) fn failed(&self, message: impl Into<String>) {
        self.event(&ProgressEvent::Failed { message: message.into() });
    }
}

/// A user's end of the file: gives each complete line once.
pub(crate) struct ProgressReader {
    path: PathBuf,
    offset: u64,
}

impl ProgressReader {
    pub(crate) fn new(path: PathBuf) -> Self {
        Self { path, offset: 0 }
    }

    /// The events written since the last call.
    pub(crate) fn read(&mut self) -> Vec<ProgressEvent> {
        let Ok(mut file) = File::open(&self.path) else { return Vec::new() };
        let mut text = String::new();
        if file.seek(SeekFrom::Start(self.offset)).is_err() || file.read_to_string(&mut text).is_err() {
            return Vec::new();
        }
        let Some(end) = text.rfind('\n') else { return Vec::new() };
        self.offset += end as u64 + 1;
        text[..end].lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
    }
}

/// Removes a file that may be absent.
pub(crate) fn remove_if_there(path: &Path) -> std::io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
