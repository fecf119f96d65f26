//! `GET /api/v1/orgs/{org}/repositories`.

use axum::Json;
use serde::Deserialize;
use tinybug_model::RepositoryId;
use utoipa::IntoParams;

use super::show::RepositoryView;
use crate::{
    extract::{OrgAccess, QueryOf},
    page::{Page, PageQuery},
    problem::Problem,
};

/// Which repositories.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct RepositoryFilter {
    /// Only the one of this name.
    pub(crate) name: Option<String>,
}

/// List repositories
///
/// By name.
#[utoipa::path(
    get,
    path = "/orgs/{org}/repositories",
    operation_id = "listRepositories",
    tag = "repositories",
    params(("org" = String, Path, description = "Slug or id of the org"), RepositoryFilter, PageQuery),
    security(("org_token" = [])),
    responses(
        (status = 200, body = Page<RepositoryView>, description = "A page of repositories"),
        Problem,
    )
)]
pub(crate) async fn list_repositories(
    access: OrgAccess,
    QueryOf(filter): QueryOf<RepositoryFilter>,
    QueryOf(page): QueryOf<PageQuery>,
) -> Result<Json<Page<RepositoryView>>, Problem> {
    let (limit, after) = (page.limit()? as usize, page.after::<RepositoryId>()?);
    let found = match &filter.name {
        Some(name) => access.store.repository_by_name(name).await?.into_iter().collect(),
        None => access.store.repositories().await?,
    };
    // An org has few repositories, so the page is cut here.
    let first = after.map_or(0, |after| {
        found.iter().position(|repository| repository.id == after).map_or(found.len(), |place| place + 1)
    });
    let mut items = found;
    items.drain(..first);
    let more = items.len() > limit;
    items.truncate(limit);
    let found = tinybug_store::Page { items, more };
    Ok(Json(Page::show(found, |repository| repository.id.to_string(), RepositoryView::from)))
}
