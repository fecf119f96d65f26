//! All operations, and the document that describes them.

use std::sync::LazyLock;

use axum::{Router, extract::Request, response::IntoResponse, routing::get};
use utoipa::{
    OpenApi as _,
    openapi::{
        OpenApi,
        security::{HttpAuthScheme, HttpBuilder, SecurityScheme},
    },
};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    frame::framed,
    problem::{Problem, ProblemBody},
    routes::{measurements, mutants, orgs, repositories, service, tests},
    state::ApiState,
};

#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "Tinybug",
        version = "1",
        description = "Tells a team how good its tests are at catching bugs. Answers that are no success are problems \
                       (RFC 9457). Changes within version 1 only add.",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0")
    ),
    servers((url = "/", description = "The server that serves this document")),
    components(schemas(ProblemBody)),
    tags(
        (name = "orgs", description = "Tenants of the installation"),
        (name = "repositories", description = "What an org has registered to be measured"),
        (name = "measurements", description = "How good a repository's tests are at one commit"),
        (name = "mutants", description = "Small bugs, and whether the tests caught them"),
        (name = "tests", description = "Tests of a repository, and how they behave on unchanged code"),
        (name = "service", description = "The service itself"),
    )
)]
struct Document;

/// The HTTP API.
pub fn router(state: ApiState) -> Router {
    let (router, _) = operations().split_for_parts();
    let router = router
        .route("/healthz", get(service::live::live))
        .route("/readyz", get(service::ready::ready))
        .fallback(no_such_path)
        .method_not_allowed_fallback(method_not_allowed)
        .with_state(state);
    framed(router)
}

/// The document that describes the API.
pub fn openapi() -> OpenApi {
    operations().into_openapi()
}

/// The document as it is committed and served.
pub fn openapi_json() -> &'static str {
    static TEXT: LazyLock<String> = LazyLock::new(|| {
        let mut text = openapi().to_pretty_json().expect("the document holds only text and numbers");
        text.push('\n');
        text
    });
    &TEXT
}

fn operations() -> OpenApiRouter<ApiState> {
    let v1 = OpenApiRouter::new()
        .routes(routes!(orgs::create::create_org))
        .routes(routes!(orgs::show::show_org))
        .routes(routes!(repositories::list::list_repositories, repositories::create::create_repository))
        .routes(routes!(repositories::show::show_repository))
        .routes(routes!(measurements::list::list_measurements, measurements::create::create_measurement))
        .routes(routes!(measurements::show::show_measurement))
        .routes(routes!(measurements::cancel::cancel_measurement))
        .routes(routes!(measurements::report::show_report))
        .routes(routes!(measurements::compare::compare_measurements))
        .routes(routes!(mutants::list::list_mutants))
        .routes(routes!(mutants::show::show_mutant))
        .routes(routes!(tests::list::list_tests))
        .routes(routes!(service::document::show_document));
    OpenApiRouter::with_openapi(described()).nest("/api/v1", v1)
}

fn described() -> OpenApi {
    let bearer = |description: &str| {
        let scheme = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some(description)).build();
        SecurityScheme::Http(scheme)
    };
    let mut document = Document::openapi();
    let components = document.components.get_or_insert_default();
    components.add_security_scheme("org_token", bearer("An API token of the org: tbk_…"));
    components.add_security_scheme("operator_token", bearer("A token of the installation's operator: tbo_…"));
    document
}

async fn no_such_path(request: Request) -> Problem {
    Problem::no_such_path(request.uri().path())
}

async fn method_not_allowed(request: Request) -> impl IntoResponse {
    Problem::method_not_allowed(request.method().as_str(), request.uri().path())
}
