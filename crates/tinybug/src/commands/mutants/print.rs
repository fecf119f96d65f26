//! Mutants as text, JSON lines, patches and counts.

use std::{
    borrow::Cow,
    collections::BTreeMap,
    io::{self, BufWriter, IsTerminal, StdoutLock, Write},
};

use tinybug_model::Mutant;
use tinybug_mutate::{CATALOGUE, Describer, Enumerated, Note, OwnedSource, describe, patch, quoted};

use crate::cli::MutantsFormat;

/// Prints mutants to standard output, file by file.
pub(super) struct Printer {
    out: BufWriter<StdoutLock<'static>>,
    format: MutantsFormat,
    colour: bool,
    count: usize,
    by_operator: BTreeMap<String, usize>,
    by_file: BTreeMap<String, usize>,
    notes: Vec<Note>,
}

impl Printer {
    pub(super) fn new(format: MutantsFormat) -> Self {
        Self {
            out: BufWriter::new(io::stdout().lock()),
            format,
            colour: io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none(),
            count: 0,
            by_operator: BTreeMap::new(),
            by_file: BTreeMap::new(),
            notes: Vec::new(),
        }
    }

    /// Prints the mutants of a file that are asked for; for the summary counts them.
    pub(super) fn file(&mut self, file: Enumerated, asked_for: impl Fn(&Mutant) -> bool) -> io::Result<()> {
        let Enumerated { source, mutants, notes, .. } = file;
        self.notes.extend(notes);
        let mut describer = None;
        for mutant in mutants.of(&source).filter(asked_for) {
            self.count += 1;
            match self.format {
                MutantsFormat::Jsonl => {
                    serde_json::to_writer(&mut self.out, &mutant)?;
                    self.out.write_all(b"\n")?;
                }
                MutantsFormat::Patch => self.out.write_all(patch_of(&source, &mutant).as_bytes())?,
                MutantsFormat::Text => {
                    let describer = describer.get_or_insert_with(|| Describer::of(source.as_source(), mutant.language));
                    text(&mut self.out, &source, &mutant, &describer.describe(&mutant), self.colour)?;
                }
                MutantsFormat::Summary => {
                    add_one(&mut self.by_operator, &mutant.operator);
                    add_one(&mut self.by_file, &mutant.path);
                }
            }
        }
        Ok(())
    }

    /// Prints what comes after the last mutant, and to standard error what a person should know of files.
    /// Gives how many there were.
    pub(super) fn end(mut self, notes: Vec<Note>) -> io::Result<usize> {
        match self.format {
            MutantsFormat::Jsonl | MutantsFormat::Patch => {}
            MutantsFormat::Text => total(&mut self.out, self.count)?,
            MutantsFormat::Summary => {
                counts(&mut self.out, "operator", self.by_operator)?;
                counts(&mut self.out, "file", self.by_file)?;
                total(&mut self.out, self.count)?;
            }
        }
        self.out.flush()?;
        self.notes.extend(notes);
        self.notes.sort();
        let mut err = io::stderr().lock();
        for note in &self.notes {
            writeln!(err, "note: {}: {}", quoted(&note.path), on_a_line(&note.text))?;
        }
        Ok(self.count)
    }
}

/// All about one mutant.
pub(super) fn explanation(out: &mut impl Write, source: &OwnedSource, mutant: &Mutant) -> io::Result<()> {
    writeln!(out, "{}", on_a_line(&describe(source.as_source(), mutant)))?;
    writeln!(out, "  id        {}", mutant.id)?;
    writeln!(out, "  place     {}:{}:{}", quoted(&mutant.path), mutant.line, mutant.column)?;
    if !mutant.function.is_empty() {
        writeln!(out, "  function  {}", mutant.function)?;
    }
    writeln!(out, "  operator  {} ({} tier)", mutant.operator, mutant.tier.name())?;
    if let Some(operator) = CATALOGUE.iter().find(|operator| operator.id == mutant.operator) {
        writeln!(out, "            {}, as in `{}` -> `{}`", operator.about, operator.before, operator.after)?;
        writeln!(out, "            {}", operator.page())?;
    }
    write!(out, "\n{}", patch_of(source, mutant))
}

fn patch_of(source: &OwnedSource, mutant: &Mutant) -> String {
    patch(&source.bytes, mutant).unwrap_or_else(|error| format!("# {error}\n"))
}

/// A sentence, and the line before and after.
fn text(out: &mut impl Write, source: &OwnedSource, mutant: &Mutant, sentence: &str, colour: bool) -> io::Result<()> {
    let Mutant { path, line, column, operator, id, .. } = mutant;
    writeln!(out, "{}:{line}:{column}: {} [{operator} {id}]", quoted(path), on_a_line(sentence))?;
    for changed in patch_of(source, mutant).lines().skip(2).filter(|line| line.starts_with(['-', '+'])) {
        let (on, off) = match (colour, changed.starts_with('-')) {
            (false, _) => ("", ""),
            (true, true) => ("\x1b[31m", "\x1b[0m"),
            (true, false) => ("\x1b[32m", "\x1b[0m"),
        };
        writeln!(out, "    {on}{}{off}", on_a_line(changed))?;
    }
    Ok(())
}

/// A text as it can stand on a line of a terminal: what would move its cursor is escaped.
fn on_a_line(text: &str) -> Cow<'_, str> {
    let moves = |c: char| c.is_control() && c != '\t';
    if !text.contains(moves) {
        return Cow::Borrowed(text);
    }
    let escaped = |c: char| if moves(c) { c.escape_default().to_string() } else { c.to_string() };
    Cow::Owned(text.chars().map(escaped).collect())
}

fn total(out: &mut impl Write, count: usize) -> io::Result<()> {
    writeln!(out, "{count} {}", if count == 1 { "mutant" } else { "mutants" })
}

fn add_one(counts: &mut BTreeMap<String, usize>, name: &str) {
    match counts.get_mut(name) {
        Some(count) => *count += 1,
        None => drop(counts.insert(name.to_owned(), 1)),
    }
}

fn counts(out: &mut impl Write, title: &str, counts: BTreeMap<String, usize>) -> io::Result<()> {
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    writeln!(out, "by {title}")?;
    counts.into_iter().try_for_each(|(name, count)| writeln!(out, "{count:>7}  {}", quoted(&name)))
}
