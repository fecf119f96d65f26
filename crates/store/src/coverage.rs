//! Which tests execute which mutant's line.

use std::collections::BTreeMap;

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
    /// Adds to what is known of coverage: several runs of the tests may each execute other lines, and one run may be
    /// told of twice.
    pub async fn save_coverage(
        &self,
        measurement: MeasurementRef,
        coverage: &[MutantCoverage],
    ) -> Result<(), StoreError> {
        let (id, _) = self.own(measurement)?;
        let mut covering: BTreeMap<i64, TestSet> = BTreeMap::new();
        for mutant in coverage {
            *covering.entry(i64::from(mutant.number)).or_default() |= &mutant.covering;
        }
        let numbers: Vec<i64> = covering.keys().copied().collect();
        let mut tx = self.begin().await?;
        // Whoever adds to the same mutants at the same time waits here, in the same order.
        let known = sqlx::query!(
            r#"SELECT number, covering
               FROM   mutants
               WHERE  org_id = $1 AND measurement_id = $2 AND number = ANY($3::bigint[])
               ORDER  BY number
               FOR    NO KEY UPDATE"#,
            self.org.uuid(),
            id,
            &numbers
        )
        .fetch_all(&mut *tx)
        .await?;
        for mutant in known {
            let tests = mutant.covering.map(|bytes| bitmap::from_bytes("mutants.covering", &bytes)).transpose()?;
            *covering.entry(mutant.number).or_default() |= tests.unwrap_or_default();
        }
        let bitmaps: Vec<Vec<u8>> = covering.values().map(bitmap::to_bytes).collect();
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
        Ok(tx.commit().await?)
    }
}
