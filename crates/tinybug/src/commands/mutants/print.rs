//! Mutants as text, JSON lines, patches and counts.

use std::{
    collections::BTreeMap,
    io::{self, IsTerminal, Write},
};

use tinybug_model::Mutant;
use tinybug_mutate::{CATALOGUE, Enumeration, Source, apply, describe, describe_all, diff};

use super::files::Files;
use crate::cli::MutantsFormat;

/// Prints all mutants to standard output, and what a person should know of files to standard error.
pub(super) fn all(files: &Files, found: &Enumeration, format: MutantsFormat) -> io::Result<()> {
    let colour = io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    let mut out = io::BufWriter::new(io::stdout().lock());
    match format {
        MutantsFormat::Jsonl => {
            for mutant in &found.mutants {
                writeln!(out, "{}", serde_json::to_string(mutant)?)?;
            }
        }
        MutantsFormat::Patch => {
            for mutant in &found.mutants {
                write!(out, "{}", patch(files, mutant))?;
            }
        }
        MutantsFormat::Text => {
            for of_file in found.mutants.chunk_by(|one, other| one.path == other.path) {
                let listed: Vec<_> = of_file.iter().collect();
                let sentences = describe_all(source(files, &of_file[0]), &listed);
                for (mutant, sentence) in of_file.iter().zip(sentences) {
                    text(&mut out, files, mutant, &sentence, colour)?;
                }
            }
            writeln!(out, "{} mutants", found.mutants.len())?;
        }
        MutantsFormat::Summary => summary(&mut out, &found.mutants)?,
    }
    out.flush()?;
    let mut err = io::stderr().lock();
    found.notes.iter().try_for_each(|note| writeln!(err, "note: {}: {}", note.path, note.text))
}

/// All about one mutant.
pub(super) fn explanation(out: &mut impl Write, files: &Files, mutant: &Mutant) -> io::Result<()> {
    writeln!(out, "{}", describe(source(files, mutant), mutant))?;
    writeln!(out, "  id        {}", mutant.id)?;
    writeln!(out, "  place     {}:{}:{}", mutant.path, mutant.line, mutant.column)?;
    if !mutant.function.is_empty() {
        writeln!(out, "  function  {}", mutant.function)?;
    }
    writeln!(out, "  operator  {} ({} tier)", mutant.operator, mutant.tier.name())?;
    if let Some(operator) = CATALOGUE.iter().find(|operator| operator.id == mutant.operator) {
        writeln!(out, "            {}, as in `{}` -> `{}`", operator.about, operator.before, operator.after)?;
        writeln!(out, "            {}", operator.page())?;
    }
    write!(out, "\n{}", patch(files, mutant))
}

fn source<'a>(files: &'a Files, mutant: &'a Mutant) -> Source<'a> {
    Source { path: &mutant.path, bytes: files.content(&mutant.path) }
}

fn patch(files: &Files, mutant: &Mutant) -> String {
    let before = files.content(&mutant.path);
    apply(before, mutant).map_or_else(|error| format!("# {error}\n"), |after| diff(&mutant.path, before, &after))
}

/// A sentence, and the line before and after.
fn text(out: &mut impl Write, files: &Files, mutant: &Mutant, sentence: &str, colour: bool) -> io::Result<()> {
    let Mutant { path, line, column, operator, id, .. } = mutant;
    writeln!(out, "{path}:{line}:{column}: {sentence} [{operator} {id}]")?;
    for changed in patch(files, mutant).lines().skip(2).filter(|line| line.starts_with(['-', '+'])) {
        let (on, off) = match (colour, changed.starts_with('-')) {
            (false, _) => ("", ""),
            (true, true) => ("\x1b[31m", "\x1b[0m"),
            (true, false) => ("\x1b[32m", "\x1b[0m"),
        };
        writeln!(out, "    {on}{changed}{off}")?;
    }
    Ok(())
}

fn summary(out: &mut impl Write, mutants: &[Mutant]) -> io::Result<()> {
    let count = |key: fn(&Mutant) -> &str| {
        let mut counts = BTreeMap::<&str, usize>::new();
        for mutant in mutants {
            *counts.entry(key(mutant)).or_default() += 1;
        }
        let mut counts: Vec<_> = counts.into_iter().collect();
        counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        counts
    };
    for (title, counts) in [("operator", count(|mutant| &mutant.operator)), ("file", count(|mutant| &mutant.path))] {
        writeln!(out, "by {title}")?;
        for (name, count) in counts {
            writeln!(out, "{count:>7}  {name}")?;
        }
    }
    writeln!(out, "{} mutants", mutants.len())
}
