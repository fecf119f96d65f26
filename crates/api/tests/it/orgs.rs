//! Orgs.

use axum::http::StatusCode;
use serde_json::json;
use sqlx::PgPool;
use tinybug_store::OutboxMessage;

use crate::app::{Call, TestApp};

#[sqlx::test(migrations = "../../migrations")]
async fn a_new_org_is_answered_with_its_token_and_asked_to_be_provisioned(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let call = Call::post("/api/v1/orgs", json!({"slug": "acme", "name": "Acme & Söhne"})).by(&app.operator);
    let made = app.send(call).await.expect(StatusCode::CREATED);
    assert_eq!(made["org"]["slug"], "acme");
    assert_eq!(made["org"]["state"], "provisioning");
    let shown = app.send(Call::get("/api/v1/orgs/acme").by(made["token"].as_str().unwrap())).await;
    assert_eq!(shown.expect(StatusCode::OK), made["org"]);
    assert!(!shown.text.contains("tbk_"), "a token is shown once");
    let claimed = app.store.system().claim_outbox(10, std::time::Duration::from_mins(1)).await.unwrap();
    let org = made["org"]["id"].as_str().unwrap().parse().unwrap();
    assert_eq!(claimed.into_iter().map(|row| row.message).collect::<Vec<_>>(), [OutboxMessage::ProvisionOrg { org }]);
}

#[sqlx::test(migrations = "../../migrations")]
async fn an_org_is_found_by_its_id_too(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let acme = app.org("acme").await;
    let by_id = app.send(Call::get(format!("/api/v1/orgs/{}", acme.id)).by(&acme.token)).await;
    assert_eq!(by_id.expect(StatusCode::OK), app.send(acme.get("")).await.expect(StatusCode::OK));
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_slug_is_given_once(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    app.org("acme").await;
    let again = Call::post("/api/v1/orgs", json!({"slug": "acme", "name": "Other"})).by(&app.operator);
    assert_eq!(app.send(again).await.problem(StatusCode::CONFLICT)["code"], "exists");
}

#[sqlx::test(migrations = "../../migrations")]
async fn bad_and_reserved_slugs_and_names_are_refused_together(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let post = |body| app.send(Call::post("/api/v1/orgs", body).by(&app.operator));
    let pair = |pointer: &str, code: &str| (pointer.to_owned(), code.to_owned());
    let both = post(json!({"slug": "Acme", "name": ""})).await.invalid();
    assert_eq!(both, [pair("/slug", "invalid_slug"), pair("/name", "empty")]);
    let reserved = post(json!({"slug": "api", "name": "A"})).await.invalid();
    assert_eq!(reserved, [pair("/slug", "reserved_slug")]);
}
