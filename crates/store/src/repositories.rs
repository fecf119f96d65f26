//! Repositories that an org has registered.

use chrono::{DateTime, Utc};
use tinybug_model::RepositoryId;
use uuid::Uuid;

use crate::{OrgStore, StoreError};

/// Where a repository comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RepositoryKind {
    /// A directory of the machine that the worker runs on.
    Local {
        /// Absolute path.
        path: String,
    },
}

impl RepositoryKind {
    const fn name(&self) -> &'static str {
        match self {
            Self::Local { .. } => "local",
        }
    }
}

/// A repository to be registered.
#[derive(Debug, Clone)]
pub struct NewRepository {
    /// Its name in the org.
    pub name: String,
    /// Where it comes from.
    pub kind: RepositoryKind,
}

/// A registered repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repository {
    /// Its id.
    pub id: RepositoryId,
    /// Its name in the org.
    pub name: String,
    /// Where it comes from.
    pub kind: RepositoryKind,
    /// Since when it is registered.
    pub created_at: DateTime<Utc>,
}

struct RepositoryRow {
    id: Uuid,
    name: String,
    kind: String,
    local_path: Option<String>,
    created_at: DateTime<Utc>,
}

impl TryFrom<RepositoryRow> for Repository {
    type Error = StoreError;

    fn try_from(row: RepositoryRow) -> Result<Self, StoreError> {
        let kind = match (row.kind.as_str(), row.local_path) {
            ("local", Some(path)) => RepositoryKind::Local { path },
            (other, _) => return Err(StoreError::unreadable("repositories.kind", other)),
        };
        Ok(Self { id: row.id.into(), name: row.name, kind, created_at: row.created_at })
    }
}

impl OrgStore {
    /// Registers a repository.
    pub async fn create_repository(&self, repository: &NewRepository) -> Result<Repository, StoreError> {
        let RepositoryKind::Local { path } = &repository.kind;
        let mut tx = self.begin().await?;
        let row = sqlx::query_as!(
            RepositoryRow,
            "INSERT INTO repositories (org_id, id, name, kind, local_path)
             VALUES ($1, $2, $3, $4, $5)
             RETURNING id, name, kind, local_path, created_at",
            self.org.uuid(),
            RepositoryId::new().uuid(),
            repository.name,
            repository.kind.name(),
            path
        )
        .fetch_one(&mut *tx)
        .await
        .map_err(|error| StoreError::on_insert(error, "repository", "organisation"))?;
        tx.commit().await?;
        row.try_into()
    }

    /// All repositories, by name.
    pub async fn repositories(&self) -> Result<Vec<Repository>, StoreError> {
        let mut tx = self.begin().await?;
        let rows = sqlx::query_as!(
            RepositoryRow,
            "SELECT id, name, kind, local_path, created_at
             FROM   repositories
             WHERE  org_id = $1
             ORDER  BY name",
            self.org.uuid()
        )
        .fetch_all(&mut *tx)
        .await?;
        tx.commit().await?;
        rows.into_iter().map(Repository::try_from).collect()
    }

    /// One repository.
    pub async fn repository(&self, id: RepositoryId) -> Result<Option<Repository>, StoreError> {
        let mut tx = self.begin().await?;
        let row = sqlx::query_as!(
            RepositoryRow,
            "SELECT id, name, kind, local_path, created_at FROM repositories WHERE org_id = $1 AND id = $2",
            self.org.uuid(),
            id.uuid()
        )
        .fetch_optional(&mut *tx)
        .await?;
        tx.commit().await?;
        row.map(Repository::try_from).transpose()
    }

    /// The repository of that name.
    pub async fn repository_by_name(&self, name: &str) -> Result<Option<Repository>, StoreError> {
        let mut tx = self.begin().await?;
        let row = sqlx::query_as!(
            RepositoryRow,
            "SELECT id, name, kind, local_path, created_at FROM repositories WHERE org_id = $1 AND name = $2",
            self.org.uuid(),
            name
        )
        .fetch_optional(&mut *tx)
        .await?;
        tx.commit().await?;
        row.map(Repository::try_from).transpose()
    }
}
