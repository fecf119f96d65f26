//! `tinybug migrate`: brings the database up to date.

use anyhow::Context;

use crate::{
    cli::{MigrateArgs, Settings},
    commands::operator_token,
    console::Console,
    exit::Exit,
    services,
};

/// Migrates, and makes the operator's token the first time.
pub(crate) async fn run(settings: &Settings, args: &MigrateArgs) -> anyhow::Result<Exit> {
    let console = Console::new();
    // A database of the user's own needs no other service to be brought up to date.
    let attached = if settings.database_url.is_some() { None } else { Some(services::up(settings, &console).await?) };
    let embedded = attached.as_ref().map(|attached| &attached.database_url);
    let database_url = settings.database_url.as_ref().or(embedded).context("there is no database")?;
    let store = services::migrated(database_url).await?;
    console.say("The database is up to date.");
    match &attached {
        None => operator_token::tell_first(&store, &console, args.new_operator_token).await?,
        Some(_) => operator_token::tell_kept(&settings.data_dir()?, &store, &console).await?,
    }
    if let Some(attached) = attached {
        attached.leave().await?;
    }
    Ok(Exit::Done)
}
