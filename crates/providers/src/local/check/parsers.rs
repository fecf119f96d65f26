//! Languages whose own parser tells of every mutant in one process: Python, JavaScript, TypeScript.

use std::fs;

use serde::{Deserialize, Serialize};
use tinybug_model::{Language, Mutant};

use super::Check;
use crate::ProviderError;

const PYTHON: &str = include_str!("../../../assets/tinybug_compile.py");
const NODE: &str = include_str!("../../../assets/tinybug_compile.mjs");

/// A script and the command that runs it on a list of mutants.
struct Parser {
    languages: &'static [Language],
    command: &'static str,
    script: &'static str,
    name: &'static str,
}

const PARSERS: [Parser; 2] = [
    Parser { languages: &[Language::Python], command: "python3", script: PYTHON, name: "tinybug_compile.py" },
    Parser {
        languages: &[Language::JavaScript, Language::TypeScript],
        command: "node --no-warnings --experimental-vm-modules",
        script: NODE,
        name: "tinybug_compile.mjs",
    },
];

/// A mutant as the scripts take it.
#[derive(Serialize)]
struct Entry<'a> {
    at: usize,
    path: &'a str,
    start: u64,
    end: u64,
    replacement: &'a str,
}

/// A line that a script prints.
#[derive(Deserialize)]
struct Refusal {
    at: usize,
    said: String,
}

/// Notes what the parsers refuse.
pub(super) async fn ask(
    check: &Check<'_>,
    mutants: &[Mutant],
    refusals: &mut [Option<String>],
) -> Result<(), ProviderError> {
    for parser in &PARSERS {
        let entries: Vec<_> = mutants.iter().enumerate().filter_map(|(at, mutant)| parser.entry(at, mutant)).collect();
        if entries.is_empty() {
            continue;
        }
        let (script, list) = (check.slot.temporary().join(parser.name), check.slot.temporary().join("mutants.json"));
        let entries = serde_json::to_vec(&entries).expect("mutants are always JSON");
        fs::write(&script, parser.script)
            .and_then(|()| fs::write(&list, entries))
            .map_err(ProviderError::io("listing mutants for a parser"))?;
        let command = format!("{} '{}' '{}'", parser.command, script.display(), list.display());
        let Some(answer) = check.run(&command, &check.project()).await? else { continue };
        let lines = answer.output.lines().filter_map(|line| line.strip_prefix("tinybug:"));
        for refusal in lines.filter_map(|line| serde_json::from_str::<Refusal>(line).ok()) {
            if let Some(held) = refusals.get_mut(refusal.at) {
                *held = Some(refusal.said);
            }
        }
    }
    Ok(())
}

impl Parser {
    fn entry<'a>(&self, at: usize, mutant: &'a Mutant) -> Option<Entry<'a>> {
        let Mutant { path, start_byte, end_byte, replacement, .. } = mutant;
        self.languages.contains(&mutant.language).then_some(Entry {
            at,
            path,
            start: *start_byte,
            end: *end_byte,
            replacement,
        })
    }
}
