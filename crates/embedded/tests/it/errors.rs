//! What a user is told when the services cannot run.

use std::fs;

use tinybug_embedded::{Level, inspect};

use crate::harness::{DataDir, User};

#[test]
fn a_machine_without_any_way_to_get_the_parts_is_told_the_ways() {
    let data = DataDir::new();
    let empty = data.path().parent().unwrap().join("empty");
    fs::create_dir(&empty).unwrap();
    let user = User::spawn(data.user_command().env("PATH", &empty).env("TINYBUG_CACHE_DIR", &empty));
    let said = user.fails();
    for way in ["install Go", "temporal command-line tool", "TEMPORAL_ADDRESS", "logs/supervisor.log"] {
        assert!(said.contains(way), "{said}");
    }
    assert_eq!(data.services(), None);
}

#[test]
fn a_directory_without_postgres_programs_is_refused_by_name() {
    let data = DataDir::new();
    let user = User::spawn(data.user_command().env("TINYBUG_POSTGRES_BIN", "/nowhere"));
    let said = user.fails();
    assert!(said.contains("TINYBUG_POSTGRES_BIN: /nowhere holds no initdb"), "{said}");
}

#[test]
fn the_machine_that_runs_these_tests_lacks_nothing() {
    let missing: Vec<_> = inspect().into_iter().filter(|check| check.level == Level::Missing).collect();
    assert_eq!(missing, []);
}
