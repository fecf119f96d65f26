//! Languages whose own parser tells of every mutant in one process.

use std::fs;

use serde::{Deserialize, Serialize};
use tinybug_model::{Language, Mutant};

use super::{Place, Ruling};
use crate::ProviderError;

/// Of Python.
pub(super) const PYTHON: &str = include_str!("../../assets/tinybug_compile.py");
/// Of JavaScript, and of TypeScript where the project has it.
pub(super) const NODE: &str = include_str!("../../assets/tinybug_compile.mjs");

/// A script that reads a list of mutants and says of those of which it can tell whether they parse.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parser {
    /// What it parses.
    pub languages: &'static [Language],
    /// Runs a script: its path and that of the list come behind.
    pub command: &'static str,
    /// The script. Of each mutant that it can tell of, it prints `tinybug:{"at": …, "said": …}`, where `said` is null
    /// when it parses.
    pub script: &'static str,
    /// The file to put it into.
    pub name: &'static str,
}

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
struct Line {
    at: usize,
    said: Option<String>,
}

impl Parser {
    /// Notes what the script says of the mutants of its languages.
    pub(super) async fn rule(
        &self,
        place: &impl Place,
        mutants: &[Mutant],
        rulings: &mut [Ruling],
    ) -> Result<(), ProviderError> {
        let entries: Vec<_> = mutants.iter().enumerate().filter_map(|(at, mutant)| self.entry(at, mutant)).collect();
        if entries.is_empty() {
            return Ok(());
        }
        let (script, list) = (place.temporary().join(self.name), place.temporary().join("mutants.json"));
        let entries = serde_json::to_vec(&entries).expect("mutants are always JSON");
        fs::write(&script, self.script)
            .and_then(|()| fs::write(&list, entries))
            .map_err(ProviderError::io("listing mutants for a parser"))?;
        let command = format!("{} '{}' '{}'", self.command, script.display(), list.display());
        let Some(answer) = place.run(&command, place.project()).await? else { return Ok(()) };
        let lines = answer.output.lines().filter_map(|line| line.strip_prefix("tinybug:"));
        for line in lines.filter_map(|line| serde_json::from_str::<Line>(line).ok()) {
            if let Some(ruling) = rulings.get_mut(line.at) {
                *ruling = line.said.map_or(Ruling::Accepted, Ruling::Refused);
            }
        }
        Ok(())
    }

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
