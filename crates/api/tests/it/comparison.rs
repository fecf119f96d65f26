//! Two measurements beside each other.

use axum::http::StatusCode;
use serde_json::{Value, json};
use sqlx::PgPool;
use tinybug_model::{MeasurementState, Score, TestId, Verdict};
use tinybug_store::NewJudgement;

use crate::app::{Caller, TestApp};

/// A measurement of thirty mutants, the first so many of which one test detected; not completed yet.
async fn measured(app: &TestApp, org: &Caller, repository: &str, detected: u32) -> String {
    let id = app.measurement(org, repository).await;
    let reference = app.prepare(org, &id, 30).await;
    let worker = app.worker(org);
    let test = TestId::local("test_cart", "test_total");
    let record = worker.measurement(reference.id).await.unwrap().unwrap();
    let ordinals = worker.upsert_test_cases(record.repository, std::slice::from_ref(&test)).await.unwrap();
    let baseline = json!({
        "runs": 5, "tests": [[ordinals[0], 5, 0]], "broken": [], "unstable": [], "whole_run_failures": 0,
        "timeouts": 0, "min_tests": 1, "longest_ms": 10,
    });
    worker.save_baseline(reference, &baseline).await.unwrap();
    for number in 0..30 {
        let caught = number < detected;
        let judgement = NewJudgement {
            verdict: if caught { Verdict::Detected } else { Verdict::Survived },
            confidence: Some(0.999),
            posterior: Some(if caught { 0.999 } else { 0.001 }),
            caught_by: if caught { vec![test.clone()] } else { Vec::new() },
            attempts: 1,
            provenance: json!({"detectable": if caught { 0.999 } else { 0.001 }}),
        };
        worker.save_verdict(reference, number, &judgement).await.unwrap();
    }
    let score = Some(f64::from(detected) / 30.0);
    worker.save_report(reference, Score { score, low: score, high: score }, &json!({})).await.unwrap();
    id
}

async fn complete(app: &TestApp, org: &Caller, measurement: &str) {
    let reference = tinybug_model::MeasurementRef { org: org.id, id: measurement.parse().unwrap(), pass: 1 };
    let stands = app.worker(org).set_state(reference, MeasurementState::Completed, None).await.unwrap();
    assert_eq!(stands, MeasurementState::Completed);
}

fn path(after: &str, before: &str) -> String {
    format!("/measurements/{after}/comparison?with={before}")
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_comparison_says_what_moved_and_whether_that_is_more_than_chance(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let acme = app.org("acme").await;
    let repository = app.repository(&acme, "shop").await;
    let before = measured(&app, &acme, &repository, 12).await;
    let after = measured(&app, &acme, &repository, 24).await;
    for id in [&before, &after] {
        complete(&app, &acme, id).await;
    }
    let shown = app.send(acme.get(&path(&after, &before))).await.expect(StatusCode::OK);
    assert_eq!((&shown["before"], &shown["after"]), (&json!(before), &json!(after)));
    assert_eq!((&shown["score_before"], &shown["score_after"]), (&json!(0.4), &json!(0.8)));
    assert!((shown["delta"].as_f64().unwrap() - 0.4).abs() < 1e-9 && shown["is_real"] == true, "{shown}");
    assert!(shown["low"].as_f64().unwrap() > 0.2 && shown["high"].as_f64().unwrap() < 0.6, "{shown}");
    assert_eq!((&shown["same"], &shown["gone"], &shown["new"]), (&json!(30), &json!(0), &json!(0)));
    assert_eq!(shown["changes"].as_array().unwrap().len(), 12);
    let change = json!({
        "id": "m12", "path": "shop/cart.py", "line": 13, "before": "survived", "after": "detected",
        "cause": "tests_or_code",
    });
    assert_eq!(shown["changes"][0], change);
    // Both measured the same commit.
    assert_eq!((&shown["same_commit"], &shown["paired"]["pairs"]), (&json!(true), &json!(30)));
    assert_eq!((&shown["paired"]["only_before"], &shown["paired"]["only_after"]), (&json!(0), &json!(12)));
    assert!(shown["paired"]["p_value"].as_f64().unwrap() < 0.001, "{shown}");
    let words = shown["summary"].as_array().unwrap();
    assert!(words[0].as_str().unwrap().starts_with("The score rose by 40.0 points"), "{words:?}");
    assert!(words.last().unwrap().as_str().unwrap().contains("the second is better"), "{words:?}");

    let back = app.send(acme.get(&path(&before, &after))).await.expect(StatusCode::OK);
    assert!((back["delta"].as_f64().unwrap() + 0.4).abs() < 1e-9, "{back}");
    let still = app.send(acme.get(&path(&after, &after))).await.expect(StatusCode::OK);
    assert_eq!((&still["delta"], &still["is_real"], &still["changes"]), (&json!(0.0), &json!(false), &json!([])));
}

#[sqlx::test(migrations = "../../migrations")]
async fn what_cannot_be_compared_is_refused_with_the_reason(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let (acme, other) = (app.org("acme").await, app.org("other").await);
    let shop = app.repository(&acme, "shop").await;
    let (done, open) = (measured(&app, &acme, &shop, 3).await, measured(&app, &acme, &shop, 3).await);
    let bank = measured(&app, &acme, &app.repository(&acme, "bank").await, 3).await;
    let theirs = measured(&app, &other, &app.repository(&other, "shop").await, 3).await;
    for (org, id) in [(&acme, &done), (&acme, &bank), (&other, &theirs)] {
        complete(&app, org, id).await;
    }
    for unfinished in [path(&done, &open), path(&open, &done)] {
        let problem = app.send(acme.get(&unfinished)).await.problem(StatusCode::CONFLICT);
        assert_eq!((&problem["code"], &problem["current_state"]), (&json!("not_completed"), &json!("queued")));
        assert!(problem["detail"].as_str().unwrap().contains(&open), "{problem}");
    }
    let refused = app.send(acme.get(&path(&done, &bank))).await;
    assert_eq!(refused.invalid(), [("?with".to_owned(), "other_repository".to_owned())]);
    for unseen in [path(&done, &theirs), path(&theirs, &done), path(&done, "nonsense")] {
        app.send(acme.get(&unseen)).await.problem(StatusCode::NOT_FOUND);
    }
    let missing: Value =
        app.send(acme.get(&format!("/measurements/{done}/comparison"))).await.problem(StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(missing["errors"][0]["code"], "invalid_parameter");
}
