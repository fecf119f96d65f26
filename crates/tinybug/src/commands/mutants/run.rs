//! Enumerates, scopes, prints.

use std::io::{self, Write};

use anyhow::Context;
use tinybug_model::{Mutant, Tier};
use tinybug_mutate::{Source, enumerate_all};

use super::{files::Files, print, scope};
use crate::{
    cli::MutantsArgs,
    exit::{Exit, UsageError},
};

/// Prints the mutants of the product code below the given paths.
pub(crate) async fn run(args: &MutantsArgs) -> anyhow::Result<Exit> {
    let files = Files::find(&args.paths)?;
    let sources: Vec<Source<'_>> = files.sources().collect();
    let tier = if args.explain.is_some() { Tier::Extended } else { args.tier.into() };
    let mut found = enumerate_all(&sources, tier);
    found.mutants = scope::keep(args, &files, found.mutants).await?;
    let printed = match &args.explain {
        Some(id) => explain(&files, &found.mutants, id)?,
        None => print::all(&files, &found, args.format),
    };
    match printed {
        // The reader has seen enough (`| head`): that is no failure.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(Exit::Done),
        printed => printed.map(|()| Exit::Done).context("failed to write the mutants"),
    }
}

fn explain(files: &Files, mutants: &[Mutant], id: &str) -> anyhow::Result<io::Result<()>> {
    let mutant = mutants
        .iter()
        .find(|mutant| mutant.id.0 == id)
        .ok_or_else(|| UsageError::because(format!("no mutant of these files has the id {id}")))?;
    let mut out = io::stdout().lock();
    Ok(print::explanation(&mut out, files, mutant).and_then(|()| out.flush()))
}
