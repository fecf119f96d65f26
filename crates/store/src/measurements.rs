//! Measurements: reading them, and what their workflow writes on them.

use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::types::Json;
use tinybug_model::{MeasurementId, MeasurementRef, MeasurementState, Mutant, Plan, RepositoryId, Score};
use uuid::Uuid;

use crate::{
    OrgStore, Page, Source, StoreError,
    number::{narrow, whole, wide},
    page::one_more,
    state::may_follow,
    text::{clean, clean_json},
};

/// The commit that is measured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commit {
    /// Its hash.
    pub sha: String,
    /// Whether it holds changes that the user has not committed.
    pub dirty: bool,
}

/// A measurement, without its report.
#[derive(Debug, Clone, PartialEq)]
pub struct Measurement {
    /// Its id.
    pub id: MeasurementId,
    /// Of which repository.
    pub repository: RepositoryId,
    /// Which pass over it is the current one.
    pub pass: u32,
    /// Where it stands.
    pub state: MeasurementState,
    /// Why, where that is not clear by itself.
    pub state_reason: Option<String>,
    /// Of which code, as asked.
    pub source: Source,
    /// How, as asked.
    pub plan: Plan,
    /// How, as it came out: commands found, framework, parallelism, time limit.
    pub effective: Option<Value>,
    /// The commit measured.
    pub commit: Option<Commit>,
    /// What the names of everything that it puts on the repository begin with.
    pub prefix: Option<String>,
    /// When it was asked for.
    pub requested_at: DateTime<Utc>,
    /// When it left the queue.
    pub started_at: Option<DateTime<Utc>>,
    /// When it ended.
    pub finished_at: Option<DateTime<Utc>>,
    /// Mutable lines in scope.
    pub population: Option<u64>,
    /// How they spread.
    pub strata: Option<Value>,
    /// What the unchanged code showed.
    pub baseline: Option<Value>,
    /// The score; empty until it is reckoned.
    pub score: Score,
    /// Grows with every change of the row.
    pub version: u64,
}

/// What preparing found out.
#[derive(Debug, Clone)]
pub struct Prepared {
    /// The commit to measure.
    pub commit: Commit,
    /// What the names of everything that it puts on the repository begin with.
    pub prefix: String,
    /// The plan as it came out.
    pub effective: Value,
}

/// The mutants drawn, in the order of the draw, and what they were drawn from.
#[derive(Debug, Clone)]
pub struct Drawing {
    /// The mutants.
    pub mutants: Vec<Mutant>,
    /// A sentence about each of them, in the same order; none where there are fewer.
    pub descriptions: Vec<String>,
    /// Mutable lines in scope.
    pub population: u64,
    /// How they spread.
    pub strata: Value,
}

struct MeasurementRow {
    id: Uuid,
    repository_id: Uuid,
    pass: i64,
    state: String,
    state_reason: Option<String>,
    source: Json<Source>,
    plan: Json<Plan>,
    effective: Option<Value>,
    commit_sha: Option<String>,
    commit_dirty: Option<bool>,
    prefix: Option<String>,
    requested_at: DateTime<Utc>,
    started_at: Option<DateTime<Utc>>,
    finished_at: Option<DateTime<Utc>>,
    population: Option<i64>,
    strata: Option<Value>,
    baseline: Option<Value>,
    score: Option<f64>,
    low: Option<f64>,
    high: Option<f64>,
    version: i64,
}

impl TryFrom<MeasurementRow> for Measurement {
    type Error = StoreError;

    fn try_from(row: MeasurementRow) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.id.into(),
            repository: row.repository_id.into(),
            pass: narrow("measurements.pass", row.pass)?,
            state: read_state(&row.state)?,
            state_reason: row.state_reason,
            source: row.source.0,
            plan: row.plan.0,
            effective: row.effective,
            commit: row.commit_sha.zip(row.commit_dirty).map(|(sha, dirty)| Commit { sha, dirty }),
            prefix: row.prefix,
            requested_at: row.requested_at,
            started_at: row.started_at,
            finished_at: row.finished_at,
            population: row.population.map(|lines| whole("measurements.population", lines)).transpose()?,
            strata: row.strata,
            baseline: row.baseline,
            score: Score { score: row.score, low: row.low, high: row.high },
            version: whole("measurements.version", row.version)?,
        })
    }
}

pub(crate) fn read_state(name: &str) -> Result<MeasurementState, StoreError> {
    MeasurementState::from_name(name).ok_or_else(|| StoreError::unreadable("measurements.state", name))
}

