//! The org of this machine's own user, made when it is first needed, over the API like any other.

use std::{fs, path::Path, time::Duration};

use anyhow::Context;
use nix::fcntl::{Flock, FlockArg};
use serde_json::json;
use tinybug_api::token::{Token, TokenKind};
use tinybug_store::{NewToken, Store};

use super::{ApiClient, Refused, types::CreatedOrg};
use crate::commands::operator_token::{self, write_secret};

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
        match client.get::<serde_json::Value>(&format!("/orgs/{SLUG}")).await {
            Ok(_) => return Ok((client, SLUG.to_owned())),
            // A database that was replaced under the same data directory does not know the token.
            Err(error) if Refused::has_code(&error, "unauthorized") => {}
            Err(error) => return Err(error),
        }
    }
    let token = make(data_dir, store, anonymous, &path).await?;
    Ok((anonymous.with_token(token), SLUG.to_owned()))
}

/// Makes the org, or another token for it where an earlier process was stopped before it could keep the first.
async fn make(data_dir: &Path, store: &Store, anonymous: &ApiClient, path: &Path) -> anyhow::Result<String> {
    let operator = anonymous.with_token(operator_token::kept(data_dir, store).await?.reveal());
    let made = operator.post::<CreatedOrg>("/orgs", &json!({ "slug": SLUG, "name": "This machine" })).await;
    match made {
        Ok(org) => {
            write_secret(path, &org.token)?;
            Ok(org.token)
        }
        Err(error) if Refused::has_code(&error, "exists") => {
            let org = store.system().org_by_slug(SLUG).await?.context("this machine's organisation is gone")?;
            let token = Token::generate(TokenKind::Org)?;
            write_secret(path, token.reveal())?;
            let new = NewToken { name: "again".to_owned(), hash: token.hash(), hint: token.hint(), expires_at: None };
            store.org(org.id).create_token(&new).await?;
            Ok(token.reveal().to_owned())
        }
        Err(error) => Err(error).context("failed to make this machine's organisation"),
    }
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
