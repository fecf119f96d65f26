//! Attempts at builds: begun, finished once, read as facts to judge by.

use std::{collections::BTreeMap, ops::RangeInclusive};

use sqlx::{PgConnection, types::Json};
use tinybug_model::{AttemptSummary, BuildEnd, BuildRef, BuildRole, MeasurementId, MeasurementRef};
use uuid::Uuid;

use crate::{
    OrgStore, RunRecord, StoreError, TestSet, bitmap,
    number::{narrow, whole, wide},
    text::{clean, clean_json},
};

/// What beginning an attempt found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AttemptStart {
    /// Nobody had begun it.
    Fresh,
    /// It was begun and never finished: its worker was lost. Run it again.
    Running,
    /// It was finished: nothing is left to do.
    Finished(AttemptSummary),
}

/// A test that failed in an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TestFailure {
    /// The test, by its ordinal.
    pub ordinal: u32,
    /// Times that the report held it.
    pub runs: u32,
    /// Of these, failed.
    pub failures: u32,
    /// The first lines of what it said.
    pub message: Option<String>,
}

/// What an attempt brought, to be kept.
#[derive(Debug, Clone)]
pub struct FinishedAttempt {
    /// How it ended.
    pub end: BuildEnd,
    /// How long the command took.
    pub duration_ms: u64,
    /// Tests that reported a result other than skipped, failed ones included.
    pub ran: TestSet,
    /// Tests that failed, each once.
    pub failures: Vec<TestFailure>,
    /// The last lines of its output.
    pub output_tail: String,
}

/// What a finished attempt says.
#[derive(Debug, Clone, PartialEq)]
pub struct AttemptFacts {
    /// At which build.
    pub build: BuildRef,
    /// Which attempt.
    pub number: u32,
    /// How it ended.
    pub end: BuildEnd,
    /// How long the command took.
    pub duration_ms: u64,
    /// Tests that reported a result other than skipped, failed ones included.
    pub ran: TestSet,
    /// Tests that failed, by ordinal.
    pub failures: Vec<TestFailure>,
    /// The last lines of its output.
    pub output_tail: String,
}

impl OrgStore {
    /// Begins an attempt at an open build, on this host, or says how far it came before.
    pub async fn begin_attempt(&self, build: BuildRef, number: u32, host: &str) -> Result<AttemptStart, StoreError> {
        let mut tx = self.begin().await?;
        let id = self.build_id(&mut tx, build).await?;
        let fresh = sqlx::query!(
            "INSERT INTO attempts (org_id, build_id, number, host) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
            self.org.uuid(),
            id,
            i64::from(number),
            host
        )
        .execute(&mut *tx)
        .await?
        .rows_affected();
        let start = if fresh > 0 {
            sqlx::query!(
                "UPDATE builds SET attempts = attempts + 1 WHERE org_id = $1 AND id = $2",
                self.org.uuid(),
                id
            )
            .execute(&mut *tx)
            .await?;
            AttemptStart::Fresh
        } else if let Some(summary) = self.summary(&mut tx, id, number).await? {
            AttemptStart::Finished(summary)
        } else {
            sqlx::query!(
                "UPDATE attempts SET host = $4, started_at = now()
                 WHERE  org_id = $1 AND build_id = $2 AND number = $3 AND state = 'running'",
                self.org.uuid(),
                id,
                i64::from(number),
                host
            )
            .execute(&mut *tx)
            .await?;
            AttemptStart::Running
        };
        tx.commit().await?;
        Ok(start)
    }

    /// Keeps what the attempt brought, and returns the summary that stands: the first.
    pub async fn finish_attempt(
        &self,
        build: BuildRef,
        number: u32,
        finished: &FinishedAttempt,
    ) -> Result<AttemptSummary, StoreError> {
        let mut tx = self.begin().await?;
        let id = self.build_id(&mut tx, build).await?;
        let first = sqlx::query!(
            "UPDATE attempts
             SET    state = 'finished', finished_at = now(), ending = $4, duration_ms = $5, ran = $6, tests = $7,
                    failed = $8, output_tail = $9
             WHERE  org_id = $1 AND build_id = $2 AND number = $3 AND state = 'running'",
            self.org.uuid(),
            id,
            i64::from(number),
            clean_json(&end_json(&finished.end)),
            wide(finished.duration_ms),
            bitmap::to_bytes(&finished.ran),
            wide(finished.ran.len()),
            i64::try_from(finished.failures.len()).unwrap_or(i64::MAX),
            clean(&finished.output_tail)
        )
        .execute(&mut *tx)
        .await?
        .rows_affected();
        if first > 0 {
            self.insert_failures(&mut tx, id, number, &finished.failures).await?;
        }
        let summary = self.summary(&mut tx, id, number).await?.ok_or(StoreError::Missing("attempt"))?;
        tx.commit().await?;
        Ok(summary)
    }

