//! `GET /api/v1/orgs/{org}`.

use axum::Json;
use chrono::{DateTime, Utc};
use serde::Serialize;
use tinybug_model::OrgId;
use tinybug_store::Org;
use utoipa::ToSchema;

use crate::{
    extract::OrgAccess,
    problem::Problem,
    schema::{OrgIdSchema, OrgStateSchema},
};

/// An org.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Org)]
pub(crate) struct OrgView {
    /// Its id, for good.
    #[schema(value_type = OrgIdSchema)]
    pub(crate) id: OrgId,
    /// Its name in URLs.
    pub(crate) slug: String,
    /// Its name for people.
    pub(crate) name: String,
    /// `provisioning` until its measurements can run.
    #[schema(value_type = OrgStateSchema)]
    pub(crate) state: &'static str,
    /// Since when it exists.
    pub(crate) created_at: DateTime<Utc>,
}

impl From<Org> for OrgView {
    fn from(org: Org) -> Self {
        Self { id: org.id, slug: org.slug, name: org.name, state: org.state.name(), created_at: org.created_at }
    }
}

/// Show an org
///
/// Shows the org that the token belongs to.
#[utoipa::path(
    get,
    path = "/orgs/{org}",
    operation_id = "showOrg",
    tag = "orgs",
    params(("org" = String, Path, description = "Slug or id of the org")),
    security(("org_token" = [])),
    responses(
        (status = 200, body = OrgView, description = "The org"),
        Problem,
    )
)]
pub(crate) async fn show_org(access: OrgAccess) -> Json<OrgView> {
    Json(access.org.into())
}
