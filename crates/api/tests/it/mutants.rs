//! Mutants of a measurement.

use axum::http::StatusCode;
use serde_json::{Value, json};
use sqlx::PgPool;
use tinybug_model::{BuildEnd, BuildRef, BuildRole, MeasurementRef, TestId, Verdict};
use tinybug_store::{FinishedAttempt, MutantCoverage, NewJudgement, TestFailure, TestSet};

use crate::app::{Caller, TestApp};

/// Three mutants: the first without coverage, the second caught in one attempt, the third without a verdict.
async fn measured(app: &TestApp) -> (Caller, String) {
    let acme = app.org("acme").await;
    let repository = app.repository(&acme, "shop").await;
    let id = app.measurement(&acme, &repository).await;
    let measurement = app.prepare(&acme, &id, 3).await;
    let worker = app.worker(&acme);
    let tests = [TestId::local("test_cart", "test_total"), TestId::local("test_cart", "test_tax")];
    worker.upsert_test_cases(repository.parse().unwrap(), &tests).await.unwrap();
    let covering = |number, tests: &[u32]| MutantCoverage { number, covering: tests.iter().collect::<TestSet>() };
    worker.save_coverage(measurement, &[covering(0, &[]), covering(1, &[0, 1])]).await.unwrap();
    worker.open_trials(measurement).await.unwrap();
    attempt(app, &acme, measurement).await;
    let judgement = NewJudgement {
        verdict: Verdict::Detected,
        confidence: Some(0.999),
        posterior: Some(0.999),
        caught_by: vec![tests[0].clone()],
        attempts: 1,
        provenance: json!({"formula": 1}),
    };
    worker.save_verdict(measurement, 1, &judgement).await.unwrap();
    (acme, format!("/measurements/{id}"))
}

async fn attempt(app: &TestApp, org: &Caller, measurement: MeasurementRef) {
    let build = BuildRef { measurement, role: BuildRole::Trial, number: 0 };
    let finished = FinishedAttempt {
        end: BuildEnd::Exited { code: 1 },
        duration_ms: 1200,
        ran: (0..2).collect(),
        failures: vec![TestFailure { ordinal: 0, runs: 1, failures: 1, message: Some("1 != 2".to_owned()) }],
        output_tail: "1 failed".to_owned(),
    };
    let worker = app.worker(org);
    worker.open_build(build).await.unwrap();
    worker.begin_attempt(build, 1, "host-1").await.unwrap();
    worker.finish_attempt(build, 1, &finished).await.unwrap();
}

fn ids(page: &Value) -> Vec<&str> {
    page["data"].as_array().unwrap().iter().map(|mutant| mutant["id"].as_str().unwrap()).collect()
}

#[sqlx::test(migrations = "../../migrations")]
async fn mutants_are_listed_in_draw_order_page_by_page(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let (acme, measurement) = measured(&app).await;
    let first = app.send(acme.get(&format!("{measurement}/mutants?limit=2"))).await.expect(StatusCode::OK);
    assert_eq!((ids(&first), &first["has_more"]), (vec!["m0", "m1"], &json!(true)));
    let next = format!("{measurement}/mutants?limit=2&cursor={}", first["next_cursor"].as_str().unwrap());
    let rest = app.send(acme.get(&next)).await.expect(StatusCode::OK);
    assert_eq!((ids(&rest), &rest["has_more"], &rest["next_cursor"]), (vec!["m2"], &json!(false), &Value::Null));
}

#[sqlx::test(migrations = "../../migrations")]
async fn mutants_are_listed_by_verdict(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let (acme, measurement) = measured(&app).await;
    let detected = app.send(acme.get(&format!("{measurement}/mutants?verdict=detected"))).await.expect(StatusCode::OK);
    assert_eq!(ids(&detected), ["m1"]);
    let mutant = &detected["data"][0];
    assert_eq!(mutant["caught_by"], json!([{"variant": "", "suite": "test_cart", "name": "test_total"}]));
    assert_eq!((&mutant["confidence"], &mutant["attempts"]), (&json!(0.999), &json!(1)));
    let wrong = app.send(acme.get(&format!("{measurement}/mutants?verdict=killed"))).await;
    assert_eq!(wrong.invalid(), [("?verdict".to_owned(), "invalid_parameter".to_owned())]);
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_mutant_is_shown_with_every_attempt_and_what_its_verdict_rests_on(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let (acme, measurement) = measured(&app).await;
    let caught = app.send(acme.get(&format!("{measurement}/mutants/m1"))).await.expect(StatusCode::OK);
    assert_eq!((&caught["verdict"], &caught["covering_tests"]), (&json!("detected"), &json!(2)));
    assert_eq!((&caught["trial"], &caught["provenance"]), (&json!(0), &json!({"formula": 1})));
    let end = json!({"kind": "exited", "code": 1});
    let attempt = json!({
        "number": 1, "end": end, "duration_ms": 1200, "tests": 2, "failed": 1, "output_tail": "1 failed",
    });
    assert_eq!(caught["history"], json!([attempt]));
    let open = app.send(acme.get(&format!("{measurement}/mutants/m2"))).await.expect(StatusCode::OK);
    assert_eq!((&open["verdict"], &open["covering_tests"], &open["history"]), (&Value::Null, &Value::Null, &json!([])));
}

#[sqlx::test(migrations = "../../migrations")]
async fn unknown_measurements_and_mutants_are_not_found(pool: PgPool) {
    let app = TestApp::start(&pool).await;
    let (acme, measurement) = measured(&app).await;
    let never = tinybug_model::MeasurementId::new();
    for path in [
        format!("{measurement}/mutants/m3"),
        format!("/measurements/{never}"),
        format!("/measurements/{never}/mutants"),
        format!("/measurements/{never}/mutants/m0"),
        format!("/measurements/{never}/report"),
        "/measurements/nonsense".to_owned(),
        "/measurements/nonsense/mutants".to_owned(),
        "/repositories/nonsense".to_owned(),
        "/repositories/nonsense/tests".to_owned(),
        format!("/repositories/{}/tests", tinybug_model::RepositoryId::new()),
    ] {
        assert_eq!(app.send(acme.get(&path)).await.problem(StatusCode::NOT_FOUND)["code"], "not_found", "{path}");
    }
}
