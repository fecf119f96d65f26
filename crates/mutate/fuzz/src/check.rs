//! What holds for every file, whatever it holds. The engine's own tests use it as well.

use std::collections::HashSet;

use tinybug_model::{Mutant, Tier};
use tinybug_mutate::{Source, apply, canary, classify, describe_all, enumerate};

/// What an enumeration says of a file with places that do not parse.
const BROKEN: &str = "has places that do not parse; they are left alone";

/// More mutants than this per byte no rule can make.
const MOST_PER_BYTE: usize = 8;

/// Mutants of one file that are parsed again.
const PARSED_AGAIN: usize = 24;

/// Checks everything that the engine does with a file.
pub fn file(path: &str, bytes: &[u8]) {
    let source = Source { path, bytes };
    let _ = classify(path, bytes);
    if let Some(canary) = canary(source) {
        assert!(canary.len() > bytes.len());
    }
    let extended = enumerate(source, Tier::Extended);
    assert_eq!(extended, enumerate(source, Tier::Extended), "the same twice");
    assert!(extended.mutants.len() <= MOST_PER_BYTE * bytes.len(), "{} mutants", extended.mutants.len());
    assert!(extended.mutants.is_sorted_by_key(|mutant| mutant.start_byte));
    let default = enumerate(source, Tier::Default).mutants;
    let of_default: Vec<_> = extended.mutants.iter().filter(|mutant| mutant.tier == Tier::Default).cloned().collect();
    assert_eq!(default, of_default, "extended includes default");
    mutants(source, &extended.mutants);
    sentences(source, &extended.mutants);
    if !extended.notes.iter().any(|note| note.text == BROKEN) {
        // Spread over the file, so that a run stays short.
        let step = extended.mutants.len() / PARSED_AGAIN + 1;
        for mutant in extended.mutants.iter().step_by(step) {
            let after = apply(bytes, mutant).expect("a mutant fits its own file");
            let again = enumerate(Source { path, bytes: &after }, Tier::Default);
            assert!(!again.notes.iter().any(|note| note.text == BROKEN), "does not parse: {mutant:?}");
        }
    }
}

fn lines(bytes: &[u8]) -> Vec<&[u8]> {
    bytes.split(|byte| *byte == b'\n').collect()
}

/// Each mutant changes one line, can be taken back, and is another one than all others.
fn mutants(source: Source<'_>, mutants: &[Mutant]) {
    let mut ids = HashSet::new();
    let mut texts = HashSet::new();
    let before = lines(source.bytes);
    for mutant in mutants {
        let after = apply(source.bytes, mutant).expect("a mutant fits its own file");
        assert_ne!(after, source.bytes, "{mutant:?}");
        let now = lines(&after);
        let changed: Vec<_> = before.iter().zip(&now).filter(|(one, other)| one != other).collect();
        assert_eq!((changed.len(), before.len()), (1, now.len()), "{mutant:?}");
        assert_eq!(changed[0].0, &before[mutant.line as usize - 1], "{mutant:?}");
        assert!(ids.insert(&mutant.id), "twice: {mutant:?}");
        let back = Mutant {
            original: mutant.replacement.clone(),
            replacement: mutant.original.clone(),
            end_byte: mutant.start_byte + mutant.replacement.len() as u64,
            ..mutant.clone()
        };
        assert_eq!(apply(&after, &back).expect("a mutant can be taken back"), source.bytes);
        assert!(texts.insert(after), "the same text twice: {mutant:?}");
        place(source, mutant);
    }
}

fn place(source: Source<'_>, mutant: &Mutant) {
    let start = usize::try_from(mutant.start_byte).expect("an offset into memory");
    let before = std::str::from_utf8(&source.bytes[..start]).expect("mutants begin between characters");
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    assert_eq!((mutant.line as usize, mutant.column as usize), (line, column));
}

/// Each sentence is one line of readable length, and the same every time.
fn sentences(source: Source<'_>, mutants: &[Mutant]) {
    let listed: Vec<_> = mutants.iter().collect();
    let sentences = describe_all(source, &listed);
    assert_eq!(sentences.len(), mutants.len());
    for (mutant, sentence) in mutants.iter().zip(sentences) {
        assert!(sentence.ends_with('.') && !sentence.contains('\n'), "{sentence:?}: {mutant:?}");
        assert!(spans_close(&sentence), "{sentence:?}: {mutant:?}");
        assert!(sentence.chars().count() < 500, "{sentence:?}: {mutant:?}");
    }
}

/// Whether each piece of code ends with as many backticks as it begins with, as in Markdown.
fn spans_close(sentence: &str) -> bool {
    let runs = sentence.split(|c| c != '`').map(str::len).filter(|run| *run > 0);
    runs.fold(None, |open, run| match open {
        None => Some(run),
        Some(open) => (open != run).then_some(open),
    })
    .is_none()
}
