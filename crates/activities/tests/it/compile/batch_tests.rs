//! Rulings of a compiler made up of rules.

use std::{cell::Cell, fs};

use tinybug_model::{Language, MutantId, Tier};

use super::*;

/// Refuses lines that say "bad" where they are, "far" at line 1, and "odd" without a place; and two "shy" at once.
struct Strict {
    compilations: Cell<usize>,
}

impl Toolchain for Strict {
    fn compile(&self, edited: &Edited) -> Compiled {
        self.compilations.set(self.compilations.get() + 1);
        let complaint = |line: usize, message: &str| Complaint {
            path: "a.x".into(),
            line: u32::try_from(line).unwrap(),
            message: message.into(),
        };
        let text = edited.get("a.x").map(|text| String::from_utf8(text.clone()).unwrap()).unwrap_or_default();
        let mut complaints = Vec::new();
        for (at, line) in text.lines().enumerate() {
            match line {
                "bad" => complaints.push(complaint(at + 1, "bad line")),
                "far" => complaints.push(complaint(1, "bad far away")),
                _ => {}
            }
        }
        let shy = text.lines().filter(|line| *line == "shy").count();
        let accepted = complaints.is_empty() && !text.contains("odd") && shy < 2;
        Compiled { accepted, complaints }
    }
}

fn rulings(lines: &[&str]) -> (String, usize) {
    let dir = tempfile::tempdir().unwrap();
    let text: String = lines.iter().map(|_| "fine\n").collect();
    fs::write(dir.path().join("a.x"), &text).unwrap();
    let mutants: Vec<_> = lines
        .iter()
        .enumerate()
        .map(|(at, replacement)| Mutant {
            id: MutantId(at.to_string()),
            language: Language::C,
            path: "a.x".into(),
            operator: "a.b".into(),
            tier: Tier::Default,
            line: u32::try_from(at + 1).unwrap(),
            column: 1,
            start_byte: 5 * at as u64,
            end_byte: 5 * at as u64 + 4,
            original: "fine".into(),
            replacement: (*replacement).into(),
            function: String::new(),
        })
        .collect();
    let strict = Strict { compilations: Cell::new(0) };
    let rulings = rule(&strict, dir.path(), &mutants.iter().collect::<Vec<_>>());
    let letter = |ruling: &Ruling| match ruling {
        Ruling::Accepted => 'a',
        Ruling::Refused { .. } => 'r',
        Ruling::Unknown => '?',
    };
    (rulings.iter().map(letter).collect(), strict.compilations.get())
}

#[test]
fn the_refused_are_found_wherever_the_error_shows() {
    let mut lines = vec!["good"; 100];
    (lines[7], lines[50], lines[93]) = ("bad", "far", "odd");
    let (rulings, compilations) = rulings(&lines);
    for (line, ruling) in lines.iter().zip(rulings.chars()) {
        assert_eq!(ruling, if *line == "good" { 'a' } else { 'r' }, "{line}");
    }
    assert!(compilations < 50, "{compilations}");
}

#[test]
fn mutants_that_only_fail_together_are_accepted() {
    assert_eq!(rulings(&["shy", "good", "shy", "shy"]).0, "aaaa");
}

#[test]
fn what_does_not_fit_its_file_is_unknown() {
    let dir = tempfile::tempdir().unwrap();
    let strict = Strict { compilations: Cell::new(0) };
    let mutant = Mutant {
        id: MutantId("0".into()),
        language: Language::C,
        path: "gone.x".into(),
        operator: "a.b".into(),
        tier: Tier::Default,
        line: 1,
        column: 1,
        start_byte: 0,
        end_byte: 1,
        original: "x".into(),
        replacement: "y".into(),
        function: String::new(),
    };
    assert_eq!(rule(&strict, dir.path(), &[&mutant]), [Ruling::Unknown]);
}
