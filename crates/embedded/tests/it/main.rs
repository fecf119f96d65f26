//! The services as their users see them: real Postgres, real Temporal, real signals.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says so by a panic")]

mod errors;
mod harness;
mod recovery;
mod root;
mod users;
