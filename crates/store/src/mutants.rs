//! Mutants drawn for a measurement, and what was found out about each.

use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::{PgConnection, types::Json};
use tinybug_model::{Language, MeasurementId, Mutant, MutantId, OrgId, TestId, Tier, Verdict};
use uuid::Uuid;

use crate::{
    AttemptFacts, OrgStore, Page, StoreError, TestSet, bitmap,
    number::{narrow, whole, wide},
    page::one_more,
    text::clean,
};

/// A mutant in the order of the draw, with what is known about it.
#[derive(Debug, Clone, PartialEq)]
pub struct DrawnMutant {
    /// Its place in the order of the draw, from 0.
    pub number: u32,
    /// The mutant.
    pub mutant: Mutant,
    /// A sentence about it, in plain words; `None` for those drawn before there were any.
    pub description: Option<String>,
    /// The tests that execute its line; `None` when that is not known.
    pub covering: Option<TestSet>,
    /// What was found out; `None` until then.
    pub judgement: Option<Judgement>,
}

/// What was found out about a mutant.
#[derive(Debug, Clone, PartialEq)]
pub struct Judgement {
    /// The verdict.
    pub verdict: Verdict,
    /// How sure the verdict is.
    pub confidence: Option<f64>,
    /// Probability that the tests detect it.
    pub posterior: Option<f64>,
    /// The tests that caught it.
    pub caught_by: Vec<TestId>,
    /// Attempts that it took.
    pub attempts: u32,
    /// What the verdict rests on.
    pub provenance: Value,
    /// When it was given.
    pub judged_at: DateTime<Utc>,
}

/// Which mutants to list.
#[derive(Debug, Clone, Copy, Default)]
pub struct MutantFilter {
    /// Only those with this verdict.
    pub verdict: Option<Verdict>,
}

/// A mutant with every attempt at its builds.
#[derive(Debug, Clone, PartialEq)]
pub struct MutantHistory {
    /// The mutant.
    pub mutant: DrawnMutant,
    /// The trial that carries it, once there is one.
    pub trial: Option<u32>,
    /// Attempts that ended, in order.
    pub attempts: Vec<AttemptFacts>,
}

pub(crate) struct MutantRow {
    pub(crate) number: i64,
    pub(crate) mutant_id: String,
    pub(crate) language: String,
    pub(crate) path: String,
    pub(crate) operator: String,
    pub(crate) tier: String,
    pub(crate) line: i64,
    pub(crate) col: i64,
    pub(crate) start_byte: i64,
    pub(crate) end_byte: i64,
    pub(crate) original: String,
    pub(crate) replacement: String,
    pub(crate) function: String,
    pub(crate) description: Option<String>,
    pub(crate) covering: Option<Vec<u8>>,
    pub(crate) verdict: Option<String>,
    pub(crate) confidence: Option<f64>,
    pub(crate) posterior: Option<f64>,
    pub(crate) caught_by: Option<Json<Vec<TestId>>>,
    pub(crate) attempts: Option<i64>,
    pub(crate) provenance: Option<Value>,
    pub(crate) judged_at: Option<DateTime<Utc>>,
}

impl TryFrom<MutantRow> for DrawnMutant {
    type Error = StoreError;

    fn try_from(row: MutantRow) -> Result<Self, StoreError> {
        let judgement = match (&row.verdict, row.judged_at) {
            (Some(verdict), Some(judged_at)) => Some(Judgement {
                verdict: read_verdict(verdict)?,
                confidence: row.confidence,
                posterior: row.posterior,
                caught_by: row.caught_by.map(|tests| tests.0).unwrap_or_default(),
                attempts: narrow("mutants.attempts", row.attempts.unwrap_or_default())?,
                provenance: row.provenance.unwrap_or_default(),
                judged_at,
            }),
            _ => None,
        };
        Ok(Self {
            number: narrow("mutants.number", row.number)?,
            mutant: Mutant {
                id: MutantId(row.mutant_id),
                language: Language::from_name(&row.language)
                    .ok_or_else(|| StoreError::unreadable("mutants.language", &row.language))?,
                path: row.path,
                operator: row.operator,
                tier: read_tier(&row.tier)?,
                line: narrow("mutants.line", row.line)?,
                column: narrow("mutants.col", row.col)?,
                start_byte: whole("mutants.start_byte", row.start_byte)?,
                end_byte: whole("mutants.end_byte", row.end_byte)?,
                original: row.original,
                replacement: row.replacement,
                function: row.function,
            },
            description: row.description,
            covering: row.covering.map(|bytes| bitmap::from_bytes("mutants.covering", &bytes)).transpose()?,
            judgement,
        })
    }
}

pub(crate) fn read_verdict(name: &str) -> Result<Verdict, StoreError> {
    Verdict::from_name(name).ok_or_else(|| StoreError::unreadable("mutants.verdict", name))
}

fn read_tier(name: &str) -> Result<Tier, StoreError> {
    [Tier::Default, Tier::Extended]
        .into_iter()
        .find(|tier| tier.name() == name)
        .ok_or_else(|| StoreError::unreadable("mutants.tier", name))
}

