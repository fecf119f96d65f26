//! `GET /api/v1/orgs/{org}/measurements/{measurement}/mutants`.

use axum::Json;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use tinybug_model::{TestId, Verdict};
use tinybug_store::{DrawnMutant, MutantFilter};
use utoipa::{IntoParams, ToSchema};

use crate::{
    extract::{OrgAccess, PathIds, QueryOf},
    page::{Page, PageQuery},
    problem::Problem,
    routes::measurements::show::MeasurementPath,
    schema::{LanguageSchema, MeasurementIdSchema, TierSchema, VerdictSchema},
};

/// A mutant and what was found out about it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Mutant)]
pub(crate) struct MutantView {
    /// Stable name.
    pub(crate) id: String,
    /// Its place in the order of the draw, from 0.
    pub(crate) number: u32,
    /// Language of the file.
    #[schema(value_type = LanguageSchema)]
    pub(crate) language: &'static str,
    /// Path inside the repository, with forward slashes.
    pub(crate) path: String,
    /// Operator, as `family.name` of the catalogue.
    pub(crate) operator: String,
    /// Tier that the operator belongs to at this place.
    #[schema(value_type = TierSchema)]
    pub(crate) tier: &'static str,
    /// Line, from 1.
    pub(crate) line: u32,
    /// Column, from 1, in Unicode scalar values.
    pub(crate) column: u32,
    /// Enclosing symbol; empty at the top level of a file.
    pub(crate) function: String,
    /// Text replaced.
    pub(crate) original: String,
    /// Text put there.
    pub(crate) replacement: String,
    /// What it does, in one sentence; null for mutants drawn by versions that kept none.
    #[schema(required)]
    pub(crate) description: Option<String>,
    /// The verdict; null until it is given.
    #[schema(value_type = Option<VerdictSchema>, required)]
    pub(crate) verdict: Option<Verdict>,
    /// How sure the verdict is, from 0 to 1; null when nothing was weighed.
    #[schema(required)]
    pub(crate) confidence: Option<f64>,
    /// The tests that caught it.
    pub(crate) caught_by: Vec<TestView>,
    /// Attempts that the verdict took.
    pub(crate) attempts: u32,
    /// When the verdict was given.
    #[schema(required)]
    pub(crate) judged_at: Option<DateTime<Utc>>,
}

/// A test.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Test)]
pub(crate) struct TestView {
    /// The job and matrix cell that reported it; empty for the local runner.
    pub(crate) variant: String,
    /// File, class or package that holds it.
    pub(crate) suite: String,
    /// Name inside the suite, parameters included.
    pub(crate) name: String,
}

impl From<TestId> for TestView {
    fn from(test: TestId) -> Self {
        Self { variant: test.variant, suite: test.suite, name: test.name }
    }
}

impl MutantView {
    /// Shows a mutant with its judgement.
    pub(crate) fn new(drawn: DrawnMutant) -> Self {
        let DrawnMutant { number, mutant, description, judgement, .. } = drawn;
        let (verdict, confidence) = judgement.as_ref().map(|judged| (judged.verdict, judged.confidence)).unzip();
        let (attempts, judged_at) = judgement.as_ref().map(|judged| (judged.attempts, judged.judged_at)).unzip();
        Self {
            id: mutant.id.0,
            number,
            language: mutant.language.name(),
            path: mutant.path,
            operator: mutant.operator,
            tier: mutant.tier.name(),
            line: mutant.line,
            column: mutant.column,
            function: mutant.function,
            original: mutant.original,
            replacement: mutant.replacement,
            description,
            verdict,
            confidence: confidence.flatten(),
            caught_by: judgement.into_iter().flat_map(|judged| judged.caught_by).map(TestView::from).collect(),
            attempts: attempts.unwrap_or_default(),
            judged_at,
        }
    }
}

/// Which mutants.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct VerdictFilter {
    /// Only those with this verdict.
    #[param(value_type = Option<VerdictSchema>)]
    pub(crate) verdict: Option<Verdict>,
}

/// List mutants
///
/// In the order of the draw.
#[utoipa::path(
    get,
    path = "/orgs/{org}/measurements/{measurement}/mutants",
    operation_id = "listMutants",
    tag = "mutants",
    params(
        ("org" = String, Path, description = "Slug or id of the org"),
        ("measurement" = MeasurementIdSchema, Path, description = "Id of the measurement"),
        VerdictFilter,
        PageQuery,
    ),
    security(("org_token" = [])),
    responses(
        (status = 200, body = Page<MutantView>, description = "A page of mutants"),
        Problem,
    )
)]
pub(crate) async fn list_mutants(
    access: OrgAccess,
    PathIds(path): PathIds<MeasurementPath>,
    QueryOf(VerdictFilter { verdict }): QueryOf<VerdictFilter>,
    QueryOf(page): QueryOf<PageQuery>,
) -> Result<Json<Page<MutantView>>, Problem> {
    let (id, limit, after) = (path.id()?, page.limit()?, page.after::<u32>()?);
    access.store.measurement(id).await?.ok_or_else(|| Problem::not_found("measurement", id))?;
    let found = access.store.mutants(id, MutantFilter { verdict }, after, limit).await?;
    Ok(Json(Page::show(found, |drawn| drawn.number.to_string(), MutantView::new)))
}
