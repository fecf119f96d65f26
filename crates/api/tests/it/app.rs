//! The API as tests call it: a router on the test's own database, and callers with their tokens.

use std::{collections::BTreeSet, sync::Arc};

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Method, Request, StatusCode, header},
};
use serde_json::{Value, json};
use sqlx::PgPool;
use tinybug_api::{
    ApiState, Readiness,
    token::{Token, TokenKind},
};
use tinybug_model::{Language, LocalRunnerOrgs, MeasurementRef, Mutant, MutantId, OrgId, Tier};
use tinybug_store::{Commit, Drawing, OrgStore, Prepared, Store};
use tower::ServiceExt;

/// The API on the database of one test.
pub(crate) struct TestApp {
    router: Router,
    /// The database behind it, for what only a worker does.
    pub(crate) store: Store,
    /// The operator's token.
    pub(crate) operator: String,
}

/// A request under way to [`TestApp::send`].
pub(crate) struct Call {
    method: Method,
    path: String,
    token: Option<String>,
    headers: Vec<(&'static str, String)>,
    body: Option<(String, &'static str)>,
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

/// An org with the token to act for it.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    pub(crate) slug: String,
    pub(crate) id: OrgId,
    pub(crate) token: String,
}

impl TestApp {
    /// An API that trusts every org with the local runner and needs nothing beside Postgres.
    pub(crate) async fn start(pool: &PgPool) -> Self {
        Self::with(pool, LocalRunnerOrgs::All, Vec::new()).await
    }

    /// An API that trusts these orgs with the local runner.
    pub(crate) async fn trusting(pool: &PgPool, slugs: &[&str]) -> Self {
        let slugs: BTreeSet<String> = slugs.iter().map(ToString::to_string).collect();
        Self::with(pool, LocalRunnerOrgs::Named(slugs), Vec::new()).await
    }

    /// An API that asks these parts whether they serve.
    pub(crate) async fn with(pool: &PgPool, orgs: LocalRunnerOrgs, parts: Vec<Arc<dyn Readiness>>) -> Self {
        let store = Store::connect_with(pool.connect_options().as_ref().clone()).await.unwrap();
        let operator = Token::generate(TokenKind::Operator).unwrap();
        assert!(store.system().bootstrap_operator(&operator.hash(), &operator.hint()).await.unwrap());
        let state = ApiState { store: store.clone(), local_runner_orgs: orgs, readiness: parts.into() };
        Self { router: tinybug_api::router(state), store, operator: operator.reveal().to_owned() }
    }

    /// Sends a request.
    pub(crate) async fn send(&self, call: Call) -> Answer {
        let mut request = Request::builder().method(call.method).uri(call.path);
        if let Some(token) = &call.token {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        for (name, value) in &call.headers {
            request = request.header(*name, value);
        }
        let body = match call.body {
            Some((body, kind)) => {
                request = request.header(header::CONTENT_TYPE, kind);
                Body::from(body)
            }
            None => Body::empty(),
        };
        let response = self.router.clone().oneshot(request.body(body).unwrap()).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.unwrap();
        Answer { status: parts.status, headers: parts.headers, text: String::from_utf8(bytes.to_vec()).unwrap() }
    }

    /// A new org, by the operator.
    pub(crate) async fn org(&self, slug: &str) -> Caller {
        let call = Call::post("/api/v1/orgs", json!({"slug": slug, "name": slug})).by(&self.operator);
        let made = self.send(call).await.expect(StatusCode::CREATED);
        Caller {
            slug: slug.to_owned(),
            id: made["org"]["id"].as_str().unwrap().parse().unwrap(),
            token: made["token"].as_str().unwrap().to_owned(),
        }
    }

    /// A repository of the org; returns its id.
    pub(crate) async fn repository(&self, org: &Caller, name: &str) -> String {
        let body = json!({"name": name, "kind": "local", "local_path": format!("/srv/{name}")});
        let made = self.send(org.post("/repositories", body)).await.expect(StatusCode::CREATED);
        made["id"].as_str().unwrap().to_owned()
    }

    /// A measurement of the repository, as asked for; returns its id.
    pub(crate) async fn measurement(&self, org: &Caller, repository: &str) -> String {
        let body = json!({"repository": repository, "source": {"working_tree": true}});
        let made = self.send(org.post("/measurements", body)).await.expect(StatusCode::ACCEPTED);
        made["id"].as_str().unwrap().to_owned()
    }

    /// The org's data, for what a worker does to it.
    pub(crate) fn worker(&self, org: &Caller) -> OrgStore {
        self.store.org(org.id)
    }

    /// Does what a worker does first: finds the commit and draws this many mutants.
    pub(crate) async fn prepare(&self, org: &Caller, measurement: &str, mutants: u32) -> MeasurementRef {
        let measurement = MeasurementRef { org: org.id, id: measurement.parse().unwrap(), pass: 1 };
        let commit = Commit { sha: "c0ffee".to_owned(), dirty: true };
        let prepared = Prepared { commit, prefix: "tinybug/x".to_owned(), effective: json!({"command": "pytest"}) };
        let drawing = Drawing {
            mutants: (0..mutants).map(mutant).collect(),
            descriptions: (0..mutants).map(|number| format!("Mutant {number}.")).collect(),
            population: 40,
            strata: json!({"shop": 40}),
        };
        self.worker(org).prepare(measurement, &prepared, &drawing).await.unwrap();
        measurement
    }
}

fn mutant(number: u32) -> Mutant {
    Mutant {
        id: MutantId(format!("m{number}")),
        language: Language::Python,
        path: "shop/cart.py".to_owned(),
        operator: "arithmetic.plus_minus".to_owned(),
        tier: Tier::Default,
        line: number + 1,
        column: 5,
        start_byte: 10,
        end_byte: 11,
        original: "+".to_owned(),
        replacement: "-".to_owned(),
        function: "Cart.total".to_owned(),
    }
}

impl Call {
    /// A request of this method, by nobody.
    pub(crate) fn new(method: Method, path: impl Into<String>) -> Self {
        Self { method, path: path.into(), token: None, headers: Vec::new(), body: None }
    }

    /// A GET.
    pub(crate) fn get(path: impl Into<String>) -> Self {
        Self::new(Method::GET, path)
    }

    /// A POST of this JSON.
    #[expect(clippy::needless_pass_by_value, reason = "reads better with json!")]
    pub(crate) fn post(path: impl Into<String>, body: Value) -> Self {
        Self::new(Method::POST, path).body(body.to_string(), "application/json")
    }

    /// With this body.
    pub(crate) fn body(mut self, body: impl Into<String>, content_type: &'static str) -> Self {
        self.body = Some((body.into(), content_type));
        self
    }

    /// With this token.
    pub(crate) fn by(mut self, token: &str) -> Self {
        self.token = Some(token.to_owned());
        self
    }

    /// With this header.
    pub(crate) fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}

impl Caller {
    /// A GET below the org's own path.
    pub(crate) fn get(&self, path: &str) -> Call {
        Call::get(format!("/api/v1/orgs/{}{path}", self.slug)).by(&self.token)
    }

    /// A POST below the org's own path.
    pub(crate) fn post(&self, path: &str, body: Value) -> Call {
        Call::post(format!("/api/v1/orgs/{}{path}", self.slug), body).by(&self.token)
    }
}

impl Answer {
    /// The body as JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The JSON of an answer that must have this status.
    #[track_caller]
    pub(crate) fn expect(&self, status: StatusCode) -> Value {
        assert_eq!(self.status, status, "{}", self.text);
        self.json()
    }

    /// The problem of an answer that must have this status, as far as every problem goes.
    #[track_caller]
    pub(crate) fn problem(&self, status: StatusCode) -> Value {
        let problem = self.expect(status);
        assert_eq!(self.headers[header::CONTENT_TYPE], "application/problem+json");
        assert_eq!(problem["status"], status.as_u16());
        assert_eq!(problem["instance"], self.headers["x-request-id"].to_str().unwrap());
        let code = problem["code"].as_str().unwrap();
        assert_eq!(problem["type"], format!("urn:tinybug:problem:{code}"));
        assert!(!problem["title"].as_str().unwrap().is_empty() && !problem["detail"].as_str().unwrap().is_empty());
        problem
    }

    /// Pointer and code of each error of an invalid request.
    #[track_caller]
    pub(crate) fn invalid(&self) -> Vec<(String, String)> {
        let problem = self.problem(StatusCode::UNPROCESSABLE_ENTITY);
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let errors = problem["errors"].as_array().unwrap();
        errors.iter().map(|error| (text(&error["pointer"]), text(&error["code"]))).collect()
    }
}
