//! The API through its router, on a real Postgres. [`app::TestApp`] is the only way in.

mod app;
mod authorisation;
mod document;
mod measurements;
mod mutants;
mod orgs;
mod problems;
mod repositories;
mod service;
