//! Reads what the pytest plugin recorded: one file per process that ran tests.

use std::{collections::BTreeMap, fs, path::Path};

use serde::Deserialize;
use tinybug_model::TestId;

use super::{Coverage, LineCover};

/// What the plugin writes.
#[derive(Debug, Deserialize)]
struct Record {
    /// Class name and name of each test, as its `JUnit` report says them.
    tests: Vec<(String, String)>,
    /// By path and line: places of tests, -1 for outside of any one test.
    files: BTreeMap<String, BTreeMap<u32, Vec<i64>>>,
    incomplete: bool,
}

impl From<Record> for Coverage {
    fn from(record: Record) -> Self {
        let cover = |places: Vec<i64>| LineCover {
            import: places.contains(&-1),
            tests: places.into_iter().filter_map(|place| u32::try_from(place).ok()).collect(),
        };
        Self {
            tests: record.tests.into_iter().map(|(suite, name)| TestId::local(suite, name)).collect(),
            lines: record
                .files
                .into_iter()
                .map(|(path, lines)| (path, lines.into_iter().map(|(line, places)| (line, cover(places))).collect()))
                .collect(),
            incomplete: record.incomplete,
        }
    }
}

/// The coverage that lies in a directory; `None` when no process recorded any.
pub(crate) fn read_dir(dir: &Path) -> Option<Coverage> {
    let mut whole: Option<Coverage> = None;
    for entry in fs::read_dir(dir).ok()?.flatten() {
        let record = fs::read(entry.path()).ok().and_then(|bytes| serde_json::from_slice::<Record>(&bytes).ok());
        let Some(record) = record else {
            tracing::warn!(file = %entry.path().display(), "coverage that cannot be read");
            whole.get_or_insert_default().incomplete = true;
            continue;
        };
        whole.get_or_insert_default().merge(&record.into());
    }
    whole
}
