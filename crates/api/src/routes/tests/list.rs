//! `GET /api/v1/orgs/{org}/repositories/{repository}/tests`.

use axum::Json;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use tinybug_model::{RepositoryId, TestState};
use tinybug_store::TestProfile;
use utoipa::{IntoParams, ToSchema};

use crate::{
    extract::{OrgAccess, PathIds, QueryOf},
    page::{Page, PageQuery},
    problem::Problem,
    routes::{mutants::list::TestView, repositories::show::RepositoryPath},
    schema::{RepositoryIdSchema, TestStateSchema},
};

/// How a test behaves on code that cannot have broken it, over all measurements of the repository.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TestProfile)]
pub(crate) struct TestProfileView {
    /// The test.
    pub(crate) test: TestView,
    /// What it is held to be.
    #[schema(value_type = TestStateSchema)]
    pub(crate) state: TestState,
    /// Runs. Those before the test's file changed count a quarter.
    pub(crate) runs: f64,
    /// Of these, failures.
    pub(crate) failures: f64,
    /// Share of runs that failed.
    pub(crate) failure_rate: f64,
    /// Share of runs whose result differed from the one before.
    pub(crate) flip_rate: f64,
    /// When it failed last; null when it never did.
    #[schema(required)]
    pub(crate) last_failure_at: Option<DateTime<Utc>>,
    /// Result and commit of its last run; null when it never failed.
    #[schema(required)]
    pub(crate) last_result: Option<LastResultView>,
    /// That it is flaky: it passed and failed at one commit; null when that was never seen.
    #[schema(required)]
    pub(crate) proof: Option<FlakeProofView>,
    /// Verdicts of the last measurement that hang on this test alone while it is flaky.
    pub(crate) taint: u32,
}

/// How a test ended when it was seen last.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = LastResult)]
pub(crate) struct LastResultView {
    /// The commit whose code ran.
    pub(crate) commit: String,
    /// Whether it failed.
    pub(crate) failed: bool,
}

/// Proof that a test is flaky.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FlakeProof)]
pub(crate) struct FlakeProofView {
    /// The commit at which it passed and failed.
    pub(crate) commit: String,
    /// When the second of the two was seen.
    pub(crate) at: DateTime<Utc>,
}

impl TestProfileView {
    fn new(profile: TestProfile) -> Result<Self, Problem> {
        let quiet = || tinybug_verdict::TestProfile::of_passes(profile.quiet_runs, None);
        let known = profile.known.as_ref();
        let read = known.map(|known| serde_json::from_value(known.profile.clone()));
        let history: tinybug_verdict::TestProfile =
            read.transpose().map_err(|error| Problem::internal(&error))?.unwrap_or_else(quiet);
        Ok(Self {
            state: known.map_or(TestState::Healthy, |known| known.state),
            runs: history.runs,
            failures: history.failures,
            failure_rate: history.failure_rate(),
            flip_rate: history.flip_rate(),
            last_failure_at: known.and_then(|known| known.last_failure_at),
            last_result: history
                .last_commit()
                .map(|commit| LastResultView { commit: commit.to_owned(), failed: history.failed_last() }),
            proof: history.proof.map(|proof| FlakeProofView { commit: proof.commit, at: proof.at }),
            taint: known.map_or(0, |known| known.taint),
            test: profile.test.id.into(),
        })
    }
}

/// Which tests.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct TestFilter {
    /// Only those held to be this.
    #[param(value_type = Option<TestStateSchema>)]
    pub(crate) state: Option<TestState>,
}

/// List tests
///
/// Those that ran on unchanged code, in the order in which they were first reported.
#[utoipa::path(
    get,
    path = "/orgs/{org}/repositories/{repository}/tests",
    operation_id = "listTests",
    tag = "tests",
    params(
        ("org" = String, Path, description = "Slug or id of the org"),
        ("repository" = RepositoryIdSchema, Path, description = "Id of the repository"),
        TestFilter,
        PageQuery,
    ),
    security(("org_token" = [])),
    responses(
        (status = 200, body = Page<TestProfileView>, description = "A page of tests"),
        Problem,
    )
)]
pub(crate) async fn list_tests(
    access: OrgAccess,
    PathIds(path): PathIds<RepositoryPath>,
    QueryOf(TestFilter { state }): QueryOf<TestFilter>,
    QueryOf(page): QueryOf<PageQuery>,
) -> Result<Json<Page<TestProfileView>>, Problem> {
    let (limit, after) = (page.limit()?, page.after::<u32>()?);
    let repository: RepositoryId = path.id()?;
    access.store.repository(repository).await?.ok_or_else(|| Problem::not_found("repository", repository))?;
    let found = access.store.test_profiles(repository, state, after, limit).await?;
    let cursors = found.items.last().map(|profile| profile.test.ordinal.to_string());
    let items = found.items.into_iter().map(TestProfileView::new).collect::<Result<_, _>>()?;
    let shown = tinybug_store::Page { items, more: found.more };
    Ok(Json(Page::show(shown, |_| cursors.clone().unwrap_or_default(), |view| view)))
}
