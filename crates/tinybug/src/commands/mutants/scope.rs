//! Which mutants are asked for: those on changed lines, those in named functions.

use std::{
    fs,
    io::{self, Read},
    path::Path,
};

use anyhow::Context;
use tinybug_model::Mutant;
use tinybug_mutate::{ChangedLines, is_in_function};
use tinybug_providers::{ProviderError, git::changes_since};

use super::files::Files;
use crate::{cli::MutantsArgs, exit::UsageError};

/// The mutants that the arguments ask for.
pub(super) async fn keep(args: &MutantsArgs, files: &Files, mut mutants: Vec<Mutant>) -> anyhow::Result<Vec<Mutant>> {
    if let Some((changed, top)) = changed(args, files).await? {
        let from_top = |path: &str| {
            let whole = files.base().join(path);
            whole.strip_prefix(&top).map_or_else(|_| path.to_owned(), |path| path.to_string_lossy().into_owned())
        };
        mutants.retain(|mutant| changed.contains(&from_top(&mutant.path), mutant.line));
    }
    if !args.function.is_empty() {
        mutants.retain(|mutant| args.function.iter().any(|name| is_in_function(mutant, name)));
    }
    Ok(mutants)
}

/// The changed lines, and the directory that their paths are relative to.
async fn changed(args: &MutantsArgs, files: &Files) -> anyhow::Result<Option<(ChangedLines, std::path::PathBuf)>> {
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
        let Ok(content) = fs::read(changes.toplevel.join(path)) else { continue };
        let count = content.split(|byte| *byte == b'\n').count();
        (1..).take(count).for_each(|line| lines.add(path, line));
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
