//! The invariants on code that people wrote: real libraries of every language.

use std::collections::HashSet;

use rayon::prelude::*;
use tinybug_model::{Language, Tier};
use tinybug_mutate::{Classified, Source, apply, classify, enumerate};
use tinybug_testkit::libraries::{self, LIBRARIES, Library, fetch};

use crate::invariants::check;

/// Files of a library that are looked at, evenly chosen, unless `TINYBUG_ALL_MUTANTS` asks for all.
const FILES: usize = 12;
/// Comparing the texts of all mutants is quadratic in the size of a file.
const LONGEST: usize = 40_000;
/// Of so many mutants one is parsed anew.
const PARSED: usize = 25;

#[test]
fn the_mutants_of_real_libraries_are_good() {
    let files: Vec<_> = LIBRARIES.iter().flat_map(files).collect();
    files.par_iter().for_each(|(library, path, bytes)| {
        let source = Source { path, bytes };
        check(source);
        parses(library, source);
        keeps_names(library.language, source);
    });
    let languages: HashSet<_> = files.iter().map(|(library, ..)| library.language).collect();
    let fetched: HashSet<_> =
        LIBRARIES.iter().filter(|library| fetch(library).is_some()).map(|library| library.language).collect();
    assert_eq!(languages, fetched, "every library has product code of its language");
}

/// Product files of a library's language.
fn files(library: &'static Library) -> Vec<(&'static Library, String, Vec<u8>)> {
    let Some(root) = fetch(library) else { return Vec::new() };
    let mut all = libraries::files(&root);
    all.retain(|(path, bytes)| {
        bytes.len() <= LONGEST && classify(path, bytes) == Classified::Product(library.language)
    });
    let step = if std::env::var_os("TINYBUG_ALL_MUTANTS").is_some() { 1 } else { all.len().div_ceil(FILES).max(1) };
    all.into_iter().step_by(step).map(|(path, bytes)| (library, path, bytes)).collect()
}

/// A file that parsed as a whole does so with a mutant in it.
fn parses(library: &Library, source: Source<'_>) {
    let found = enumerate(source, Tier::Extended);
    for mutant in found.mutants.iter().step_by(PARSED) {
        let bytes = apply(source.bytes, mutant).expect("a mutant fits its own file");
        let notes = enumerate(Source { path: source.path, bytes: &bytes }, Tier::Default).notes;
        assert_eq!(notes, found.notes, "{}: {mutant:?}", library.name);
    }
}

fn keeps_names(language: Language, source: Source<'_>) {
    // What must stay first stays first.
    if source.bytes.starts_with(b"#!") || source.bytes.starts_with("\u{feff}".as_bytes()) {
        return;
    }
    let comment = if matches!(language, Language::Python | Language::Ruby) { "#" } else { "//" };
    let shifted = [format!("{comment} one\n\n").as_bytes(), source.bytes].concat();
    let ids = |bytes: &[u8]| -> HashSet<_> {
        let found = enumerate(Source { path: source.path, bytes }, Tier::Extended);
        found.mutants.into_iter().map(|mutant| mutant.id).collect()
    };
    assert_eq!(ids(source.bytes), ids(&shifted), "{}", source.path);
}
