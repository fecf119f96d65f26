//! Migrations run over data, at once from several processes, and as a login role that is no superuser.

use std::{fs, path::Path};

use sqlx::{
    AssertSqlSafe, ConnectOptions, Executor, PgPool,
    migrate::{Migration, Migrator},
    postgres::PgConnectOptions,
};
use tinybug_model::MutantId;
use tinybug_store::{SchemaStatus, Source, Store, StoreError, TestSet};

use crate::support::{store, tenant};

static MIGRATIONS: Migrator = sqlx::migrate!("../../migrations");

/// A database and a login role of this test and run, on the server of the pool.
struct Scratch {
    name: String,
    options: PgConnectOptions,
}

impl Scratch {
    fn new(pool: &PgPool, what: &str) -> Self {
        let name = format!("tinybug_{what}_{}", std::process::id());
        let options = pool.connect_options().as_ref().clone().database(&name);
        Self { name, options }
    }

    fn url(&self) -> String {
        self.options.to_url_lossy().to_string()
    }

    async fn drop(self, pool: &PgPool) {
        pool.execute(AssertSqlSafe(format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name))).await.unwrap();
    }
}

#[sqlx::test(migrations = false)]
async fn each_migration_runs_over_the_data_of_those_before(pool: PgPool) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../migrations");
    let mut done: Vec<Migration> = Vec::new();
    for migration in MIGRATIONS.iter() {
        done.push(migration.clone());
        Migrator::with_migrations(done.clone()).run(&pool).await.unwrap();
        let name = format!("{}_{}.sql", migration.version, migration.description.replace(' ', "_"));
        let data = fs::read_to_string(folder.join("testdata").join(&name)).unwrap_or_else(|error| {
            panic!("add sample data for this migration as migrations/testdata/{name}: {error}")
        });
        pool.execute(AssertSqlSafe(data)).await.unwrap_or_else(|error| panic!("{name}: {error}"));
    }
    let empty: Vec<String> = sqlx::query_scalar(
        "SELECT c.relname::text FROM pg_class c
         WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'
         AND (xpath('/row/c/text()', query_to_xml(format('SELECT count(*) AS c FROM %I', c.relname), false, true, ''))
             )[1]::text = '0'",
    )
    .fetch_all(&pool)
    .await
    .unwrap();
    assert!(empty.is_empty(), "the sample data of migrations/testdata leave these tables empty: {empty:?}");
    read_the_sample_data(&store(&pool).await).await;
}

/// The code reads what older versions have written.
async fn read_the_sample_data(store: &Store) {
    let acme = store.system().org_by_slug("acme").await.unwrap().unwrap();
    let acme = store.org(acme.id);
    assert_eq!(acme.tokens().await.unwrap().len(), 1);
    let measurements = acme.measurements(None, None, 10).await.unwrap().items;
    assert_eq!(
        measurements.iter().map(|item| &item.source).collect::<Vec<_>>(),
        [&Source::WorkingTree, &Source::Revision("main".into())]
    );
    let done = measurements[1].id;
    let mutants = acme.all_mutants(done).await.unwrap();
    assert_eq!(mutants.len(), 2);
    let sentences: Vec<_> = mutants.iter().map(|mutant| mutant.description.as_deref()).collect();
    assert_eq!(sentences, [None, Some("`shop/tax.py` is strict no more.")], "mutants drawn before have no sentence");
    let history = acme.mutant(done, &MutantId("m0".into())).await.unwrap().unwrap();
    assert_eq!(history.attempts[0].ran, [0, 1].into_iter().collect::<TestSet>());
    assert_eq!(acme.progress(done).await.unwrap().unwrap().closed_trials, 1);
    let history = acme.test_history(measurements[1].repository).await.unwrap();
    assert!(history.passed_at("c0ffee", 1) && history.quiet().get(1) == 1);
    assert_eq!(history.known()[&1].profile, serde_json::json!({"runs": 5, "failures": 1}));
}

#[sqlx::test(migrations = false)]
async fn a_missing_database_is_made_by_one_of_those_who_migrate_at_once(pool: PgPool) {
    let scratch = Scratch::new(&pool, "twice");
    let url = scratch.url();
    let (one, two) = tokio::join!(Store::migrate(&url), Store::migrate(&url));
    one.unwrap();
    two.unwrap();
    Store::migrate(&url).await.unwrap();
    let store = Store::connect(&url).await.unwrap();
    assert_eq!(store.system().schema().await.unwrap(), SchemaStatus::Current);
    store.close().await;
    scratch.drop(&pool).await;
}

#[sqlx::test(migrations = false)]
async fn a_login_role_that_is_no_superuser_can_own_the_schema(pool: PgPool) {
    let scratch = Scratch::new(&pool, "owned");
    let role = scratch.name.clone();
    Migrator::with_migrations(MIGRATIONS.iter().cloned().collect()).run(&pool).await.unwrap();
    for statement in [
        format!("CREATE ROLE {role} LOGIN PASSWORD 'secret'"),
        format!("GRANT tinybug_app, tinybug_system TO {role}"),
        format!("CREATE DATABASE {role} OWNER {role}"),
    ] {
        pool.execute(AssertSqlSafe(statement)).await.unwrap();
    }
    let url = scratch.options.clone().username(&role).password("secret").to_url_lossy().to_string();
    Store::migrate(&url).await.unwrap();
    let store = Store::connect(&url).await.unwrap();
    let acme = tenant(&store, "acme", 1).await;
    assert_eq!(acme.store.repositories().await.unwrap(), [acme.repository]);
    store.close().await;
    scratch.drop(&pool).await;
    pool.execute(AssertSqlSafe(format!("DROP ROLE {role}"))).await.unwrap();
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_database_without_tables_lacks_every_migration(pool: PgPool) {
    // The roles are there: they belong to the server.
    pool.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public").await.unwrap();
    let missing = u32::try_from(MIGRATIONS.iter().count()).unwrap();
    assert_eq!(store(&pool).await.system().schema().await.unwrap(), SchemaStatus::Behind { missing });
}

#[sqlx::test(migrations = false)]
async fn a_login_role_that_may_not_act_as_the_others_is_refused_at_once(pool: PgPool) {
    let scratch = Scratch::new(&pool, "stranger");
    let role = scratch.name.clone();
    Migrator::with_migrations(MIGRATIONS.iter().cloned().collect()).run(&pool).await.unwrap();
    pool.execute(AssertSqlSafe(format!("CREATE ROLE {role} LOGIN PASSWORD 'secret'"))).await.unwrap();
    let stranger = pool.connect_options().as_ref().clone().username(&role).password("secret");
    let refused = Store::connect_with(stranger).await.unwrap_err();
    assert!(matches!(refused, StoreError::Query(_)), "{refused:?}");
    pool.execute(AssertSqlSafe(format!("DROP ROLE {role}"))).await.unwrap();
}
