//! The operator's first token: made once for an installation.

use std::{fs::OpenOptions, io::Write, os::unix::fs::OpenOptionsExt, path::Path};

use anyhow::Context;
use tinybug_api::token::{Token, TokenKind};
use tinybug_store::Store;

/// Makes the operator's first token; `None` when there is one already.
pub(crate) async fn first_operator_token(store: &Store) -> anyhow::Result<Option<Token>> {
    let token = Token::generate(TokenKind::Operator)?;
    let first = store.system().bootstrap_operator(&token.hash(), &token.hint()).await?;
    Ok(first.then_some(token))
}

/// What to tell the operator, this once.
pub(crate) fn announcement(token: &Token) -> String {
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
    std::fs::rename(&temporary, path).with_context(|| format!("failed to write {}", path.display()))
}
