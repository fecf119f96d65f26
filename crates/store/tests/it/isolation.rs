//! Two orgs cannot see or touch each other: not through the store, and not by SQL as the role that the store acts as.

use sqlx::{AssertSqlSafe, Executor, PgConnection, PgPool, Row};
use tinybug_model::{BuildRole, MeasurementState, MutantId, OrgId, Verdict};
use tinybug_store::{MeasurementRequest, MutantFilter, Source, StoreError};

use crate::support::{build, drawing, finished, judgement, prepared, store, tenant};

/// Every tenant table with the column that holds the org.
async fn tenant_tables(pool: &PgPool) -> Vec<(String, &'static str)> {
    let mut tables: Vec<(String, &'static str)> = sqlx::query_scalar::<_, String>(
        "SELECT table_name::text FROM information_schema.columns
         WHERE table_schema = 'public' AND column_name = 'org_id' ORDER BY table_name",
    )
    .fetch_all(pool)
    .await
    .unwrap()
    .into_iter()
    .map(|table| (table, "org_id"))
    .collect();
    tables.push(("orgs".into(), "id"));
    tables
}

async fn number(connection: &mut PgConnection, sql: String) -> i64 {
    sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(connection).await.unwrap()
}

async fn touched(connection: &mut PgConnection, sql: String) -> u64 {
    connection.execute(AssertSqlSafe(sql)).await.unwrap().rows_affected()
}

/// Runs a statement that must be refused by a policy, and leaves the transaction usable.
async fn refused(connection: &mut PgConnection, sql: String) {
    connection.execute("SAVEPOINT before").await.unwrap();
    let error = connection.execute(AssertSqlSafe(sql.clone())).await.expect_err(&sql);
    let database = error.as_database_error().unwrap_or_else(|| panic!("{sql}: {error}"));
    assert_eq!(database.code().as_deref(), Some("42501"), "{sql}: {database}");
    assert!(database.message().contains("row-level security"), "{sql}: {database}");
    connection.execute("ROLLBACK TO SAVEPOINT before").await.unwrap();
}

