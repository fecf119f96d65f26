//! The files that are measured.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

/// A file in memory.
pub(crate) struct File {
    /// Its path below the directory that was given.
    pub path: String,
    /// What it holds.
    pub bytes: Vec<u8>,
}

/// How often the fixtures are repeated: once they would be over before the clock ticks.
const COPIES: usize = 500;

/// The files below a directory, in the order of their paths; without one the fixtures, repeated.
pub(crate) fn read(given: Option<&Path>) -> io::Result<Vec<File>> {
    let root = root(given);
    let mut paths = Vec::new();
    list(&root, &mut paths)?;
    paths.sort();
    let copies = if given.is_some() { 1 } else { COPIES };
    let mut corpus = Vec::new();
    for path in paths {
        let name = path.strip_prefix(&root).unwrap_or(&path).to_string_lossy().replace('\\', "/");
        let bytes = fs::read(&path)?;
        corpus.extend((0..copies).map(|copy| File { path: format!("src{copy}/{name}"), bytes: bytes.clone() }));
    }
    Ok(corpus)
}

/// The directory given, or that of the fixtures.
pub(crate) fn root(given: Option<&Path>) -> PathBuf {
    given.map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata"), PathBuf::from)
}

/// The regular files below a directory.
pub(crate) fn list(directory: &Path, found: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            list(&entry.path(), found)?;
        } else if entry.file_type()?.is_file() {
            found.push(entry.path());
        }
    }
    Ok(())
}
