//! Enumerates, scopes, prints: file by file, so that the size of the tree does not matter.

use std::io::{self, Write};

use anyhow::Context;
use tinybug_model::Tier;
use tinybug_mutate::{WantedFunctions, enumerate_stream};

use super::{files::Files, nothing, print, print::Printer, scope::Scope};
use crate::{
    cli::MutantsArgs,
    console::Console,
    exit::{Exit, UsageError},
};

/// Prints the mutants of the product code below the given paths.
pub(crate) async fn run(args: &MutantsArgs) -> anyhow::Result<Exit> {
    let files = Files::find(&args.paths)?;
    let scope = Scope::of(args, &files).await?;
    let mut wanted = WantedFunctions::new(&args.function);
    let printed = match &args.explain {
        Some(id) => explain(&files, &scope, id)?,
        None => all(args, &files, &scope, &mut wanted),
    };
    let count = match printed {
        // The reader has seen enough (`| head`): that is no failure.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => return Ok(Exit::Done),
        printed => printed.context("failed to write the mutants")?,
    };
    // Where only what changed is looked at, a function may well be elsewhere.
    if let Some(missing) = wanted.sentence().filter(|_| scope.changed_files().is_none() && files.count(|_| true) > 0) {
        return Err(UsageError::because(format!("--function: {missing}")));
    }
    if count == 0 {
        Console::new().say(format!("nothing to mutate: {}", nothing::why(args, &files, &scope)));
    }
    Ok(Exit::Done)
}

/// Prints all that is asked for; gives how many there are.
fn all(args: &MutantsArgs, files: &Files, scope: &Scope<'_>, wanted: &mut WantedFunctions) -> io::Result<usize> {
    let mut printer = Printer::new(args.format);
    let sources = files.sources(|path| scope.holds_file(path));
    for file in enumerate_stream(sources, args.tier.into()) {
        file.functions.names().for_each(|function| wanted.meet(function));
        printer.file(file, |mutant| scope.holds(mutant))?;
    }
    printer.end(files.notes())
}

fn explain(files: &Files, scope: &Scope<'_>, id: &str) -> anyhow::Result<io::Result<usize>> {
    let sources = files.sources(|path| scope.holds_file(path));
    for file in enumerate_stream(sources, Tier::Extended) {
        if let Some(mutant) = file.mutants.of(&file.source).find(|mutant| mutant.id.0 == id) {
            let mut out = io::stdout().lock();
            return Ok(print::explanation(&mut out, &file.source, &mutant).and_then(|()| out.flush()).map(|()| 1));
        }
    }
    Err(UsageError::because(format!("no mutant of these files has the id {id}")))
}
