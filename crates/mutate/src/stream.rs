//! Enumeration of files that come one after another: only a few of them are in memory at a time.

use rayon::prelude::*;
use tinybug_model::{Mutant, Tier};

use crate::{
    enumerate::{Note, Source, find},
    findings::{Findings, Functions},
};

/// A file to make mutants of, with what it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnedSource {
    /// Path inside the repository, with forward slashes.
    pub path: String,
    /// What the file holds.
    pub bytes: Vec<u8>,
}

impl OwnedSource {
    /// The same, borrowed.
    pub fn as_source(&self) -> Source<'_> {
        Source { path: &self.path, bytes: &self.bytes }
    }
}

/// A file, and what was found in it.
#[derive(Debug)]
pub struct Enumerated {
    /// The file.
    pub source: OwnedSource,
    /// Its mutants.
    pub mutants: Mutants,
    /// Its functions.
    pub functions: Functions,
    /// What a person should know of it.
    pub notes: Vec<Note>,
}

/// The mutants of a file, in the order of offsets.
#[derive(Debug)]
pub struct Mutants(Written);

/// How far they are written out.
#[derive(Debug)]
enum Written {
    /// Those of usual files, by the core that found them.
    Out(Vec<Mutant>),
    /// Those of large files would take more memory than the rest together.
    WhenAsked(Findings),
}

impl Mutants {
    /// The mutants, one after another. The source is the one that they came with.
    pub fn of(self, source: &OwnedSource) -> impl Iterator<Item = Mutant> {
        let (out, found) = match self.0 {
            Written::Out(mutants) => (mutants, Findings::default()),
            Written::WhenAsked(found) => (Vec::new(), found),
        };
        out.into_iter().chain(found.mutants(source.as_source()))
    }
}

/// The mutants of files of more bytes are written out when they are asked for.
const LARGE: usize = 1024 * 1024;

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
    let mut found = find(source.as_source(), tier);
    let notes = std::mem::take(&mut found.notes);
    let functions = found.functions();
    let written = if source.bytes.len() > LARGE {
        Written::WhenAsked(found)
    } else {
        Written::Out(found.mutants(source.as_source()).collect())
    };
    Enumerated { source, mutants: Mutants(written), functions, notes }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;
    use crate::enumerate::enumerate;

    fn file(number: usize) -> OwnedSource {
        OwnedSource { path: format!("src/{number}.py"), bytes: format!("x{number} = a < b\n").into_bytes() }
    }

    #[test]
    fn files_come_back_in_their_order_with_what_each_alone_holds() {
        let files: Vec<_> = (0..1_200).map(file).collect();
        let found: Vec<_> = enumerate_stream(files.clone(), Tier::Default).collect();
        assert_eq!(found.len(), files.len());
        for (file, found) in files.into_iter().zip(found) {
            let alone: Vec<_> = enumerate(file.as_source(), Tier::Default).mutants;
            assert_eq!(alone.len(), 2);
            assert_eq!(found.mutants.of(&found.source).collect::<Vec<_>>(), alone);
            assert_eq!(found.source, file);
        }
    }

    #[test]
    fn a_large_file_gives_the_same_mutants_although_they_are_written_out_later() {
        let text = "# tinybug: ignore[rel] as agreed\nx = a < b\nif not c: x = a < b + 1\n".repeat(LARGE / 60);
        let file = OwnedSource { path: "src/large.py".to_owned(), bytes: text.into_bytes() };
        assert!(file.bytes.len() > LARGE);
        let mut found = enumerate_stream([file.clone()], Tier::Default);
        let found = found.next().expect("a file gives what was found in it");
        assert!(matches!(found.mutants.0, Written::WhenAsked(_)));
        assert!(found.mutants.of(&found.source).eq(enumerate(file.as_source(), Tier::Default).mutants));
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
