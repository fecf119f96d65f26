//! The decision records under docs/adr.

use crate::{files::all, workspace::read};

/// What every record says.
const SECTIONS: [&str; 4] = ["## Context", "## Decision", "## Consequences", "## Enforcement"];

/// A page.
const LONGEST_RECORD: usize = 80;

#[test]
fn decision_records_are_numbered_without_gaps() {
    let numbers: Vec<usize> = records().iter().map(|path| number(path)).collect();
    let expected: Vec<usize> = (0..numbers.len()).collect();
    assert_eq!(numbers, expected, "number the records in docs/adr from 0000 on, each number once");
}

#[test]
fn decision_records_have_the_sections_of_the_template() {
    for path in records() {
        let text = read(&path);
        let sections: Vec<&str> = text.lines().map(str::trim_end).filter(|line| line.starts_with("## ")).collect();
        assert_eq!(sections, SECTIONS, "{path} must have the sections of docs/adr/0000-template.md, in their order");
        let title = format!("# {:04}: ", number(&path));
        assert!(text.starts_with(&title), "{path} must begin with {title:?} and what was decided");
        let status = text.lines().nth(2).unwrap_or_default();
        assert!(
            status.starts_with("Status: "),
            "{path} must say on its third line: Status: accepted, or replaced by ..."
        );
    }
}

#[test]
fn decision_records_say_what_keeps_them_true() {
    for path in records() {
        let text = read(&path);
        let enforcement = text.split("## Enforcement").nth(1).unwrap_or_default();
        assert!(!enforcement.trim().is_empty(), "{path}: name the test, lint or review that keeps the decision true");
    }
}

#[test]
fn decision_records_fit_a_page() {
    for path in records() {
        let lines = read(&path).lines().count();
        assert!(
            lines <= LONGEST_RECORD,
            "{path} has {lines} lines: at most {LONGEST_RECORD}, details belong elsewhere"
        );
    }
}

fn records() -> Vec<String> {
    let mut records: Vec<_> = all().into_iter().filter(|path| path.starts_with("docs/adr/")).collect();
    records.sort();
    assert!(!records.is_empty(), "docs/adr is empty");
    records
}

fn number(path: &str) -> usize {
    let name = path.trim_start_matches("docs/adr/");
    let number = name.split('-').next().filter(|number| number.len() == 4);
    number.and_then(|number| number.parse().ok()).unwrap_or_else(|| panic!("{path}: call it NNNN-what-was-decided.md"))
}
