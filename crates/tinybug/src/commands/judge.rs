//! `tinybug judge`: verdicts on attempts that someone else made.

use std::io::{self, BufRead, Write};

use anyhow::Context;
use tinybug_verdict::{JudgeLine, judge_line};

use crate::exit::{Exit, UsageError};

/// Reads a JSON object per line from standard input and answers with one per line.
pub(crate) fn run() -> anyhow::Result<Exit> {
    let mut out = io::stdout().lock();
    for (index, line) in io::stdin().lock().lines().enumerate() {
        let line = line.context("failed to read standard input")?;
        if line.trim().is_empty() {
            continue;
        }
        let asked: JudgeLine = serde_json::from_str(&line)
            .map_err(|error| UsageError::because(format!("line {} of standard input: {error}", index + 1)))?;
        let answer = serde_json::to_string(&judge_line(&asked)).context("failed to write an answer")?;
        writeln!(out, "{answer}").context("failed to write to standard output")?;
    }
    Ok(Exit::Done)
}
