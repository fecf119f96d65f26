//! What no lint checks: how files open, how long they are, what tests may not do, whose machine they know.

use std::path::PathBuf;

use crate::{
    files::{Source, all, sources},
    workspace::root,
};

/// Lines of a file without its tests.
const LONGEST_FILE: usize = 600;

/// How a helper is called that waits for a condition, and so may pause between two looks at it.
const WAITING: [&str; 5] = ["wait", "until", "eventually", "poll", "settle"];

#[test]
fn every_rust_file_opens_with_a_sentence_that_says_what_it_is_for() {
    let silent: Vec<_> = sources().into_iter().filter(|source| !source.text.starts_with("//! ")).map(path).collect();
    assert!(silent.is_empty(), "begin these files with a //! sentence: {silent:#?}");
}

#[test]
fn no_rust_file_is_longer_than_its_reader_can_hold() {
    let long = sources().into_iter().filter(|source| source.product().lines().count() > LONGEST_FILE);
    let long: Vec<_> = long.map(path).collect();
    assert!(
        long.is_empty(),
        "split these files, they have more than {LONGEST_FILE} lines besides their tests: {long:#?}"
    );
}

#[test]
fn no_test_is_switched_off() {
    let marker = concat!("#[", "ignore");
    let off: Vec<_> = sources().into_iter().filter(|source| source.text.contains(marker)).map(path).collect();
    assert!(off.is_empty(), "a test that does not run proves nothing: run or delete those in {off:#?}");
}

#[test]
fn tests_sleep_only_inside_a_helper_that_waits_for_a_condition() {
    let sleepers: Vec<_> = sources().iter().flat_map(sleepers).collect();
    assert!(
        sleepers.is_empty(),
        "wait for what the test needs instead of sleeping (a helper named after one of {WAITING:?} may pause between \
         two looks): {sleepers:#?}"
    );
}

#[test]
fn no_file_knows_the_machine_it_was_written_on() {
    let home = std::env::var_os("HOME").map(PathBuf::from);
    let places = [Some(root()), home].into_iter().flatten();
    // A place near the root of the file system (`/src`) has a name too common to look for.
    let places: Vec<_> = places.filter(|place| place.components().count() > 2).collect();
    let places: Vec<_> = places.iter().filter_map(|place| place.to_str()).collect();
    let mut knowing = Vec::new();
    for path in all() {
        // What is no text was not written by hand.
        let Ok(text) = std::fs::read_to_string(root().join(&path)) else { continue };
        let lines = text.lines().enumerate().filter(|(_, line)| places.iter().any(|place| line.contains(place)));
        knowing.extend(lines.map(|(number, line)| format!("{path}:{}: {}", number + 1, line.trim())));
    }
    assert!(knowing.is_empty(), "these lines hold a path of this machine: {knowing:#?}");
}

/// The lines that sleep in tests, outside helpers that wait for a condition.
fn sleepers(source: &Source) -> Vec<String> {
    let call = concat!("sleep", "(");
    let first = source.product().lines().count();
    let mut function = "";
    let mut found = Vec::new();
    for (number, line) in source.tests().lines().enumerate() {
        function = declared(line).unwrap_or(function);
        let waits = WAITING.iter().any(|word| function.split('_').any(|part| part.starts_with(word)));
        // `time.sleep` stands in the fixtures of other languages, `asleep` in prose.
        let sleeps = line.match_indices(call).any(|(at, _)| {
            !line[..at].ends_with(|before: char| before == '.' || before == '_' || before.is_alphanumeric())
        });
        if sleeps && !waits && !line.trim_start().starts_with("//") {
            found.push(format!("{}:{}: {}", source.path, first + number + 1, line.trim()));
        }
    }
    found
}

/// The name of the function that the line declares.
fn declared(line: &str) -> Option<&str> {
    let (before, after) = line.split_once("fn ")?;
    let keywords =
        before.split_whitespace().all(|word| matches!(word, "pub" | "pub(crate)" | "pub(super)" | "async" | "const"));
    let end = after.find(|c: char| c != '_' && !c.is_alphanumeric()).unwrap_or(after.len());
    keywords.then_some(&after[..end])
}

fn path(source: Source) -> String {
    source.path
}
