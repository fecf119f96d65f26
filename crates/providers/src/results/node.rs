//! What our reporter for node's own test runner writes: one JSON object per test.

use std::path::Path;

use serde::Deserialize;
use tinybug_model::{TestId, TestOutcome, TestResult};

use super::text;

#[derive(Debug, Deserialize)]
struct Line {
    file: String,
    name: String,
    outcome: TestOutcome,
    duration_ms: f64,
    message: Option<String>,
}

/// Reads the lines; suites are named by their file's path below `root`.
pub fn parse(lines: &str, root: &Path) -> Vec<TestResult> {
    let lines = lines.lines().filter_map(|line| serde_json::from_str::<Line>(line).ok());
    lines
        .map(|line| TestResult {
            id: TestId::local(text::below(&line.file, root), line.name),
            outcome: line.outcome,
            duration_ms: text::milliseconds(&(line.duration_ms / 1000.0).to_string()),
            message: line.message.as_deref().and_then(text::message),
        })
        .collect()
}
