//! Every operation of the document refuses whoever may not call it. An operation without a row here fails.

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};
use sqlx::PgPool;
use tinybug_api::token::{Token, TokenKind};

use crate::app::{Call, TestApp};

/// Who may call an operation.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Who {
    Everyone,
    Operator,
    Org,
}

/// Each operation with who may call it, and what they are answered with.
const TABLE: [(&str, Who, StatusCode); 14] = [
    ("createOrg", Who::Operator, StatusCode::CREATED),
    ("showOrg", Who::Org, StatusCode::OK),
    ("listRepositories", Who::Org, StatusCode::OK),
    ("createRepository", Who::Org, StatusCode::CREATED),
    ("showRepository", Who::Org, StatusCode::OK),
    ("listMeasurements", Who::Org, StatusCode::OK),
    ("createMeasurement", Who::Org, StatusCode::ACCEPTED),
    ("showMeasurement", Who::Org, StatusCode::OK),
    ("cancelMeasurement", Who::Org, StatusCode::ACCEPTED),
    ("showReport", Who::Org, StatusCode::CONFLICT),
    ("compareMeasurements", Who::Org, StatusCode::CONFLICT),
    ("listMutants", Who::Org, StatusCode::OK),
    ("showMutant", Who::Org, StatusCode::OK),
    ("listTests", Who::Org, StatusCode::OK),
];
const PUBLIC: [&str; 1] = ["showOpenApi"];

fn who(operation: &str) -> (Who, StatusCode) {
    if PUBLIC.contains(&operation) {
        return (Who::Everyone, StatusCode::OK);
    }
    let row = TABLE.iter().find(|(name, ..)| *name == operation);
    let (_, who, right) =
        row.unwrap_or_else(|| panic!("{operation} has no row: say in TABLE of {} who may call it", file!()));
    (*who, *right)
}

fn operations() -> Vec<(Method, String, String)> {
    let document = serde_json::to_value(tinybug_api::openapi()).unwrap();
    let mut operations = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let Ok(method) = method.to_uppercase().parse::<Method>() else { continue };
            let Some(id) = operation["operationId"].as_str() else { continue };
            operations.push((method, path.clone(), id.to_owned()));
        }
    }
    operations
}

#[test]
fn the_table_names_operations_that_exist_and_each_once() {
    let mut named: Vec<&str> = TABLE.iter().map(|(name, ..)| *name).chain(PUBLIC).collect();
    let operations = operations();
    let mut existing: Vec<&str> = operations.iter().map(|(.., id)| id.as_str()).collect();
    named.sort_unstable();
    existing.sort_unstable();
    assert_eq!(named, existing, "TABLE of {} must name every operation once", file!());
}

