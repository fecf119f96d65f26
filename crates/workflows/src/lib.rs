//! The measurement as deterministic code, and the contract with the activities that do its work.
//!
//! This crate cannot name tokio, sqlx or reqwest: workflow code that did I/O would not replay.

#![expect(missing_docs, reason = "the SDK's macros drop the doc comments of what they declare")]

pub mod contract;
mod lanes;
mod measurement;
mod options;
mod org;
pub mod search_attributes;
mod trial;

pub use measurement::{MeasurementInput, Progress, RunMeasurement};
pub use org::{OrgInput, ProvisionOrg};
pub use trial::{RunMutationTrial, TrialInput};

/// The task queue that all workers of a namespace poll.
pub const TASK_QUEUE: &str = "tinybug";

/// The namespace of workflows that serve the installation and not one org.
pub const SYSTEM_NAMESPACE: &str = "tinybug-system";
