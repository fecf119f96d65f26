//! The crates and what they see, compared with the table in ARCHITECTURE.md.

use std::collections::{BTreeMap, BTreeSet};

use crate::workspace::{Package, packages, read};

/// A line of the table.
#[derive(Debug)]
struct Row {
    level: String,
    sees: BTreeSet<String>,
}

/// What does I/O, or would let a crate do it. The pure crates and the workflows may not name these at all.
const OUTSIDE: [&str; 18] = [
    "async-std",
    "axum",
    "futures-util",
    "hyper",
    "hyper-util",
    "ignore",
    "nix",
    "reqwest",
    "rustix",
    "smol",
    "sqlx",
    "temporalio-client",
    "temporalio-common",
    "temporalio-sdk",
    "tokio",
    "tokio-util",
    "tonic",
    "walkdir",
];

/// Crates that compute and do nothing else.
const PURE: [&str; 4] = ["tinybug-model", "tinybug-report", "tinybug-verdict", "tinybug-workflows"];

#[test]
fn every_crate_is_in_the_table_and_every_line_of_the_table_is_a_crate() {
    let crates: BTreeSet<String> = packages().into_iter().map(|package| package.name).collect();
    let rows: BTreeSet<String> = table().into_keys().collect();
    let missing: Vec<_> = crates.difference(&rows).collect();
    let stale: Vec<_> = rows.difference(&crates).collect();
    assert!(missing.is_empty(), "add a line to the table in ARCHITECTURE.md for {missing:?}");
    assert!(
        stale.is_empty(),
        "remove the lines of {stale:?} from the table in ARCHITECTURE.md: there is no such crate"
    );
}

#[test]
fn crates_depend_only_on_the_crates_that_the_table_lets_them_see() {
    let table = table();
    let wrong: Vec<String> = packages().iter().flat_map(|package| unseen(package, &table)).collect();
    assert!(
        wrong.is_empty(),
        "{}\nMove the code to a crate that may see both, or change the table in ARCHITECTURE.md and say why in an ADR.",
        wrong.join("\n")
    );
}

#[test]
fn the_table_keeps_the_levels_apart() {
    for (name, row) in table() {
        let allowed: &[&str] = match row.level.as_str() {
            "L0" => &[],
            "L1" | "dev" => &["model"],
            "L2" => &["model", "mutate", "verdict", "report", "workflows", "store", "providers"],
            "L3" => continue,
            other => panic!("{name} has the level {other} in ARCHITECTURE.md: the levels are L0 to L3, and dev"),
        };
        let above: Vec<_> = row.sees.iter().filter(|seen| !allowed.contains(&seen.as_str())).collect();
        assert!(above.is_empty(), "{name} is {}, so it may see only {allowed:?}, not {above:?}", row.level);
    }
}

#[test]
fn activities_and_the_api_never_see_each_other() {
    let table = table();
    assert!(!table["tinybug-activities"].sees.contains("api"), "activities write to the store, the API reads from it");
    assert!(!table["tinybug-api"].sees.contains("activities"), "the API writes a request row, a worker takes it up");
    assert!(!table["tinybug-api"].sees.contains("workflows"), "the API writes a request row, a worker takes it up");
}

#[test]
fn the_test_kit_is_only_ever_a_dev_dependency() {
    for package in packages() {
        let shipped =
            package.dependencies.iter().any(|dependency| dependency.name == "tinybug-testkit" && !dependency.dev);
        assert!(!shipped, "{}: move tinybug-testkit to [dev-dependencies]", package.name);
    }
}

#[test]
fn pure_crates_name_no_crate_that_does_io() {
    for package in packages().iter().filter(|package| PURE.contains(&package.name.as_str())) {
        let named = package.dependencies.iter().filter(|dependency| !dependency.dev).map(|dependency| &dependency.name);
        let outside: Vec<_> = named.filter(|name| OUTSIDE.contains(&name.as_str())).collect();
        assert!(outside.is_empty(), "{} may not depend on {outside:?}: let an activity do that work", package.name);
    }
}

/// Sentences about what the crate depends on though the table does not say so.
fn unseen(package: &Package, table: &BTreeMap<String, Row>) -> Vec<String> {
    let Some(row) = table.get(&package.name) else { return Vec::new() };
    let ours = package.dependencies.iter().filter(|dependency| dependency.ours);
    let unseen = ours.filter(|dependency| {
        let seen = row.sees.contains(dependency.name.trim_start_matches("tinybug-"));
        let itself = dependency.dev && dependency.name == package.name;
        let kit = dependency.dev && dependency.name == "tinybug-testkit";
        !(seen || itself || kit)
    });
    unseen.map(|dependency| format!("{} may not depend on {}", package.name, dependency.name)).collect()
}

/// The table: its lines are those of ARCHITECTURE.md that begin with a crate's name in backquotes.
fn table() -> BTreeMap<String, Row> {
    let text = read("ARCHITECTURE.md");
    let rows: BTreeMap<_, _> = text.lines().filter_map(row).collect();
    assert!(!rows.is_empty(), "ARCHITECTURE.md has no table of crates (lines that begin with | `tinybug-...`)");
    rows
}

fn row(line: &str) -> Option<(String, Row)> {
    let cells: Vec<&str> = line.strip_prefix("| `tinybug")?.split('|').map(str::trim).collect();
    let [name, level, sees, _purpose, ..] = cells.as_slice() else {
        panic!("a line of the table in ARCHITECTURE.md has too few cells: {line}");
    };
    let sees = sees.split(',').map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect();
    Some((format!("tinybug{}", name.trim_end_matches('`')), Row { level: (*level).to_owned(), sees }))
}
