//! The tinybug binary: the composition root of all other crates.

mod cli;
mod client;
mod commands;
mod console;
mod exit;
mod services;
mod stop;
mod watch;
mod worker;

use std::{io::IsTerminal, process::ExitCode};

use clap::Parser;

use crate::{
    cli::{Cli, Command},
    commands::{
        compare, doctor, judge, migrate, mutants, openapi, serve, try_run, with_services, worker as worker_command,
    },
    exit::Exit,
};

fn main() -> ExitCode {
    let cli = Cli::parse();
    match &cli.command {
        // These become other processes or watch over them: no runtime, no threads, no logging of their own.
        Command::Shim => return tinybug_providers::shim_main(),
        Command::ExecService { plan } => {
            return tinybug_embedded::exec_service(plan).map_or_else(|error| report(&error), |never| match never {});
        }
        Command::Supervise { launch } => {
            return tinybug_embedded::supervise_main(launch)
                .map_or_else(|error| report(&error), |()| Exit::Done.into());
        }
        // Their errors are told in a sentence of their own.
        Command::Try(_) | Command::Compare(_) | Command::Mutants(_) | Command::Judge | Command::WithServices { .. } => {
            log("off");
        }
        // What Postgres remarks on migrations that were there already is no news.
        _ => log("info,sqlx::postgres::notice=warn"),
    }
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return report(&anyhow::Error::new(error).context("failed to start the runtime")),
    };
    match runtime.block_on(dispatch(&cli)) {
        Ok(code) => code,
        Err(error) => report(&error),
    }
}

async fn dispatch(cli: &Cli) -> anyhow::Result<ExitCode> {
    let settings = &cli.settings;
    let exit: Exit = match &cli.command {
        Command::Try(args) => try_run::run(settings, args).await?,
        Command::Compare(args) => compare::run(settings, args).await?,
        Command::Dev(listen) => serve::run(settings, listen, true).await?,
        Command::Serve(listen) => serve::run(settings, listen, false).await?,
        Command::Worker => worker_command::run(settings).await?,
        Command::Migrate(args) => migrate::run(settings, args).await?,
        Command::Doctor => doctor::run(settings).await?,
        Command::Mutants(args) => mutants::run(args).await?,
        Command::Judge => judge::run()?,
        Command::Openapi => openapi::run()?,
        Command::WithServices { command } => return with_services::run(settings, command).await,
        Command::Shim | Command::Supervise { .. } | Command::ExecService { .. } => {
            unreachable!("handled before the runtime starts")
        }
    };
    Ok(exit.into())
}

/// One sentence on standard error, and the exit code that the error asks for.
fn report(error: &anyhow::Error) -> ExitCode {
    console::Console::new().say(format!("error: {error:#}"));
    exit::of_error(error).into()
}

/// Logs go to standard error: text for people, JSON for collectors.
fn log(default: &str) {
    let filter = tracing_subscriber::EnvFilter::try_from_env("TINYBUG_LOG").unwrap_or_else(|_| default.into());
    let logs = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    if std::io::stderr().is_terminal() { logs.init() } else { logs.json().init() }
}
