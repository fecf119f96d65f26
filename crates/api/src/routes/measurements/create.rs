//! `POST /api/v1/orgs/{org}/measurements`.

use axum::{Json, extract::State, http::StatusCode};
use serde::{Deserialize, Serialize};
use tinybug_model::{Plan, RepositoryId};
use tinybug_store::{MeasurementRequest, RepositoryKind, Source};
use utoipa::ToSchema;

use super::view::{MeasurementDetail, detail};
use crate::{
    check,
    extract::{JsonBody, OrgAccess},
    plan::{self, PlanSchema},
    problem::{FieldError, Problem},
    schema::RepositoryIdSchema,
    state::ApiState,
};

/// A measurement to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewMeasurement)]
pub(crate) struct Request {
    /// Of which repository.
    #[schema(value_type = RepositoryIdSchema)]
    pub(crate) repository: RepositoryId,
    /// Of which code.
    pub(crate) source: SourceBody,
    /// How.
    #[serde(default)]
    #[schema(value_type = PlanSchema, required = false)]
    pub(crate) plan: Plan,
}

/// Which code to measure: exactly one of the two.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
#[schema(as = Source)]
pub(crate) struct SourceBody {
    /// `true`: the working tree as it is, uncommitted changes included.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) working_tree: Option<bool>,
    /// A commit, by any name that git knows it by.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 255, example = "main")]
    pub(crate) revision: Option<String>,
}

impl From<Source> for SourceBody {
    fn from(source: Source) -> Self {
        match source {
            Source::WorkingTree => Self { working_tree: Some(true), revision: None },
            Source::Revision(revision) => Self { working_tree: None, revision: Some(revision) },
        }
    }
}

impl SourceBody {
    fn read(self) -> Result<Source, FieldError> {
        match (self.working_tree, self.revision) {
            (Some(true), None) => Ok(Source::WorkingTree),
            (None | Some(false), Some(revision)) => match check_revision(&revision) {
                None => Ok(Source::Revision(revision)),
                Some(error) => Err(error),
            },
            _ => {
                let detail = r#"must be either {"working_tree": true} or {"revision": "…"}"#;
                Err(FieldError::new("/source", "invalid_source", detail))
            }
        }
    }
}

fn check_revision(revision: &str) -> Option<FieldError> {
    check::line("/source/revision", revision, 255).or_else(|| {
        // What begins with a hyphen would be an option to git.
        let bad = revision.starts_with('-') || revision.contains(char::is_whitespace);
        let detail = "must be a revision that git knows, such as a branch, a tag or a commit hash";
        bad.then(|| FieldError::new("/source/revision", "invalid_revision", detail))
    })
}

/// Request a measurement
///
/// Accepts it; a worker starts it as soon as it can. The answer shows where it stands, as does asking for it again.
#[utoipa::path(
    post,
    path = "/orgs/{org}/measurements",
    operation_id = "createMeasurement",
    tag = "measurements",
    params(("org" = String, Path, description = "Slug or id of the org")),
    security(("org_token" = [])),
    request_body = Request,
    responses(
        (status = 202, body = MeasurementDetail, description = "The measurement"),
        Problem,
    )
)]
pub(crate) async fn create_measurement(
    access: OrgAccess,
    State(state): State<ApiState>,
    JsonBody(request): JsonBody<Request>,
) -> Result<(StatusCode, Json<MeasurementDetail>), Problem> {
    let request = check(request)?;
    let repository = access.store.repository(request.repository).await?.ok_or_else(unknown_repository)?;
    let RepositoryKind::Local { .. } = repository.kind;
    access.may_use_local_runner(&state.local_runner_orgs)?;
    let measurement = access.store.request_measurement(&request).await?;
    Ok((StatusCode::ACCEPTED, Json(detail(&access.store, measurement.id).await?)))
}

fn check(request: Request) -> Result<MeasurementRequest, Problem> {
    let mut errors = plan::check(&request.plan, "/plan");
    match request.source.read() {
        Ok(source) if errors.is_empty() => {
            Ok(MeasurementRequest { repository: request.repository, source, plan: request.plan })
        }
        source => {
            errors.extend(source.err());
            Err(Problem::invalid(errors))
        }
    }
}

fn unknown_repository() -> Problem {
    let detail = "the org has no repository of this id; GET /repositories lists those it has";
    Problem::invalid(vec![FieldError::new("/repository", "unknown_repository", detail)])
}
