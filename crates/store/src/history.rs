//! What a repository's tests did on code that cannot have broken them, across measurements.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::{PgConnection, types::Json};
use tinybug_model::{RepositoryId, TestState};
use uuid::Uuid;

use crate::{
    OrgStore, RunCounts, StoreError, TestSet, bitmap,
    number::{narrow, whole, wide},
    text::clean_json,
};

/// Commits of which it is known which tests passed there.
const COMMITS: usize = 4;

/// A test that failed at least once by itself.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct KnownTest {
    /// What it is held to be.
    pub state: TestState,
    /// The profile, as the judge keeps it.
    pub profile: Value,
    /// Fingerprints of what it said when it failed, the latest at the end.
    pub messages: Vec<u64>,
    /// Runs, ever.
    pub runs: u64,
    /// Of these, failures.
    pub failures: u64,
    /// When it failed last.
    pub last_failure_at: Option<DateTime<Utc>>,
    /// Verdicts of the last measurement that hang on this test alone.
    pub taint: u32,
}

/// The history of a repository's tests.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TestHistory {
    quiet: RunCounts,
    passed: Vec<(String, TestSet)>,
    files: BTreeMap<String, String>,
    known: BTreeMap<u32, KnownTest>,
    changed: BTreeSet<u32>,
    files_changed: bool,
}

impl TestHistory {
    /// Runs of the tests that never failed.
    pub fn quiet(&self) -> &RunCounts {
        &self.quiet
    }

    /// The tests that failed at least once, by ordinal.
    pub fn known(&self) -> &BTreeMap<u32, KnownTest> {
        &self.known
    }

    /// A test that failed at least once, to be changed.
    pub fn known_mut(&mut self, test: u32) -> Option<&mut KnownTest> {
        let known = self.known.get_mut(&test)?;
        self.changed.insert(test);
        Some(known)
    }

    /// Takes a test out of what was read.
    pub(crate) fn forget(&mut self, test: u32) -> Option<KnownTest> {
        self.known.remove(&test)
    }

    /// Counts a run in which tests that never failed passed.
    pub fn pass(&mut self, commit: &str, mut tests: TestSet) {
        tests -= self.known.keys().copied().collect::<TestSet>();
        let mut there = match self.passed.iter().position(|(seen, _)| seen == commit) {
            Some(place) => self.passed.remove(place).1,
            None => TestSet::new(),
        };
        there |= &tests;
        self.passed.push((commit.to_owned(), there));
        let surplus = self.passed.len().saturating_sub(COMMITS);
        self.passed.drain(..surplus);
        self.quiet.add(tests);
    }

    /// Whether a test that never failed passed at that commit, as far as is known.
    pub fn passed_at(&self, commit: &str, test: u32) -> bool {
        self.passed.iter().any(|(seen, tests)| seen == commit && tests.contains(test))
    }

    /// From now on a test is known by a profile of its own.
    pub fn know(&mut self, test: u32, known: KnownTest) {
        self.quiet.remove(test);
        self.changed.insert(test);
        self.known.insert(test, known);
    }

    /// Leaves a quarter of the runs of tests that never failed.
    pub fn quarter(&mut self, tests: &TestSet) {
        self.quiet.quarter(tests);
    }

    /// The content that a file of tests had when they were last measured.
    pub fn file(&self, path: &str) -> Option<&str> {
        self.files.get(path).map(String::as_str)
    }

    /// Remembers the content of a file of tests.
    pub fn set_file(&mut self, path: &str, content: &str) {
        self.files_changed |= self.files.insert(path.to_owned(), content.to_owned()).as_deref() != Some(content);
    }
}

impl OrgStore {
    /// What is known of the repository's tests.
    pub async fn test_history(&self, repository: RepositoryId) -> Result<TestHistory, StoreError> {
        let mut tx = self.begin().await?;
        let history = self.read_history(&mut tx, repository.uuid(), false).await?;
        tx.commit().await?;
        Ok(history.unwrap_or_default())
    }

    /// Writes how many verdicts of a measurement hang on single tests; on others hang none.
    pub async fn save_taint(&self, repository: RepositoryId, taint: &BTreeMap<u32, u32>) -> Result<(), StoreError> {
        let tests: Vec<i64> = taint.keys().map(|test| i64::from(*test)).collect();
        let verdicts: Vec<i64> = taint.values().map(|verdicts| i64::from(*verdicts)).collect();
        let mut tx = self.begin().await?;
        self.lock_history(&mut tx, repository.uuid()).await?;
        sqlx::query!(
            "UPDATE test_profiles AS profile
             SET    taint = COALESCE(hanging.verdicts, 0)
             FROM   test_profiles AS old
             LEFT   JOIN UNNEST($3::bigint[], $4::bigint[]) AS hanging (ordinal, verdicts)
                    ON hanging.ordinal = old.ordinal
             WHERE  profile.org_id = $1 AND profile.repository_id = $2
             AND    old.org_id = $1 AND old.repository_id = $2 AND old.ordinal = profile.ordinal
             AND    profile.taint <> COALESCE(hanging.verdicts, 0)",
            self.org.uuid(),
            repository.uuid(),
            &tests,
            &verdicts
        )
        .execute(&mut *tx)
        .await?;
        Ok(tx.commit().await?)
    }

    /// Whoever changes the history of the same repository at the same time waits here.
    pub(crate) async fn lock_history(&self, connection: &mut PgConnection, repository: Uuid) -> Result<(), StoreError> {
        sqlx::query!(
            "INSERT INTO test_histories (org_id, repository_id) VALUES ($1, $2) ON CONFLICT DO NOTHING",
            self.org.uuid(),
            repository
        )
        .execute(&mut *connection)
        .await
        .map_err(|error| StoreError::on_insert(error, "test history", "repository"))?;
        sqlx::query!(
            "SELECT repository_id FROM test_histories WHERE org_id = $1 AND repository_id = $2 FOR NO KEY UPDATE",
            self.org.uuid(),
            repository
        )
        .fetch_one(connection)
        .await?;
        Ok(())
    }

