//! The API through its router, on a real Postgres. [`app::TestApp`] is the only way in.
#![expect(clippy::unwrap_used, reason = "helpers of tests are no tests to clippy; a failure in them fails the test")]

mod app;
mod authorisation;
mod comparison;
mod document;
mod measurements;
mod mutants;
mod orgs;
mod problems;
mod repositories;
mod service;
mod tests;

#[test]
fn there_is_a_database_to_test_against() {
    assert!(
        std::env::var("DATABASE_URL").is_ok(),
        "these tests need a PostgreSQL server: run `make test`, which starts one, or set DATABASE_URL to the URL of a \
         superuser of a scratch server"
    );
}