impl OrgStore {
    /// One measurement.
    pub async fn measurement(&self, id: MeasurementId) -> Result<Option<Measurement>, StoreError> {
        let mut tx = self.begin().await?;
        let row = sqlx::query_as!(
            MeasurementRow,
            r#"SELECT id, repository_id, pass, state, state_reason, source AS "source: Json<Source>",
                      plan AS "plan: Json<Plan>", effective, commit_sha, commit_dirty, prefix, requested_at,
                      started_at, finished_at, population, strata, baseline, score, low, high, version
               FROM   measurements
               WHERE  org_id = $1 AND id = $2"#,
            self.org.uuid(),
            id.uuid()
        )
        .fetch_optional(&mut *tx)
        .await?;
        tx.commit().await?;
        row.map(Measurement::try_from).transpose()
    }

    /// Measurements, newest first, of one repository or of all; `after` is the last one of the page before.
    pub async fn measurements(
        &self,
        repository: Option<RepositoryId>,
        after: Option<MeasurementId>,
        limit: u32,
    ) -> Result<Page<Measurement>, StoreError> {
        let mut tx = self.begin().await?;
        let rows = sqlx::query_as!(
            MeasurementRow,
            r#"SELECT id, repository_id, pass, state, state_reason, source AS "source: Json<Source>",
                      plan AS "plan: Json<Plan>", effective, commit_sha, commit_dirty, prefix, requested_at,
                      started_at, finished_at, population, strata, baseline, score, low, high, version
               FROM   measurements
               WHERE  org_id = $1
               AND    ($2::uuid IS NULL OR repository_id = $2)
               AND    ($3::uuid IS NULL OR id < $3)
               ORDER  BY id DESC
               LIMIT  $4"#,
            self.org.uuid(),
            repository.map(RepositoryId::uuid),
            after.map(MeasurementId::uuid),
            one_more(limit)
        )
        .fetch_all(&mut *tx)
        .await?;
        tx.commit().await?;
        Page::of(rows, limit, Measurement::try_from)
    }

