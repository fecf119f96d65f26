//! Rulings of a compiler made up of rules.

use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

use tempfile::TempDir;
use tinybug_model::{Language, MutantId, Tier};

use super::*;
use crate::check::{Answer, Home, Tool, ask};

/// A file with a compiler that refuses lines that say "bad" where they are, "far" at line 1, and "odd" without a place;
/// two "shy" at once; and everything once it saw "doom".
struct Strict {
    dir: TempDir,
    compilations: AtomicUsize,
    doom: AtomicUsize,
}

impl Place for Strict {
    fn project(&self) -> &Path {
        self.dir.path()
    }

    fn temporary(&self) -> &Path {
        self.dir.path()
    }

    async fn run(&self, _command: &str, directory: &Path) -> Result<Option<Answer>, ProviderError> {
        self.compilations.fetch_add(1, SeqCst);
        let text = fs::read_to_string(directory.join("a.x")).unwrap();
        let mut said = Vec::new();
        for (at, line) in text.lines().enumerate() {
            match line {
                "bad" => said.push(format!("./a.x:{}:1: error: bad line", at + 1)),
                "far" => said.push("a.x:1: error: bad far away".to_owned()),
                "odd" => said.push("it is odd".to_owned()),
                "doom" => drop(self.doom.fetch_add(1, SeqCst)),
                _ => {}
            }
        }
        let is_shy = text.lines().filter(|line| *line == "shy").count() > 1;
        let accepted = said.is_empty() && !is_shy && self.doom.load(SeqCst) == 0;
        Ok(Some(Answer { accepted, output: said.join("\n") }))
    }
}

fn mutant(at: usize, original: &str, replacement: &str) -> Mutant {
    Mutant {
        id: MutantId(at.to_string()),
        language: Language::C,
        path: "a.x".into(),
        operator: "a.b".into(),
        tier: Tier::Default,
        line: u32::try_from(at + 1).unwrap(),
        column: 1,
        start_byte: 5 * at as u64,
        end_byte: 5 * at as u64 + 4,
        original: original.into(),
        replacement: replacement.into(),
        function: String::new(),
    }
}

/// A letter for each mutant, which are one on each line, and the number of compilations.
async fn rulings(mutants: &[Mutant]) -> (String, usize) {
    let dir = TempDir::new().unwrap();
    fs::write(dir.path().join("a.x"), "fine\n".repeat(mutants.len())).unwrap();
    let strict = Strict { dir, compilations: AtomicUsize::new(0), doom: AtomicUsize::new(0) };
    let compiler = Compiler { language: Language::C, command: "strict", home: Home::Project, errors_say_so: true };
    let rulings = ask(&strict, &[Tool::Compiler(compiler)], mutants).await.unwrap();
    let after = fs::read_to_string(strict.dir.path().join("a.x")).unwrap();
    assert_eq!(after, "fine\n".repeat(mutants.len()), "the file is as it was");
    let letter = |ruling: &Ruling| match ruling {
        Ruling::Accepted => 'a',
        Ruling::Refused(_) => 'r',
        Ruling::Unknown => '?',
    };
    (rulings.iter().map(letter).collect(), strict.compilations.load(SeqCst))
}

fn replacing(lines: &[&str]) -> Vec<Mutant> {
    lines.iter().enumerate().map(|(at, line)| mutant(at, "fine", line)).collect()
}

#[tokio::test]
async fn the_refused_are_found_wherever_the_error_shows() {
    let mut lines = vec!["good"; 100];
    (lines[7], lines[50], lines[93]) = ("bad", "far", "odd");
    let (rulings, compilations) = rulings(&replacing(&lines)).await;
    for (line, ruling) in lines.iter().zip(rulings.chars()) {
        let expected = match *line {
            "good" => 'a',
            // Nobody knows whether it was the code that failed.
            "odd" => '?',
            _ => 'r',
        };
        assert_eq!(ruling, expected, "{line}");
    }
    assert!(compilations < 50, "{compilations}");
}

#[tokio::test]
async fn mutants_that_only_fail_together_are_accepted() {
    assert_eq!(rulings(&replacing(&["shy", "good", "shy", "shy"])).await.0, "aaaa");
}

#[tokio::test]
async fn what_does_not_fit_its_file_is_unknown() {
    assert_eq!(rulings(&[mutant(0, "fine", "good"), mutant(1, "lost", "good")]).await.0, "a?");
}

#[tokio::test]
async fn nobody_is_refused_where_the_unchanged_code_fails_in_the_end() {
    assert_eq!(rulings(&replacing(&["good", "bad"])).await.0, "ar");
    assert_eq!(rulings(&replacing(&["doom", "bad"])).await.0, "??");
}
