//! Builds: one CI execution of one ref, known by its [`BuildRef`].

use sqlx::PgConnection;
use tinybug_model::BuildRef;

use crate::{OrgStore, StoreError, number::narrow};

/// What has been done to the outside world for a build.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BuildState {
    /// Nothing yet.
    Open,
    /// Its ref is there.
    Published,
    /// Its ref is gone again.
    Closed,
}

impl BuildState {
    /// Every state, in order.
    pub const ALL: [Self; 3] = [Self::Open, Self::Published, Self::Closed];

    /// The name that the database holds.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Published => "published",
            Self::Closed => "closed",
        }
    }

    fn read(name: &str) -> Result<Self, StoreError> {
        Self::ALL
            .into_iter()
            .find(|state| state.name() == name)
            .ok_or_else(|| StoreError::unreadable("builds.state", name))
    }
}

/// A build.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Build {
    /// Its key.
    pub build: BuildRef,
    /// What has been done for it.
    pub state: BuildState,
    /// Its ref, once published.
    pub ref_name: Option<String>,
    /// Its commit, once published.
    pub sha: Option<String>,
    /// Attempts begun.
    pub attempts: u32,
}

impl OrgStore {
    /// Opens the build, or finds it as it is.
    pub async fn open_build(&self, build: BuildRef) -> Result<Build, StoreError> {
        let (measurement, pass) = self.own(build.measurement)?;
        let mut tx = self.begin().await?;
        sqlx::query!(
            "INSERT INTO builds (org_id, measurement_id, pass, role, number)
             VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT DO NOTHING",
            self.org.uuid(),
            measurement,
            pass,
            build.role.name(),
            i64::from(build.number)
        )
        .execute(&mut *tx)
        .await
        .map_err(|error| StoreError::on_insert(error, "build", "measurement"))?;
        let row = sqlx::query!(
            "SELECT state, ref_name, sha, attempts
             FROM   builds
             WHERE  org_id = $1 AND measurement_id = $2 AND pass = $3 AND role = $4 AND number = $5",
            self.org.uuid(),
            measurement,
            pass,
            build.role.name(),
            i64::from(build.number)
        )
        .fetch_one(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(Build {
            build,
            state: BuildState::read(&row.state)?,
            ref_name: row.ref_name,
            sha: row.sha,
            attempts: narrow("builds.attempts", row.attempts)?,
        })
    }

    /// Notes the build's ref and commit. A build that was closed meanwhile stays closed.
    pub async fn set_published(&self, build: BuildRef, ref_name: &str, sha: &str) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        let id = self.build_id(&mut tx, build).await?;
        sqlx::query!(
            "UPDATE builds
             SET    ref_name = $3, sha = $4, state = CASE state WHEN 'open' THEN 'published' ELSE state END
             WHERE  org_id = $1 AND id = $2",
            self.org.uuid(),
            id,
            ref_name,
            sha
        )
        .execute(&mut *tx)
        .await?;
        Ok(tx.commit().await?)
    }

    /// Notes that nothing of the build is left outside. A build that never was is none of these.
    pub async fn close_build(&self, build: BuildRef) -> Result<(), StoreError> {
        let (measurement, pass) = self.own(build.measurement)?;
        let mut tx = self.begin().await?;
        sqlx::query!(
            "UPDATE builds SET state = 'closed'
             WHERE  org_id = $1 AND measurement_id = $2 AND pass = $3 AND role = $4 AND number = $5",
            self.org.uuid(),
            measurement,
            pass,
            build.role.name(),
            i64::from(build.number)
        )
        .execute(&mut *tx)
        .await?;
        Ok(tx.commit().await?)
    }

    /// The row's number of a build.
    pub(crate) async fn build_id(&self, connection: &mut PgConnection, build: BuildRef) -> Result<i64, StoreError> {
        let (measurement, pass) = self.own(build.measurement)?;
        sqlx::query_scalar!(
            "SELECT id
             FROM   builds
             WHERE  org_id = $1 AND measurement_id = $2 AND pass = $3 AND role = $4 AND number = $5",
            self.org.uuid(),
            measurement,
            pass,
            build.role.name(),
            i64::from(build.number)
        )
        .fetch_optional(connection)
        .await?
        .ok_or(StoreError::Missing("build"))
    }
}