impl OrgStore {
    /// Mutants in the order of the draw; `after` is the number of the last one of the page before.
    pub async fn mutants(
        &self,
        measurement: MeasurementId,
        filter: MutantFilter,
        after: Option<u32>,
        limit: u32,
    ) -> Result<Page<DrawnMutant>, StoreError> {
        let mut tx = self.begin().await?;
        let rows = sqlx::query_as!(
            MutantRow,
            r#"SELECT number, mutant_id, language, path, operator, tier, line, col, start_byte, end_byte, original,
                      replacement, function, description, covering, verdict, confidence, posterior,
                      caught_by AS "caught_by: Json<Vec<TestId>>", attempts, provenance, judged_at
               FROM   mutants
               WHERE  org_id = $1 AND measurement_id = $2
               AND    ($3::text IS NULL OR verdict = $3)
               AND    number > $4
               ORDER  BY number
               LIMIT  $5"#,
            self.org.uuid(),
            measurement.uuid(),
            filter.verdict.map(Verdict::name),
            after.map_or(-1, i64::from),
            one_more(limit)
        )
        .fetch_all(&mut *tx)
        .await?;
        tx.commit().await?;
        Page::of(rows, limit, DrawnMutant::try_from)
    }

    /// Every mutant of the measurement, in the order of the draw.
    pub async fn all_mutants(&self, measurement: MeasurementId) -> Result<Vec<DrawnMutant>, StoreError> {
        let limit = u32::MAX;
        Ok(self.mutants(measurement, MutantFilter::default(), None, limit).await?.items)
    }

    /// One mutant, by its stable name, with every attempt at its builds in the current pass.
    pub async fn mutant(
        &self,
        measurement: MeasurementId,
        mutant: &MutantId,
    ) -> Result<Option<MutantHistory>, StoreError> {
        let mut tx = self.begin().await?;
        let row = sqlx::query_as!(
            MutantRow,
            r#"SELECT number, mutant_id, language, path, operator, tier, line, col, start_byte, end_byte, original,
                      replacement, function, description, covering, verdict, confidence, posterior,
                      caught_by AS "caught_by: Json<Vec<TestId>>", attempts, provenance, judged_at
               FROM   mutants
               WHERE  org_id = $1 AND measurement_id = $2 AND mutant_id = $3"#,
            self.org.uuid(),
            measurement.uuid(),
            mutant.0
        )
        .fetch_optional(&mut *tx)
        .await?;
        let Some(row) = row else { return Ok(None) };
        let mutant = DrawnMutant::try_from(row)?;
        let (trial, attempts) = self.attempts_on(&mut tx, measurement, mutant.number).await?;
        tx.commit().await?;
        Ok(Some(MutantHistory { mutant, trial, attempts }))
    }
}

/// Writes the mutants, numbered in order.
pub(crate) async fn insert(
    connection: &mut PgConnection,
    org: OrgId,
    measurement: Uuid,
    mutants: &[Mutant],
    descriptions: &[String],
) -> Result<(), StoreError> {
    fn column<T>(mutants: &[Mutant], value: impl FnMut(&Mutant) -> T) -> Vec<T> {
        mutants.iter().map(value).collect()
    }
    sqlx::query!(
        "INSERT INTO mutants (org_id, measurement_id, number, mutant_id, language, path, operator, tier, line, col,
                              start_byte, end_byte, original, replacement, function, description)
         SELECT $1, $2, place - 1, mutant_id, language, path, operator, tier, line, col,
                start_byte, end_byte, original, replacement, function, description
         FROM   UNNEST($3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::bigint[], $9::bigint[],
                       $10::bigint[], $11::bigint[], $12::text[], $13::text[], $14::text[], $15::text[]) WITH ORDINALITY
                AS drawn (mutant_id, language, path, operator, tier, line, col,
                          start_byte, end_byte, original, replacement, function, description, place)
         WHERE  mutant_id IS NOT NULL",
        org.uuid(),
        measurement,
        &column(mutants, |mutant| mutant.id.0.clone()),
        &column(mutants, |mutant| mutant.language.name().to_owned()),
        &column(mutants, |mutant| clean(&mutant.path)),
        &column(mutants, |mutant| mutant.operator.clone()),
        &column(mutants, |mutant| mutant.tier.name().to_owned()),
        &column(mutants, |mutant| i64::from(mutant.line)),
        &column(mutants, |mutant| i64::from(mutant.column)),
        &column(mutants, |mutant| wide(mutant.start_byte)),
        &column(mutants, |mutant| wide(mutant.end_byte)),
        &column(mutants, |mutant| clean(&mutant.original)),
        &column(mutants, |mutant| clean(&mutant.replacement)),
        &column(mutants, |mutant| clean(&mutant.function)),
        &descriptions.iter().map(|description| clean(description)).collect::<Vec<_>>()
    )
    .execute(connection)
    .await
    .map_err(|error| StoreError::on_insert(error, "mutant", "measurement"))?;
    Ok(())
}
