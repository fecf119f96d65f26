//! The lints of workflow code: those of the root and more.

use std::collections::BTreeMap;

use toml::{Table, Value};

use crate::workspace::read;

/// What replays differently, so that no workflow may touch it. The list of the file may be longer, never shorter.
const BANNED: [&str; 11] = [
    "std::collections::HashMap",
    "std::collections::HashSet",
    "std::env::var",
    "std::fs::File",
    "std::fs::read_to_string",
    "std::process::Command::new",
    "std::thread::sleep",
    "std::thread::spawn",
    "std::time::Instant::now",
    "std::time::SystemTime::now",
    "uuid::Uuid::now_v7",
];

#[test]
fn the_lints_of_workflows_repeat_every_rule_of_the_root() {
    let root = rules("clippy.toml");
    let workflows = rules("crates/workflows/clippy.toml");
    for (rule, value) in &root {
        let repeated = workflows.get(rule);
        assert_eq!(
            repeated,
            Some(value),
            "a clippy.toml in a crate replaces the root's: copy {rule} from clippy.toml to crates/workflows/clippy.toml"
        );
    }
}

#[test]
fn the_lints_of_workflows_ban_what_a_replay_would_see_differently() {
    let workflows = rules("crates/workflows/clippy.toml");
    for banned in BANNED {
        assert!(workflows.contains_key(banned), "crates/workflows/clippy.toml must ban {banned}");
    }
}

/// The rules of a clippy.toml: its settings by name, its bans by the path that they ban.
fn rules(path: &str) -> BTreeMap<String, Value> {
    let table: Table = read(path).parse().unwrap_or_else(|error| panic!("{path} is no TOML: {error}"));
    let mut rules = BTreeMap::new();
    for (setting, value) in table {
        match value {
            Value::Array(bans) => rules.extend(bans.into_iter().map(|ban| (banned_path(path, &ban), ban))),
            other => {
                rules.insert(setting, other);
            }
        }
    }
    rules
}

fn banned_path(path: &str, ban: &Value) -> String {
    let banned = ban.get("path").and_then(Value::as_str);
    banned.unwrap_or_else(|| panic!("{path} has a ban without a path: {ban:?}")).to_owned()
}
