//! The vocabulary that every crate of Tinybug shares: typed ids, mutants, plans, test results, verdicts, scores.
//! No I/O, no async, no behaviour beyond what a word itself means.

pub mod build;
pub mod id;
pub mod language;
pub mod local_runner;
pub mod measurement;
pub mod mutant;
pub mod plan;
pub mod score;
pub mod stop;
pub mod test;
pub mod verdict;

pub use build::{AttemptSummary, BuildEnd, BuildRef, BuildResult, BuildRole, RerunOptions, RerunScope};
pub use id::{MeasurementId, OrgId, RepositoryId, TokenId};
pub use language::Language;
pub use local_runner::LocalRunnerOrgs;
pub use measurement::{MeasurementRef, MeasurementState};
pub use mutant::{Mutant, MutantId, Tier};
pub use plan::{Plan, Thresholds};
pub use score::Score;
pub use stop::{StopAnswer, StopRule, Stopping};
pub use test::{TestId, TestOutcome, TestResult, TestState};
pub use verdict::Verdict;
