//! The outbox: what Temporal must be told, delivered until it is confirmed.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use sqlx::{PgConnection, postgres::PgListener, postgres::types::PgInterval, types::Json};
use tinybug_model::{MeasurementRef, OrgId};
use uuid::Uuid;

use crate::{StoreError, SystemStore, number::narrow, text::clean};

const UNREADABLE_RETRY: Duration = Duration::from_mins(10);
const CHANNEL: &str = "tinybug_outbox";

/// What must be told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum OutboxMessage {
    /// Start the workflow of this pass.
    StartMeasurement {
        /// Which.
        measurement: MeasurementRef,
    },
    /// Tell the workflow of this pass to stop.
    CancelMeasurement {
        /// Which.
        measurement: MeasurementRef,
    },
    /// Start the workflow that makes the org's namespace.
    ProvisionOrg {
        /// Which.
        org: OrgId,
    },
}

impl OutboxMessage {
    const fn kind(&self) -> &'static str {
        match self {
            Self::StartMeasurement { .. } => "start_measurement",
            Self::CancelMeasurement { .. } => "cancel_measurement",
            Self::ProvisionOrg { .. } => "provision_org",
        }
    }

    fn subject(&self) -> Uuid {
        match self {
            Self::StartMeasurement { measurement } | Self::CancelMeasurement { measurement } => measurement.id.uuid(),
            Self::ProvisionOrg { org } => org.uuid(),
        }
    }
}

/// A message that this process has claimed: nobody else gets it before the lease is over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutboxRow {
    /// Whose.
    pub org: OrgId,
    /// Its number.
    pub id: i64,
    /// What must be told.
    pub message: OutboxMessage,
    /// Deliveries tried, this one included.
    pub attempts: u32,
}

/// Hears when a message is put into the outbox, so that delivery need not wait for the next look.
#[derive(Debug)]
pub struct OutboxSignal(PgListener);

impl OutboxSignal {
    /// Waits until there may be something to claim. Signals are lost while the connection is: look now and then too.
    pub async fn heard(&mut self) -> Result<(), StoreError> {
        self.0.recv().await?;
        Ok(())
    }
}

impl SystemStore {
    /// Claims up to `limit` messages that are due, for the time of `lease`. Those about one thing come one at a time,
    /// in order, and those about measurements once the org is ready.
    pub async fn claim_outbox(&self, limit: u32, lease: Duration) -> Result<Vec<OutboxRow>, StoreError> {
        let rows = sqlx::query!(
            r#"WITH due AS (
                   SELECT o.org_id, o.id
                   FROM   outbox o
                   JOIN   orgs ON orgs.id = o.org_id
                   WHERE  o.delivered_at IS NULL
                   AND    o.next_try_at <= now()
                   AND    (o.kind = 'provision_org' OR orgs.state = 'ready')
                   AND    NOT EXISTS (
                              SELECT
                              FROM   outbox earlier
                              WHERE  earlier.org_id = o.org_id
                              AND    earlier.subject = o.subject
                              AND    earlier.id < o.id
                              AND    earlier.delivered_at IS NULL
                          )
                   ORDER  BY o.next_try_at, o.id
                   LIMIT  $1
                   FOR    UPDATE OF o SKIP LOCKED
               )
               UPDATE outbox
               SET    next_try_at = now() + $2, attempts = outbox.attempts + 1
               FROM   due
               WHERE  outbox.org_id = due.org_id
               AND    outbox.id = due.id
               RETURNING outbox.org_id, outbox.id, outbox.payload, outbox.attempts"#,
            i64::from(limit),
            interval(lease)
        )
        .fetch_all(&self.pool)
        .await?;
        let mut claimed = Vec::with_capacity(rows.len());
        for row in rows {
            let (org, id) = (row.org_id.into(), row.id);
            match serde_json::from_value(row.payload) {
                Ok(message) => {
                    let attempts = narrow("outbox.attempts", row.attempts)?;
                    claimed.push(OutboxRow { org, id, message, attempts });
                }
                // Written by a version that knows more. It must not hold up the messages beside it.
                Err(error) => self.defer_outbox(org, id, &error.to_string(), UNREADABLE_RETRY).await?,
            }
        }
        claimed.sort_by_key(|row| row.id);
        Ok(claimed)
    }

    /// Notes that the message was delivered. Again is no different from once.
    pub async fn confirm_outbox(&self, org: OrgId, id: i64) -> Result<(), StoreError> {
        let mut tx = self.pool.begin().await?;
        sqlx::query!(
            "UPDATE outbox SET delivered_at = now(), last_error = NULL
             WHERE  org_id = $1 AND id = $2 AND delivered_at IS NULL",
            org.uuid(),
            id
        )
        .execute(&mut *tx)
        .await?;
        // The next message about the same thing may have waited for this one.
        wake(&mut tx).await?;
        Ok(tx.commit().await?)
    }

    /// Notes that the message could not be delivered, and when to try again.
    pub async fn defer_outbox(&self, org: OrgId, id: i64, error: &str, retry_in: Duration) -> Result<(), StoreError> {
        sqlx::query!(
            "UPDATE outbox SET last_error = $3, next_try_at = now() + $4
             WHERE  org_id = $1 AND id = $2 AND delivered_at IS NULL",
            org.uuid(),
            id,
            clean(error),
            interval(retry_in)
        )
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Messages that are not delivered yet.
    pub async fn undelivered(&self) -> Result<u64, StoreError> {
        let count = sqlx::query_scalar!(r#"SELECT count(*) AS "count!" FROM outbox WHERE delivered_at IS NULL"#)
            .fetch_one(&self.pool)
            .await?;
        crate::number::whole("outbox", count)
    }

    /// Listens for new messages.
    pub async fn outbox_signal(&self) -> Result<OutboxSignal, StoreError> {
        let mut listener = PgListener::connect_with(&self.pool).await?;
        listener.listen(CHANNEL).await?;
        Ok(OutboxSignal(listener))
    }
}

/// Puts a message into the outbox, in the transaction of the row that it is about.
pub(crate) async fn enqueue(
    connection: &mut PgConnection,
    org: OrgId,
    message: &OutboxMessage,
) -> Result<(), StoreError> {
    sqlx::query!(
        "INSERT INTO outbox (org_id, subject, kind, payload) VALUES ($1, $2, $3, $4)",
        org.uuid(),
        message.subject(),
        message.kind(),
        Json(message) as _
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Tells those who listen that there may be something to claim, once the transaction is through.
pub(crate) async fn wake(connection: &mut PgConnection) -> Result<(), StoreError> {
    sqlx::query!("SELECT pg_notify($1, '')", CHANNEL).execute(connection).await?;
    Ok(())
}

fn interval(duration: Duration) -> PgInterval {
    let microseconds = i64::try_from(duration.as_micros()).unwrap_or(i64::MAX);
    PgInterval { months: 0, days: 0, microseconds }
}
