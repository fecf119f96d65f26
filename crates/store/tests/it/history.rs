//! Histories of tests hold each attempt once, whoever records it.

use sqlx::PgPool;
use tinybug_model::{BuildEnd, BuildRole, TestState};
use tinybug_store::{BuildRecord, FinishedAttempt, OrgStore, StoreError, TestHistory, TestSet};

use crate::support::{attempt, build, finished, measurement, org, record, repository, store, tenant, tests};

/// Runs, and failures of tests that ever failed, of the tests 0 to 2.
async fn counts(org: &OrgStore, repository: tinybug_model::RepositoryId) -> Vec<(u64, Option<u64>)> {
    let history = org.test_history(repository).await.unwrap();
    (0..3)
        .map(|test| match history.known().get(&test) {
            Some(known) => (known.runs, Some(known.failures)),
            None => (history.quiet().get(test).into(), None),
        })
        .collect()
}

#[sqlx::test(migrations = "../../migrations")]
async fn an_attempt_is_recorded_once(pool: PgPool) {
    let (_, acme) = org(&store(&pool).await, "acme", 1).await;
    let shop = repository(&acme, "shop").await;
    acme.upsert_test_cases(shop.id, &tests()).await.unwrap();
    let first = measurement(&acme, &shop).await;
    for (number, failed) in [(0, &[][..]), (1, &[1]), (2, &[])] {
        attempt(&acme, build(first, BuildRole::Baseline, number), 1, &finished(3, failed)).await;
    }
    assert_eq!(record(&acme, first, BuildRole::Baseline).await, 3);
    assert_eq!(record(&acme, first, BuildRole::Baseline).await, 0, "again is no different from once");
    assert_eq!(counts(&acme, shop.id).await, [(3, None), (3, Some(1)), (3, None)]);
    attempt(&acme, build(first, BuildRole::Baseline, 3), 1, &finished(2, &[])).await;
    assert_eq!(record(&acme, first, BuildRole::Baseline).await, 1);
    assert_eq!(record(&acme, first, BuildRole::Trial).await, 0);
    assert_eq!(counts(&acme, shop.id).await, [(4, None), (4, Some(1)), (3, None)]);
    let history = acme.test_history(shop.id).await.unwrap();
    assert!(history.passed_at("c0ffee", 0) && !history.passed_at("other", 0));
    assert_eq!(
        (history.known()[&1].messages.as_slice(), history.known()[&1].state),
        (&[u64::MAX, 7][..], TestState::Flaky)
    );
}

#[sqlx::test(migrations = "../../migrations")]
async fn measurements_that_record_at_once_lose_nothing(pool: PgPool) {
    let (_, acme) = org(&store(&pool).await, "acme", 1).await;
    let shop = repository(&acme, "shop").await;
    acme.upsert_test_cases(shop.id, &tests()).await.unwrap();
    let mut recording = Vec::new();
    for place in 0..6 {
        let measurement = measurement(&acme, &shop).await;
        attempt(&acme, build(measurement, BuildRole::Baseline, 0), 1, &finished(3, &[place % 3])).await;
        // Each is recorded by two at once.
        for _ in 0..2 {
            let acme = acme.clone();
            recording.push(tokio::spawn(async move { record(&acme, measurement, BuildRole::Baseline).await }));
        }
    }
    let mut fresh = 0;
    for recording in recording {
        fresh += recording.await.unwrap();
    }
    assert_eq!(fresh, 6);
    assert_eq!(counts(&acme, shop.id).await, [(6, Some(2)); 3]);
}

