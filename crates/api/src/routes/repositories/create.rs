//! `POST /api/v1/orgs/{org}/repositories`.

use std::path::Path;

use axum::{Json, extract::State, http::StatusCode};
use serde::Deserialize;
use tinybug_store::{NewRepository, RepositoryKind, StoreError};
use utoipa::ToSchema;

use super::show::RepositoryView;
use crate::{
    check,
    extract::{JsonBody, OrgAccess},
    problem::{FieldError, Problem},
    state::ApiState,
};

/// Where a repository to be registered comes from.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = RepositoryKind)]
pub(crate) enum Kind {
    /// A directory of the worker's machine.
    Local,
}

/// A repository to be registered.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewRepository)]
pub(crate) struct Registration {
    /// Its name in the org.
    #[schema(min_length = 1, max_length = 100, example = "shop")]
    pub(crate) name: String,
    /// Where it comes from.
    pub(crate) kind: Kind,
    /// Absolute path of the directory, on the worker's machine.
    #[schema(min_length = 1, max_length = 4096, example = "/home/ada/shop")]
    pub(crate) local_path: String,
}

/// Register a repository
///
/// Local repositories are for orgs that the operator trusts with the machines of the installation. Registering the
/// same one again answers 200 with what is registered.
#[utoipa::path(
    post,
    path = "/orgs/{org}/repositories",
    operation_id = "createRepository",
    tag = "repositories",
    params(("org" = String, Path, description = "Slug or id of the org")),
    security(("org_token" = [])),
    request_body = Registration,
    responses(
        (status = 201, body = RepositoryView, description = "The repository"),
        (status = 200, body = RepositoryView, description = "It is registered already"),
        Problem,
    )
)]
pub(crate) async fn create_repository(
    access: OrgAccess,
    State(state): State<ApiState>,
    JsonBody(new): JsonBody<Registration>,
) -> Result<(StatusCode, Json<RepositoryView>), Problem> {
    access.may_use_local_runner(&state.local_runner_orgs)?;
    let errors: Vec<_> = check::name("/name", &new.name).into_iter().chain(check_path(&new.local_path)).collect();
    if !errors.is_empty() {
        return Err(Problem::invalid(errors));
    }
    let Kind::Local = new.kind;
    let new = NewRepository { name: new.name, kind: RepositoryKind::Local { path: new.local_path } };
    match access.store.create_repository(&new).await {
        Ok(repository) => Ok((StatusCode::CREATED, Json(repository.into()))),
        Err(StoreError::Exists(_)) => Ok((StatusCode::OK, Json(the_same(&access, &new).await?))),
        Err(error) => Err(error.into()),
    }
}

/// The repository that has the name already, when it is the very one.
async fn the_same(access: &OrgAccess, new: &NewRepository) -> Result<RepositoryView, Problem> {
    match access.store.repository_by_name(&new.name).await? {
        Some(repository) if repository.kind == new.kind => Ok(repository.into()),
        _ => {
            let detail = format!("another repository is called {} already; choose another name", new.name);
            Err(Problem::conflict("repository_exists", detail))
        }
    }
}

fn check_path(path: &str) -> Option<FieldError> {
    check::line("/local_path", path, 4096).or_else(|| {
        let detail = "must be an absolute path on the worker's machine, such as /home/ada/shop";
        (!Path::new(path).is_absolute()).then(|| FieldError::new("/local_path", "not_absolute", detail))
    })
}