    /// The finished attempts at a build, in order.
    pub async fn attempts_of(&self, build: BuildRef) -> Result<Vec<AttemptFacts>, StoreError> {
        let mut tx = self.begin().await?;
        let attempts = self.facts(&mut tx, build.measurement, build.role, build.number..=build.number).await?;
        tx.commit().await?;
        Ok(attempts)
    }

    /// The finished attempts at all builds of the unchanged code, by build and attempt.
    pub async fn baseline_runs(&self, measurement: MeasurementRef) -> Result<Vec<AttemptFacts>, StoreError> {
        let mut tx = self.begin().await?;
        let attempts = self.facts(&mut tx, measurement, BuildRole::Baseline, 0..=u32::MAX).await?;
        tx.commit().await?;
        Ok(attempts)
    }

    /// The trial of the current pass that carries a mutant, and the finished attempts at its build.
    pub(crate) async fn attempts_on(
        &self,
        connection: &mut PgConnection,
        measurement: MeasurementId,
        mutant: u32,
    ) -> Result<(Option<u32>, Vec<AttemptFacts>), StoreError> {
        let trial = sqlx::query!(
            "SELECT t.pass, t.trial
             FROM   trial_mutants t
             JOIN   measurements m ON m.org_id = t.org_id AND m.id = t.measurement_id AND m.pass = t.pass
             WHERE  t.org_id = $1 AND t.measurement_id = $2 AND t.mutant = $3",
            self.org.uuid(),
            measurement.uuid(),
            i64::from(mutant)
        )
        .fetch_optional(&mut *connection)
        .await?;
        let Some(row) = trial else { return Ok((None, Vec::new())) };
        let trial = narrow("trial_mutants.trial", row.trial)?;
        let pass = narrow("trial_mutants.pass", row.pass)?;
        let measurement = MeasurementRef { org: self.org, id: measurement, pass };
        Ok((Some(trial), self.facts(connection, measurement, BuildRole::Trial, trial..=trial).await?))
    }

    /// The finished attempts at builds of a role with these numbers, by build and attempt.
    async fn facts(
        &self,
        connection: &mut PgConnection,
        measurement: MeasurementRef,
        role: BuildRole,
        numbers: RangeInclusive<u32>,
    ) -> Result<Vec<AttemptFacts>, StoreError> {
        let runs = self.finished_runs(connection, measurement, role, numbers).await?;
        Ok(runs.into_iter().map(|run| run.attempt).collect())
    }

    /// The same, and what of them is recorded.
    pub(crate) async fn finished_runs(
        &self,
        connection: &mut PgConnection,
        measurement: MeasurementRef,
        role: BuildRole,
        numbers: RangeInclusive<u32>,
    ) -> Result<Vec<RunRecord>, StoreError> {
        let (id, pass) = self.own(measurement)?;
        let rows = sqlx::query!(
            r#"SELECT b.number AS build, a.number, a.finished_at AS "finished_at!", a.profiled,
                      a.ending AS "ending!: Json<BuildEnd>", a.duration_ms AS "duration_ms!", a.ran AS "ran!",
                      a.output_tail AS "output_tail!"
               FROM   builds b
               JOIN   attempts a ON a.org_id = b.org_id AND a.build_id = b.id
               WHERE  b.org_id = $1 AND b.measurement_id = $2 AND b.pass = $3 AND b.role = $4
               AND    b.number BETWEEN $5 AND $6
               AND    a.state = 'finished'
               ORDER  BY b.number, a.number"#,
            self.org.uuid(),
            id,
            pass,
            role.name(),
            i64::from(*numbers.start()),
            i64::from(*numbers.end())
        )
        .fetch_all(&mut *connection)
        .await?;
        // After the attempts: an attempt that is seen as finished was finished together with its failures.
        let mut failures = self.failures(connection, (id, pass), role, &numbers).await?;
        rows.into_iter()
            .map(|row| {
                let attempt = AttemptFacts {
                    build: BuildRef { measurement, role, number: narrow("builds.number", row.build)? },
                    number: narrow("attempts.number", row.number)?,
                    end: row.ending.0,
                    duration_ms: whole("attempts.duration_ms", row.duration_ms)?,
                    ran: bitmap::from_bytes("attempts.ran", &row.ran)?,
                    failures: failures.remove(&(row.build, row.number)).unwrap_or_default(),
                    output_tail: row.output_tail,
                };
                Ok(RunRecord { attempt, finished_at: row.finished_at, fresh: !row.profiled })
            })
            .collect()
    }

