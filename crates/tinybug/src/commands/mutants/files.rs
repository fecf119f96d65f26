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
    left_out: LeftOut,
}

/// How many source files are no product code, by why.
#[derive(Debug, Default)]
pub(super) struct LeftOut {
    pub(super) tests: usize,
    /// Code from elsewhere, generated code, configuration, declarations, examples.
    pub(super) others: usize,
}

impl Files {
    /// Lists the files below the given paths that may be product code, those that .gitignore names left out. Symbolic
    /// links are not followed.
    pub(super) fn find(paths: &[PathBuf]) -> anyhow::Result<Self> {
        Self::walk(paths, true)
    }

    /// Lists the same, and what .gitignore names or is hidden: git may know such files all the same.
    pub(super) fn find_all(paths: &[PathBuf]) -> anyhow::Result<Self> {
        Self::walk(paths, false)
    }

    fn walk(paths: &[PathBuf], filtered: bool) -> anyhow::Result<Self> {
        let base = base_of(paths)?;
        let mut files = Self { base, paths: Vec::new(), notes: RefCell::default(), left_out: LeftOut::default() };
        for path in paths {
            files.list(path, filtered);
        }
        files.paths.sort();
        files.paths.dedup();
        Ok(files)
    }

    /// Lists what is below one path. What cannot be listed is noted: the rest is worth as much without it.
    fn list(&mut self, path: &Path, filtered: bool) {
        let mut known = false;
        let mut walk = ignore::WalkBuilder::new(path);
        for entry in walk.standard_filters(filtered).follow_links(false).require_git(false).build() {
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
            let inside = whole.strip_prefix(&self.base).unwrap_or(&whole);
            let Some(printed) = inside.to_str() else {
                let printed = inside.to_string_lossy();
                if matches!(classify(&printed, b""), Classified::Product(_)) {
                    self.note(
                        inside,
                        "skipped: its name is not UTF-8, so that nothing could name its mutants".to_owned(),
                    );
                    known = true;
                }
                continue;
            };
            match classify(printed, b"") {
                Classified::Product(_) => self.paths.push((printed.to_owned(), whole)),
                Classified::Skipped(SkipReason::UnknownLanguage) => continue,
                Classified::Test => self.left_out.tests += 1,
                Classified::Skipped(reason) => {
                    self.left_out.others += 1;
                    if reason.is_worth_a_note() {
                        self.note(Path::new(printed), reason.to_string());
                    }
                }
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

    /// How many files may be product code and are asked for.
    pub(super) fn count(&self, wanted: impl Fn(&str) -> bool) -> usize {
        self.paths.iter().filter(|(printed, _)| wanted(printed)).count()
    }

    /// How many source files are no product code.
    pub(super) fn left_out(&self) -> &LeftOut {
        &self.left_out
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_deleted_after_it_was_listed_is_noted_and_the_others_are_read() {
        let dir = tempfile::tempdir().unwrap();
        for name in ["a.py", "b.py", "c.py"] {
            fs::write(dir.path().join(name), name).unwrap();
        }
        let files = Files::find(&[dir.path().to_owned()]).unwrap();
        fs::remove_file(dir.path().join("b.py")).unwrap();
        let read: Vec<_> = files.sources(|_| true).map(|source| source.path).collect();
        assert_eq!(read, ["a.py", "c.py"]);
        let notes = files.notes();
        assert_eq!((notes.len(), notes[0].path.as_str()), (1, "b.py"));
        assert!(notes[0].text.starts_with("cannot be read: "), "{notes:?}");
    }
}
