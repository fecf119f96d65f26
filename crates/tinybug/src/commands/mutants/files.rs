//! The files that mutants are made of.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use anyhow::Context;
use tinybug_mutate::Source;

use crate::exit::UsageError;

/// Files of the given paths, by the paths that are printed.
pub(super) struct Files {
    base: PathBuf,
    contents: BTreeMap<String, Vec<u8>>,
}

impl Files {
    /// Reads the files below the given paths, those that .gitignore names left out. Symbolic links are not followed.
    pub(super) fn find(paths: &[PathBuf]) -> anyhow::Result<Self> {
        let base = base_of(paths)?;
        let mut walk = ignore::WalkBuilder::new(&paths[0]);
        for path in &paths[1..] {
            walk.add(path);
        }
        walk.follow_links(false).require_git(false);
        let mut contents = BTreeMap::new();
        for entry in walk.build() {
            let entry = entry.context("failed to list files")?;
            if !entry.file_type().is_some_and(|kind| kind.is_file()) {
                continue;
            }
            let whole =
                fs::canonicalize(entry.path()).with_context(|| format!("failed to find {}", entry.path().display()))?;
            // What is not UTF-8 could not be printed; such a path is no file of a language's tools either.
            let Some(path) = whole.strip_prefix(&base).unwrap_or(&whole).to_str() else { continue };
            let bytes = fs::read(&whole).with_context(|| format!("failed to read {}", whole.display()))?;
            contents.insert(path.to_owned(), bytes);
        }
        Ok(Self { base, contents })
    }

    /// The files as the engine takes them.
    pub(super) fn sources(&self) -> impl Iterator<Item = Source<'_>> {
        self.contents.iter().map(|(path, bytes)| Source { path, bytes })
    }

    /// The content of one; every mutant's file is there.
    pub(super) fn content(&self, path: &str) -> &[u8] {
        self.contents.get(path).map_or(&[], Vec::as_slice)
    }

    /// The directory that printed paths are relative to.
    pub(super) fn base(&self) -> &Path {
        &self.base
    }

    /// Top of the repository around it.
    pub(super) fn repository(&self) -> Option<&Path> {
        repository_of(&self.base)
    }
}

/// The one directory given, as in a measurement of it, so that ids are the same; for files and several directories the
/// repository's root, or else the working directory.
fn base_of(paths: &[PathBuf]) -> anyhow::Result<PathBuf> {
    let mut absolute = Vec::new();
    for path in paths {
        let found = path.canonicalize().map_err(|error| {
            UsageError::because(format!("{}: {error}; give files or directories that exist", path.display()))
        })?;
        absolute.push(found);
    }
    let first = &absolute[0];
    if absolute.len() == 1 && first.is_dir() {
        return Ok(first.clone());
    }
    match repository_of(first) {
        Some(root) if absolute.iter().all(|path| path.starts_with(root)) => Ok(root.to_owned()),
        _ => std::env::current_dir().context("failed to find the working directory"),
    }
}

fn repository_of(path: &Path) -> Option<&Path> {
    path.ancestors().find(|ancestor| ancestor.join(".git").exists())
}
