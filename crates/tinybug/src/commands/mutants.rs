//! `tinybug mutants`: lists mutants without running anything.

use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
};

use anyhow::Context;
use tinybug_model::Mutant;
use tinybug_mutate::{Classified, Enumeration, Source, classify, enumerate_all};

use crate::{
    cli::{MutantsArgs, MutantsFormat},
    exit::{Exit, UsageError},
};

/// Prints every mutant of the product code below the given paths.
pub(crate) fn run(args: &MutantsArgs) -> anyhow::Result<Exit> {
    let base = base_of(&args.paths)?;
    let files = product_files(&args.paths, &base)?;
    let sources: Vec<Source<'_>> = files.iter().map(|(path, bytes)| Source { path, bytes }).collect();
    let found = enumerate_all(&sources, args.tier.into());
    match print(&found, args.format) {
        // The reader has seen enough (`| head`): that is no failure.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(Exit::Done),
        printed => printed.map(|()| Exit::Done).context("failed to write the mutants"),
    }
}

fn print(found: &Enumeration, format: MutantsFormat) -> io::Result<()> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    for mutant in &found.mutants {
        match format {
            MutantsFormat::Jsonl => writeln!(out, "{}", serde_json::to_string(mutant)?)?,
            MutantsFormat::Text => writeln!(out, "{}", line(mutant))?,
        }
    }
    if format == MutantsFormat::Text {
        writeln!(out, "{} mutants", found.mutants.len())?;
    }
    out.flush()?;
    let mut err = io::stderr().lock();
    found.notes.iter().try_for_each(|note| writeln!(err, "note: {}: {}", note.path, note.text))
}

fn line(mutant: &Mutant) -> String {
    format!(
        "{}:{}:{}: {} [{}]",
        mutant.path,
        mutant.line,
        mutant.column,
        tinybug_mutate::describe(mutant),
        mutant.operator
    )
}

/// The directory that printed paths are relative to: the one directory given, as in a measurement of it, so that ids
/// are the same; for files and several directories the repository's root, or else the working directory.
fn base_of(paths: &[PathBuf]) -> anyhow::Result<PathBuf> {
    let mut absolute = Vec::new();
    for path in paths {
        absolute.push(path.canonicalize().map_err(|error| {
            UsageError::because(format!("{}: {error}; give files or directories that exist", path.display()))
        })?);
    }
    let first = &absolute[0];
    if absolute.len() == 1 && first.is_dir() {
        return Ok(first.clone());
    }
    let repository = first.ancestors().find(|ancestor| ancestor.join(".git").exists());
    if let Some(root) = repository.filter(|root| absolute.iter().all(|path| path.starts_with(root))) {
        return Ok(root.to_owned());
    }
    std::env::current_dir().context("failed to find the working directory")
}

fn product_files(paths: &[PathBuf], base: &Path) -> anyhow::Result<Vec<(String, Vec<u8>)>> {
    let mut walk = ignore::WalkBuilder::new(&paths[0]);
    paths[1..].iter().for_each(|path| {
        walk.add(path);
    });
    walk.follow_links(false).require_git(false);
    let mut files = Vec::new();
    for entry in walk.build() {
        let entry = entry.context("failed to list files")?;
        if !entry.file_type().is_some_and(|kind| kind.is_file()) {
            continue;
        }
        let absolute =
            entry.path().canonicalize().with_context(|| format!("failed to find {}", entry.path().display()))?;
        let shown = absolute.strip_prefix(base).unwrap_or(&absolute);
        let path = shown.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/");
        let bytes = fs::read(&absolute).with_context(|| format!("failed to read {}", absolute.display()))?;
        if !matches!(classify(&path, &bytes), Classified::Test) {
            files.push((path, bytes));
        }
    }
    files.sort();
    files.dedup();
    Ok(files)
}
