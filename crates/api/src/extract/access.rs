//! Who is asking. Only these extractors hand out the right to data, so that a handler that forgets to ask for one has
//! nothing to ask the database with.

use axum::{
    extract::{FromRequestParts, RawPathParams},
    http::{header, request::Parts},
};
use tinybug_model::LocalRunnerOrgs;
use tinybug_store::{Org, OrgStore};

use crate::{
    problem::Problem,
    state::ApiState,
    token::{Token, TokenKind},
};

/// A caller that holds a token of the org in the path.
#[derive(Debug)]
pub(crate) struct OrgAccess {
    /// The org.
    pub(crate) org: Org,
    /// Its data.
    pub(crate) store: OrgStore,
}

impl OrgAccess {
    /// Refuses an org that the operator has not named as trusted: a local measurement runs the org's commands on the
    /// installation's own machines.
    pub(crate) fn may_use_local_runner(&self, trusted: &LocalRunnerOrgs) -> Result<(), Problem> {
        if trusted.contains(self.org.id, &self.org.slug) {
            return Ok(());
        }
        let detail = format!(
            "the operator has not trusted {} with the machines of this installation, on which local repositories are \
             measured; ask the operator to do so",
            self.org.slug
        );
        Err(Problem::forbidden("local_runner_not_allowed", detail))
    }
}

/// A caller that holds a token of the operator.
#[derive(Debug)]
pub(crate) struct Operator;

impl FromRequestParts<ApiState> for OrgAccess {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &ApiState) -> Result<Self, Problem> {
        let token = bearer(parts, TokenKind::Org)?;
        let owner = state.store.system().token_owner(&token.hash()).await?.ok_or_else(unknown_token)?;
        let asked = org_in_path(parts, state).await?;
        let store = state.store.org(owner.org);
        let org = store.org().await?.ok_or_else(unknown_token)?;
        if org.slug == asked || org.id.to_string() == asked {
            Ok(Self { org, store })
        } else {
            Err(Problem::not_found("organisation", asked))
        }
    }
}

impl FromRequestParts<ApiState> for Operator {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &ApiState) -> Result<Self, Problem> {
        let token = bearer(parts, TokenKind::Operator)?;
        let known = state.store.system().is_operator(&token.hash()).await?;
        if known { Ok(Self) } else { Err(unknown_token()) }
    }
}

async fn org_in_path(parts: &mut Parts, state: &ApiState) -> Result<String, Problem> {
    let params = RawPathParams::from_request_parts(parts, state).await;
    let org = params
        .ok()
        .and_then(|params| params.iter().find(|(name, _)| *name == "org").map(|(_, value)| value.to_owned()));
    org.ok_or_else(|| Problem::no_such_path(parts.uri.path()))
}

fn bearer(parts: &Parts, kind: TokenKind) -> Result<Token, Problem> {
    let header = parts
        .headers
        .get(header::AUTHORIZATION)
        .ok_or_else(|| Problem::unauthorized(format!("send the header Authorization: Bearer {}…", kind.prefix())))?;
    let text = header.to_str().ok().and_then(|text| text.split_once(' '));
    let text = text.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer")).map(|(_, token)| token.trim());
    let text =
        text.ok_or_else(|| Problem::unauthorized("the header Authorization must be: Bearer, a space, the token"))?;
    let token = Token::parse(text).map_err(|error| Problem::unauthorized(error.to_string()))?;
    if token.kind() == kind {
        return Ok(token);
    }
    let detail = match kind {
        TokenKind::Org => "this is a token of the operator; here the org's own is asked for, which begins with tbk_",
        TokenKind::Operator => "this is a token of an org; here the operator's is asked for, which begins with tbo_",
    };
    Err(Problem::unauthorized(detail))
}

fn unknown_token() -> Problem {
    Problem::unauthorized("this token is unknown, expired or revoked; ask for a new one")
}
