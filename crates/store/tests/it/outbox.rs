//! The outbox loses nothing and doubles nothing.

use std::{collections::BTreeSet, time::Duration};

use sqlx::PgPool;
use tinybug_store::{OutboxMessage, OutboxRow, SystemStore};

use crate::support::{measurement, org, repository, store, token};

const LEASE: Duration = Duration::from_mins(1);

async fn claim(system: &SystemStore, limit: u32) -> Vec<OutboxRow> {
    system.claim_outbox(limit, LEASE).await.unwrap()
}

/// Delivers all that there is.
async fn drain(system: &SystemStore) {
    loop {
        let rows = claim(system, 100).await;
        if rows.is_empty() {
            return;
        }
        for row in rows {
            system.confirm_outbox(row.org, row.id).await.unwrap();
        }
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_request_is_a_row_and_a_message(pool: PgPool) {
    let store = store(&pool).await;
    let (_, acme) = org(&store, "acme", 1).await;
    let system = store.system();
    drain(&system).await;
    let measurement = measurement(&acme, &repository(&acme, "shop").await).await;
    let claimed = claim(&system, 10).await;
    assert_eq!(claimed.len(), 1);
    assert_eq!(claimed[0].org, acme.id());
    assert_eq!(claimed[0].message, OutboxMessage::StartMeasurement { measurement });
    assert_eq!(claimed[0].attempts, 1);
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_claimed_message_is_nobody_elses_until_the_lease_is_over(pool: PgPool) {
    let store = store(&pool).await;
    org(&store, "acme", 1).await;
    let system = store.system();
    assert_eq!(system.claim_outbox(10, Duration::ZERO).await.unwrap().len(), 1);
    let again = claim(&system, 10).await;
    assert_eq!(again.len(), 1, "the first claim had no lease");
    assert_eq!(again[0].attempts, 2);
    assert!(claim(&system, 10).await.is_empty(), "the second has one");
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_confirmed_message_never_comes_again(pool: PgPool) {
    let store = store(&pool).await;
    org(&store, "acme", 1).await;
    let system = store.system();
    let rows = system.claim_outbox(10, Duration::ZERO).await.unwrap();
    for _ in 0..2 {
        system.confirm_outbox(rows[0].org, rows[0].id).await.unwrap();
    }
    system.defer_outbox(rows[0].org, rows[0].id, "too late", Duration::ZERO).await.unwrap();
    assert!(claim(&system, 10).await.is_empty());
    assert_eq!(system.undelivered().await.unwrap(), 0);
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_deferred_message_comes_again_when_its_time_has_come(pool: PgPool) {
    let store = store(&pool).await;
    org(&store, "acme", 1).await;
    let system = store.system();
    let row = claim(&system, 10).await.remove(0);
    system.defer_outbox(row.org, row.id, "Temporal is away", LEASE).await.unwrap();
    assert!(claim(&system, 10).await.is_empty());
    system.defer_outbox(row.org, row.id, "Temporal is away\0", Duration::ZERO).await.unwrap();
    assert_eq!(claim(&system, 10).await.len(), 1);
    let error: String = sqlx::query_scalar("SELECT last_error FROM outbox").fetch_one(&pool).await.unwrap();
    assert_eq!(error, "Temporal is away\u{fffd}");
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_measurement_waits_until_its_org_is_ready(pool: PgPool) {
    let store = store(&pool).await;
    let system = store.system();
    let created = system.create_org("acme", "Acme", &token(1)).await.unwrap();
    let acme = store.org(created.id);
    measurement(&acme, &repository(&acme, "shop").await).await;
    let first: Vec<_> = claim(&system, 10).await.into_iter().map(|row| row.message).collect();
    assert_eq!(first, [OutboxMessage::ProvisionOrg { org: created.id }]);
    acme.mark_ready().await.unwrap();
    assert!(matches!(claim(&system, 10).await[0].message, OutboxMessage::StartMeasurement { .. }));
}

#[sqlx::test(migrations = "../../migrations")]
async fn messages_about_one_measurement_come_one_after_the_other(pool: PgPool) {
    let store = store(&pool).await;
    let (_, acme) = org(&store, "acme", 1).await;
    let system = store.system();
    drain(&system).await;
    let repository = repository(&acme, "shop").await;
    let cancelled = measurement(&acme, &repository).await;
    acme.request_cancel(cancelled.id).await.unwrap();
    let other = measurement(&acme, &repository).await;
    let first = claim(&system, 10).await;
    let messages: Vec<_> = first.iter().map(|row| row.message.clone()).collect();
    assert_eq!(
        messages,
        [
            OutboxMessage::StartMeasurement { measurement: cancelled },
            OutboxMessage::StartMeasurement { measurement: other }
        ]
    );
    system.confirm_outbox(first[0].org, first[0].id).await.unwrap();
    assert_eq!(claim(&system, 10).await[0].message, OutboxMessage::CancelMeasurement { measurement: cancelled });
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_message_of_a_newer_version_does_not_hold_up_the_others(pool: PgPool) {
    let store = store(&pool).await;
    let (_, acme) = org(&store, "acme", 1).await;
    let system = store.system();
    drain(&system).await;
    let repository = repository(&acme, "shop").await;
    measurement(&acme, &repository).await;
    sqlx::query("UPDATE outbox SET payload = '{\"kind\": \"brew_coffee\"}' WHERE delivered_at IS NULL")
        .execute(&pool)
        .await
        .unwrap();
    let readable = measurement(&acme, &repository).await;
    let claimed = claim(&system, 10).await;
    assert_eq!(claimed.len(), 1);
    assert_eq!(claimed[0].message, OutboxMessage::StartMeasurement { measurement: readable });
    assert_eq!(system.undelivered().await.unwrap(), 2, "it is kept for the version that can read it");
}

#[sqlx::test(migrations = "../../migrations")]
async fn claimers_at_work_together_lose_and_double_nothing(pool: PgPool) {
    let store = store(&pool).await;
    let (_, acme) = org(&store, "acme", 1).await;
    let repository = repository(&acme, "shop").await;
    for _ in 0..60 {
        measurement(&acme, &repository).await;
    }
    let claimer = |system: SystemStore| {
        tokio::spawn(async move {
            let mut mine = Vec::new();
            loop {
                let rows = claim(&system, 3).await;
                if rows.is_empty() {
                    return mine;
                }
                mine.extend(rows.into_iter().map(|row| row.id));
            }
        })
    };
    let (one, two) = (claimer(store.system()), claimer(store.system()));
    let mut claimed = one.await.unwrap();
    claimed.extend(two.await.unwrap());
    // A claimer also stops when the other holds the last rows at that moment; these are claimed by then.
    let distinct: BTreeSet<i64> = claimed.iter().copied().collect();
    assert_eq!(distinct.len(), claimed.len(), "a message was claimed twice");
    assert_eq!(claimed.len(), 61);
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_locked_message_is_passed_over_and_not_waited_for(pool: PgPool) {
    let store = store(&pool).await;
    org(&store, "acme", 1).await;
    org(&store, "globex", 2).await;
    let mut other = pool.begin().await.unwrap();
    sqlx::query("SELECT FROM outbox WHERE id = 1 FOR UPDATE").execute(&mut *other).await.unwrap();
    let claimed: Vec<i64> = claim(&store.system(), 10).await.into_iter().map(|row| row.id).collect();
    assert_eq!(claimed, [2]);
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_listener_hears_of_a_new_message(pool: PgPool) {
    let store = store(&pool).await;
    let mut signal = store.system().outbox_signal().await.unwrap();
    store.system().create_org("acme", "Acme", &token(1)).await.unwrap();
    signal.heard().await.unwrap();
    assert_eq!(claim(&store.system(), 10).await.len(), 1);
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_request_that_fails_leaves_no_message(pool: PgPool) {
    let store = store(&pool).await;
    let system = store.system();
    system.create_org("acme", "Acme", &token(1)).await.unwrap();
    system.create_org("acme", "Another", &token(2)).await.unwrap_err();
    assert_eq!(system.undelivered().await.unwrap(), 1);
}