async fn become_app(connection: &mut PgConnection, org: Option<OrgId>) {
    connection.execute("BEGIN; SET LOCAL ROLE tinybug_app").await.unwrap();
    if let Some(org) = org {
        connection.execute(AssertSqlSafe(format!("SET LOCAL app.org = '{}'", org.uuid()))).await.unwrap();
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn without_an_org_every_table_is_empty(pool: PgPool) {
    tenant(&store(&pool).await, "acme", 1).await;
    let mut connection = pool.acquire().await.unwrap();
    become_app(&mut connection, None).await;
    for (table, _) in tenant_tables(&pool).await {
        assert_eq!(number(&mut connection, format!("SELECT count(*) FROM {table}")).await, 0, "{table}");
        assert_eq!(touched(&mut connection, format!("DELETE FROM {table}")).await, 0, "{table}");
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_connection_forgets_the_org_with_the_transaction(pool: PgPool) {
    let tenant = tenant(&store(&pool).await, "acme", 1).await;
    let mut connection = pool.acquire().await.unwrap();
    become_app(&mut connection, Some(tenant.org.id)).await;
    assert_eq!(number(&mut connection, "SELECT count(*) FROM orgs".into()).await, 1);
    connection.execute("COMMIT").await.unwrap();
    become_app(&mut connection, None).await;
    assert_eq!(number(&mut connection, "SELECT count(*) FROM orgs".into()).await, 0);
}

#[sqlx::test(migrations = "../../migrations")]
async fn an_org_reads_its_own_rows_of_every_table_and_no_other(pool: PgPool) {
    let store = store(&pool).await;
    let (acme, _) = (tenant(&store, "acme", 1).await, tenant(&store, "globex", 2).await);
    let mut connection = pool.acquire().await.unwrap();
    for (table, column) in tenant_tables(&pool).await {
        let own = format!("SELECT count(*) FROM {table} WHERE {column} = '{}'", acme.org.id.uuid());
        let all = format!("SELECT count(*) FROM {table}");
        let expected = number(&mut connection, own).await;
        assert!(expected > 0, "{table} has no row of the org: add one in support::tenant");
        assert!(number(&mut connection, all.clone()).await > expected, "{table}");
        become_app(&mut connection, Some(acme.org.id)).await;
        assert_eq!(number(&mut connection, all).await, expected, "{table}");
        connection.execute("ROLLBACK").await.unwrap();
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn an_org_cannot_write_a_row_of_another_in_any_table(pool: PgPool) {
    let store = store(&pool).await;
    let (acme, globex) = (tenant(&store, "acme", 1).await, tenant(&store, "globex", 2).await);
    let (mine, theirs) = (acme.org.id.uuid(), globex.org.id.uuid());
    let mut connection = pool.acquire().await.unwrap();
    for (table, column) in tenant_tables(&pool).await {
        let row: String = sqlx::query(AssertSqlSafe(format!(
            "SELECT row_to_json(t)::text FROM {table} t WHERE {column} = '{theirs}' LIMIT 1"
        )))
        .fetch_one(&mut *connection)
        .await
        .unwrap()
        .get(0);
        let row = row.replace('\'', "''");
        become_app(&mut connection, Some(acme.org.id)).await;
        let update = format!("UPDATE {table} SET {column} = {column} WHERE {column} = '{theirs}'");
        assert_eq!(touched(&mut connection, update).await, 0, "{table}");
        let delete = format!("DELETE FROM {table} WHERE {column} = '{theirs}'");
        assert_eq!(touched(&mut connection, delete).await, 0, "{table}");
        let columns: String = sqlx::query_scalar(
            "SELECT string_agg(attname, ', ' ORDER BY attnum) FROM pg_attribute
             WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''",
        )
        .bind(&table)
        .fetch_one(&mut *connection)
        .await
        .unwrap();
        refused(
            &mut connection,
            format!(
                "INSERT INTO {table} ({columns}) OVERRIDING SYSTEM VALUE
                 SELECT {columns} FROM json_populate_record(NULL::{table}, '{row}')"
            ),
        )
        .await;
        refused(&mut connection, format!("UPDATE {table} SET {column} = '{theirs}' WHERE {column} = '{mine}'")).await;
        connection.execute("ROLLBACK").await.unwrap();
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn an_org_finds_nothing_of_another_through_the_store(pool: PgPool) {
    let store = store(&pool).await;
    let (acme, globex) = (tenant(&store, "acme", 1).await, tenant(&store, "globex", 2).await);
    let (org, theirs) = (&acme.store, globex.measurement);
    assert_eq!(org.repository(globex.repository.id).await.unwrap(), None);
    assert_eq!(org.measurement(theirs.id).await.unwrap(), None);
    assert_eq!(org.report(theirs.id).await.unwrap(), None);
    assert_eq!(org.progress(theirs.id).await.unwrap(), None);
    assert_eq!(org.mutant(theirs.id, &MutantId("m1".into())).await.unwrap(), None);
    assert!(org.mutants(theirs.id, MutantFilter::default(), None, 10).await.unwrap().items.is_empty());
    assert!(org.measurements(Some(globex.repository.id), None, 10).await.unwrap().items.is_empty());
    assert!(org.test_cases(globex.repository.id, None).await.unwrap().is_empty());
    assert!(org.test_profiles(globex.repository.id, None, None, 10).await.unwrap().items.is_empty());
    assert_eq!(org.test_history(globex.repository.id).await.unwrap(), tinybug_store::TestHistory::default());
}

#[sqlx::test(migrations = "../../migrations")]
async fn an_org_changes_nothing_of_another_through_the_store(pool: PgPool) {
    let store = store(&pool).await;
    let (acme, globex) = (tenant(&store, "acme", 1).await, tenant(&store, "globex", 2).await);
    let (org, theirs) = (&acme.store, globex.measurement);
    let before = globex.store.measurement(theirs.id).await.unwrap();
    // The second names the other's measurement as if it were the org's own.
    for measurement in [theirs, tinybug_model::MeasurementRef { org: acme.org.id, ..theirs }] {
        let trial = build(measurement, BuildRole::Trial, 0);
        let refusals = [
            org.set_state(measurement, MeasurementState::Failed, None).await.err(),
            org.save_reason(measurement, "because").await.err(),
            org.prepare(measurement, &prepared("c0ffee"), &drawing(3)).await.err(),
            org.save_baseline(measurement, &serde_json::json!({})).await.err(),
            org.save_verdict(measurement, 2, &judgement(Verdict::Survived)).await.err(),
            org.open_trials(measurement).await.err(),
            org.open_build(trial).await.err(),
            org.begin_attempt(trial, 2, "host-1").await.err(),
            org.finish_attempt(trial, 1, &finished(3, &[])).await.err(),
            org.request_cancel(measurement.id).await.err(),
            org.upsert_test_cases(globex.repository.id, &crate::support::tests()).await.err(),
            org.save_taint(globex.repository.id, &[(2, 7)].into()).await.err(),
            org.record_runs(measurement, BuildRole::Baseline, 0..=9, |_, _| Ok::<(), StoreError>(())).await.err(),
        ];
        for (place, refusal) in refusals.into_iter().enumerate() {
            assert!(matches!(refusal, Some(StoreError::Missing(_))), "call {place}: {refusal:?}");
        }
    }
    assert_eq!(globex.store.measurement(theirs.id).await.unwrap(), before);
}

#[sqlx::test(migrations = "../../migrations")]
async fn an_org_cannot_measure_the_repository_of_another(pool: PgPool) {
    let store = store(&pool).await;
    let (acme, globex) = (tenant(&store, "acme", 1).await, tenant(&store, "globex", 2).await);
    let request = MeasurementRequest {
        repository: globex.repository.id,
        source: Source::WorkingTree,
        plan: tinybug_model::Plan::default(),
    };
    let refused = acme.store.request_measurement(&request).await.unwrap_err();
    assert!(matches!(refused, StoreError::Missing("repository")), "{refused:?}");
}
