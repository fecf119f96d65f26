//! `tinybug migrate`: brings the database up to date.

use crate::{cli::Settings, commands::bootstrap, console::Console, exit::Exit, services};

/// Migrates, and makes the operator's token the first time.
pub(crate) async fn run(settings: &Settings) -> anyhow::Result<Exit> {
    let console = Console::new();
    let (attached, database_url) = match &settings.database_url {
        Some(url) => (None, url.clone()),
        None => {
            let attached = services::up(settings, &console).await?;
            let url = attached.database_url.clone();
            (Some(attached), url)
        }
    };
    let store = services::migrated(&database_url).await?;
    console.say("The database is up to date.");
    if let Some(token) = bootstrap::first_operator_token(&store).await? {
        console.say(bootstrap::announcement(&token));
    }
    if let Some(attached) = attached {
        attached.leave().await?;
    }
    Ok(Exit::Done)
}
