//! `POST /api/v1/orgs`.

use axum::{Json, extract::State, http::StatusCode};
use serde::{Deserialize, Serialize};
use tinybug_store::NewToken;
use utoipa::ToSchema;

use super::show::OrgView;
use crate::{
    check,
    extract::{JsonBody, Operator},
    problem::Problem,
    state::ApiState,
    token::{Token, TokenKind},
};

/// An org to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewOrg {
    /// Its name in URLs: 2 to 39 characters from a to z, 0 to 9 and the hyphen.
    #[schema(pattern = "^[a-z0-9][a-z0-9-]{0,37}[a-z0-9]$", example = "acme")]
    pub(crate) slug: String,
    /// Its name for people.
    #[schema(min_length = 1, max_length = 100, example = "Acme")]
    pub(crate) name: String,
}

/// A new org, and the token to act for it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CreatedOrg {
    /// The org.
    pub(crate) org: OrgView,
    /// Its first API token. It is shown this once: only its hash is kept.
    pub(crate) token: String,
}

/// Create an org
///
/// Takes the operator's token. The org's measurements run once its state is `ready`; they can be requested at once.
#[utoipa::path(
    post,
    path = "/orgs",
    operation_id = "createOrg",
    tag = "orgs",
    security(("operator_token" = [])),
    request_body = NewOrg,
    responses(
        (status = 201, body = CreatedOrg, description = "The org and its token"),
        Problem,
    )
)]
pub(crate) async fn create_org(
    _: Operator,
    State(state): State<ApiState>,
    JsonBody(new): JsonBody<NewOrg>,
) -> Result<(StatusCode, Json<CreatedOrg>), Problem> {
    let errors: Vec<_> = check::slug("/slug", &new.slug).into_iter().chain(check::name("/name", &new.name)).collect();
    if !errors.is_empty() {
        return Err(Problem::invalid(errors));
    }
    let token = Token::generate(TokenKind::Org).map_err(|error| Problem::internal(&error))?;
    let first = NewToken { name: "first".to_owned(), hash: token.hash(), hint: token.hint(), expires_at: None };
    let org = state.store.system().create_org(&new.slug, &new.name, &first).await?;
    Ok((StatusCode::CREATED, Json(CreatedOrg { org: org.into(), token: token.reveal().to_owned() })))
}
