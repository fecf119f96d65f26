//! Orgs, and the right to one org's data.

use chrono::{DateTime, Utc};
use sqlx::{AssertSqlSafe, PgPool, Postgres, Transaction};
use tinybug_model::{MeasurementRef, OrgId};
use uuid::Uuid;

use crate::StoreError;

/// Where an org stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OrgState {
    /// Its namespace is being made.
    Provisioning,
    /// Its measurements can run.
    Ready,
}

impl OrgState {
    /// Every state.
    pub const ALL: [Self; 2] = [Self::Provisioning, Self::Ready];

    /// The name that the database and scripts hold.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Provisioning => "provisioning",
            Self::Ready => "ready",
        }
    }

    pub(crate) fn read(name: &str) -> Result<Self, StoreError> {
        Self::ALL
            .into_iter()
            .find(|state| state.name() == name)
            .ok_or_else(|| StoreError::unreadable("orgs.state", name))
    }
}

/// An org.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Org {
    /// Its id, for good.
    pub id: OrgId,
    /// Its name in URLs.
    pub slug: String,
    /// Its name for people.
    pub name: String,
    /// Where it stands.
    pub state: OrgState,
    /// Since when it exists.
    pub created_at: DateTime<Utc>,
}

pub(crate) struct OrgRow {
    pub(crate) id: Uuid,
    pub(crate) slug: String,
    pub(crate) name: String,
    pub(crate) state: String,
    pub(crate) created_at: DateTime<Utc>,
}

impl TryFrom<OrgRow> for Org {
    type Error = StoreError;

    fn try_from(row: OrgRow) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.id.into(),
            slug: row.slug,
            name: row.name,
            state: OrgState::read(&row.state)?,
            created_at: row.created_at,
        })
    }
}

/// The right to one org's data. Every query runs in a transaction that row-level security ties to the org.
#[derive(Debug, Clone)]
pub struct OrgStore {
    pub(crate) org: OrgId,
    pool: PgPool,
}

impl OrgStore {
    pub(crate) fn new(org: OrgId, pool: PgPool) -> Self {
        Self { org, pool }
    }

    /// Which org.
    pub fn id(&self) -> OrgId {
        self.org
    }

    /// The org's row; `None` when there is no such org.
    pub async fn org(&self) -> Result<Option<Org>, StoreError> {
        let mut tx = self.begin().await?;
        let row = sqlx::query_as!(
            OrgRow,
            "SELECT id, slug, name, state, created_at FROM orgs WHERE id = $1",
            self.org.uuid()
        )
        .fetch_optional(&mut *tx)
        .await?;
        tx.commit().await?;
        row.map(Org::try_from).transpose()
    }

    /// Notes that the org's namespace serves, so that its measurements are delivered. Again is no different from once.
    pub async fn mark_ready(&self) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        let updated = sqlx::query!("UPDATE orgs SET state = 'ready' WHERE id = $1", self.org.uuid())
            .execute(&mut *tx)
            .await?
            .rows_affected();
        if updated == 0 {
            return Err(StoreError::Missing("organisation"));
        }
        crate::outbox::wake(&mut tx).await?;
        Ok(tx.commit().await?)
    }

    /// A transaction that sees this org and no other. The setting lives as long as the transaction, so that a
    /// connection never carries one org's right into another's request.
    pub(crate) async fn begin(&self) -> Result<Transaction<'static, Postgres>, StoreError> {
        // One round trip. A UUID's text is hexadecimal digits and hyphens.
        let begin = format!("BEGIN; SET LOCAL app.org = '{}'", self.org.uuid());
        Ok(self.pool.begin_with(AssertSqlSafe(begin)).await?)
    }

    /// A measurement's keys, once it is clear that it is this org's.
    pub(crate) fn own(&self, measurement: MeasurementRef) -> Result<(Uuid, i64), StoreError> {
        if measurement.org == self.org {
            Ok((measurement.id.uuid(), i64::from(measurement.pass)))
        } else {
            Err(StoreError::Missing("measurement"))
        }
    }
}
