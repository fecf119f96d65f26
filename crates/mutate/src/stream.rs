//! Enumeration of files that come one after another: only a few of them are in memory at a time.

use rayon::prelude::*;
use tinybug_model::Tier;

use crate::enumerate::{Enumeration, Source, enumerate};

/// A file to make mutants of, with what it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnedSource {
    /// Path inside the repository, with forward slashes.
    pub path: String,
    /// What the file holds.
    pub bytes: Vec<u8>,
}

/// A file, and what was found in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enumerated {
    /// The file.
    pub source: OwnedSource,
    /// Its mutants.
    pub found: Enumeration,
}

/// So many bytes are taken before they are shared out to the cores.
const WINDOW_BYTES: usize = 4 * 1024 * 1024;

/// So many files are, however small.
const WINDOW_FILES: usize = 512;

/// Lists the mutants of files in the order in which they come. Several are read ahead and worked on side by side, but
/// never more than a few megabytes of them, and one large file: memory does not grow with the number of files.
pub fn enumerate_stream(
    sources: impl IntoIterator<Item = OwnedSource>,
    tier: Tier,
) -> impl Iterator<Item = Enumerated> {
    let mut sources = sources.into_iter();
    std::iter::from_fn(move || {
        let window = window(&mut sources);
        (!window.is_empty()).then(|| {
            let done: Vec<_> = window.into_par_iter().map(|source| enumerated(source, tier)).collect();
            done
        })
    })
    .flatten()
}

fn window(sources: &mut impl Iterator<Item = OwnedSource>) -> Vec<OwnedSource> {
    let mut window = Vec::new();
    let mut bytes = 0;
    while bytes < WINDOW_BYTES && window.len() < WINDOW_FILES {
        let Some(source) = sources.next() else { break };
        bytes += source.bytes.len();
        window.push(source);
    }
    window
}

fn enumerated(source: OwnedSource, tier: Tier) -> Enumerated {
    let found = enumerate(Source { path: &source.path, bytes: &source.bytes }, tier);
    Enumerated { source, found }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    fn file(number: usize) -> OwnedSource {
        OwnedSource { path: format!("src/{number}.py"), bytes: format!("x{number} = a < b\n").into_bytes() }
    }

    #[test]
    fn files_come_back_in_their_order_with_what_each_alone_holds() {
        let files: Vec<_> = (0..1_200).map(file).collect();
        let found: Vec<_> = enumerate_stream(files.clone(), Tier::Default).collect();
        assert_eq!(found.len(), files.len());
        for (file, found) in files.into_iter().zip(found) {
            assert_eq!(found.found.mutants.len(), 2);
            assert_eq!(found, enumerated(file, Tier::Default));
        }
    }

    #[test]
    fn no_more_is_read_ahead_than_a_window() {
        let read = Cell::new(0);
        let files = (0..40).map(|number| {
            read.set(read.get() + 1);
            // Of no language, so that only the reading takes time.
            OwnedSource { path: format!("{number}.txt"), bytes: vec![b' '; WINDOW_BYTES / 8] }
        });
        let mut given = 0;
        for _ in enumerate_stream(files, Tier::Default) {
            given += 1;
            assert!(read.get() <= given + 8, "{} read, {given} given", read.get());
        }
        assert_eq!(given, 40);
    }
}
