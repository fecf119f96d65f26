//! `tinybug openapi`: prints the API's document.

use std::io::Write;

use anyhow::Context;

use crate::exit::Exit;

/// Prints the document that the handlers make.
pub(crate) fn run() -> anyhow::Result<Exit> {
    write!(std::io::stdout().lock(), "{}", tinybug_api::openapi_json())
        .context("failed to write to standard output")?;
    Ok(Exit::Done)
}