    /// Failures by number of build and attempt.
    async fn failures(
        &self,
        connection: &mut PgConnection,
        (id, pass): (Uuid, i64),
        role: BuildRole,
        numbers: &RangeInclusive<u32>,
    ) -> Result<BTreeMap<(i64, i64), Vec<TestFailure>>, StoreError> {
        let rows = sqlx::query!(
            "SELECT b.number AS build, f.attempt, f.ordinal, f.runs, f.failures, f.message
             FROM   builds b
             JOIN   test_failures f ON f.org_id = b.org_id AND f.build_id = b.id
             WHERE  b.org_id = $1 AND b.measurement_id = $2 AND b.pass = $3 AND b.role = $4
             AND    b.number BETWEEN $5 AND $6
             ORDER  BY b.number, f.attempt, f.ordinal",
            self.org.uuid(),
            id,
            pass,
            role.name(),
            i64::from(*numbers.start()),
            i64::from(*numbers.end())
        )
        .fetch_all(connection)
        .await?;
        let mut failures: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for row in rows {
            failures.entry((row.build, row.attempt)).or_default().push(TestFailure {
                ordinal: narrow("test_failures.ordinal", row.ordinal)?,
                runs: narrow("test_failures.runs", row.runs)?,
                failures: narrow("test_failures.failures", row.failures)?,
                message: row.message,
            });
        }
        Ok(failures)
    }

    async fn summary(
        &self,
        connection: &mut PgConnection,
        build: i64,
        number: u32,
    ) -> Result<Option<AttemptSummary>, StoreError> {
        let row = sqlx::query!(
            r#"SELECT ending AS "ending!: Json<BuildEnd>", tests AS "tests!", failed AS "failed!"
               FROM   attempts
               WHERE  org_id = $1 AND build_id = $2 AND number = $3 AND state = 'finished'"#,
            self.org.uuid(),
            build,
            i64::from(number)
        )
        .fetch_optional(connection)
        .await?;
        row.map(|row| {
            Ok(AttemptSummary {
                end: row.ending.0,
                tests: narrow("attempts.tests", row.tests)?,
                failed: narrow("attempts.failed", row.failed)?,
            })
        })
        .transpose()
    }

    async fn insert_failures(
        &self,
        connection: &mut PgConnection,
        build: i64,
        number: u32,
        failures: &[TestFailure],
    ) -> Result<(), StoreError> {
        let ordinals: Vec<i64> = failures.iter().map(|failure| i64::from(failure.ordinal)).collect();
        let runs: Vec<i64> = failures.iter().map(|failure| i64::from(failure.runs)).collect();
        let failed: Vec<i64> = failures.iter().map(|failure| i64::from(failure.failures)).collect();
        let messages: Vec<Option<String>> =
            failures.iter().map(|failure| failure.message.as_deref().map(clean)).collect();
        sqlx::query!(
            "INSERT INTO test_failures (org_id, build_id, attempt, ordinal, runs, failures, message)
             SELECT $1, $2, $3, ordinal, runs, failures, message
             FROM   UNNEST($4::bigint[], $5::bigint[], $6::bigint[], $7::text[])
                    AS failed (ordinal, runs, failures, message)",
            self.org.uuid(),
            build,
            i64::from(number),
            &ordinals,
            &runs,
            &failed,
            &messages as &[Option<String>]
        )
        .execute(connection)
        .await?;
        Ok(())
    }
}

fn end_json(end: &BuildEnd) -> serde_json::Value {
    serde_json::to_value(end).expect("an end is plain data with text keys")
}
