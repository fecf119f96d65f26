//! Putting what attempts show of tests into the repository's history, each attempt once.

use std::{collections::BTreeMap, ops::RangeInclusive};

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use tinybug_model::{BuildRole, MeasurementRef};
use uuid::Uuid;

use crate::{AttemptFacts, OrgStore, StoreError, TestHistory, TestSet, bitmap, number::narrow};

/// A finished attempt, and whether it is still to be recorded.
#[derive(Debug, Clone, PartialEq)]
pub struct RunRecord {
    /// What it says.
    pub attempt: AttemptFacts,
    /// When it ended.
    pub finished_at: DateTime<Utc>,
    /// Whether no history holds it yet.
    pub fresh: bool,
}

/// The finished attempts at one build, in order.
#[derive(Debug, Clone, PartialEq)]
pub struct BuildRecord {
    /// The attempts.
    pub runs: Vec<RunRecord>,
    /// The tests that execute the line of a mutant that the build carries; `None` when that is not known of each of
    /// its mutants. A build without mutants has none.
    pub covering: Option<TestSet>,
}

impl OrgStore {
    /// Has `record` put the attempts at builds of one role into the history of the repository's tests, and marks them,
    /// in one transaction. `record` is called only when one of them is fresh, with all of them, by build.
    pub async fn record_runs<E: From<StoreError>>(
        &self,
        measurement: MeasurementRef,
        role: BuildRole,
        numbers: RangeInclusive<u32>,
        record: impl FnOnce(&mut TestHistory, &[BuildRecord]) -> Result<(), E>,
    ) -> Result<(), E> {
        let recorded = self.begin_record(measurement, role, numbers).await?;
        let Some((mut tx, repository, mut history, builds)) = recorded else { return Ok(()) };
        record(&mut history, &builds)?;
        self.write_history(&mut tx, repository, &history).await?;
        let fresh = builds.iter().flat_map(|build| &build.runs).filter(|run| run.fresh).map(|run| &run.attempt);
        let (numbers, attempts): (Vec<i64>, Vec<i64>) =
            fresh.map(|attempt| (i64::from(attempt.build.number), i64::from(attempt.number))).unzip();
        let (id, pass) = self.own(measurement)?;
        sqlx::query!(
            "UPDATE attempts
             SET    profiled = true
             FROM   builds b, UNNEST($5::bigint[], $6::bigint[]) AS fresh (build, attempt)
             WHERE  b.org_id = $1 AND b.measurement_id = $2 AND b.pass = $3 AND b.role = $4 AND b.number = fresh.build
             AND    attempts.org_id = $1 AND attempts.build_id = b.id AND attempts.number = fresh.attempt",
            self.org.uuid(),
            id,
            pass,
            role.name(),
            &numbers,
            &attempts
        )
        .execute(&mut *tx)
        .await
        .map_err(StoreError::from)?;
        tx.commit().await.map_err(StoreError::from)?;
        Ok(())
    }

    /// Locks and reads what recording needs; `None` when all is recorded.
    async fn begin_record(
        &self,
        measurement: MeasurementRef,
        role: BuildRole,
        numbers: RangeInclusive<u32>,
    ) -> Result<Option<(sqlx::Transaction<'static, sqlx::Postgres>, Uuid, TestHistory, Vec<BuildRecord>)>, StoreError>
    {
        let (id, _) = self.own(measurement)?;
        let mut tx = self.begin().await?;
        let repository = sqlx::query_scalar!(
            "SELECT repository_id FROM measurements WHERE org_id = $1 AND id = $2",
            self.org.uuid(),
            id
        )
        .fetch_optional(&mut *tx)
        .await?
        .ok_or(StoreError::Missing("measurement"))?;
        // First the lock, then the marks: whoever recorded the same attempts meanwhile has committed.
        let history = self.read_history(&mut tx, repository, true).await?.unwrap_or_default();
        let runs = self.finished_runs(&mut tx, measurement, role, numbers.clone()).await?;
        if runs.iter().all(|run| !run.fresh) {
            return Ok(None);
        }
        let mut covering = self.covering(&mut tx, measurement, role, &numbers).await?;
        let mut builds = BTreeMap::<u32, Vec<RunRecord>>::new();
        for run in runs {
            builds.entry(run.attempt.build.number).or_default().push(run);
        }
        let with_mutants =
            |(number, runs)| BuildRecord { runs, covering: covering.remove(&number).unwrap_or_default() };
        Ok(Some((tx, repository, history, builds.into_iter().map(with_mutants).collect())))
    }

    /// The tests that execute a mutated line, by trial.
    async fn covering(
        &self,
        connection: &mut PgConnection,
        measurement: MeasurementRef,
        role: BuildRole,
        numbers: &RangeInclusive<u32>,
    ) -> Result<BTreeMap<u32, Option<TestSet>>, StoreError> {
        if role != BuildRole::Trial {
            return Ok(BTreeMap::new());
        }
        let (id, pass) = self.own(measurement)?;
        let rows = sqlx::query!(
            "SELECT t.trial, m.covering
             FROM   trial_mutants t
             JOIN   mutants m ON m.org_id = t.org_id AND m.measurement_id = t.measurement_id AND m.number = t.mutant
             WHERE  t.org_id = $1 AND t.measurement_id = $2 AND t.pass = $3 AND t.trial BETWEEN $4 AND $5",
            self.org.uuid(),
            id,
            pass,
            i64::from(*numbers.start()),
            i64::from(*numbers.end())
        )
        .fetch_all(connection)
        .await?;
        let mut covering = BTreeMap::<u32, Option<TestSet>>::new();
        for row in rows {
            let tests = row.covering.map(|bytes| bitmap::from_bytes("mutants.covering", &bytes)).transpose()?;
            let known = covering.entry(narrow("trial_mutants.trial", row.trial)?).or_insert(Some(TestSet::new()));
            *known = known.take().zip(tests).map(|(known, tests)| known | tests);
        }
        Ok(covering)
    }
}
