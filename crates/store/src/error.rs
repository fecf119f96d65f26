//! What can go wrong in the store, by what a caller can do about it.

use sqlx::{error::ErrorKind, migrate::MigrateError};
use tinybug_model::MeasurementState;

/// Why the store could not do what it was asked. "Not found" on a read is `None`, not an error.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Postgres does not answer, or gave way to another transaction: try again.
    #[error("the database does not answer")]
    Unavailable(#[source] sqlx::Error),
    /// The name is taken: choose another.
    #[error("this {0} exists already")]
    Exists(&'static str),
    /// What the call is about does not exist in this org.
    #[error("there is no such {0}")]
    Missing(&'static str),
    /// The measurement is past the point where this could be asked of it.
    #[error("the measurement is {state} already")]
    Closed {
        /// Where it stands.
        state: MeasurementState,
    },
    /// The row was written by a version that knows more: update this one.
    #[error("{column} holds what this version cannot read: {detail}")]
    Unreadable {
        /// Table and column.
        column: &'static str,
        /// What is wrong with it.
        detail: String,
    },
    /// No migration ever ran on this server: run them.
    #[error("the database was never brought up to date: run `tinybug migrate`")]
    NeverMigrated,
    /// The schema could not be brought up to date: read the cause.
    #[error("the schema of the database could not be brought up to date")]
    Migrate(#[source] MigrateError),
    /// A query failed for a reason that another try does not change.
    #[error("the database refused a query")]
    Query(#[source] sqlx::Error),
}

impl StoreError {
    /// Whether the same call may succeed later, unchanged.
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Unavailable(_))
    }

    pub(crate) fn unreadable(column: &'static str, detail: impl std::fmt::Display) -> Self {
        Self::Unreadable { column, detail: detail.to_string() }
    }

    /// Reads a failed insert of a `noun`: its name is taken, or it hangs on something that is not there.
    pub(crate) fn on_insert(error: sqlx::Error, noun: &'static str, parent: &'static str) -> Self {
        match error.as_database_error().map(sqlx::error::DatabaseError::kind) {
            Some(ErrorKind::UniqueViolation) => Self::Exists(noun),
            Some(ErrorKind::ForeignKeyViolation) => Self::Missing(parent),
            _ => error.into(),
        }
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        if passes(&error) { Self::Unavailable(error) } else { Self::Query(error) }
    }
}

impl From<MigrateError> for StoreError {
    fn from(error: MigrateError) -> Self {
        match error {
            MigrateError::Execute(cause) if passes(&cause) => Self::Unavailable(cause),
            other => Self::Migrate(other),
        }
    }
}

/// Whether the failure is one of the moment: the connection's, or a transaction that gave way.
fn passes(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_)
        | sqlx::Error::Tls(_)
        | sqlx::Error::Protocol(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed
        | sqlx::Error::BeginFailed => true,
        sqlx::Error::Database(database) => database.code().is_some_and(|code| {
            // Connection, lack of resources, operator's intervention; then serialisation failure and deadlock.
            ["08", "53", "57"].iter().any(|class| code.starts_with(class)) || code == "40001" || code == "40P01"
        }),
        _ => false,
    }
}
