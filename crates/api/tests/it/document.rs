//! The committed document is the one that the code makes.

use std::{fs, path::PathBuf};

use axum::http::StatusCode;
use sqlx::PgPool;

use crate::app::{Call, TestApp};

fn committed() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/api/openapi.json")
}

#[test]
fn the_committed_document_is_the_one_that_the_code_makes() {
    let made = tinybug_api::openapi_json();
    if std::env::var_os("UPDATE_OPENAPI").is_some() {
        fs::create_dir_all(committed().parent().unwrap()).unwrap();
        fs::write(committed(), made).unwrap();
    }
    let committed = fs::read_to_string(committed()).unwrap_or_default();
    assert!(
        committed == made,
        "docs/api/openapi.json is stale; run UPDATE_OPENAPI=1 cargo test -p tinybug-api --test it document, \
         or tinybug openapi > docs/api/openapi.json, read the difference and commit it"
    );
}

#[test]
fn the_document_is_of_version_3_1_and_every_operation_says_who_may_call_it() {
    let document = serde_json::to_value(tinybug_api::openapi()).unwrap();
    assert_eq!(document["openapi"].as_str().unwrap().get(..3), Some("3.1"));
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            assert!(operation["security"].is_array(), "{method} {path} needs security(...)");
            assert!(operation["summary"].is_string(), "{method} {path} needs a first line of documentation");
            for (status, answer) in operation["responses"].as_object().unwrap() {
                assert!(answer["description"].is_string(), "{method} {path} {status} needs description = ...");
            }
        }
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn the_served_document_is_the_committed_one(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let answer = app.send(Call::get("/api/v1/openapi.json")).await;
    assert_eq!((answer.status, answer.text.as_str()), (StatusCode::OK, tinybug_api::openapi_json()));
    assert_eq!(answer.headers["content-type"], "application/json");
}
