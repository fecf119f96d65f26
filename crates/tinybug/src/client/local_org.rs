//! The org of this machine's own user, made when it is first needed, over the API like any other.

use std::{fs, path::Path, time::Duration};

use anyhow::Context;
use nix::fcntl::{Flock, FlockArg};
use serde_json::json;
use tinybug_api::token::{Token, TokenKind};
use tinybug_store::Store;

use super::{ApiClient, types::CreatedOrg};
use crate::commands::bootstrap::write_secret;

/// Its name in URLs.
const SLUG: &str = "local";

/// A client that acts for the machine's own org. Several processes may ask at once: one makes the org.
pub(crate) async fn local_org(
    data_dir: &Path,
    store: &Store,
    anonymous: &ApiClient,
) -> anyhow::Result<(ApiClient, String)> {
    let _lock = lock(data_dir).await?;
    let path = data_dir.join("local-org.token");
    if let Ok(token) = fs::read_to_string(&path) {
        let client = anonymous.with_token(token.trim());
        // A database that was replaced under the same data directory does not know the token.
        if client.get::<serde_json::Value>(&format!("/orgs/{SLUG}")).await.is_ok() {
            return Ok((client, SLUG.to_owned()));
        }
    }
    let operator = anonymous.with_token(operator_token(data_dir, store).await?);
    let org: CreatedOrg = operator
        .post("/orgs", &json!({ "slug": SLUG, "name": "This machine" }))
        .await
        .context("failed to make this machine's organisation")?;
    write_secret(&path, &org.token)?;
    Ok((anonymous.with_token(org.token), SLUG.to_owned()))
}

/// The machine's own operator token, kept beside the database that knows it.
async fn operator_token(data_dir: &Path, store: &Store) -> anyhow::Result<String> {
    let path = data_dir.join("operator.token");
    let kept = fs::read_to_string(&path).ok().and_then(|text| Token::parse(text.trim()).ok());
    let token = if let Some(token) = kept {
        token
    } else {
        let token = Token::generate(TokenKind::Operator)?;
        write_secret(&path, token.reveal())?;
        token
    };
    store.system().add_operator(&token.hash(), &token.hint()).await?;
    Ok(token.reveal().to_owned())
}

async fn lock(data_dir: &Path) -> anyhow::Result<Flock<fs::File>> {
    let path = data_dir.join("local-org.lock");
    let mut file = fs::File::create(&path).with_context(|| format!("failed to write {}", path.display()))?;
    loop {
        match Flock::lock(file, FlockArg::LockExclusiveNonblock) {
            Ok(lock) => return Ok(lock),
            Err((back, _)) => file = back,
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
