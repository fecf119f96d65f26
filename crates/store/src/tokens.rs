//! API tokens: kept as the hash of their secret.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use tinybug_model::{OrgId, TokenId};

use crate::{OrgStore, StoreError};

/// A token to be kept.
#[derive(Debug, Clone)]
pub struct NewToken {
    /// What its owner calls it.
    pub name: String,
    /// SHA-256 of the secret.
    pub hash: [u8; 32],
    /// What a person may see of the secret: its beginning and its end.
    pub hint: String,
    /// When it stops being one; `None`: never.
    pub expires_at: Option<DateTime<Utc>>,
}

/// A token as lists show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// Its id.
    pub id: TokenId,
    /// What its owner calls it.
    pub name: String,
    /// Beginning and end of the secret.
    pub hint: String,
    /// Since when it exists.
    pub created_at: DateTime<Utc>,
    /// When it was used last, to the minute.
    pub last_used_at: Option<DateTime<Utc>>,
    /// When it stops being one.
    pub expires_at: Option<DateTime<Utc>>,
}

/// Whose token it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TokenOwner {
    /// The org.
    pub org: OrgId,
    /// The token.
    pub token: TokenId,
}

impl OrgStore {
    /// Keeps a new token.
    pub async fn create_token(&self, token: &NewToken) -> Result<TokenId, StoreError> {
        let mut tx = self.begin().await?;
        let id = insert_token(&mut tx, self.org, token).await?;
        tx.commit().await?;
        Ok(id)
    }

    /// All tokens, oldest first.
    pub async fn tokens(&self) -> Result<Vec<Token>, StoreError> {
        let mut tx = self.begin().await?;
        let tokens = sqlx::query_as!(
            Token,
            "SELECT id, name, hint, created_at, last_used_at, expires_at
             FROM   api_tokens
             WHERE  org_id = $1
             ORDER  BY id",
            self.org.uuid()
        )
        .fetch_all(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(tokens)
    }

    /// Deletes a token; says whether there was one.
    pub async fn delete_token(&self, token: TokenId) -> Result<bool, StoreError> {
        let mut tx = self.begin().await?;
        let deleted =
            sqlx::query!("DELETE FROM api_tokens WHERE org_id = $1 AND id = $2", self.org.uuid(), token.uuid())
                .execute(&mut *tx)
                .await?
                .rows_affected();
        tx.commit().await?;
        Ok(deleted > 0)
    }
}

pub(crate) async fn insert_token(
    connection: &mut PgConnection,
    org: OrgId,
    token: &NewToken,
) -> Result<TokenId, StoreError> {
    let id = TokenId::new();
    sqlx::query!(
        "INSERT INTO api_tokens (org_id, id, name, hash, hint, expires_at) VALUES ($1, $2, $3, $4, $5, $6)",
        org.uuid(),
        id.uuid(),
        token.name,
        &token.hash[..],
        token.hint,
        token.expires_at
    )
    .execute(connection)
    .await
    .map_err(|error| StoreError::on_insert(error, "token", "organisation"))?;
    Ok(id)
}
