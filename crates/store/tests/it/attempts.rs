//! Attempts are begun by anyone and finished once.

use sqlx::PgPool;
use tinybug_model::{AttemptSummary, BuildEnd, BuildRole};
use tinybug_store::{AttemptStart, BuildState, FinishedAttempt, StoreError, TestFailure};

use crate::support::{attempt, build, finished, measurement, org, repository, store, tests};

#[sqlx::test(migrations = "../../migrations")]
async fn a_build_is_opened_once_and_remembers_what_was_done_for_it(pool: PgPool) {
    let (_, acme) = org(&store(&pool).await, "acme", 1).await;
    let build = build(measurement(&acme, &repository(&acme, "shop").await).await, BuildRole::Trial, 7);
    let opened = acme.open_build(build).await.unwrap();
    assert_eq!((opened.build, opened.state, opened.sha), (build, BuildState::Open, None));
    acme.set_published(build, "refs/tinybug/x/7", "c0ffee").await.unwrap();
    let found = acme.open_build(build).await.unwrap();
    assert_eq!(found.state, BuildState::Published);
    assert_eq!(found.ref_name.as_deref(), Some("refs/tinybug/x/7"));
    assert_eq!(found.sha.as_deref(), Some("c0ffee"));
    acme.close_build(build).await.unwrap();
    acme.set_published(build, "refs/tinybug/x/7", "c0ffee").await.unwrap();
    assert_eq!(acme.open_build(build).await.unwrap().state, BuildState::Closed);
}

#[sqlx::test(migrations = "../../migrations")]
async fn an_attempt_needs_its_build(pool: PgPool) {
    let (_, acme) = org(&store(&pool).await, "acme", 1).await;
    let build = build(measurement(&acme, &repository(&acme, "shop").await).await, BuildRole::Trial, 0);
    let no_build = acme.begin_attempt(build, 1, "host-1").await.unwrap_err();
    assert!(matches!(no_build, StoreError::Missing("build")), "{no_build:?}");
    acme.open_build(build).await.unwrap();
    let not_begun = acme.finish_attempt(build, 1, &finished(3, &[])).await.unwrap_err();
    assert!(matches!(not_begun, StoreError::Missing("attempt")), "{not_begun:?}");
    acme.close_build(crate::support::build(build.measurement, BuildRole::Trial, 9)).await.unwrap();
}

#[sqlx::test(migrations = "../../migrations")]
async fn an_attempt_whose_worker_was_lost_is_run_again(pool: PgPool) {
    let (_, acme) = org(&store(&pool).await, "acme", 1).await;
    let build = build(measurement(&acme, &repository(&acme, "shop").await).await, BuildRole::Trial, 0);
    acme.open_build(build).await.unwrap();
    assert_eq!(acme.begin_attempt(build, 1, "host-1").await.unwrap(), AttemptStart::Fresh);
    assert_eq!(acme.begin_attempt(build, 1, "host-2").await.unwrap(), AttemptStart::Running);
    acme.finish_attempt(build, 1, &finished(3, &[1])).await.unwrap();
    let summary = AttemptSummary { end: BuildEnd::Exited { code: 1 }, tests: 3, failed: 1 };
    assert_eq!(acme.begin_attempt(build, 1, "host-3").await.unwrap(), AttemptStart::Finished(summary));
    assert_eq!(acme.open_build(build).await.unwrap().attempts, 1, "one attempt, however often it was begun");
}

#[sqlx::test(migrations = "../../migrations")]
async fn an_attempt_is_finished_once(pool: PgPool) {
    let (_, acme) = org(&store(&pool).await, "acme", 1).await;
    let build = build(measurement(&acme, &repository(&acme, "shop").await).await, BuildRole::Trial, 0);
    acme.open_build(build).await.unwrap();
    acme.begin_attempt(build, 1, "host-1").await.unwrap();
    let first = acme.finish_attempt(build, 1, &finished(3, &[1])).await.unwrap();
    let stored = acme.attempts_of(build).await.unwrap();
    let second = acme.finish_attempt(build, 1, &finished(2, &[0])).await.unwrap();
    assert_eq!(second, first);
    assert_eq!(acme.attempts_of(build).await.unwrap(), stored);
}

#[sqlx::test(migrations = "../../migrations")]
async fn two_finishers_at_once_leave_one_result(pool: PgPool) {
    let (_, acme) = org(&store(&pool).await, "acme", 1).await;
    let shop = repository(&acme, "shop").await;
    acme.upsert_test_cases(shop.id, &tests()).await.unwrap();
    let build = build(measurement(&acme, &shop).await, BuildRole::Baseline, 0);
    acme.open_build(build).await.unwrap();
    acme.begin_attempt(build, 1, "host-1").await.unwrap();
    let (calm, flaky) = (finished(3, &[]), finished(3, &[1]));
    let (one, two) = tokio::join!(acme.finish_attempt(build, 1, &calm), acme.finish_attempt(build, 1, &flaky));
    assert_eq!(one.unwrap(), two.unwrap());
    assert_eq!(acme.attempts_of(build).await.unwrap().len(), 1);
}

#[sqlx::test(migrations = "../../migrations")]
async fn an_attempt_reads_back_as_it_was_written(pool: PgPool) {
    let (_, acme) = org(&store(&pool).await, "acme", 1).await;
    let build = build(measurement(&acme, &repository(&acme, "shop").await).await, BuildRole::Trial, 0);
    let written = FinishedAttempt {
        end: BuildEnd::Infrastructure { reason: "lost\0".into() },
        failures: vec![
            TestFailure { ordinal: 1, runs: 3, failures: 2, message: Some("binary \0 output".into()) },
            TestFailure { ordinal: 70_000, runs: 1, failures: 1, message: None },
        ],
        ran: [1, 2, 70_000].into_iter().collect(),
        output_tail: "tail\0".into(),
        duration_ms: u64::from(u32::MAX) + 1,
    };
    attempt(&acme, build, 2, &finished(3, &[])).await;
    attempt(&acme, build, 1, &written).await;
    acme.begin_attempt(build, 3, "host-1").await.unwrap();
    let facts = acme.attempts_of(build).await.unwrap();
    assert_eq!(facts.iter().map(|attempt| attempt.number).collect::<Vec<_>>(), [1, 2], "in order, finished ones only");
    assert_eq!(facts[0].end, BuildEnd::Infrastructure { reason: "lost\u{fffd}".into() });
    assert_eq!(facts[0].ran, written.ran);
    assert_eq!(facts[0].duration_ms, written.duration_ms);
    assert_eq!(facts[0].failures[0].message.as_deref(), Some("binary \u{fffd} output"));
    assert_eq!(facts[0].failures[1], written.failures[1]);
    assert_eq!(facts[0].output_tail, "tail\u{fffd}");
    assert!(facts[1].failures.is_empty());
}
