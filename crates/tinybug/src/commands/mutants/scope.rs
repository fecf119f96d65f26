//! Which mutants are asked for: those on changed lines, those in named functions.

use std::{
    fs,
    io::{self, Read},
    path::{Path, PathBuf},
};

use anyhow::Context;
use tinybug_model::Mutant;
use tinybug_mutate::{ChangedLines, is_in_function};
use tinybug_providers::{ProviderError, git::changes_since};

use super::files::Files;
use crate::{cli::MutantsArgs, exit::UsageError};

/// What the arguments ask for.
pub(super) struct Scope<'a> {
    base: &'a Path,
    /// The changed lines, and the directory that their paths are relative to.
    changed: Option<(ChangedLines, PathBuf)>,
    functions: &'a [String],
}

impl<'a> Scope<'a> {
    /// Reads what the arguments ask for.
    pub(super) async fn of(args: &'a MutantsArgs, files: &'a Files) -> anyhow::Result<Self> {
        Ok(Self { base: files.base(), changed: changed(args, files).await?, functions: &args.function })
    }

    /// Whether a file may hold mutants that are asked for.
    pub(super) fn holds_file(&self, path: &str) -> bool {
        self.changed.as_ref().is_none_or(|(changed, top)| changed.has_file(&self.seen_from(top, path)))
    }

    /// Whether a mutant is asked for.
    pub(super) fn holds(&self, mutant: &Mutant) -> bool {
        let on_a_line = |(changed, top): &(ChangedLines, PathBuf)| {
            changed.contains(&self.seen_from(top, &mutant.path), mutant.line)
        };
        self.changed.as_ref().is_none_or(on_a_line)
            && (self.functions.is_empty() || self.functions.iter().any(|name| is_in_function(&mutant.function, name)))
    }

    /// How many files have lines that changed; none when all lines are asked for.
    pub(super) fn changed_files(&self) -> Option<usize> {
        self.changed.as_ref().map(|(changed, _)| changed.file_count())
    }

    fn seen_from(&self, top: &Path, path: &str) -> String {
        let whole = self.base.join(path);
        whole.strip_prefix(top).map_or_else(|_| path.to_owned(), |path| path.to_string_lossy().into_owned())
    }
}

/// The changed lines, and the directory that their paths are relative to.
async fn changed(args: &MutantsArgs, files: &Files) -> anyhow::Result<Option<(ChangedLines, PathBuf)>> {
    if let Some(file) = &args.diff {
        let lines = read(&text_of(file)?)?;
        // A diff of the whole repository names its files from there, wherever this command is asked about.
        return Ok(Some((lines, files.repository().unwrap_or_else(|| files.base()).to_owned())));
    }
    let Some(revision) = &args.since else { return Ok(None) };
    let changes = changes_since(files.base(), revision).await.map_err(|error| match error {
        ProviderError::NoSuchRevision { .. } | ProviderError::NotARepository { .. } => {
            UsageError::because(format!("--since: {error}"))
        }
        error => error.into(),
    })?;
    let mut lines = read(&changes.diff)?;
    for path in &changes.untracked {
        lines.add(path, 1..=u32::MAX);
    }
    Ok(Some((lines, changes.toplevel)))
}

fn text_of(file: &Path) -> anyhow::Result<String> {
    if file.as_os_str() == "-" {
        let mut bytes = Vec::new();
        io::stdin().lock().read_to_end(&mut bytes).context("failed to read standard input")?;
        return Ok(String::from_utf8_lossy(&bytes).into_owned());
    }
    let bytes = fs::read(file).map_err(|error| UsageError::because(format!("--diff {}: {error}", file.display())))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn read(diff: &str) -> anyhow::Result<ChangedLines> {
    ChangedLines::from_unified(diff).map_err(|error| UsageError::because(format!("the diff cannot be read: {error}")))
}
