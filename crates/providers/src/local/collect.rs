//! Finding and reading what a command's tests reported.

use std::{
    fs,
    path::{Path, PathBuf},
};

use tinybug_model::{TestId, TestOutcome, TestResult};

use super::shim::{Ended, How};
use crate::{detect::Framework, results};

/// Bytes of a report that are read; a larger one is no report of tests.
const LIMIT: u64 = 64 * 1024 * 1024;

/// What was found.
#[derive(Debug, Default)]
pub(super) struct Collected {
    /// Results, in the order of the report.
    pub(super) tests: Vec<TestResult>,
    /// The code did not compile.
    pub(super) does_not_build: bool,
    /// Tests reported, rather than the exit status alone.
    pub(super) reported: bool,
}

/// Reads the results of a command that ended.
pub(super) fn collect(
    framework: Framework,
    command: &str,
    ended: &Ended,
    tree: &Path,
    reports: &Path,
    output: &Path,
) -> Collected {
    let text = || String::from_utf8_lossy(&read_limited(output).unwrap_or_default()).into_owned();
    let mut collected = match framework {
        Framework::Pytest | Framework::Vitest | Framework::JUnit | Framework::Command | Framework::Mocha => {
            Collected { tests: junit_reports(reports), ..Collected::default() }
        }
        Framework::Jest => compiled(jest_reports(reports, tree)),
        Framework::NodeTest => Collected { tests: node_reports(reports, tree), ..Collected::default() },
        Framework::Unittest => Collected { tests: results::unittest::parse(&text()), ..Collected::default() },
        Framework::Tap => Collected { tests: results::tap::parse(&text()), ..Collected::default() },
        Framework::GoTest => {
            let parsed = results::gotest::parse(&text());
            let junit = junit_reports(reports);
            let tests = if parsed.tests.is_empty() { junit } else { parsed.tests };
            Collected { tests, does_not_build: parsed.does_not_build, reported: false }
        }
        Framework::CargoTest => compiled(results::libtest::parse(&text())),
        Framework::Nextest => compiled(results::nextest::parse(&text())),
    };
    // A build tool that refuses the code never comes to the tests.
    if collected.tests.is_empty() && !matches!(ended.how, How::Exited { code: 0 }) {
        collected.does_not_build |= results::compilers::refuse(&text());
    }
    collected.reported = !collected.tests.is_empty() || collected.does_not_build;
    if let (Framework::Command, false, How::Exited { code }) = (framework, collected.reported, &ended.how) {
        collected.tests = vec![from_status(command, *code, ended.duration_ms)];
    }
    // A command that was ended midway reports whatever it had got to.
    if !matches!(ended.how, How::Exited { .. }) {
        collected.does_not_build = false;
    }
    collected
}

fn compiled(parsed: results::Compiled) -> Collected {
    Collected { tests: parsed.tests, does_not_build: parsed.does_not_build, reported: false }
}

/// An unknown command is one test of its own.
fn from_status(command: &str, code: i32, duration_ms: u64) -> TestResult {
    TestResult {
        id: TestId::local("command", command),
        outcome: if code == 0 { TestOutcome::Passed } else { TestOutcome::Failed },
        duration_ms,
        message: (code != 0).then(|| format!("exited with status {code}")),
    }
}

fn junit_reports(dir: &Path) -> Vec<TestResult> {
    let mut tests = Vec::new();
    for path in files(dir, "xml") {
        match read_limited(&path)
            .ok_or_else(|| "it is too large".to_owned())
            .and_then(|bytes| results::junit::parse(&bytes).map_err(|error| error.to_string()))
        {
            Ok(found) => tests.extend(found),
            Err(error) => tracing::warn!(report = %path.display(), error, "a test report that cannot be read"),
        }
    }
    tests
}

fn jest_reports(dir: &Path, tree: &Path) -> results::Compiled {
    let mut all = results::Compiled::default();
    for bytes in files(dir, "json").into_iter().filter_map(|path| read_limited(&path)) {
        let read = results::jest::parse(&bytes, tree).unwrap_or_default();
        all.tests.extend(read.tests);
        all.does_not_build |= read.does_not_build;
    }
    all
}

fn node_reports(dir: &Path, tree: &Path) -> Vec<TestResult> {
    let reports = files(dir, "jsonl").into_iter().filter_map(|path| read_limited(&path));
    reports.flat_map(|bytes| results::node::parse(&String::from_utf8_lossy(&bytes), tree)).collect()
}

fn files(dir: &Path, extension: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(dir).into_iter().flatten().flatten().map(|entry| entry.path());
    let mut paths: Vec<PathBuf> =
        entries.filter(|path| path.extension().is_some_and(|held| held == extension)).collect();
    paths.sort();
    paths
}

fn read_limited(path: &Path) -> Option<Vec<u8>> {
    let length = fs::metadata(path).ok()?.len();
    (length <= LIMIT + 64 * 1024).then(|| fs::read(path).ok()).flatten()
}
