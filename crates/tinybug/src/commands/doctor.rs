//! `tinybug doctor`: what this machine lacks, and what to do about it.

use std::io::Write;

use anyhow::Context;
use tinybug_embedded::{Level, inspect};

use crate::{cli::Settings, exit::Exit, worker::temporal};

/// Prints a line per check. Ends with 4 when something is missing that Tinybug can't do without.
pub(crate) async fn run(settings: &Settings) -> anyhow::Result<Exit> {
    let mut out = std::io::stdout().lock();
    let mut missing = false;
    let mut print = |level: Level, name: &str, text: &str| {
        let mark = match level {
            Level::Ready => "ok     ",
            Level::Notice => "note   ",
            Level::Missing => "missing",
        };
        missing |= level == Level::Missing;
        writeln!(out, "{mark}  {name}: {text}")
    };
    for check in inspect() {
        print(check.level, check.name, &check.detail).context("failed to write")?;
    }
    if let Some(url) = &settings.database_url {
        let (level, text) = match tinybug_store::Store::connect(url).await {
            Ok(store) => match store.system().schema().await {
                Ok(status) if status.serves() => (Level::Ready, status.to_string()),
                Ok(status) => (Level::Missing, status.to_string()),
                Err(error) => (Level::Missing, error.to_string()),
            },
            Err(error) => (Level::Missing, error.to_string()),
        };
        print(level, "DATABASE_URL", &text).context("failed to write")?;
    }
    if let Some(address) = &settings.temporal_address {
        let (level, text) = match temporal::connect(address).await {
            Ok(_) => (Level::Ready, format!("{address} answers")),
            Err(error) => (Level::Missing, format!("{error:#}")),
        };
        print(level, "TEMPORAL_ADDRESS", &text).context("failed to write")?;
    }
    Ok(if missing { Exit::Infrastructure } else { Exit::Done })
}