    /// The report, once there is one.
    pub async fn report(&self, id: MeasurementId) -> Result<Option<Value>, StoreError> {
        let mut tx = self.begin().await?;
        let report = sqlx::query_scalar!(
            "SELECT report FROM measurements WHERE org_id = $1 AND id = $2",
            self.org.uuid(),
            id.uuid()
        )
        .fetch_optional(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(report.flatten())
    }

    /// Moves the measurement forward and returns where it stands then. There is no way back, from no final state, and
    /// no phase hides a cancel: such a call changes nothing, so the state returned may be another.
    pub async fn set_state(
        &self,
        measurement: MeasurementRef,
        state: MeasurementState,
        reason: Option<&str>,
    ) -> Result<MeasurementState, StoreError> {
        let (id, pass) = self.own(measurement)?;
        let mut tx = self.begin().await?;
        let stands = sqlx::query_scalar!(
            "SELECT state FROM measurements WHERE org_id = $1 AND id = $2 AND pass = $3 FOR NO KEY UPDATE",
            self.org.uuid(),
            id,
            pass
        )
        .fetch_optional(&mut *tx)
        .await?
        .ok_or(StoreError::Missing("measurement"))?;
        let stands = read_state(&stands)?;
        if !may_follow(stands, state) {
            return Ok(stands);
        }
        sqlx::query!(
            "UPDATE measurements
             SET    state = $3, state_reason = COALESCE($4, state_reason), version = version + 1,
                    started_at = COALESCE(started_at, now()),
                    finished_at = CASE WHEN $5 THEN now() ELSE finished_at END
             WHERE  org_id = $1 AND id = $2",
            self.org.uuid(),
            id,
            state.name(),
            reason.map(clean),
            state.is_final()
        )
        .execute(&mut *tx)
        .await?;
        if state.is_final() {
            self.skip_the_rest(&mut tx, id, pass, state).await?;
        }
        tx.commit().await?;
        Ok(state)
    }

    /// Notes why the measurement will end as it will; the state follows.
    pub async fn save_reason(&self, measurement: MeasurementRef, reason: &str) -> Result<(), StoreError> {
        let (id, pass) = self.own(measurement)?;
        let mut tx = self.begin().await?;
        let updated = sqlx::query!(
            "UPDATE measurements SET state_reason = $4, version = version + 1
             WHERE  org_id = $1 AND id = $2 AND pass = $3 AND finished_at IS NULL",
            self.org.uuid(),
            id,
            pass,
            clean(reason)
        )
        .execute(&mut *tx)
        .await?
        .rows_affected();
        self.commit_one(tx, updated).await
    }

    /// Keeps what preparing found out and the drawing, both or neither, and returns how many mutants the measurement
    /// has. What was kept first stands, since builds may rest on it already: another call changes nothing.
    pub async fn prepare(
        &self,
        measurement: MeasurementRef,
        prepared: &Prepared,
        drawing: &Drawing,
    ) -> Result<u32, StoreError> {
        let (id, pass) = self.own(measurement)?;
        let mut tx = self.begin().await?;
        let first = sqlx::query!(
            "UPDATE measurements
             SET    commit_sha = $4, commit_dirty = $5, prefix = $6, effective = $7, population = $8, strata = $9,
                    version = version + 1
             WHERE  org_id = $1 AND id = $2 AND pass = $3 AND commit_sha IS NULL",
            self.org.uuid(),
            id,
            pass,
            prepared.commit.sha,
            prepared.commit.dirty,
            prepared.prefix,
            clean_json(&prepared.effective),
            wide(drawing.population),
            clean_json(&drawing.strata)
        )
        .execute(&mut *tx)
        .await?
        .rows_affected();
        if first > 0 {
            crate::mutants::insert(&mut tx, self.org, id, &drawing.mutants, &drawing.descriptions).await?;
        }
        let drawn = sqlx::query_scalar!(
            r#"SELECT (SELECT count(*) FROM mutants WHERE org_id = $1 AND measurement_id = $2) AS "drawn!"
               FROM   measurements
               WHERE  org_id = $1 AND id = $2 AND pass = $3"#,
            self.org.uuid(),
            id,
            pass
        )
        .fetch_optional(&mut *tx)
        .await?
        .ok_or(StoreError::Missing("measurement"))?;
        tx.commit().await?;
        narrow("mutants", drawn)
    }

    /// Keeps what the unchanged code showed.
    pub async fn save_baseline(&self, measurement: MeasurementRef, baseline: &Value) -> Result<(), StoreError> {
        let (id, pass) = self.own(measurement)?;
        let mut tx = self.begin().await?;
        let updated = sqlx::query!(
            "UPDATE measurements SET baseline = $4, version = version + 1
             WHERE  org_id = $1 AND id = $2 AND pass = $3",
            self.org.uuid(),
            id,
            pass,
            clean_json(baseline)
        )
        .execute(&mut *tx)
        .await?
        .rows_affected();
        self.commit_one(tx, updated).await
    }

    /// Puts other mutants in the place of those drawn: what the first runs said changed what is in scope. For as long as
    /// no trial is open.
    pub async fn redraw(&self, measurement: MeasurementRef, drawing: &Drawing) -> Result<(), StoreError> {
        let (id, pass) = self.own(measurement)?;
        let mut tx = self.begin().await?;
        let updated = sqlx::query!(
            "UPDATE measurements SET population = $4, strata = $5, version = version + 1
             WHERE  org_id = $1 AND id = $2 AND pass = $3
             AND    NOT EXISTS (SELECT FROM trials WHERE org_id = $1 AND measurement_id = $2)",
            self.org.uuid(),
            id,
            pass,
            wide(drawing.population),
            clean_json(&drawing.strata)
        )
        .execute(&mut *tx)
        .await?
        .rows_affected();
        sqlx::query!("DELETE FROM mutants WHERE org_id = $1 AND measurement_id = $2", self.org.uuid(), id)
            .execute(&mut *tx)
            .await?;
        crate::mutants::insert(&mut tx, self.org, id, &drawing.mutants, &drawing.descriptions).await?;
        self.commit_one(tx, updated).await
    }

    /// Keeps the score and the report that explains it.
    pub async fn save_report(
        &self,
        measurement: MeasurementRef,
        score: Score,
        report: &Value,
    ) -> Result<(), StoreError> {
        let (id, pass) = self.own(measurement)?;
        let mut tx = self.begin().await?;
        let updated = sqlx::query!(
            "UPDATE measurements SET score = $4, low = $5, high = $6, report = $7, version = version + 1
             WHERE  org_id = $1 AND id = $2 AND pass = $3",
            self.org.uuid(),
            id,
            pass,
            score.score,
            score.low,
            score.high,
            clean_json(report)
        )
        .execute(&mut *tx)
        .await?
        .rows_affected();
        self.commit_one(tx, updated).await
    }

    /// Commits what changed one measurement; when it changed none, there is none.
    async fn commit_one(&self, tx: sqlx::Transaction<'static, sqlx::Postgres>, updated: u64) -> Result<(), StoreError> {
        if updated == 0 { Err(StoreError::Missing("measurement")) } else { Ok(tx.commit().await?) }
    }
}
