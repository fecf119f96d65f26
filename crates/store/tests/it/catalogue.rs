//! What Postgres' own catalogue must say of the schema, whatever tables later migrations add.

use std::collections::BTreeSet;

use sqlx::{AssertSqlSafe, PgPool};
use tinybug_model::{BuildRole, Language, MeasurementState, TestState, Tier, Verdict};
use tinybug_store::{BuildState, OrgState};

async fn texts(pool: &PgPool, sql: &'static str) -> Vec<String> {
    sqlx::query_scalar(sql).fetch_all(pool).await.unwrap()
}

const TENANT_TABLES: &str = "SELECT c.oid, c.relname FROM pg_class c
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
    AND (c.relname = 'orgs' OR EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'org_id'))";

#[sqlx::test(migrations = "../../migrations")]
async fn every_table_is_a_tenants_or_listed_here(pool: PgPool) {
    let others = texts(
        &pool,
        "SELECT c.relname::text FROM pg_class c
         WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
         AND NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'org_id')
         ORDER BY 1",
    )
    .await;
    assert_eq!(others, ["_sqlx_migrations", "operator_tokens", "orgs"], "give the table an org_id, or list it");
}

#[sqlx::test(migrations = "../../migrations")]
async fn every_tenant_table_forces_row_level_security_by_the_same_policy(pool: PgPool) {
    let lacking: Vec<String> = sqlx::query_scalar(AssertSqlSafe(format!(
        "SELECT relname::text FROM ({TENANT_TABLES}) t JOIN pg_class c USING (oid, relname)
         WHERE NOT c.relrowsecurity OR NOT c.relforcerowsecurity OR NOT EXISTS (
             SELECT FROM pg_policies p
             WHERE p.tablename = c.relname AND p.schemaname = 'public' AND p.policyname = 'tenant'
             AND p.roles = '{{tinybug_app}}' AND p.cmd = 'ALL' AND p.permissive = 'PERMISSIVE'
             AND p.qual = p.with_check
             AND p.qual LIKE '(' || CASE c.relname WHEN 'orgs' THEN 'id' ELSE 'org_id' END || ' = ( SELECT %'
             AND p.qual LIKE '%NULLIF(current_setting(''app.org''::text, true), ''''::text)%'
         )"
    )))
    .fetch_all(&pool)
    .await
    .unwrap();
    assert!(lacking.is_empty(), "ENABLE and FORCE row level security and add the tenant policy on: {lacking:?}");
}

#[sqlx::test(migrations = "../../migrations")]
async fn the_app_role_has_no_policy_but_the_tenants(pool: PgPool) {
    let others = texts(
        &pool,
        "SELECT tablename || '.' || policyname FROM pg_policies
         WHERE policyname <> 'tenant' AND NOT roles = '{tinybug_system}'",
    )
    .await;
    assert!(others.is_empty(), "{others:?}");
}

#[sqlx::test(migrations = "../../migrations")]
async fn keys_and_indexes_of_tenant_tables_lead_with_the_org(pool: PgPool) {
    // A token is known before its org is; a deliverer looks for what is due in all orgs.
    let exceptions = BTreeSet::from(["api_tokens_hash_key".to_owned(), "outbox_due".to_owned()]);
    let astray: Vec<String> = sqlx::query_scalar(AssertSqlSafe(format!(
        "SELECT i.indexrelid::regclass::text FROM ({TENANT_TABLES}) t
         JOIN pg_index i ON i.indrelid = t.oid
         LEFT JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = i.indkey[0]
         WHERE t.relname <> 'orgs' AND a.attname IS DISTINCT FROM 'org_id'
         UNION ALL
         SELECT k.conname::text FROM ({TENANT_TABLES}) t
         JOIN pg_constraint k ON k.conrelid = t.oid AND k.contype = 'f'
         JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.conkey[1]
         JOIN pg_attribute f ON f.attrelid = k.confrelid AND f.attnum = k.confkey[1]
         WHERE a.attname <> 'org_id' OR f.attname <> CASE k.confrelid WHEN 'orgs'::regclass THEN 'id' ELSE 'org_id' END"
    )))
    .fetch_all(&pool)
    .await
    .unwrap();
    assert_eq!(BTreeSet::from_iter(astray), exceptions);
}

#[sqlx::test(migrations = "../../migrations")]
async fn every_tenant_table_hangs_on_its_org(pool: PgPool) {
    let loose: Vec<String> = sqlx::query_scalar(AssertSqlSafe(format!(
        "SELECT relname::text FROM ({TENANT_TABLES}) t
         WHERE relname <> 'orgs' AND NOT EXISTS (
             SELECT FROM pg_constraint k WHERE k.conrelid = t.oid AND k.contype = 'f')"
    )))
    .fetch_all(&pool)
    .await
    .unwrap();
    assert!(loose.is_empty(), "add a foreign key that leads to orgs: {loose:?}");
}

#[sqlx::test(migrations = "../../migrations")]
async fn the_roles_own_nothing_and_pass_by_no_policy(pool: PgPool) {
    let owned = texts(
        &pool,
        "SELECT d.objid::text FROM pg_shdepend d
         WHERE d.refobjid IN ('tinybug_app'::regrole, 'tinybug_system'::regrole)
         AND d.deptype = 'o' AND d.dbid = (SELECT oid FROM pg_database WHERE datname = current_database())",
    )
    .await;
    assert!(owned.is_empty(), "{owned:?}");
    let powerful = texts(
        &pool,
        "SELECT rolname::text FROM pg_roles WHERE rolname IN ('tinybug_app', 'tinybug_system')
         AND (rolsuper OR rolbypassrls OR rolcanlogin OR rolcreaterole OR rolcreatedb OR rolreplication)",
    )
    .await;
    assert!(powerful.is_empty(), "{powerful:?}");
}

#[sqlx::test(migrations = "../../migrations")]
async fn the_system_role_may_do_what_is_listed_here_and_no_more(pool: PgPool) {
    let policies =
        texts(&pool, "SELECT tablename || ' ' || cmd FROM pg_policies WHERE 'tinybug_system' = ANY(roles) ORDER BY 1")
            .await;
    assert_eq!(
        policies,
        [
            "api_tokens INSERT",
            "api_tokens SELECT",
            "api_tokens UPDATE",
            "orgs INSERT",
            "orgs SELECT",
            "outbox INSERT",
            "outbox SELECT",
            "outbox UPDATE",
        ]
    );
    let tables = texts(
        &pool,
        "SELECT table_name || ' ' || privilege_type FROM information_schema.role_table_grants
         WHERE grantee = 'tinybug_system' ORDER BY 1",
    )
    .await;
    assert_eq!(
        tables,
        [
            "_sqlx_migrations SELECT",
            "api_tokens INSERT",
            "api_tokens SELECT",
            "operator_tokens INSERT",
            "operator_tokens SELECT",
            "orgs INSERT",
            "orgs SELECT",
            "outbox INSERT",
            "outbox SELECT",
        ]
    );
    let columns = texts(
        &pool,
        "SELECT table_name || '.' || column_name FROM information_schema.column_privileges
         WHERE grantee = 'tinybug_system' AND privilege_type = 'UPDATE' ORDER BY 1",
    )
    .await;
    assert_eq!(
        columns,
        [
            "api_tokens.last_used_at",
            "outbox.attempts",
            "outbox.delivered_at",
            "outbox.last_error",
            "outbox.next_try_at",
        ]
    );
}

#[sqlx::test(migrations = "../../migrations")]
async fn columns_admit_exactly_the_words_of_the_vocabulary(pool: PgPool) {
    let vocabulary: [(&str, &str, Vec<&str>); 8] = [
        ("orgs", "state", OrgState::ALL.map(OrgState::name).to_vec()),
        ("measurements", "state", MeasurementState::ALL.map(MeasurementState::name).to_vec()),
        ("mutants", "verdict", Verdict::ALL.map(Verdict::name).to_vec()),
        ("mutants", "language", Language::ALL.map(Language::name).to_vec()),
        ("mutants", "tier", [Tier::Default, Tier::Extended].map(Tier::name).to_vec()),
        ("builds", "role", [BuildRole::Baseline, BuildRole::Canary, BuildRole::Trial].map(BuildRole::name).to_vec()),
        ("test_profiles", "state", TestState::ALL.map(TestState::name).to_vec()),
        ("builds", "state", BuildState::ALL.map(BuildState::name).to_vec()),
    ];
    for (table, column, words) in vocabulary {
        let check: String =
            sqlx::query_scalar("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = $1")
                .bind(format!("{table}_{column}_check"))
                .fetch_one(&pool)
                .await
                .unwrap();
        let admitted: BTreeSet<&str> = check.split('\'').skip(1).step_by(2).collect();
        assert_eq!(admitted, BTreeSet::from_iter(words), "{table}.{column}: a migration must change its CHECK");
    }
}
