//! The worker process: the fleet of Temporal workers and the outbox's delivery.

mod fleet;
mod outbox;
mod run;
pub(crate) mod temporal;

pub(crate) use run::{WorkerConfig, run};
