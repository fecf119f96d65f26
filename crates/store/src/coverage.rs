//! Which tests execute which mutant's line.

use tinybug_model::MeasurementRef;

use crate::{OrgStore, StoreError, TestSet, bitmap};

/// The tests that execute a mutant's line. A mutant of which that is not known has none of these.
#[derive(Debug, Clone)]
pub struct MutantCoverage {
    /// The mutant's place in the order of the draw.
    pub number: u32,
    /// The tests; empty when none does.
    pub covering: TestSet,
}

impl OrgStore {
    /// Keeps what is known of coverage. A mutant that no test executes is judged by that: `no_coverage`. Returns how
    /// many were judged so.
    pub async fn save_coverage(
        &self,
        measurement: MeasurementRef,
        coverage: &[MutantCoverage],
    ) -> Result<u32, StoreError> {
        let (id, _) = self.own(measurement)?;
        let numbers: Vec<i64> = coverage.iter().map(|mutant| i64::from(mutant.number)).collect();
        let bitmaps: Vec<Vec<u8>> = coverage.iter().map(|mutant| bitmap::to_bytes(&mutant.covering)).collect();
        let uncovered: Vec<i64> = coverage
            .iter()
            .filter(|mutant| mutant.covering.is_empty())
            .map(|mutant| i64::from(mutant.number))
            .collect();
        let mut tx = self.begin().await?;
        sqlx::query!(
            "UPDATE mutants
             SET    covering = known.covering
             FROM   UNNEST($3::bigint[], $4::bytea[]) AS known (number, covering)
             WHERE  mutants.org_id = $1 AND mutants.measurement_id = $2 AND mutants.number = known.number",
            self.org.uuid(),
            id,
            &numbers,
            &bitmaps
        )
        .execute(&mut *tx)
        .await?;
        let judged = sqlx::query!(
            r#"UPDATE mutants
               SET    verdict = 'no_coverage', confidence = 1, caught_by = '[]', attempts = 0,
                      provenance = '{"rule": "no test executes the line"}', judged_at = now()
               WHERE  org_id = $1 AND measurement_id = $2 AND number = ANY($3::bigint[]) AND verdict IS NULL"#,
            self.org.uuid(),
            id,
            &uncovered
        )
        .execute(&mut *tx)
        .await?
        .rows_affected();
        tx.commit().await?;
        u32::try_from(judged).map_err(|error| StoreError::unreadable("mutants", error))
    }
}
