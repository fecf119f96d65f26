//! What concerns no single org: making orgs, knowing tokens, serving all orgs. Each method is a use that the policies
//! of `tinybug_system` allow by name.

use sqlx::PgPool;
use tinybug_model::OrgId;

use crate::{
    NewToken, Org, OutboxMessage, StoreError, TokenOwner,
    org::OrgRow,
    outbox::{enqueue, wake},
    tokens::insert_token,
};

/// The right to what concerns no single org.
#[derive(Debug, Clone)]
pub struct SystemStore {
    pub(crate) pool: PgPool,
}

impl SystemStore {
    pub(crate) fn new(pool: PgPool) -> Self {
        Self { pool }
    }

    /// Makes an org with its first token, and asks for its namespace.
    pub async fn create_org(&self, slug: &str, name: &str, token: &NewToken) -> Result<Org, StoreError> {
        let id = OrgId::new();
        let mut tx = self.pool.begin().await?;
        let row = sqlx::query_as!(
            OrgRow,
            "INSERT INTO orgs (id, slug, name) VALUES ($1, $2, $3) RETURNING id, slug, name, state, created_at",
            id.uuid(),
            slug,
            name
        )
        .fetch_one(&mut *tx)
        .await
        .map_err(|error| StoreError::on_insert(error, "organisation", "organisation"))?;
        insert_token(&mut tx, id, token).await?;
        enqueue(&mut tx, id, &OutboxMessage::ProvisionOrg { org: id }).await?;
        wake(&mut tx).await?;
        tx.commit().await?;
        row.try_into()
    }

    /// Every org, oldest first: those that a worker serves.
    pub async fn orgs(&self) -> Result<Vec<Org>, StoreError> {
        sqlx::query_as!(OrgRow, "SELECT id, slug, name, state, created_at FROM orgs ORDER BY id")
            .fetch_all(&self.pool)
            .await?
            .into_iter()
            .map(Org::try_from)
            .collect()
    }

    /// The org of that name in URLs.
    pub async fn org_by_slug(&self, slug: &str) -> Result<Option<Org>, StoreError> {
        sqlx::query_as!(OrgRow, "SELECT id, slug, name, state, created_at FROM orgs WHERE slug = $1", slug)
            .fetch_optional(&self.pool)
            .await?
            .map(Org::try_from)
            .transpose()
    }

    /// Whose token has this hash; `None` when nobody's, or when it has expired. Notes the use, to the minute.
    pub async fn token_owner(&self, hash: &[u8; 32]) -> Result<Option<TokenOwner>, StoreError> {
        let found = sqlx::query!(
            r#"SELECT org_id, id,
                      last_used_at IS NULL OR last_used_at < now() - interval '1 minute' AS "stale!"
               FROM   api_tokens
               WHERE  hash = $1
               AND    (expires_at IS NULL OR expires_at > now())"#,
            &hash[..]
        )
        .fetch_optional(&self.pool)
        .await?;
        let Some(found) = found else { return Ok(None) };
        if found.stale {
            sqlx::query!(
                "UPDATE api_tokens SET last_used_at = now() WHERE org_id = $1 AND id = $2",
                found.org_id,
                found.id
            )
            .execute(&self.pool)
            .await?;
        }
        Ok(Some(TokenOwner { org: found.org_id.into(), token: found.id.into() }))
    }

    /// Keeps the operator's first token. Says whether it was the first: otherwise nothing is kept.
    pub async fn bootstrap_operator(&self, hash: &[u8; 32], hint: &str) -> Result<bool, StoreError> {
        let mut tx = self.pool.begin().await?;
        // Two processes that start at once must not both believe that theirs is the one.
        sqlx::query!("SELECT pg_advisory_xact_lock(hashtextextended('tinybug operator', 0))").execute(&mut *tx).await?;
        let inserted = sqlx::query!(
            "INSERT INTO operator_tokens (hash, hint)
             SELECT $1, $2
             WHERE  NOT EXISTS (SELECT FROM operator_tokens)",
            &hash[..],
            hint
        )
        .execute(&mut *tx)
        .await?
        .rows_affected();
        tx.commit().await?;
        Ok(inserted > 0)
    }

    /// Keeps one more operator token. One that is kept already, stays.
    pub async fn add_operator(&self, hash: &[u8; 32], hint: &str) -> Result<(), StoreError> {
        sqlx::query!(
            "INSERT INTO operator_tokens (hash, hint) VALUES ($1, $2) ON CONFLICT DO NOTHING",
            &hash[..],
            hint
        )
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Whether this is the hash of an operator's token.
    pub async fn is_operator(&self, hash: &[u8; 32]) -> Result<bool, StoreError> {
        Ok(sqlx::query_scalar!(r#"SELECT EXISTS (SELECT FROM operator_tokens WHERE hash = $1) AS "known!""#, &hash[..])
            .fetch_one(&self.pool)
            .await?)
    }
}