    /// The history; `None` when nothing was ever recorded.
    pub(crate) async fn read_history(
        &self,
        connection: &mut PgConnection,
        repository: Uuid,
        locked: bool,
    ) -> Result<Option<TestHistory>, StoreError> {
        if locked {
            self.lock_history(connection, repository).await?;
        }
        let row = sqlx::query!(
            r#"SELECT planes, commits, passed, files AS "files: Json<BTreeMap<String, String>>"
               FROM   test_histories
               WHERE  org_id = $1 AND repository_id = $2"#,
            self.org.uuid(),
            repository
        )
        .fetch_optional(&mut *connection)
        .await?;
        let known = self.read_known(connection, repository).await?;
        let Some(row) = row else {
            return Ok((!known.is_empty()).then(|| TestHistory { known, ..TestHistory::default() }));
        };
        let passed = row.passed.iter().map(|bytes| bitmap::from_bytes("test_histories.passed", bytes));
        Ok(Some(TestHistory {
            quiet: RunCounts::from_planes(&row.planes)?,
            passed: row
                .commits
                .into_iter()
                .zip(passed)
                .map(|(commit, tests)| Ok((commit, tests?)))
                .collect::<Result<_, StoreError>>()?,
            files: row.files.0,
            known,
            changed: BTreeSet::new(),
            files_changed: false,
        }))
    }

    async fn read_known(
        &self,
        connection: &mut PgConnection,
        repository: Uuid,
    ) -> Result<BTreeMap<u32, KnownTest>, StoreError> {
        // A version that kept no profile counted runs and failures of every test.
        let rows = sqlx::query!(
            r#"SELECT ordinal, runs, failures, last_failure_at, state, taint, messages AS "messages: Json<Vec<u64>>",
                      COALESCE(profile, jsonb_build_object('runs', runs, 'failures', failures)) AS "profile!"
               FROM   test_profiles
               WHERE  org_id = $1 AND repository_id = $2
               ORDER  BY ordinal"#,
            self.org.uuid(),
            repository
        )
        .fetch_all(connection)
        .await?;
        rows.into_iter()
            .map(|row| {
                let known = KnownTest {
                    state: read_state(&row.state)?,
                    profile: row.profile,
                    messages: row.messages.0,
                    runs: whole("test_profiles.runs", row.runs)?,
                    failures: whole("test_profiles.failures", row.failures)?,
                    last_failure_at: row.last_failure_at,
                    taint: narrow("test_profiles.taint", row.taint)?,
                };
                Ok((narrow("test_profiles.ordinal", row.ordinal)?, known))
            })
            .collect()
    }

    /// Writes what was changed in a history that was read under the lock.
    pub(crate) async fn write_history(
        &self,
        connection: &mut PgConnection,
        repository: Uuid,
        history: &TestHistory,
    ) -> Result<(), StoreError> {
        let (commits, passed): (Vec<String>, Vec<Vec<u8>>) =
            history.passed.iter().map(|(commit, tests)| (commit.clone(), bitmap::to_bytes(tests))).unzip();
        sqlx::query!(
            "UPDATE test_histories
             SET    planes = $3, commits = $4, passed = $5, files = COALESCE($6, files)
             WHERE  org_id = $1 AND repository_id = $2",
            self.org.uuid(),
            repository,
            &history.quiet.to_planes(),
            &commits,
            &passed,
            history.files_changed.then(|| Json(&history.files)) as _
        )
        .execute(&mut *connection)
        .await?;
        let changed: Vec<(u32, &KnownTest)> =
            history.changed.iter().filter_map(|test| Some((*test, history.known.get(test)?))).collect();
        sqlx::query!(
            "INSERT INTO test_profiles AS profile (org_id, repository_id, ordinal, runs, failures, last_failure_at,
                                                   state, profile, messages)
             SELECT $1, $2, ordinal, runs, failures, last_failure_at, state, changed.profile, messages
             FROM   UNNEST($3::bigint[], $4::bigint[], $5::bigint[], $6::timestamptz[], $7::text[], $8::jsonb[],
                           $9::jsonb[])
                    AS changed (ordinal, runs, failures, last_failure_at, state, profile, messages)
             ON CONFLICT (org_id, repository_id, ordinal) DO UPDATE
             SET    runs = EXCLUDED.runs, failures = EXCLUDED.failures, last_failure_at = EXCLUDED.last_failure_at,
                    state = EXCLUDED.state, profile = EXCLUDED.profile, messages = EXCLUDED.messages",
            self.org.uuid(),
            repository,
            &changed.iter().map(|(test, _)| i64::from(*test)).collect::<Vec<_>>(),
            &column(&changed, |known| wide(known.runs)),
            &column(&changed, |known| wide(known.failures)),
            &column(&changed, |known| known.last_failure_at) as &[Option<DateTime<Utc>>],
            &column(&changed, |known| known.state.name().to_owned()),
            &column(&changed, |known| clean_json(&known.profile)),
            &column(&changed, |known| Value::from(known.messages.clone()))
        )
        .execute(connection)
        .await?;
        Ok(())
    }
}

fn column<T>(changed: &[(u32, &KnownTest)], value: impl Fn(&KnownTest) -> T) -> Vec<T> {
    changed.iter().map(|(_, known)| value(known)).collect()
}

fn read_state(name: &str) -> Result<TestState, StoreError> {
    TestState::from_name(name).ok_or_else(|| StoreError::unreadable("test_profiles.state", name))
}
