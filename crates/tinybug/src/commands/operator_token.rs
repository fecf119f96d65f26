//! The operator's token: made once for an installation, and again when it was lost.

use std::{
    fs::{self, OpenOptions},
    io::Write,
    os::unix::fs::OpenOptionsExt,
    path::Path,
};

use anyhow::Context;
use tinybug_api::token::{Token, TokenKind};
use tinybug_store::Store;

use crate::console::Console;

/// The token of a machine that embeds its services, kept in a file beside the database that knows it.
pub(crate) async fn kept(data_dir: &Path, store: &Store) -> anyhow::Result<Token> {
    let path = data_dir.join("operator.token");
    let kept = fs::read_to_string(&path).ok().and_then(|text| Token::parse(text.trim()).ok());
    let token = if let Some(token) = kept {
        token
    } else {
        let token = Token::generate(TokenKind::Operator)?;
        write_secret(&path, token.reveal())?;
        token
    };
    // Kept again in case a crash came between file and database; once more is no different from once.
    store.system().add_operator(&token.hash(), &token.hint()).await?;
    Ok(token)
}

/// Tells the owner of this machine the token, the first time, and later where it is kept.
pub(crate) async fn tell_kept(data_dir: &Path, store: &Store, console: &Console) -> anyhow::Result<()> {
    let told = data_dir.join("operator.token.told");
    let token = kept(data_dir, store).await?;
    if told.exists() {
        console.say(format!("The operator's token is kept in {}.", data_dir.join("operator.token").display()));
        return Ok(());
    }
    console.say(announcement(&token));
    fs::write(&told, "").with_context(|| format!("failed to write {}", told.display()))
}

/// Makes the first token of an installation and tells it; with `again`, one more.
pub(crate) async fn tell_first(store: &Store, console: &Console, again: bool) -> anyhow::Result<()> {
    let token = Token::generate(TokenKind::Operator)?;
    let first = store.system().bootstrap_operator(&token.hash(), &token.hint()).await?;
    if again && !first {
        store.system().add_operator(&token.hash(), &token.hint()).await?;
    }
    if first || again {
        console.say(announcement(&token));
    }
    Ok(())
}

fn announcement(token: &Token) -> String {
    format!(
        "The operator's token, shown this once: {}\nIt creates organisations: POST /api/v1/orgs with `Authorization: Bearer …`.",
        token.reveal()
    )
}

/// Keeps a secret in a file that its owner alone can read.
pub(crate) fn write_secret(path: &Path, secret: &str) -> anyhow::Result<()> {
    let temporary = path.with_extension("new");
    let mut file = OpenOptions::new()
        .create(true)
        .truncate(true)
        .write(true)
        .mode(0o600)
        .open(&temporary)
        .with_context(|| format!("failed to write {}", temporary.display()))?;
    file.write_all(secret.as_bytes())?;
    file.sync_all()?;
    fs::rename(&temporary, path).with_context(|| format!("failed to write {}", path.display()))
}
