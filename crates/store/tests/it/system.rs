//! What concerns no single org: orgs, tokens, operators, the schema.

use chrono::{TimeDelta, Utc};
use sqlx::PgPool;
use tinybug_store::{NewToken, OrgState, SchemaStatus, StoreError, TokenOwner};

use crate::support::{org, store, token};

#[sqlx::test(migrations = "../../migrations")]
async fn an_org_is_born_with_a_token_and_becomes_ready(pool: PgPool) {
    let store = store(&pool).await;
    let system = store.system();
    let created = system.create_org("acme", "Acme Inc.", &token(1)).await.unwrap();
    assert_eq!((created.slug.as_str(), created.state), ("acme", OrgState::Provisioning));
    let owner = system.token_owner(&[1; 32]).await.unwrap().unwrap();
    assert_eq!(owner.org, created.id);
    let acme = store.org(created.id);
    for _ in 0..2 {
        acme.mark_ready().await.unwrap();
    }
    assert_eq!(acme.org().await.unwrap().unwrap().state, OrgState::Ready);
    assert_eq!(system.org_by_slug("acme").await.unwrap(), acme.org().await.unwrap());
    assert_eq!(system.orgs().await.unwrap().len(), 1);
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_taken_slug_is_refused(pool: PgPool) {
    let system = store(&pool).await.system();
    system.create_org("acme", "Acme", &token(1)).await.unwrap();
    let refused = system.create_org("acme", "Another", &token(2)).await.unwrap_err();
    assert!(matches!(refused, StoreError::Exists("organisation")), "{refused:?}");
    assert_eq!(system.token_owner(&[2; 32]).await.unwrap(), None);
}

#[sqlx::test(migrations = "../../migrations")]
async fn an_org_that_is_not_there_cannot_be_ready(pool: PgPool) {
    let store = store(&pool).await;
    let nobody = store.org(tinybug_model::OrgId::new());
    assert_eq!(nobody.org().await.unwrap(), None);
    assert!(matches!(nobody.mark_ready().await, Err(StoreError::Missing("organisation"))));
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_token_is_known_by_its_hash_until_it_expires_or_is_deleted(pool: PgPool) {
    let store = store(&pool).await;
    let (_, acme) = org(&store, "acme", 1).await;
    let system = store.system();
    #[expect(clippy::disallowed_methods, reason = "the database compares with its own clock")]
    let now = Utc::now();
    let expiring = |byte, days| NewToken { expires_at: Some(now + TimeDelta::days(days)), ..token(byte) };
    let id = acme.create_token(&expiring(2, 1)).await.unwrap();
    acme.create_token(&expiring(3, -1)).await.unwrap();
    assert_eq!(system.token_owner(&[2; 32]).await.unwrap(), Some(TokenOwner { org: acme.id(), token: id }));
    assert_eq!(system.token_owner(&[3; 32]).await.unwrap(), None, "expired");
    assert_eq!(system.token_owner(&[4; 32]).await.unwrap(), None, "unknown");
    assert!(acme.delete_token(id).await.unwrap());
    assert!(!acme.delete_token(id).await.unwrap());
    assert_eq!(system.token_owner(&[2; 32]).await.unwrap(), None, "deleted");
}

#[sqlx::test(migrations = "../../migrations")]
async fn the_use_of_a_token_is_noted_to_the_minute(pool: PgPool) {
    let store = store(&pool).await;
    let (_, acme) = org(&store, "acme", 1).await;
    let system = store.system();
    assert_eq!(acme.tokens().await.unwrap()[0].last_used_at, None);
    system.token_owner(&[1; 32]).await.unwrap();
    let first = acme.tokens().await.unwrap()[0].last_used_at;
    assert!(first.is_some());
    system.token_owner(&[1; 32]).await.unwrap();
    assert_eq!(acme.tokens().await.unwrap()[0].last_used_at, first, "the same minute");
    sqlx::query("UPDATE api_tokens SET last_used_at = last_used_at - interval '2 minutes'")
        .execute(&pool)
        .await
        .unwrap();
    system.token_owner(&[1; 32]).await.unwrap();
    assert!(acme.tokens().await.unwrap()[0].last_used_at >= first);
}

#[sqlx::test(migrations = "../../migrations")]
async fn only_the_first_bootstrap_makes_an_operator(pool: PgPool) {
    let store = store(&pool).await;
    let system = store.system();
    let other = store.system();
    let (one, two) =
        tokio::join!(system.bootstrap_operator(&[1; 32], "tbo_a…b"), other.bootstrap_operator(&[2; 32], "tbo_c…d"));
    let (one, two) = (one.unwrap(), two.unwrap());
    assert!(one != two, "one of the two is the first");
    assert_eq!(system.is_operator(&[1; 32]).await.unwrap(), one);
    assert_eq!(system.is_operator(&[2; 32]).await.unwrap(), two);
    for _ in 0..2 {
        system.add_operator(&[3; 32], "tbo_e…f").await.unwrap();
    }
    assert!(system.is_operator(&[3; 32]).await.unwrap());
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_migrated_schema_is_current(pool: PgPool) {
    assert_eq!(store(&pool).await.system().schema().await.unwrap(), SchemaStatus::Current);
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_schema_of_another_version_is_told_apart(pool: PgPool) {
    let system = store(&pool).await.system();
    sqlx::query(
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
         VALUES (99990101000000, 'later', true, '', 0)",
    )
    .execute(&pool)
    .await
    .unwrap();
    assert_eq!(system.schema().await.unwrap(), SchemaStatus::Newer);
    sqlx::query("DELETE FROM _sqlx_migrations WHERE version > 20261121000001").execute(&pool).await.unwrap();
    assert!(matches!(system.schema().await.unwrap(), SchemaStatus::Behind { missing: 1.. }));
}
