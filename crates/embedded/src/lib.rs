//! Real Postgres and a real Temporal server under a data directory, started by the first process that needs them
//! and stopped after the last one.
//!
//! [`attach`] is all that a user of the services calls. It starts a detached *supervisor* (the same executable, see
//! [`SupervisorCommand`]) unless one runs, relays its [`ProgressEvent`]s, and holds a lock while the caller works.
//! The executable must offer two hidden subcommands, each with one argument: one calls [`supervise_main`], the other
//! [`exec_service`].

mod attach;
mod cluster;
mod doctor;
mod error;
mod exec;
mod fleet;
mod layout;
mod leftovers;
mod lock;
mod parts;
mod ports;
mod privilege;
mod probe;
mod progress;
mod service;
mod services;
mod supervisor;
mod temporal;
mod versions;

pub use attach::{Attached, Needs, SupervisorCommand, attach};
pub use doctor::{Check, Level, inspect};
pub use error::Error;
pub use exec::exec_service;
pub use progress::{Progress, ProgressEvent};
pub use services::{Process, Services};
pub use supervisor::supervise_main;
pub use versions::{
    GO_MINIMUM, POSTGRES_OLDEST_MAJOR, POSTGRES_PACKAGE_VERSION, TEMPORAL_SERVER_VERSION, TEMPORAL_UI_VERSION,
};
