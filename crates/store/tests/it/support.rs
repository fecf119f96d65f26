//! What tests begin with: orgs that have been through a whole measurement.

use serde_json::json;
use sqlx::PgPool;
use tinybug_model::{
    BuildEnd, BuildRef, BuildRole, Language, MeasurementRef, Mutant, MutantId, Plan, TestId, TestState, Tier, Verdict,
};
use tinybug_store::{
    BuildRecord, Commit, Drawing, FinishedAttempt, KnownTest, MeasurementRequest, MutantCoverage, NewJudgement,
    NewRepository, NewToken, Org, OrgStore, Prepared, Repository, RepositoryKind, Source, Store, StoreError,
    TestFailure, TestHistory, TestSet,
};

/// The store on the database of this test.
pub(crate) async fn store(pool: &PgPool) -> Store {
    Store::connect_with(pool.connect_options().as_ref().clone()).await.unwrap()
}

/// A token whose secret hashes to 32 times this byte.
pub(crate) fn token(byte: u8) -> NewToken {
    NewToken { name: "first".into(), hash: [byte; 32], hint: "tbk_ab…yz".into(), expires_at: None }
}

/// An org that serves.
pub(crate) async fn org(store: &Store, slug: &str, token_byte: u8) -> (Org, OrgStore) {
    let org = store.system().create_org(slug, slug, &token(token_byte)).await.unwrap();
    let right = store.org(org.id);
    right.mark_ready().await.unwrap();
    (org, right)
}

/// A repository of the org.
pub(crate) async fn repository(org: &OrgStore, name: &str) -> Repository {
    let kind = RepositoryKind::Local { path: "/srv/shop".into() };
    org.create_repository(&NewRepository { name: name.into(), kind }).await.unwrap()
}

/// A measurement that was asked for.
pub(crate) async fn measurement(org: &OrgStore, repository: &Repository) -> MeasurementRef {
    let request = MeasurementRequest {
        repository: repository.id,
        source: Source::Revision("main".into()),
        plan: Plan::default(),
    };
    org.request_measurement(&request).await.unwrap()
}

/// The mutant at this place in the order of the draw.
pub(crate) fn mutant(number: u32) -> Mutant {
    Mutant {
        id: MutantId(format!("m{number}")),
        language: Language::Python,
        path: "shop/cart.py".into(),
        operator: "arithmetic.plus_minus".into(),
        tier: Tier::Default,
        line: number + 1,
        column: 5,
        start_byte: 10,
        end_byte: 11,
        original: "+".into(),
        replacement: "-".into(),
        function: "Cart.total".into(),
    }
}

/// What preparing found out, with this commit.
pub(crate) fn prepared(sha: &str) -> Prepared {
    let commit = Commit { sha: sha.into(), dirty: false };
    Prepared { commit, prefix: format!("tinybug/{sha}"), effective: json!({"command": "pytest"}) }
}

/// A drawing of this many mutants.
pub(crate) fn drawing(mutants: u32) -> Drawing {
    Drawing {
        mutants: (0..mutants).map(mutant).collect(),
        descriptions: (0..mutants).map(|number| format!("Mutant {number}.")).collect(),
        population: 40,
        strata: json!({"shop": 40}),
    }
}

/// Which build.
pub(crate) fn build(measurement: MeasurementRef, role: BuildRole, number: u32) -> BuildRef {
    BuildRef { measurement, role, number }
}

/// An attempt in which the tests `0..ran` ran and those in `failed` failed.
pub(crate) fn finished(ran: u32, failed: &[u32]) -> FinishedAttempt {
    FinishedAttempt {
        end: BuildEnd::Exited { code: i32::from(!failed.is_empty()) },
        duration_ms: 1200,
        ran: (0..ran).collect(),
        failures: failed
            .iter()
            .map(|ordinal| TestFailure { ordinal: *ordinal, runs: 1, failures: 1, message: Some("1 != 2".into()) })
            .collect(),
        output_tail: "done".into(),
    }
}

