//! What callers ask for: a measurement, and its end. Each is a row and a message, in one transaction.

use serde::{Deserialize, Serialize};
use sqlx::types::Json;
use tinybug_model::{MeasurementId, MeasurementRef, MeasurementState, Plan, RepositoryId};

use crate::{
    OrgStore, OutboxMessage, StoreError,
    measurements::read_state,
    number::narrow,
    outbox::{enqueue, wake},
    state::may_follow,
};

/// Which code to measure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// The working tree as it is, uncommitted changes included.
    WorkingTree,
    /// A commit, by any name that git knows it by.
    Revision(String),
}

/// A measurement to be made.
#[derive(Debug, Clone)]
pub struct MeasurementRequest {
    /// Of which repository.
    pub repository: RepositoryId,
    /// Of which code.
    pub source: Source,
    /// How.
    pub plan: Plan,
}

impl OrgStore {
    /// Accepts a measurement: it will be started.
    pub async fn request_measurement(&self, request: &MeasurementRequest) -> Result<MeasurementRef, StoreError> {
        let measurement = MeasurementRef { org: self.org, id: MeasurementId::new(), pass: 1 };
        let mut tx = self.begin().await?;
        sqlx::query!(
            "INSERT INTO measurements (org_id, id, repository_id, source, plan) VALUES ($1, $2, $3, $4, $5)",
            self.org.uuid(),
            measurement.id.uuid(),
            request.repository.uuid(),
            Json(&request.source) as _,
            Json(&request.plan) as _
        )
        .execute(&mut *tx)
        .await
        .map_err(|error| StoreError::on_insert(error, "measurement", "repository"))?;
        enqueue(&mut tx, self.org, &OutboxMessage::StartMeasurement { measurement }).await?;
        wake(&mut tx).await?;
        tx.commit().await?;
        Ok(measurement)
    }

    /// Accepts that a measurement be cancelled, and returns where it stands now. One that is being cancelled is left
    /// alone; one that has ended is an error that says how.
    pub async fn request_cancel(&self, id: MeasurementId) -> Result<MeasurementState, StoreError> {
        let mut tx = self.begin().await?;
        let row = sqlx::query!(
            "SELECT state, pass FROM measurements WHERE org_id = $1 AND id = $2 FOR NO KEY UPDATE",
            self.org.uuid(),
            id.uuid()
        )
        .fetch_optional(&mut *tx)
        .await?
        .ok_or(StoreError::Missing("measurement"))?;
        let state = read_state(&row.state)?;
        if may_follow(state, MeasurementState::Cancelling) {
            sqlx::query!(
                "UPDATE measurements SET state = 'cancelling', version = version + 1 WHERE org_id = $1 AND id = $2",
                self.org.uuid(),
                id.uuid()
            )
            .execute(&mut *tx)
            .await?;
            let measurement = MeasurementRef { org: self.org, id, pass: narrow("measurements.pass", row.pass)? };
            enqueue(&mut tx, self.org, &OutboxMessage::CancelMeasurement { measurement }).await?;
            wake(&mut tx).await?;
        } else if state.is_final() {
            return Err(StoreError::Closed { state });
        }
        tx.commit().await?;
        Ok(MeasurementState::Cancelling)
    }
}
