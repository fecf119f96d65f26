//! Health and readiness.

use std::sync::Arc;

use axum::http::StatusCode;
use serde_json::json;
use sqlx::PgPool;
use tinybug_api::{Readiness, ReadinessAnswer};
use tinybug_model::LocalRunnerOrgs;

use crate::app::{Call, TestApp};

struct Part(Result<(), &'static str>);

impl Readiness for Part {
    fn name(&self) -> &'static str {
        "temporal"
    }

    fn check(&self) -> ReadinessAnswer<'_> {
        Box::pin(async { self.0.map_err(str::to_owned) })
    }
}

async fn with_part(pool: &PgPool, part: Part) -> TestApp {
    TestApp::with(pool, LocalRunnerOrgs::All, vec![Arc::new(part)]).await
}

#[sqlx::test(migrations = "../../migrations")]
async fn ready_when_postgres_and_every_part_serve(pool: PgPool) {
    let app = with_part(&pool, Part(Ok(()))).await;
    let ready = app.send(Call::get("/readyz")).await.expect(StatusCode::OK);
    assert_eq!(ready, json!({"status": "ok", "parts": {"postgres": "ok", "temporal": "ok"}}));
}

#[sqlx::test(migrations = "../../migrations")]
async fn not_ready_while_a_part_does_not_serve_but_alive(pool: PgPool) {
    let app = with_part(&pool, Part(Err("no answer at 127.0.0.1:7233"))).await;
    let ready = app.send(Call::get("/readyz")).await.expect(StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(ready["parts"], json!({"postgres": "ok", "temporal": "no answer at 127.0.0.1:7233"}));
    assert_eq!(app.send(Call::get("/healthz")).await.expect(StatusCode::OK), json!({"status": "ok"}));
}

#[sqlx::test(migrations = "../../migrations")]
async fn not_ready_when_a_migration_is_missing(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let newest = "DELETE FROM _sqlx_migrations WHERE version = (SELECT max(version) FROM _sqlx_migrations)";
    sqlx::query(newest).execute(&pool).await.unwrap();
    let ready = app.send(Call::get("/readyz")).await.expect(StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(ready["parts"]["postgres"], "the schema lacks 1 migrations: run tinybug migrate");
}

#[sqlx::test(migrations = "../../migrations")]
async fn without_a_database_requests_are_unavailable_and_the_process_is_alive(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let acme = app.org("acme").await;
    app.store.close().await;
    let ready = app.send(Call::get("/readyz")).await.expect(StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(ready["parts"]["postgres"], "the database does not answer");
    let problem = app.send(acme.get("")).await.problem(StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(problem["code"], "unavailable");
    app.send(Call::get("/healthz")).await.expect(StatusCode::OK);
}