/// A verdict for a mutant that one test caught.
pub(crate) fn judgement(verdict: Verdict) -> NewJudgement {
    NewJudgement {
        verdict,
        confidence: Some(0.999),
        posterior: Some(0.999),
        caught_by: vec![TestId::local("test_cart", "test_total")],
        attempts: 2,
        provenance: json!({"formula": 1}),
    }
}

/// The names of three tests.
pub(crate) fn tests() -> Vec<TestId> {
    ["test_total", "test_empty", "test_tax"].map(|name| TestId::local("test_cart", name)).to_vec()
}

/// An org that has a row in every table.
pub(crate) struct Tenant {
    pub(crate) org: Org,
    pub(crate) store: OrgStore,
    pub(crate) repository: Repository,
    pub(crate) measurement: MeasurementRef,
}

/// Takes a new org through a measurement: three mutants, the first without coverage, the second detected.
pub(crate) async fn tenant(store: &Store, slug: &str, token_byte: u8) -> Tenant {
    let (org, right) = org(store, slug, token_byte).await;
    let repository = repository(&right, "shop").await;
    let measurement = measurement(&right, &repository).await;
    right.prepare(measurement, &prepared("c0ffee"), &drawing(3)).await.unwrap();
    right.upsert_test_cases(repository.id, &tests()).await.unwrap();
    attempt(&right, build(measurement, BuildRole::Baseline, 0), 1, &finished(3, &[2])).await;
    record(&right, measurement, BuildRole::Baseline).await;
    right.save_baseline(measurement, &json!({"tests": 3})).await.unwrap();
    let covering = |number, tests: &[u32]| MutantCoverage { number, covering: tests.iter().collect::<TestSet>() };
    right.save_coverage(measurement, &[covering(0, &[]), covering(1, &[0, 1])]).await.unwrap();
    right.open_trials(measurement).await.unwrap();
    attempt(&right, build(measurement, BuildRole::Trial, 0), 1, &finished(3, &[0])).await;
    right.save_verdict(measurement, 1, &judgement(Verdict::Detected)).await.unwrap();
    Tenant { org, store: right, repository, measurement }
}

/// Puts all attempts at builds of a role into the history, in a simple manner: tests that never failed are counted,
/// those that did are known by their numbers. Returns how many attempts were fresh.
pub(crate) async fn record(org: &OrgStore, measurement: MeasurementRef, role: BuildRole) -> usize {
    let mut fresh = 0;
    let record = |history: &mut TestHistory, builds: &[BuildRecord]| {
        for run in builds.iter().flat_map(|build| &build.runs).filter(|run| run.fresh) {
            fresh += 1;
            let failed: TestSet = run.attempt.failures.iter().map(|failure| failure.ordinal).collect();
            for test in &run.attempt.ran {
                let failures = u64::from(failed.contains(test));
                if let Some(known) = history.known_mut(test) {
                    (known.runs, known.failures) = (known.runs + 1, known.failures + failures);
                } else if failures > 0 {
                    let runs = u64::from(history.quiet().get(test)) + 1;
                    let state = TestState::Flaky;
                    let profile = json!({"runs": runs});
                    let last_failure_at = Some(run.finished_at);
                    let messages = vec![u64::MAX, 7];
                    history
                        .know(test, KnownTest { state, profile, messages, runs, failures, last_failure_at, taint: 0 });
                }
            }
            history.pass("c0ffee", &run.attempt.ran - &failed);
        }
        Ok::<(), StoreError>(())
    };
    org.record_runs(measurement, role, 0..=u32::MAX, record).await.unwrap();
    fresh
}

/// Opens the build and takes an attempt at it from begin to end.
pub(crate) async fn attempt(org: &OrgStore, build: BuildRef, number: u32, finished: &FinishedAttempt) {
    org.open_build(build).await.unwrap();
    org.begin_attempt(build, number, "host-1").await.unwrap();
    org.finish_attempt(build, number, finished).await.unwrap();
}