#[sqlx::test(migrations = "../../migrations")]
async fn recording_that_fails_leaves_everything_as_it_was(pool: PgPool) {
    let tenant = tenant(&store(&pool).await, "acme", 1).await;
    let before = tenant.store.test_history(tenant.repository.id).await.unwrap();
    attempt(&tenant.store, build(tenant.measurement, BuildRole::Baseline, 1), 1, &finished(3, &[0])).await;
    let fail = |history: &mut TestHistory, _: &[BuildRecord]| {
        history.pass("c0ffee", (0..3).collect());
        Err(StoreError::Missing("patience"))
    };
    tenant.store.record_runs(tenant.measurement, BuildRole::Baseline, 0..=9, fail).await.unwrap_err();
    assert_eq!(tenant.store.test_history(tenant.repository.id).await.unwrap(), before);
    assert_eq!(record(&tenant.store, tenant.measurement, BuildRole::Baseline).await, 1);
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_trial_is_recorded_with_the_tests_that_see_its_mutant(pool: PgPool) {
    let tenant = tenant(&store(&pool).await, "acme", 1).await;
    attempt(&tenant.store, build(tenant.measurement, BuildRole::Trial, 1), 1, &finished(3, &[])).await;
    let lost = FinishedAttempt { end: BuildEnd::Cancelled, ..finished(0, &[]) };
    attempt(&tenant.store, build(tenant.measurement, BuildRole::Trial, 1), 2, &lost).await;
    let mut seen = Vec::new();
    let look = |_: &mut TestHistory, builds: &[BuildRecord]| {
        seen.extend(builds.iter().map(|build| (build.runs.len(), build.covering.clone())));
        Ok::<(), StoreError>(())
    };
    tenant.store.record_runs(tenant.measurement, BuildRole::Trial, 0..=1, look).await.unwrap();
    assert_eq!(seen, [(1, Some(TestSet::from_iter([0, 1]))), (2, None)]);
}

#[sqlx::test(migrations = "../../migrations")]
async fn files_and_taint_are_remembered(pool: PgPool) {
    let tenant = tenant(&store(&pool).await, "acme", 1).await;
    let (acme, shop) = (&tenant.store, tenant.repository.id);
    attempt(acme, build(tenant.measurement, BuildRole::Baseline, 1), 1, &finished(3, &[])).await;
    let note = |history: &mut TestHistory, _: &[BuildRecord]| {
        history.set_file("tests/test_cart.py", "b10b");
        history.quarter(&(0..3).collect());
        Ok::<(), StoreError>(())
    };
    acme.record_runs(tenant.measurement, BuildRole::Baseline, 0..=9, note).await.unwrap();
    let history = acme.test_history(shop).await.unwrap();
    assert_eq!((history.file("tests/test_cart.py"), history.file("tests/other.py")), (Some("b10b"), None));
    assert_eq!((history.quiet().get(0), history.known()[&2].runs), (0, 1), "profiles fade as the judge says");
    let taint = async || acme.test_history(shop).await.unwrap().known()[&2].taint;
    acme.save_taint(shop, &[(2, 12), (0, 3)].into()).await.unwrap();
    assert_eq!(taint().await, 12);
    acme.save_taint(shop, &[].into()).await.unwrap();
    assert_eq!(taint().await, 0);
}

#[sqlx::test(migrations = "../../migrations")]
async fn tests_are_listed_page_by_page_and_by_state(pool: PgPool) {
    let tenant = tenant(&store(&pool).await, "acme", 1).await;
    let list = async |state, after, limit| {
        let page = tenant.store.test_profiles(tenant.repository.id, state, after, limit).await.unwrap();
        let items: Vec<_> =
            page.items.iter().map(|item| (item.test.ordinal, item.quiet_runs, item.known.is_some())).collect();
        (items, page.more)
    };
    assert_eq!(list(None, None, 2).await, (vec![(0, 1, false), (1, 1, false)], true));
    assert_eq!(list(None, Some(1), 2).await, (vec![(2, 0, true)], false));
    assert_eq!(list(Some(TestState::Healthy), None, 9).await, (vec![(0, 1, false), (1, 1, false)], false));
    assert_eq!(list(Some(TestState::Flaky), None, 9).await, (vec![(2, 0, true)], false));
    assert_eq!(list(Some(TestState::Broken), None, 9).await, (vec![], false));
}
