//! Tests of a repository and their histories.

use axum::http::StatusCode;
use chrono::DateTime;
use serde_json::{Value, json};
use sqlx::PgPool;
use tinybug_model::{BuildEnd, BuildRef, BuildRole, MeasurementRef, TestId, TestState};
use tinybug_store::{BuildRecord, FinishedAttempt, KnownTest, StoreError, TestHistory};
use tinybug_verdict::{Sighting, TestProfile};

use crate::app::{Caller, TestApp};

/// Three tests that ran four times on unchanged code, of which the second failed once.
async fn measured(app: &TestApp) -> (Caller, String) {
    let acme = app.org("acme").await;
    let repository = app.repository(&acme, "shop").await;
    let id = app.measurement(&acme, &repository).await;
    let measurement = app.prepare(&acme, &id, 1).await;
    let worker = app.worker(&acme);
    let tests = ["test_total", "test_tax", "test_empty"].map(|name| TestId::local("test_cart", name));
    worker.upsert_test_cases(repository.parse().unwrap(), &tests).await.unwrap();
    run_unchanged(app, &acme, measurement).await;
    let mut profile = TestProfile::default();
    for (hour, failed) in [(1, false), (2, true), (3, false), (4, false)] {
        let at = DateTime::from_timestamp(3600 * hour, 0).unwrap();
        profile.see(&Sighting { commit: "c0ffee".to_owned(), at, failed });
    }
    let record = |history: &mut TestHistory, _: &[BuildRecord]| {
        (0..4).for_each(|_| history.pass("c0ffee", [0, 2].into_iter().collect()));
        let known = KnownTest {
            state: profile.state,
            profile: serde_json::to_value(&profile).unwrap(),
            last_failure_at: profile.last_failure,
            runs: 4,
            failures: 1,
            ..KnownTest::default()
        };
        history.know(1, known);
        Ok::<(), StoreError>(())
    };
    worker.record_runs(measurement, BuildRole::Baseline, 0..=0, record).await.unwrap();
    worker.save_taint(repository.parse().unwrap(), &[(1, 12)].into()).await.unwrap();
    (acme, format!("/repositories/{repository}/tests"))
}

async fn run_unchanged(app: &TestApp, org: &Caller, measurement: MeasurementRef) {
    let build = BuildRef { measurement, role: BuildRole::Baseline, number: 0 };
    let finished = FinishedAttempt {
        end: BuildEnd::Exited { code: 0 },
        duration_ms: 1200,
        ran: (0..3).collect(),
        failures: Vec::new(),
        output_tail: "3 passed".to_owned(),
    };
    let worker = app.worker(org);
    worker.open_build(build).await.unwrap();
    worker.begin_attempt(build, 1, "host-1").await.unwrap();
    worker.finish_attempt(build, 1, &finished).await.unwrap();
}

fn names(page: &Value) -> Vec<&str> {
    page["data"].as_array().unwrap().iter().map(|test| test["test"]["name"].as_str().unwrap()).collect()
}

#[sqlx::test(migrations = "../../migrations")]
async fn tests_are_listed_with_what_is_known_of_them(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let (acme, path) = measured(&app).await;
    let all = app.send(acme.get(&path)).await.expect(StatusCode::OK);
    assert_eq!((names(&all), &all["has_more"]), (vec!["test_total", "test_tax", "test_empty"], &json!(false)));
    let calm = json!({
        "test": {"variant": "", "suite": "test_cart", "name": "test_total"}, "state": "healthy", "runs": 4.0,
        "failures": 0.0, "failure_rate": 0.0, "flip_rate": 0.0, "last_failure_at": null, "last_result": null,
        "proof": null, "taint": 0,
    });
    assert_eq!(all["data"][0], calm);
    let flaky = json!({
        "test": {"variant": "", "suite": "test_cart", "name": "test_tax"}, "state": "flaky", "runs": 4.0,
        "failures": 1.0, "failure_rate": 0.25, "flip_rate": 2.0 / 3.0, "last_failure_at": "1970-01-01T02:00:00Z",
        "last_result": {"commit": "c0ffee", "failed": false},
        "proof": {"commit": "c0ffee", "at": "1970-01-01T03:00:00Z"}, "taint": 12,
    });
    assert_eq!(all["data"][1], flaky);
}

#[sqlx::test(migrations = "../../migrations")]
async fn tests_are_listed_by_state_and_page_by_page(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let (acme, path) = measured(&app).await;
    for (state, expected) in TestState::ALL.into_iter().zip([&["test_total", "test_empty"][..], &["test_tax"], &[]]) {
        let found = app.send(acme.get(&format!("{path}?state={}", state.name()))).await.expect(StatusCode::OK);
        assert_eq!(names(&found), expected);
    }
    let first = app.send(acme.get(&format!("{path}?limit=1&state=healthy"))).await.expect(StatusCode::OK);
    let next = format!("{path}?limit=1&state=healthy&cursor={}", first["next_cursor"].as_str().unwrap());
    let rest = app.send(acme.get(&next)).await.expect(StatusCode::OK);
    assert_eq!((names(&first), names(&rest)), (vec!["test_total"], vec!["test_empty"]));
    assert_eq!((&rest["has_more"], &rest["next_cursor"]), (&json!(false), &Value::Null));
    let wrong = app.send(acme.get(&format!("{path}?state=shaky"))).await;
    assert_eq!(wrong.invalid(), [("?state".to_owned(), "invalid_parameter".to_owned())]);
}