fn body(operation: &str, repository: &str) -> Value {
    match operation {
        "createOrg" => json!({"slug": "third", "name": "Third"}),
        "createRepository" => json!({"name": "second", "kind": "local", "local_path": "/srv/second"}),
        "createMeasurement" => json!({"repository": repository, "source": {"working_tree": true}}),
        _ => json!({}),
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn every_operation_refuses_the_anonymous_garbage_and_the_other_orgs_token(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let (acme, other) = (app.org("acme").await, app.org("other").await);
    let repository = app.repository(&acme, "shop").await;
    let measurement = app.measurement(&acme, &repository).await;
    app.prepare(&acme, &measurement, 1).await;
    let unknown = Token::generate(TokenKind::Org).unwrap();
    for (method, path, operation) in operations() {
        let (who, right) = who(&operation);
        let names = [("org", "acme"), ("repository", &repository), ("measurement", &measurement), ("mutant", "m0")];
        let path = names.iter().fold(path, |path, (name, value)| path.replace(&format!("{{{name}}}"), value));
        let path = if operation == "compareMeasurements" { format!("{path}?with={measurement}") } else { path };
        let call = || {
            let call = Call::new(method.clone(), &path);
            if method == Method::POST {
                call.body(body(&operation, &repository).to_string(), "application/json")
            } else {
                call
            }
        };
        let owner = match who {
            Who::Operator => &app.operator,
            Who::Everyone | Who::Org => &acme.token,
        };
        let not_owners = match who {
            Who::Everyone => (right, right),
            Who::Operator => (StatusCode::UNAUTHORIZED, StatusCode::UNAUTHORIZED),
            Who::Org => (StatusCode::UNAUTHORIZED, StatusCode::NOT_FOUND),
        };
        let refused = [
            (call(), not_owners.0, "nobody"),
            (call().by("garbage"), not_owners.0, "garbage"),
            (call().by(unknown.reveal()), not_owners.0, "an unknown token"),
            (call().by(&other.token), not_owners.1, "another org's token"),
        ];
        for (call, status, by) in refused {
            let answer = app.send(call).await;
            assert_eq!(answer.status, status, "{operation} by {by}: {}", answer.text);
            assert!(!answer.text.contains("/srv/shop"), "{operation} by {by}: {}", answer.text);
        }
        let answer = app.send(call().by(owner)).await;
        assert_eq!(answer.status, right, "{operation} by its owner: {}", answer.text);
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn another_orgs_ids_are_unknown_under_ones_own_path(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let (acme, other) = (app.org("acme").await, app.org("other").await);
    let repository = app.repository(&acme, "shop").await;
    let measurement = app.measurement(&acme, &repository).await;
    app.prepare(&acme, &measurement, 1).await;
    for path in [
        format!("/repositories/{repository}"),
        format!("/repositories/{repository}/tests"),
        format!("/measurements/{measurement}"),
        format!("/measurements/{measurement}/report"),
        format!("/measurements/{measurement}/comparison?with={measurement}"),
        format!("/measurements/{measurement}/mutants"),
        format!("/measurements/{measurement}/mutants/m0"),
    ] {
        assert_ne!(app.send(acme.get(&path)).await.status, StatusCode::NOT_FOUND, "{path}");
        app.send(other.get(&path)).await.problem(StatusCode::NOT_FOUND);
    }
    let cancel = format!("/measurements/{measurement}/cancel");
    app.send(other.post(&cancel, json!({}))).await.problem(StatusCode::NOT_FOUND);
    let body = json!({"repository": repository, "source": {"working_tree": true}});
    let refused = app.send(other.post("/measurements", body)).await;
    assert_eq!(refused.invalid(), [("/repository".to_owned(), "unknown_repository".to_owned())]);
    let shown = app.send(acme.get(&format!("/measurements/{measurement}"))).await.expect(StatusCode::OK);
    assert_eq!(shown["state"], "queued");
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_refusal_of_a_token_says_what_is_wrong_with_it(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let acme = app.org("acme").await;
    let refusal = async |call: Call| {
        let answer = app.send(call).await;
        let problem = answer.problem(StatusCode::UNAUTHORIZED);
        assert_eq!(answer.headers["www-authenticate"], "Bearer realm=\"tinybug\"");
        problem["detail"].as_str().unwrap().to_owned()
    };
    let path = "/api/v1/orgs/acme";
    assert!(refusal(Call::get(path)).await.contains("Authorization: Bearer tbk_"));
    assert!(refusal(Call::get(path).header("authorization", "Basic eA==")).await.contains("Bearer, a space"));
    assert!(refusal(Call::get(path).by("tbk_short")).await.contains("40 characters"));
    let mut damaged = acme.token.clone();
    damaged.replace_range(10..11, if &damaged[10..11] == "x" { "y" } else { "x" });
    assert!(refusal(Call::get(path).by(&damaged)).await.contains("checksum"));
    assert!(refusal(Call::get(path).by(&app.operator)).await.contains("tbk_"));
    let unknown = Token::generate(TokenKind::Org).unwrap();
    assert!(refusal(Call::get(path).by(unknown.reveal())).await.contains("unknown"));
}
