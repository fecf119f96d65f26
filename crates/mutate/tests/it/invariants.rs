//! What holds for every mutant of every file, whatever the file holds.

use std::collections::HashSet;

use proptest::prelude::*;
use std::collections::BTreeSet;

use tinybug_model::{Language, Tier};
use tinybug_mutate::{Source, apply, describe_all, diff, enumerate, enumerate_all, patch};

use crate::corpus::{FIXTURES, Fixture};

/// What the fuzz targets check as well.
#[expect(unreachable_pub, reason = "public where the fuzz targets use it")]
#[path = "../../fuzz/src/check.rs"]
mod properties;

pub(crate) fn check(source: Source<'_>) {
    properties::file(source.path, source.bytes);
}

#[test]
fn every_mutant_of_the_fixtures_is_good() {
    for fixture in FIXTURES {
        check(fixture.source());
    }
}

#[test]
fn a_patch_is_the_diff_that_the_mutant_makes() {
    for fixture in FIXTURES {
        let whole = fixture.text.as_bytes();
        for bytes in [whole, whole.trim_ascii_end()] {
            for mutant in enumerate(Source { path: fixture.path, bytes }, Tier::Extended).mutants {
                let after = apply(bytes, &mutant).expect("a mutant fits its own file");
                let patch = patch(bytes, &mutant).expect("a mutant fits its own file");
                assert_eq!(patch, diff(fixture.path, bytes, &after), "{mutant:?}");
            }
        }
    }
}

#[test]
fn sound_code_is_read_to_its_end_however_deep_it_nests() {
    let depth = 3_000;
    let nested = |head: &str, open: &str, inside: &str, close: &str, tail: &str| {
        format!("{head}{}{inside}\n{}{tail}\n", open.repeat(depth), close.repeat(depth))
    };
    for (path, text) in [
        ("a.rb", nested("def f(a)\n", "if a < 1\n", "b = 1", "end\n", "end")),
        ("a.rs", nested("fn f(a: i32) {\n", "if a < 1 {\n", "b = 1;", "}\n", "}")),
        ("a.js", nested("function f(a) {\n", "if (a < 1) {\n", "b = 1;", "}\n", "}")),
        ("a.java", nested("class A { void f(int a) {\n", "if (a < 1) {\n", "b = 1;", "}\n", "}}")),
        ("a.c", nested("void f(int a) {\n", "if (a < 1) {\n", "b = 1;", "}\n", "}")),
    ] {
        let source = Source { path, bytes: text.as_bytes() };
        let found = enumerate(source, Tier::Default);
        assert_eq!(found.notes, [], "{path}");
        assert!(found.mutants.len() > depth, "{path}: {} mutants", found.mutants.len());
        // So deep they are named without their syntax, and as quickly as others.
        let sentences = describe_all(source, &found.mutants.iter().collect::<Vec<_>>());
        assert!(sentences.last().is_some_and(|last| last.contains('`')), "{path}");
    }
}

#[test]
fn what_is_cut_off_says_where_and_by_which_limit() {
    let text = format!("x = 1;\n{}", junk(&["if ", "else ", "for ", "(", ")", "{", "}", "x ", "= ", "\n"], 120_000));
    let notes = enumerate(Source { path: "a.c", bytes: text.as_bytes() }, Tier::Default).notes;
    assert!(notes[0].text.starts_with("cut off: from line "), "{notes:?}");
}

#[test]
fn a_carriage_return_alone_ends_no_line() {
    // As for git: the rest of the file stays one line, and columns go on.
    let text = "function f(a) {\r  return a < 1;\r}\n";
    let found = enumerate(Source { path: "a.js", bytes: text.as_bytes() }, Tier::Default);
    let places: BTreeSet<_> = found.mutants.iter().map(|mutant| (mutant.line, mutant.column)).collect();
    assert_eq!(places, BTreeSet::from([(1, 26), (1, 28), (1, 30)]));
    for mutant in &found.mutants {
        assert!(!mutant.original.contains('\r') && !mutant.replacement.contains('\r'), "{mutant:?}");
        assert_eq!(patch(text.as_bytes(), mutant).unwrap().lines().count(), 5);
    }
}

/// Characters and words in no order at all; the same ones each time.
fn junk(pieces: &[&str], bytes: usize) -> String {
    let mut state = 42_u64;
    let mut text = String::new();
    while text.len() < bytes {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        text.push_str(pieces[usize::try_from(state >> 33).expect("31 bits fit") % pieces.len()]);
    }
    text
}

#[test]
fn junk_is_cut_off_or_survived_in_every_language() {
    let signs: Vec<String> = (b' '..=b'~').chain([b'\n']).map(|byte| char::from(byte).to_string()).collect();
    let signs: Vec<&str> = signs.iter().map(String::as_str).collect();
    let words =
        ["if ", "else ", "for ", "while ", "(", ")", "{", "}", "x ", "1 ", "= ", "+ ", "; ", ", ", "\n", "\"", "end "];
    for fixture in FIXTURES {
        for text in [junk(&signs, 120_000), junk(&words, 120_000)] {
            let found = enumerate(Source { path: fixture.path, bytes: text.as_bytes() }, Tier::Extended);
            let explained = found.notes.iter().any(|note| {
                note.text.starts_with("cut off")
                    || note.text.starts_with("has places that do not parse")
                    || note.text.starts_with("does not parse")
                    || note.text.starts_with("skipped")
            });
            assert!(explained, "{}: {:?}", fixture.path, found.notes);
        }
    }
}

