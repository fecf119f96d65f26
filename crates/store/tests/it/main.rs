//! The store against a real Postgres: the server that `DATABASE_URL` names, a database for each test.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod attempts;
mod catalogue;
mod history;
mod isolation;
mod measurements;
mod migrations;
mod outbox;
mod queries;
mod support;
mod system;
mod test_cases;
mod trials;

#[test]
fn there_is_a_database_to_test_against() {
    assert!(
        std::env::var("DATABASE_URL").is_ok(),
        "these tests need a PostgreSQL server: run `make test`, which starts one, or set DATABASE_URL to the URL of a \
         superuser of a scratch server"
    );
}
