//! Enumerates, scopes, prints: file by file, so that the size of the tree does not matter.

use std::io::{self, Write};

use anyhow::Context;
use tinybug_model::Tier;
use tinybug_mutate::enumerate_stream;

use super::{files::Files, print, print::Printer, scope::Scope};
use crate::{
    cli::MutantsArgs,
    exit::{Exit, UsageError},
};

/// Prints the mutants of the product code below the given paths.
pub(crate) async fn run(args: &MutantsArgs) -> anyhow::Result<Exit> {
    let files = Files::find(&args.paths)?;
    let scope = Scope::of(args, &files).await?;
    let printed = match &args.explain {
        Some(id) => explain(&files, &scope, id)?,
        None => all(args, &files, &scope),
    };
    match printed {
        // The reader has seen enough (`| head`): that is no failure.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(Exit::Done),
        printed => printed.map(|()| Exit::Done).context("failed to write the mutants"),
    }
}

fn all(args: &MutantsArgs, files: &Files, scope: &Scope<'_>) -> io::Result<()> {
    let mut printer = Printer::new(args.format);
    let sources = files.sources(|path| scope.holds_file(path));
    for file in enumerate_stream(sources, args.tier.into()) {
        printer.file(file, |mutant| scope.holds(mutant))?;
    }
    printer.end(files.notes())
}

fn explain(files: &Files, scope: &Scope<'_>, id: &str) -> anyhow::Result<io::Result<()>> {
    let sources = files.sources(|path| scope.holds_file(path));
    for file in enumerate_stream(sources, Tier::Extended) {
        if let Some(mutant) = file.mutants.of(&file.source).find(|mutant| mutant.id.0 == id) {
            let mut out = io::stdout().lock();
            return Ok(print::explanation(&mut out, &file.source, &mutant).and_then(|()| out.flush()));
        }
    }
    Err(UsageError::because(format!("no mutant of these files has the id {id}")))
}
