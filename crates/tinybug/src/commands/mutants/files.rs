//! The files that mutants are made of.

use std::{
    cell::RefCell,
    fs,
    io::{self, Read},
    path::{Path, PathBuf},
};

use anyhow::Context;
use tinybug_mutate::{Classified, LARGEST_FILE, Note, OwnedSource, SkipReason, classify};

use crate::exit::UsageError;

/// Files of the given paths: only their names, until they are read.
pub(super) struct Files {
    base: PathBuf,
    /// Each as it is printed, and where it is, by what is printed.
    paths: Vec<(String, PathBuf)>,
    notes: RefCell<Vec<Note>>,
}

impl Files {
    /// Lists the files below the given paths that may be product code, those that .gitignore names left out. Symbolic
    /// links are not followed.
    pub(super) fn find(paths: &[PathBuf]) -> anyhow::Result<Self> {
        let mut files = Self { base: base_of(paths)?, paths: Vec::new(), notes: RefCell::default() };
        for path in paths {
            files.list(path);
        }
        files.paths.sort();
        files.paths.dedup();
        Ok(files)
    }

    /// Lists what is below one path. What cannot be listed is noted: the rest is worth as much without it.
    fn list(&mut self, path: &Path) {
        let mut known = false;
        for entry in ignore::WalkBuilder::new(path).follow_links(false).require_git(false).build() {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    self.note(path, format!("cannot be listed whole: {error}"));
                    continue;
                }
            };
            if !entry.file_type().is_some_and(|kind| kind.is_file()) {
                continue;
            }
            let Ok(whole) = fs::canonicalize(entry.path()) else { continue };
            // What is not UTF-8 could not be printed; such a path is no file of a language's tools either.
            let Some(printed) = whole.strip_prefix(&self.base).unwrap_or(&whole).to_str() else { continue };
            match classify(printed, b"") {
                Classified::Product(_) => self.paths.push((printed.to_owned(), whole)),
                Classified::Skipped(SkipReason::UnknownLanguage) => continue,
                Classified::Skipped(reason) if reason.is_worth_a_note() => {
                    self.note(Path::new(printed), reason.to_string());
                }
                Classified::Test | Classified::Skipped(_) => {}
            }
            known = true;
        }
        if !known {
            self.note(path, nothing_below(path));
        }
    }

    /// Reads the files one after another, those that `wanted` says by what is printed of them. One that cannot be read
    /// is noted and passed over: it may have been deleted since it was listed.
    pub(super) fn sources(&self, wanted: impl Fn(&str) -> bool) -> impl Iterator<Item = OwnedSource> {
        self.paths.iter().filter(move |(printed, _)| wanted(printed)).filter_map(|(printed, whole)| match read(whole) {
            Ok(Some(bytes)) => Some(OwnedSource { path: printed.clone(), bytes }),
            Ok(None) => {
                self.note(Path::new(printed), SkipReason::TooLarge.to_string());
                None
            }
            Err(error) => {
                self.note(Path::new(printed), format!("cannot be read: {error}"));
                None
            }
        })
    }

    /// What a person should know of the files.
    pub(super) fn notes(&self) -> Vec<Note> {
        self.notes.take()
    }

    fn note(&self, path: &Path, text: String) {
        self.notes.borrow_mut().push(Note { path: path.display().to_string(), text });
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

/// What a file holds; nothing when it holds more than mutants are made of.
fn read(path: &Path) -> io::Result<Option<Vec<u8>>> {
    let limit = LARGEST_FILE as u64 + 1;
    let mut bytes = Vec::new();
    fs::File::open(path)?.take(limit).read_to_end(&mut bytes)?;
    Ok((bytes.len() <= LARGEST_FILE).then_some(bytes))
}

/// Why there is no source file at a path.
fn nothing_below(path: &Path) -> String {
    match fs::metadata(path) {
        Ok(found) if found.is_dir() => "holds no file of a language that Tinybug knows".to_owned(),
        Ok(found) if found.is_file() => SkipReason::UnknownLanguage.to_string(),
        Ok(_) => "skipped: it is neither a file nor a directory".to_owned(),
        Err(error) => format!("cannot be read: {error}"),
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
