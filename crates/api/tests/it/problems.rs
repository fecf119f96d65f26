//! Every refusal is a problem that says what to do.

use axum::http::{Method, StatusCode};
use serde_json::json;
use sqlx::PgPool;

use crate::app::{Call, TestApp};

#[sqlx::test(migrations = "../../migrations")]
async fn unknown_paths_and_methods_are_problems(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    for path in ["/nowhere", "/api/v1/nowhere", "/api/v1/orgs/acme/nowhere"] {
        assert_eq!(app.send(Call::get(path)).await.problem(StatusCode::NOT_FOUND)["code"], "no_such_path");
    }
    for path in ["/healthz", "/api/v1/orgs/acme"] {
        let answer = app.send(Call::new(Method::DELETE, path)).await;
        let problem = answer.problem(StatusCode::METHOD_NOT_ALLOWED);
        assert_eq!(problem["code"], "method_not_allowed");
        assert_eq!(answer.headers["allow"], "GET,HEAD", "{path}");
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_request_keeps_its_id_when_it_does_no_harm_and_gets_one_otherwise(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let id = async |given: Option<&str>| {
        let call = Call::get("/healthz");
        let call = match given {
            Some(id) => call.header("x-request-id", id),
            None => call,
        };
        app.send(call).await.headers["x-request-id"].to_str().unwrap().to_owned()
    };
    assert_eq!(id(Some("deploy-7/step.2")).await, "deploy-7/step.2");
    for given in [None, Some("two words"), Some("")] {
        let made = id(given).await;
        assert!(made.starts_with("req_") && made.len() == 36, "{made}");
    }
    let long = "x".repeat(129);
    assert_ne!(id(Some(&long)).await, long);
    assert_ne!(id(None).await, id(None).await);
}

#[sqlx::test(migrations = "../../migrations")]
async fn bodies_that_are_no_json_are_told_apart(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let post = |body: &str, kind| app.send(Call::new(Method::POST, "/api/v1/orgs").body(body, kind).by(&app.operator));
    let problem = post("{", "application/json").await.problem(StatusCode::BAD_REQUEST);
    assert_eq!(problem["code"], "malformed_json");
    assert!(problem["detail"].as_str().unwrap().contains("line 1"), "{problem}");
    let problem = post("slug=a", "application/x-www-form-urlencoded").await;
    problem.problem(StatusCode::UNSUPPORTED_MEDIA_TYPE);
    let large = format!("\"{}\"", "x".repeat(300 * 1024));
    let problem = post(&large, "application/json").await.problem(StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(problem["code"], "body_too_large");
}

#[sqlx::test(migrations = "../../migrations")]
async fn mistakes_in_a_body_are_named_by_their_place(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let acme = app.org("acme").await;
    let repository = app.repository(&acme, "shop").await;
    let invalid = async |body| app.send(acme.post("/measurements", body)).await.invalid();
    let one = |pointer: &str, code: &str| vec![(pointer.to_owned(), code.to_owned())];
    let with = |plan| json!({"repository": repository, "source": {"working_tree": true}, "plan": plan});
    assert_eq!(invalid(json!({"repository": repository})).await, one("", "missing_field"));
    assert_eq!(invalid(with(json!({"mutnts": 5}))).await, one("/plan/mutnts", "unknown_field"));
    assert_eq!(invalid(with(json!({"mutants": "many"}))).await, one("/plan/mutants", "invalid_value"));
    assert_eq!(invalid(with(json!({"mutants": -1}))).await, one("/plan/mutants", "invalid_value"));
    assert_eq!(invalid(with(json!({"thresholds": {"x": 1}}))).await, one("/plan/thresholds/x", "unknown_field"));
    assert_eq!(invalid(with(json!({"include": ["a", 1]}))).await, one("/plan/include/1", "invalid_value"));
    assert_eq!(invalid(with(json!({"command": "a\0b"}))).await, one("/plan/command", "nul_character"));
    assert_eq!(
        invalid(json!({"repository": "shop", "source": {"working_tree": true}})).await,
        one("/repository", "invalid_value")
    );
}

#[sqlx::test(migrations = "../../migrations")]
async fn parameters_out_of_range_are_named(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let acme = app.org("acme").await;
    let invalid = async |query: &str| app.send(acme.get(&format!("/measurements?{query}"))).await.invalid();
    let one = |pointer: &str, code: &str| vec![(pointer.to_owned(), code.to_owned())];
    for limit in ["0", "251"] {
        assert_eq!(invalid(&format!("limit={limit}")).await, one("?limit", "out_of_range"));
    }
    assert_eq!(invalid("cursor=nonsense").await, one("?cursor", "invalid_cursor"));
    assert_eq!(invalid("limit=many").await, one("?limit", "invalid_parameter"));
    assert_eq!(invalid("repository=shop").await, one("?repository", "invalid_parameter"));
}

#[sqlx::test(migrations = "../../migrations")]
async fn an_error_of_ours_never_tells_its_cause(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let acme = app.org("acme").await;
    sqlx::query("ALTER TABLE repositories RENAME COLUMN local_path TO elsewhere").execute(&pool).await.unwrap();
    let answer = app.send(acme.get("/repositories")).await;
    let problem = answer.problem(StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(problem["code"], "internal");
    assert!(!answer.text.contains("local_path") && !answer.text.contains("column"), "{}", answer.text);
}
