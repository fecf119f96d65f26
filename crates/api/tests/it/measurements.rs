//! Measurements.

use std::time::Duration;

use axum::http::StatusCode;
use serde_json::{Value, json};
use sqlx::PgPool;
use tinybug_model::{MeasurementRef, MeasurementState, MutantId, Plan, Score, Verdict};
use tinybug_report::{MeasurementFacts, MutantFacts};
use tinybug_store::OutboxMessage;

use crate::app::{Caller, TestApp};

async fn outbox(app: &TestApp) -> Vec<OutboxMessage> {
    let claimed = app.store.system().claim_outbox(10, Duration::from_mins(1)).await.unwrap();
    for row in &claimed {
        app.store.system().confirm_outbox(row.org, row.id).await.unwrap();
    }
    claimed.into_iter().map(|row| row.message).collect()
}

async fn asked(app: &TestApp) -> (Caller, String) {
    let acme = app.org("acme").await;
    app.worker(&acme).mark_ready().await.unwrap();
    let repository = app.repository(&acme, "shop").await;
    let measurement = app.measurement(&acme, &repository).await;
    (acme, measurement)
}

fn reference(org: &Caller, measurement: &str) -> MeasurementRef {
    MeasurementRef { org: org.id, id: measurement.parse().unwrap(), pass: 1 }
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_request_is_accepted_and_handed_to_a_worker(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let acme = app.org("acme").await;
    app.worker(&acme).mark_ready().await.unwrap();
    let repository = app.repository(&acme, "shop").await;
    let body = json!({"repository": repository, "source": {"revision": "main"}, "plan": {"mutants": 7}});
    let made = app.send(acme.post("/measurements", body)).await.expect(StatusCode::ACCEPTED);
    assert_eq!((&made["state"], &made["allowed_actions"]), (&json!("queued"), &json!(["cancel"])));
    assert_eq!((&made["repository"], &made["source"]), (&json!(repository), &json!({"revision": "main"})));
    let plan = Plan { mutants: 7, ..Plan::default() };
    assert_eq!(made["plan"], serde_json::to_value(plan).unwrap());
    assert_eq!((&made["score"], &made["commit"], &made["effective_plan"]), (&Value::Null, &Value::Null, &Value::Null));
    let measurement = reference(&acme, made["id"].as_str().unwrap());
    let messages = outbox(&app).await;
    assert!(messages.contains(&OutboxMessage::StartMeasurement { measurement }), "{messages:?}");
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_measurement_shows_its_commit_its_effective_plan_and_its_progress(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let (acme, id) = asked(&app).await;
    app.prepare(&acme, &id, 3).await;
    let shown = app.send(acme.get(&format!("/measurements/{id}"))).await.expect(StatusCode::OK);
    assert_eq!(shown["source"], json!({"working_tree": true}));
    assert_eq!(shown["commit"], json!({"sha": "c0ffee", "dirty": true}));
    assert_eq!(shown["effective_plan"], json!({"command": "pytest"}));
    assert_eq!((&shown["population"], &shown["progress"]["mutants"]), (&json!(40), &json!(3)));
    assert_eq!((&shown["progress"]["judged"], &shown["progress"]["verdicts"]), (&json!(0), &json!({})));
}

#[sqlx::test(migrations = "../../migrations")]
async fn plans_out_of_range_and_sources_that_say_two_things_are_refused(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let acme = app.org("acme").await;
    let repository = app.repository(&acme, "shop").await;
    let invalid = async |source: Value, plan: Value| {
        let body = json!({"repository": repository, "source": source, "plan": plan});
        app.send(acme.post("/measurements", body)).await.invalid().into_iter().map(|(pointer, _)| pointer).collect()
    };
    let tree = json!({"working_tree": true});
    let pointers: Vec<String> = invalid(tree.clone(), json!({"mutants": 0})).await;
    assert_eq!(pointers, ["/plan/mutants"]);
    let pointers: Vec<String> = invalid(tree, json!({"mutants": 10_001, "parallelism": 0})).await;
    assert_eq!(pointers, ["/plan/mutants", "/plan/parallelism"]);
    for source in [json!({}), json!({"working_tree": false}), json!({"working_tree": true, "revision": "main"})] {
        let pointers: Vec<String> = invalid(source, json!({})).await;
        assert_eq!(pointers, ["/source"]);
    }
    for revision in ["", "--upload-pack=x", "a b", "a\nb"] {
        let pointers: Vec<String> = invalid(json!({"revision": revision}), json!({})).await;
        assert_eq!(pointers, ["/source/revision"], "{revision}");
    }
    assert_eq!(app.send(acme.get("/measurements")).await.expect(StatusCode::OK)["data"], json!([]));
}

#[sqlx::test(migrations = "../../migrations")]
async fn trust_that_was_withdrawn_stops_new_measurements(pool: PgPool) {
    let trusting = TestApp::start(&pool).await;
    let acme = trusting.org("acme").await;
    let repository = trusting.repository(&acme, "shop").await;
    sqlx::query("DELETE FROM operator_tokens").execute(&pool).await.unwrap();
    let app = TestApp::trusting(&pool, &["other"]).await;
    let body = json!({"repository": repository, "source": {"working_tree": true}});
    let refused = app.send(acme.post("/measurements", body)).await.problem(StatusCode::FORBIDDEN);
    assert_eq!(refused["code"], "local_runner_not_allowed");
}

#[sqlx::test(migrations = "../../migrations")]
async fn measurements_are_listed_newest_first_page_by_page_and_by_repository(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let acme = app.org("acme").await;
    let (shop, bank) = (app.repository(&acme, "shop").await, app.repository(&acme, "bank").await);
    let mut asked = Vec::new();
    for repository in [&shop, &bank, &shop] {
        asked.push(app.measurement(&acme, repository).await);
    }
    let ids = |page: &Value| -> Vec<String> {
        page["data"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
    };
    let first = app.send(acme.get("/measurements?limit=2")).await.expect(StatusCode::OK);
    assert_eq!(ids(&first), [asked[2].as_str(), asked[1].as_str()]);
    let cursor = first["next_cursor"].as_str().unwrap();
    let rest = app.send(acme.get(&format!("/measurements?limit=2&cursor={cursor}"))).await.expect(StatusCode::OK);
    assert_eq!((ids(&rest), &rest["has_more"]), (vec![asked[0].clone()], &json!(false)));
    let banks = app.send(acme.get(&format!("/measurements?repository={bank}"))).await.expect(StatusCode::OK);
    assert_eq!(ids(&banks), [asked[1].as_str()]);
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_cancel_is_handed_to_a_worker_once_and_again_changes_nothing(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let (acme, id) = asked(&app).await;
    let measurement = reference(&acme, &id);
    assert!(outbox(&app).await.contains(&OutboxMessage::StartMeasurement { measurement }));
    for _ in 0..2 {
        let path = format!("/measurements/{id}/cancel");
        let shown = app.send(acme.post(&path, json!({}))).await.expect(StatusCode::ACCEPTED);
        assert_eq!((&shown["state"], &shown["allowed_actions"]), (&json!("cancelling"), &json!([])));
    }
    assert_eq!(outbox(&app).await, [OutboxMessage::CancelMeasurement { measurement }]);
    assert_eq!(outbox(&app).await, []);
}

#[sqlx::test(migrations = "../../migrations")]
async fn what_has_ended_cannot_be_cancelled(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let (acme, id) = asked(&app).await;
    let end = MeasurementState::BaselineBroken;
    app.worker(&acme).set_state(reference(&acme, &id), end, Some("no tests were found")).await.unwrap();
    let refused = app.send(acme.post(&format!("/measurements/{id}/cancel"), json!({}))).await;
    let problem = refused.problem(StatusCode::CONFLICT);
    assert_eq!(
        (&problem["code"], &problem["current_state"]),
        (&json!("measurement_closed"), &json!("baseline_broken"))
    );
    assert_eq!(problem["allowed_actions"], json!([]));
    let shown = app.send(acme.get(&format!("/measurements/{id}"))).await.expect(StatusCode::OK);
    assert_eq!((&shown["state"], &shown["state_reason"]), (&json!("baseline_broken"), &json!("no tests were found")));
}

#[sqlx::test(migrations = "../../migrations")]
async fn before_its_report_a_measurement_says_where_it_stands(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let (acme, id) = asked(&app).await;
    let problem = app.send(acme.get(&format!("/measurements/{id}/report"))).await.problem(StatusCode::CONFLICT);
    assert_eq!((&problem["code"], &problem["current_state"]), (&json!("no_report"), &json!("queued")));
    assert_eq!(problem["allowed_actions"], json!(["cancel"]));
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_report_is_the_contract_of_scripts_field_by_field_in_order(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let (acme, id) = asked(&app).await;
    let measurement = app.prepare(&acme, &id, 1).await;
    let facts = facts(measurement);
    app.worker(&acme).save_report(measurement, facts.score, &serde_json::to_value(&facts).unwrap()).await.unwrap();
    let path = format!("/measurements/{id}/report");
    let expected = format!(
        "{{\"measurement\":\"{id}\",\"score\":1.0,\"low\":0.2,\"high\":1.0,\"detected\":1,\"survived\":0,\
         \"no_coverage\":0,\"inconclusive\":0,\"timeout\":0,\"invalid\":0,\"error\":0,\"builds\":7,\"skipped\":0,\
         \"mutants\":[{{\"id\":\"m0\",\"path\":\"shop/cart.py\",\"line\":1,\"operator\":\"arithmetic.plus_minus\",\
         \"verdict\":\"detected\",\"confidence\":0.999,\"caught_by\":[\"test_total\"],\"attempts\":2}}]}}"
    );
    let answer = app.send(acme.get(&path)).await;
    assert_eq!((answer.status, answer.text), (StatusCode::OK, expected));
    let text = app.send(acme.get(&format!("{path}?format=text"))).await;
    assert_eq!((text.status, text.text), (StatusCode::OK, tinybug_report::summary(&facts)));
    let shown = app.send(acme.get(&format!("/measurements/{id}"))).await.expect(StatusCode::OK);
    assert_eq!(shown["score"], json!({"score": 1.0, "low": 0.2, "high": 1.0}));
}

fn facts(measurement: MeasurementRef) -> MeasurementFacts {
    let mutant = MutantFacts {
        id: MutantId("m0".to_owned()),
        path: "shop/cart.py".to_owned(),
        line: 1,
        operator: "arithmetic.plus_minus".to_owned(),
        operator_page: None,
        description: "+ becomes -".to_owned(),
        original: "+".to_owned(),
        replacement: "-".to_owned(),
        verdict: Verdict::Detected,
        confidence: Some(0.999),
        caught_by: vec!["test_total".to_owned()],
        attempts: 2,
        explanation: None,
    };
    MeasurementFacts {
        id: measurement.id,
        score: Score { score: Some(1.0), low: Some(0.2), high: Some(1.0) },
        builds: 7,
        population: 40,
        mutants: vec![mutant],
        notes: Vec::new(),
        stop: None,
    }
}
