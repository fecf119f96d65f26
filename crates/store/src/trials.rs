//! Trials: one mutant's way to a verdict, or that of several which share their builds.

use sqlx::{PgConnection, types::Json};
use tinybug_model::{MeasurementRef, OrgId, TestId};
use uuid::Uuid;

use crate::{DrawnMutant, OrgStore, StoreError, TestSet, bitmap, mutants::MutantRow, number::narrow};

/// A trial and the mutants that it carries.
#[derive(Debug, Clone, PartialEq)]
pub struct Trial {
    /// Its number, from 0.
    pub number: u32,
    /// Its mutants, in the order of the draw.
    pub mutants: Vec<DrawnMutant>,
}

impl OrgStore {
    /// Judges the mutants that, as far as is known, no test executes: `no_coverage`. Opens a trial for each other one
    /// that has no verdict, numbered from 0 in the order of the draw, and returns how many this pass has. Once opened,
    /// they stand.
    pub async fn open_trials(&self, measurement: MeasurementRef) -> Result<u32, StoreError> {
        let (id, pass) = self.own(measurement)?;
        let mut tx = self.begin().await?;
        // Whoever opens the same trials at the same time waits here.
        sqlx::query!(
            "SELECT pass FROM measurements WHERE org_id = $1 AND id = $2 AND pass = $3 FOR NO KEY UPDATE",
            self.org.uuid(),
            id,
            pass
        )
        .fetch_optional(&mut *tx)
        .await?
        .ok_or(StoreError::Missing("measurement"))?;
        judge_uncovered(&mut tx, self.org, id, pass).await?;
        sqlx::query!(
            "WITH waiting AS (
                 SELECT number AS mutant, row_number() OVER (ORDER BY number) - 1 AS trial
                 FROM   mutants
                 WHERE  org_id = $1 AND measurement_id = $2 AND verdict IS NULL
                 AND    NOT EXISTS (SELECT FROM trials WHERE org_id = $1 AND measurement_id = $2 AND pass = $3)
             ), opened AS (
                 INSERT INTO trials (org_id, measurement_id, pass, number)
                 SELECT $1, $2, $3, trial FROM waiting
             )
             INSERT INTO trial_mutants (org_id, measurement_id, pass, trial, mutant)
             SELECT $1, $2, $3, trial, mutant FROM waiting",
            self.org.uuid(),
            id,
            pass
        )
        .execute(&mut *tx)
        .await?;
        let trials = sqlx::query_scalar!(
            r#"SELECT count(*) AS "count!" FROM trials WHERE org_id = $1 AND measurement_id = $2 AND pass = $3"#,
            self.org.uuid(),
            id,
            pass
        )
        .fetch_one(&mut *tx)
        .await?;
        tx.commit().await?;
        narrow("trials", trials)
    }

    /// One trial; `None` when the pass has no trial of that number.
    pub async fn trial(&self, measurement: MeasurementRef, number: u32) -> Result<Option<Trial>, StoreError> {
        let (id, pass) = self.own(measurement)?;
        let mut tx = self.begin().await?;
        let rows = sqlx::query_as!(
            MutantRow,
            r#"SELECT m.number, m.mutant_id, m.language, m.path, m.operator, m.tier, m.line, m.col, m.start_byte,
                      m.end_byte, m.original, m.replacement, m.function, m.description, m.covering, m.verdict, m.confidence,
                      m.posterior, m.caught_by AS "caught_by: Json<Vec<TestId>>", m.attempts, m.provenance,
                      m.judged_at
               FROM   trial_mutants t
               JOIN   mutants m ON m.org_id = t.org_id AND m.measurement_id = t.measurement_id AND m.number = t.mutant
               WHERE  t.org_id = $1 AND t.measurement_id = $2 AND t.pass = $3 AND t.trial = $4
               ORDER  BY m.number"#,
            self.org.uuid(),
            id,
            pass,
            i64::from(number)
        )
        .fetch_all(&mut *tx)
        .await?;
        tx.commit().await?;
        if rows.is_empty() {
            return Ok(None);
        }
        let mutants = rows.into_iter().map(DrawnMutant::try_from).collect::<Result<_, _>>()?;
        Ok(Some(Trial { number, mutants }))
    }
}

/// A mutant that a trial carries already is left to it.
async fn judge_uncovered(
    connection: &mut PgConnection,
    org: OrgId,
    measurement: Uuid,
    pass: i64,
) -> Result<(), StoreError> {
    sqlx::query!(
        r#"UPDATE mutants
           SET    verdict = 'no_coverage', confidence = 1, caught_by = '[]', attempts = 0,
                  provenance = '{"rule": "no test executes the line"}', judged_at = now()
           WHERE  org_id = $1 AND measurement_id = $2 AND covering = $4 AND verdict IS NULL
           AND    NOT EXISTS (SELECT FROM trials WHERE org_id = $1 AND measurement_id = $2 AND pass = $3)"#,
        org.uuid(),
        measurement,
        pass,
        &bitmap::to_bytes(&TestSet::new())
    )
    .execute(connection)
    .await?;
    Ok(())
}
