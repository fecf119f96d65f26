//! Repositories.

use axum::http::StatusCode;
use serde_json::json;
use sqlx::PgPool;

use crate::app::TestApp;

#[sqlx::test(migrations = "../../migrations")]
async fn a_registered_repository_is_shown_listed_and_found_by_name(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let acme = app.org("acme").await;
    let id = app.repository(&acme, "shop").await;
    app.repository(&acme, "bank").await;
    let shown = app.send(acme.get(&format!("/repositories/{id}"))).await.expect(StatusCode::OK);
    assert_eq!((&shown["kind"], &shown["local_path"]), (&json!("local"), &json!("/srv/shop")));
    let all = app.send(acme.get("/repositories")).await.expect(StatusCode::OK);
    let names: Vec<_> = all["data"].as_array().unwrap().iter().map(|repository| &repository["name"]).collect();
    assert_eq!(names, ["bank", "shop"]);
    let named = app.send(acme.get("/repositories?name=shop")).await.expect(StatusCode::OK);
    assert_eq!(named, json!({"data": [shown], "next_cursor": null, "has_more": false}));
}

#[sqlx::test(migrations = "../../migrations")]
async fn pages_of_repositories_join_to_the_whole_list(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let acme = app.org("acme").await;
    for name in ["a", "b", "c"] {
        app.repository(&acme, name).await;
    }
    let first = app.send(acme.get("/repositories?limit=2")).await.expect(StatusCode::OK);
    assert_eq!((&first["has_more"], &first["data"][1]["name"]), (&json!(true), &json!("b")));
    let cursor = first["next_cursor"].as_str().unwrap();
    let second = app.send(acme.get(&format!("/repositories?limit=2&cursor={cursor}"))).await.expect(StatusCode::OK);
    assert_eq!((&second["has_more"], &second["data"][0]["name"]), (&json!(false), &json!("c")));
    assert_eq!(second["data"].as_array().unwrap().len(), 1);
}

#[sqlx::test(migrations = "../../migrations")]
async fn registering_the_same_again_changes_nothing_and_another_of_its_name_is_refused(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let acme = app.org("acme").await;
    let id = app.repository(&acme, "shop").await;
    let post =
        |path: &str| app.send(acme.post("/repositories", json!({"name": "shop", "kind": "local", "local_path": path})));
    assert_eq!(post("/srv/shop").await.expect(StatusCode::OK)["id"], id);
    assert_eq!(post("/srv/other").await.problem(StatusCode::CONFLICT)["code"], "repository_exists");
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_local_path_must_be_absolute(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let acme = app.org("acme").await;
    let body = json!({"name": "shop", "kind": "local", "local_path": "srv/shop"});
    let refused = app.send(acme.post("/repositories", body)).await;
    assert_eq!(refused.invalid(), [("/local_path".to_owned(), "not_absolute".to_owned())]);
}

#[sqlx::test(migrations = "../../migrations")]
async fn only_orgs_that_the_operator_trusts_use_the_local_runner(pool: PgPool) {
    let app = TestApp::trusting(&pool, &["acme"]).await;
    let (acme, other) = (app.org("acme").await, app.org("other").await);
    app.repository(&acme, "shop").await;
    let body = json!({"name": "shop", "kind": "local", "local_path": "/srv/shop"});
    let refused = app.send(other.post("/repositories", body)).await.problem(StatusCode::FORBIDDEN);
    assert_eq!(refused["code"], "local_runner_not_allowed");
    let none = app.send(other.get("/repositories")).await.expect(StatusCode::OK);
    assert_eq!(none["data"], json!([]));
}
