//! Stands for the `tinybug` executable in the tests: the two hidden subcommands, a user of the services that stays
//! until its standard input ends, and an extra process that says where it runs.

use std::io::{Read, Write};
use std::path::Path;

use anyhow::{Context, bail};
use tinybug_embedded::{Needs, ProgressEvent, SupervisorCommand, attach, exec_service, supervise_main};

fn main() -> anyhow::Result<()> {
    tracing_subscriber::fmt().with_writer(std::io::stderr).with_ansi(false).init();
    let args: Vec<String> = std::env::args().skip(1).collect();
    match args.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["supervise", launch] => supervise_main(launch),
        ["exec-service", plan] => match exec_service(plan)? {},
        ["user", data_dir, ref extra @ ..] => user(Path::new(data_dir), extra),
        ["extra", ..] => extra(),
        _ => bail!("usage: supervise user DATA_DIR [ARGUMENT OF THE EXTRA PROCESS ...]"),
    }
}

/// Attaches, writes one JSON line per event and one with the addresses, leaves when the standard input ends.
#[tokio::main(flavor = "current_thread")]
async fn user(data_dir: &Path, extra: &[&str]) -> anyhow::Result<()> {
    let command = SupervisorCommand::current_exe()?;
    let mut needs = Needs::from_env();
    let program = command.program.to_str().context("a path that is text")?;
    needs.extra = Some([program, "extra"].iter().chain(extra).map(|&argument| argument.to_owned()).collect());
    let progress = |event: &ProgressEvent| say(&serde_json::json!(event));
    let attached = attach(data_dir, &command, &needs, &progress).await?;
    say(&serde_json::json!({
        "database_url": attached.database_url,
        "temporal_address": attached.temporal_address,
        "temporal_ui_url": attached.temporal_ui_url,
    }));
    tokio::task::spawn_blocking(|| std::io::stdin().read_to_end(&mut Vec::new())).await??;
    Ok(attached.leave().await?)
}

fn say(line: &serde_json::Value) {
    let mut out = std::io::stdout().lock();
    // The test that reads may have killed the reader.
    let _unread = writeln!(out, "{line}").and_then(|()| out.flush());
}

/// Tells its log what it was given, then waits for its end.
fn extra() -> anyhow::Result<()> {
    let given = ["DATABASE_URL", "TEMPORAL_ADDRESS", "TINYBUG_DATA_DIR"].map(std::env::var);
    if let Some(missing) = given.into_iter().find_map(Result::err) {
        return Err(missing.into());
    }
    say(&serde_json::json!({ "extra": std::process::id() }));
    loop {
        std::thread::park();
    }
}
