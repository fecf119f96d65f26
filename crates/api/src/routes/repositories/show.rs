//! `GET /api/v1/orgs/{org}/repositories/{repository}`.

use axum::Json;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use tinybug_model::RepositoryId;
use tinybug_store::{Repository, RepositoryKind};
use utoipa::ToSchema;

use crate::{
    extract::{OrgAccess, PathIds},
    problem::Problem,
    schema::RepositoryIdSchema,
};

/// A registered repository.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Repository)]
pub(crate) struct RepositoryView {
    /// Its id.
    #[schema(value_type = RepositoryIdSchema)]
    pub(crate) id: RepositoryId,
    /// Its name in the org.
    pub(crate) name: String,
    /// Where it comes from: `local`, a directory of the worker's machine.
    pub(crate) kind: &'static str,
    /// The directory, when it is local.
    #[schema(required)]
    pub(crate) local_path: Option<String>,
    /// Since when it is registered.
    pub(crate) created_at: DateTime<Utc>,
}

impl From<Repository> for RepositoryView {
    fn from(repository: Repository) -> Self {
        let RepositoryKind::Local { path } = repository.kind;
        Self {
            id: repository.id,
            name: repository.name,
            kind: "local",
            local_path: Some(path),
            created_at: repository.created_at,
        }
    }
}

/// The placeholders of the path.
#[derive(Debug, Deserialize)]
pub(crate) struct RepositoryPath {
    repository: String,
}

impl RepositoryPath {
    /// The id; one that is none is not found.
    pub(crate) fn id(&self) -> Result<RepositoryId, Problem> {
        self.repository.parse().map_err(|_| Problem::not_found("repository", &self.repository))
    }
}

/// Show a repository
#[utoipa::path(
    get,
    path = "/orgs/{org}/repositories/{repository}",
    operation_id = "showRepository",
    tag = "repositories",
    params(
        ("org" = String, Path, description = "Slug or id of the org"),
        ("repository" = RepositoryIdSchema, Path, description = "Id of the repository"),
    ),
    security(("org_token" = [])),
    responses(
        (status = 200, body = RepositoryView, description = "The repository"),
        Problem,
    )
)]
pub(crate) async fn show_repository(
    access: OrgAccess,
    PathIds(path): PathIds<RepositoryPath>,
) -> Result<Json<RepositoryView>, Problem> {
    let id = path.id()?;
    let repository = access.store.repository(id).await?.ok_or_else(|| Problem::not_found("repository", id))?;
    Ok(Json(repository.into()))
}
