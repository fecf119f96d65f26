//! Tests of the engine through its public functions.

mod canaries;
mod corpus;
mod coverage;
mod drawing;
mod invariants;
mod page;
mod real_libraries;
mod rules;
mod snapshots;
mod twins;
