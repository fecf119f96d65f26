//! Postgres: the only SQL of Tinybug.
//!
//! An [`OrgStore`] is the right to one org's data: every method on tenants' tables hangs on it, and row-level security
//! in Postgres is the second lock. A [`SystemStore`] crosses orgs, for the few uses that it lists.

mod attempts;
mod bitmap;
mod builds;
mod connect;
mod coverage;
mod error;
mod history;
mod measurements;
mod mutants;
mod number;
mod org;
mod outbox;
mod page;
mod progress;
mod repositories;
mod request;
mod run_counts;
mod run_records;
mod schema;
mod state;
mod system;
mod test_cases;
mod test_profiles;
mod text;
mod tokens;
mod trials;
mod verdicts;

pub use attempts::{AttemptFacts, AttemptStart, FinishedAttempt, TestFailure};
pub use bitmap::TestSet;
pub use builds::{Build, BuildState};
pub use connect::Store;
pub use coverage::MutantCoverage;
pub use error::StoreError;
pub use history::{KnownTest, TestHistory};
pub use measurements::{Commit, Drawing, Measurement, Prepared};
pub use mutants::{DrawnMutant, Judgement, MutantFilter, MutantHistory};
pub use org::{Org, OrgState, OrgStore};
pub use outbox::{OutboxMessage, OutboxRow, OutboxSignal};
pub use page::Page;
pub use progress::Progress;
pub use repositories::{NewRepository, Repository, RepositoryKind};
pub use request::{MeasurementRequest, Source};
pub use run_counts::RunCounts;
pub use run_records::{BuildRecord, RunRecord};
pub use schema::SchemaStatus;
pub use system::SystemStore;
pub use test_cases::TestCase;
pub use test_profiles::TestProfile;
pub use tokens::{NewToken, Token, TokenOwner};
pub use trials::Trial;
pub use verdicts::NewJudgement;