#[test]
fn no_mutant_of_the_fixtures_breaks_the_syntax() {
    for fixture in FIXTURES {
        for mutant in enumerate(fixture.source(), Tier::Extended).mutants {
            let after = apply(fixture.text.as_bytes(), &mutant).unwrap();
            let again = enumerate(Source { path: fixture.path, bytes: &after }, Tier::Default);
            assert_eq!(again.notes, [], "{mutant:?}");
        }
    }
}

#[test]
fn line_ends_marks_and_missing_ends_are_kept() {
    for fixture in FIXTURES {
        let crlf = fixture.text.replace('\n', "\r\n");
        let marked = format!("\u{feff}{}", fixture.text);
        let variants = [crlf.as_str(), marked.as_str(), fixture.text.trim_end()];
        for text in variants {
            check(Source { path: fixture.path, bytes: text.as_bytes() });
        }
    }
}

#[test]
fn line_ends_do_not_change_names() {
    for fixture in FIXTURES {
        let crlf = fixture.text.replace('\n', "\r\n");
        let ids = |text: &str| -> Vec<_> {
            let source = Source { path: fixture.path, bytes: text.as_bytes() };
            enumerate(source, Tier::Extended).mutants.into_iter().map(|mutant| mutant.id).collect()
        };
        assert_eq!(ids(fixture.text), ids(&crlf), "{}", fixture.path);
    }
}

#[test]
fn names_survive_lines_added_above() {
    for fixture in FIXTURES.iter().filter(|fixture| !fixture.text.starts_with("#!")) {
        let comment = if matches!(fixture.language, Language::Python | Language::Ruby) { "#" } else { "//" };
        let shifted = format!("{comment} one\n{comment} two\n\n{}", fixture.text);
        let ids = |text: &str| -> HashSet<_> {
            let source = Source { path: fixture.path, bytes: text.as_bytes() };
            enumerate(source, Tier::Extended).mutants.into_iter().map(|mutant| mutant.id).collect()
        };
        assert_eq!(ids(fixture.text), ids(&shifted), "{}", fixture.path);
    }
}

#[test]
fn many_files_come_by_path_whatever_their_order() {
    let mut sources: Vec<_> = FIXTURES.iter().map(Fixture::source).collect();
    let one = enumerate_all(&sources, Tier::Extended);
    sources.reverse();
    assert_eq!(one, enumerate_all(&sources, Tier::Extended));
    assert!(one.mutants.is_sorted_by_key(|mutant| (mutant.path.clone(), mutant.start_byte)));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    /// Pieces of code cut and joined anywhere: mostly broken, never a reason to panic or to make a bad mutant.
    #[test]
    fn broken_code_is_survived(fixture in 0..FIXTURES.len(), from in 0.0..1.0_f64, to in 0.0..1.0_f64, twice in any::<bool>()) {
        let fixture = &FIXTURES[fixture];
        let at = |share: f64| {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "a place in a short text")]
            let at = (fixture.text.len() as f64 * share) as usize;
            (0..=at).rev().find(|at| fixture.text.is_char_boundary(*at)).unwrap_or(0)
        };
        let (from, to) = (at(from.min(to)), at(from.max(to)));
        let mut text = format!("{}{}", &fixture.text[..from], &fixture.text[to..]);
        if twice {
            text.push_str(&fixture.text[from..to]);
            text.push_str(&fixture.text[from..to]);
        }
        check(Source { path: fixture.path, bytes: text.as_bytes() });
    }

    #[test]
    fn any_bytes_are_survived(fixture in 0..FIXTURES.len(), bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        check(Source { path: FIXTURES[fixture].path, bytes: &bytes });
    }

    #[test]
    fn any_text_is_survived(fixture in 0..FIXTURES.len(), text in "[ -~\n\t{}()\\[\\]<>=+*/!&|:;,.\"'`#0-9a-c\u{e4}]{0,300}") {
        check(Source { path: FIXTURES[fixture].path, bytes: text.as_bytes() });
    }
}

#[test]
fn deep_nesting_is_survived() {
    // One fixture of each language: only its path counts here.
    for fixture in FIXTURES.iter().step_by(2) {
        for (open, close) in [("(", ")"), ("[", "]"), ("!", ""), ("{", "}"), ("-", "")] {
            let text = format!("x = {}1{};\n", open.repeat(2_000), close.repeat(2_000));
            check(Source { path: fixture.path, bytes: text.as_bytes() });
            let lines = format!("x = {}1{};\n", format!("{open}\n").repeat(2_000), format!("{close}\n").repeat(2_000));
            check(Source { path: fixture.path, bytes: lines.as_bytes() });
        }
    }
}
