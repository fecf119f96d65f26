//! Verdicts, written once.

use serde_json::{Value, json};
use sqlx::{PgConnection, types::Json};
use tinybug_model::{MeasurementId, MeasurementRef, MeasurementState, TestId, Verdict};
use uuid::Uuid;

use crate::{
    OrgStore, StoreError,
    mutants::read_verdict,
    text::{clean, clean_json},
};

/// A verdict to be kept.
#[derive(Debug, Clone)]
pub struct NewJudgement {
    /// The verdict.
    pub verdict: Verdict,
    /// How sure it is.
    pub confidence: Option<f64>,
    /// Probability that the tests detect the mutant.
    pub posterior: Option<f64>,
    /// The tests that caught it.
    pub caught_by: Vec<TestId>,
    /// Attempts that it took.
    pub attempts: u32,
    /// What it rests on.
    pub provenance: Value,
}

impl NewJudgement {
    /// A verdict that no weighing of results stands behind, only a reason.
    pub fn unweighed(verdict: Verdict, attempts: u32, explanation: &str) -> Self {
        Self {
            verdict,
            confidence: None,
            posterior: None,
            caught_by: Vec::new(),
            attempts,
            provenance: json!({ "explanation": explanation }),
        }
    }
}

impl OrgStore {
    /// Keeps the verdict on the mutant of that number, and returns the one that stands: the first. A trial whose
    /// mutants all have theirs is closed.
    pub async fn save_verdict(
        &self,
        measurement: MeasurementRef,
        mutant: u32,
        judgement: &NewJudgement,
    ) -> Result<Verdict, StoreError> {
        let (id, pass) = self.own(measurement)?;
        let caught_by: Vec<TestId> = judgement.caught_by.iter().map(clean_test).collect();
        let mut tx = self.begin().await?;
        // Verdicts on mutants of one trial wait for each other, so that the last of them sees that it is the last.
        let trial = sqlx::query_scalar!(
            "SELECT trials.number
             FROM   trials
             JOIN   trial_mutants t
             ON     t.org_id = trials.org_id AND t.measurement_id = trials.measurement_id
             AND    t.pass = trials.pass AND t.trial = trials.number
             WHERE  t.org_id = $1 AND t.measurement_id = $2 AND t.pass = $3 AND t.mutant = $4
             FOR    NO KEY UPDATE OF trials",
            self.org.uuid(),
            id,
            pass,
            i64::from(mutant)
        )
        .fetch_optional(&mut *tx)
        .await?;
        sqlx::query!(
            "UPDATE mutants
             SET    verdict = $4, confidence = $5, posterior = $6, caught_by = $7, attempts = $8, provenance = $9,
                    judged_at = now()
             WHERE  org_id = $1 AND measurement_id = $2 AND number = $3 AND verdict IS NULL",
            self.org.uuid(),
            id,
            i64::from(mutant),
            judgement.verdict.name(),
            judgement.confidence,
            judgement.posterior,
            Json(caught_by) as _,
            i64::from(judgement.attempts),
            clean_json(&judgement.provenance)
        )
        .execute(&mut *tx)
        .await?;
        let stands = sqlx::query_scalar!(
            r#"SELECT verdict AS "verdict!"
               FROM   mutants
               WHERE  org_id = $1 AND measurement_id = $2 AND number = $3"#,
            self.org.uuid(),
            id,
            i64::from(mutant)
        )
        .fetch_optional(&mut *tx)
        .await?
        .ok_or(StoreError::Missing("mutant"))?;
        if trial.is_some() {
            close_judged_trials(&mut tx, self.org.uuid(), id, pass, trial).await?;
        }
        tx.commit().await?;
        read_verdict(&stands)
    }

    /// The verdicts in the order of the draw; `None` where there is none yet.
    pub async fn verdicts_in_draw_order(&self, measurement: MeasurementId) -> Result<Vec<Option<Verdict>>, StoreError> {
        let mut tx = self.begin().await?;
        // One row instead of thousands: this is read after every trial.
        let names = sqlx::query_scalar!(
            r#"SELECT COALESCE(array_agg(verdict ORDER BY number), '{}') AS "verdicts!: Vec<Option<String>>"
               FROM   mutants
               WHERE  org_id = $1 AND measurement_id = $2"#,
            self.org.uuid(),
            measurement.uuid()
        )
        .fetch_one(&mut *tx)
        .await?;
        tx.commit().await?;
        names.iter().map(|name| name.as_deref().map(read_verdict).transpose()).collect()
    }

    /// Gives `skipped` to every mutant without a verdict, since no more are needed; `why` in a sentence.
    pub async fn skip_untried(&self, measurement: MeasurementRef, why: &str) -> Result<(), StoreError> {
        let (id, pass) = self.own(measurement)?;
        let provenance = json!({"rule": "the measurement could stop", "explanation": clean(why)});
        let mut tx = self.begin().await?;
        self.skip(&mut tx, id, pass, &provenance).await?;
        Ok(tx.commit().await?)
    }

    /// Gives `skipped` to every mutant that a measurement leaves behind without a verdict when it ends.
    pub(crate) async fn skip_the_rest(
        &self,
        connection: &mut PgConnection,
        measurement: Uuid,
        pass: i64,
        state: MeasurementState,
    ) -> Result<(), StoreError> {
        let provenance = json!({"rule": "the measurement ended first", "state": state});
        self.skip(connection, measurement, pass, &provenance).await
    }

    async fn skip(
        &self,
        connection: &mut PgConnection,
        measurement: Uuid,
        pass: i64,
        provenance: &Value,
    ) -> Result<(), StoreError> {
        sqlx::query!(
            "UPDATE mutants
             SET    verdict = 'skipped', caught_by = '[]', attempts = 0, provenance = $3, judged_at = now()
             WHERE  org_id = $1 AND measurement_id = $2 AND verdict IS NULL",
            self.org.uuid(),
            measurement,
            provenance
        )
        .execute(&mut *connection)
        .await?;
        close_judged_trials(connection, self.org.uuid(), measurement, pass, None).await
    }
}

/// Closes the trial of that number, or every trial, if all of its mutants have their verdicts.
async fn close_judged_trials(
    connection: &mut PgConnection,
    org: Uuid,
    measurement: Uuid,
    pass: i64,
    trial: Option<i64>,
) -> Result<(), StoreError> {
    sqlx::query!(
        "UPDATE trials
         SET    state = 'closed'
         WHERE  org_id = $1 AND measurement_id = $2 AND pass = $3 AND state = 'open'
         AND    ($4::bigint IS NULL OR number = $4)
         AND    NOT EXISTS (
                    SELECT
                    FROM   trial_mutants t
                    JOIN   mutants m
                    ON     m.org_id = t.org_id AND m.measurement_id = t.measurement_id AND m.number = t.mutant
                    WHERE  t.org_id = trials.org_id AND t.measurement_id = trials.measurement_id
                    AND    t.pass = trials.pass AND t.trial = trials.number AND m.verdict IS NULL
                )",
        org,
        measurement,
        pass,
        trial
    )
    .execute(connection)
    .await?;
    Ok(())
}

fn clean_test(test: &TestId) -> TestId {
    TestId { variant: clean(&test.variant), suite: clean(&test.suite), name: clean(&test.name) }
}
