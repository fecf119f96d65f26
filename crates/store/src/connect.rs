//! Connections: one login role, two roles to act as.

use std::str::FromStr;

use sqlx::{
    Connection, Executor, PgConnection, PgPool, Postgres,
    migrate::MigrateDatabase,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use tinybug_model::OrgId;

use crate::{OrgStore, StoreError, SystemStore, schema};

/// The database. Clones share their connections.
#[derive(Debug, Clone)]
pub struct Store {
    app: PgPool,
    system: PgPool,
}

impl Store {
    /// Brings the database at `url` up to date, and creates it when it is missing. The login role owns the schema.
    pub async fn migrate(url: &str) -> Result<(), StoreError> {
        if let Err(error) = PgConnectOptions::from_str(url) {
            return Err(StoreError::Query(error));
        }
        if !Postgres::database_exists(url).await? {
            // Someone else may create it at the same moment; the connection below tells whether it is there.
            let created = Postgres::create_database(url).await;
            if created.is_err() && !Postgres::database_exists(url).await? {
                return Ok(created?);
            }
        }
        let mut connection = PgConnection::connect(url).await?;
        schema::MIGRATIONS.run(&mut connection).await?;
        Ok(connection.close().await?)
    }

    /// Connects to a database that was brought up to date.
    pub async fn connect(url: &str) -> Result<Self, StoreError> {
        Self::connect_with(PgConnectOptions::from_str(url)?).await
    }

    /// The same, from options instead of a URL.
    pub async fn connect_with(options: PgConnectOptions) -> Result<Self, StoreError> {
        let store = Self {
            app: pool(16, "SET ROLE tinybug_app").connect_lazy_with(options.clone()),
            system: pool(4, "SET ROLE tinybug_system").connect_lazy_with(options),
        };
        store.app.acquire().await?;
        Ok(store)
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
