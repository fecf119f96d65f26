//! One file per command.

pub(crate) mod compare;
pub(crate) mod doctor;
pub(crate) mod judge;
pub(crate) mod migrate;
pub(crate) mod mutants;
pub(crate) mod openapi;
pub(crate) mod operator_token;
pub(crate) mod serve;
pub(crate) mod try_run;
mod versus;
pub(crate) mod with_services;
pub(crate) mod worker;
