//! How far a measurement is, in one query.

use std::collections::BTreeMap;

use sqlx::types::Json;
use tinybug_model::{MeasurementId, MeasurementState, Verdict};

use crate::{OrgStore, StoreError, measurements::read_state, mutants::read_verdict, number::narrow};

/// How far a measurement is, in its current pass.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    /// Where it stands.
    pub state: MeasurementState,
    /// Why, where that is not clear by itself.
    pub state_reason: Option<String>,
    /// Mutants drawn.
    pub mutants: u32,
    /// Verdicts given; none that was given to nobody.
    pub verdicts: BTreeMap<Verdict, u32>,
    /// Trials opened.
    pub trials: u32,
    /// Trials closed.
    pub closed_trials: u32,
    /// Builds opened, of any role.
    pub builds: u32,
    /// Builds of the unchanged code that have an attempt.
    pub baseline_builds: u32,
    /// Attempts begun at any build.
    pub attempts: u32,
}

impl Progress {
    /// Mutants that have their verdict.
    pub fn judged(&self) -> u32 {
        self.verdicts.values().sum()
    }
}

impl OrgStore {
    /// How far the measurement is.
    pub async fn progress(&self, measurement: MeasurementId) -> Result<Option<Progress>, StoreError> {
        let mut tx = self.begin().await?;
        let row = sqlx::query!(
            r#"SELECT m.state, m.state_reason,
                      (SELECT jsonb_object_agg(COALESCE(verdict, ''), number)
                       FROM   (SELECT verdict, count(*) AS number
                               FROM   mutants
                               WHERE  org_id = $1 AND measurement_id = $2
                               GROUP  BY verdict) counted) AS "mutants: Json<BTreeMap<String, u32>>",
                      t.trials AS "trials!", t.closed AS "closed!",
                      b.builds AS "builds!", b.baseline AS "baseline!", b.attempts AS "attempts!"
               FROM   measurements m
               CROSS  JOIN LATERAL (
                          SELECT count(*) AS trials, count(*) FILTER (WHERE state = 'closed') AS closed
                          FROM   trials
                          WHERE  org_id = $1 AND measurement_id = $2 AND pass = m.pass
                      ) t
               CROSS  JOIN LATERAL (
                          SELECT count(*) AS builds,
                                 count(*) FILTER (WHERE role = 'baseline' AND attempts > 0) AS baseline,
                                 COALESCE(sum(attempts), 0)::bigint AS attempts
                          FROM   builds
                          WHERE  org_id = $1 AND measurement_id = $2 AND pass = m.pass
                      ) b
               WHERE  m.org_id = $1 AND m.id = $2"#,
            self.org.uuid(),
            measurement.uuid()
        )
        .fetch_optional(&mut *tx)
        .await?;
        tx.commit().await?;
        let Some(row) = row else { return Ok(None) };
        let (mut mutants, mut verdicts) = (0, BTreeMap::new());
        for (verdict, count) in row.mutants.map(|counted| counted.0).unwrap_or_default() {
            mutants += count;
            if !verdict.is_empty() {
                verdicts.insert(read_verdict(&verdict)?, count);
            }
        }
        Ok(Some(Progress {
            state: read_state(&row.state)?,
            state_reason: row.state_reason,
            mutants,
            verdicts,
            trials: narrow("trials", row.trials)?,
            closed_trials: narrow("trials", row.closed)?,
            builds: narrow("builds", row.builds)?,
            baseline_builds: narrow("builds", row.baseline)?,
            attempts: narrow("builds.attempts", row.attempts)?,
        }))
    }
}
