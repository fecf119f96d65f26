//! Connections: one login role, two roles to act as.

use std::str::FromStr;

use sqlx::{
    Connection, Executor, PgConnection, PgPool, Postgres,
    migrate::MigrateDatabase,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use tinybug_model::OrgId;

use crate::{OrgStore, StoreError, SystemStore, schema};

const AS_APP: &str = "SET ROLE tinybug_app";
const AS_SYSTEM: &str = "SET ROLE tinybug_system";

const NO_SUCH_DATABASE: &str = "3D000";
const DATABASE_EXISTS: &str = "42P04";
const NAME_TAKEN: &str = "23505";
const NO_SUCH_ROLE: &str = "22023";

/// The database. Clones share their connections.
#[derive(Debug, Clone)]
pub struct Store {
    app: PgPool,
    system: PgPool,
}

impl Store {
    /// Brings the database at `url` up to date, and creates it when it is missing. The login role owns the schema.
    pub async fn migrate(url: &str) -> Result<(), StoreError> {
        let options = PgConnectOptions::from_str(url)?;
        let mut connection = match PgConnection::connect_with(&options).await {
            Err(error) if has_code(&error, &[NO_SUCH_DATABASE]) => {
                // Someone else may create it at the same moment.
                match Postgres::create_database(url).await {
                    Err(error) if !has_code(&error, &[DATABASE_EXISTS, NAME_TAKEN]) => return Err(error.into()),
                    _ => PgConnection::connect_with(&options).await?,
                }
            }
            connected => connected?,
        };
        schema::MIGRATIONS.run(&mut connection).await?;
        Ok(connection.close().await?)
    }

    /// Connects to a database that was brought up to date.
    pub async fn connect(url: &str) -> Result<Self, StoreError> {
        Self::connect_with(PgConnectOptions::from_str(url)?).await
    }

    /// The same, from options instead of a URL.
    pub async fn connect_with(options: PgConnectOptions) -> Result<Self, StoreError> {
        // A pool tries again until its time is up, and then tells nothing of the cause: find out here what is wrong.
        let mut connection = PgConnection::connect_with(&options).await?;
        for become_role in [AS_APP, AS_SYSTEM] {
            connection.execute(become_role).await.map_err(never_migrated)?;
        }
        connection.close().await?;
        Ok(Self {
            app: pool(16, AS_APP).connect_lazy_with(options.clone()),
            system: pool(6, AS_SYSTEM).connect_lazy_with(options),
        })
    }

    /// The right to this org's data. Whoever calls it has made sure that the caller may have it.
    pub fn org(&self, org: OrgId) -> OrgStore {
        OrgStore::new(org, self.app.clone())
    }

    /// The right to the few things that concern no single org.
    pub fn system(&self) -> SystemStore {
        SystemStore::new(self.system.clone())
    }

    /// Ends all connections.
    pub async fn close(&self) {
        self.app.close().await;
        self.system.close().await;
    }
}

fn pool(connections: u32, become_role: &'static str) -> PgPoolOptions {
    PgPoolOptions::new().max_connections(connections).after_connect(move |connection, _| {
        Box::pin(async move {
            connection.execute(become_role).await?;
            Ok(())
        })
    })
}

/// A role that does not exist is a server on which no migration ever ran.
fn never_migrated(error: sqlx::Error) -> StoreError {
    if has_code(&error, &[NO_SUCH_ROLE]) { StoreError::NeverMigrated } else { error.into() }
}

fn has_code(error: &sqlx::Error, codes: &[&str]) -> bool {
    let code = error.as_database_error().and_then(sqlx::error::DatabaseError::code);
    code.is_some_and(|code| codes.contains(&&*code))
}
