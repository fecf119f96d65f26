//! `tinybug judge`: verdicts on attempts that someone else made.

use std::io::{self, BufRead, Write};

use anyhow::Context;
use tinybug_verdict::{JudgeLine, judge_line};

use crate::exit::{Exit, UsageError};

/// Reads a JSON object per line from standard input and answers with one per line. A line that cannot be is named and
/// ends the command; those before it are answered.
pub(crate) fn run() -> anyhow::Result<Exit> {
    let answered = answer(&mut io::stdin().lock(), &mut io::stdout().lock());
    match answered.as_ref().err().and_then(|error| error.downcast_ref::<io::Error>()) {
        // The reader has seen enough (`| head`): that is no failure.
        Some(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(Exit::Done),
        _ => answered,
    }
}

fn answer(input: &mut impl BufRead, out: &mut impl Write) -> anyhow::Result<Exit> {
    let mut line = Vec::new();
    for number in 1_u64.. {
        line.clear();
        if input.read_until(b'\n', &mut line).context("failed to read standard input")? == 0 {
            break;
        }
        let refused = |why: String| UsageError::because(format!("line {number} of standard input: {why}"));
        let text = std::str::from_utf8(&line)
            .map_err(|error| refused(format!("it is not UTF-8 ({error}): save it as UTF-8")))?;
        // Some editors put a mark in front of the first line.
        let text = text.strip_prefix('\u{feff}').filter(|_| number == 1).unwrap_or(text);
        let text = text.trim_end();
        if text.is_empty() {
            continue;
        }
        let asked = read(text).map_err(refused)?;
        let answer = serde_json::to_string(&judge_line(&asked)).context("failed to write an answer")?;
        writeln!(out, "{answer}").context("failed to write to standard output")?;
    }
    out.flush().context("failed to write to standard output")?;
    Ok(Exit::Done)
}

fn read(text: &str) -> Result<JudgeLine, String> {
    match text.trim_start().chars().next() {
        Some('{') => {}
        Some('[') => {
            return Err("it is a list: give its objects without brackets and commas, each on a line".to_owned());
        }
        _ => return Err("it is no JSON object: give one per line, such as {\"tests\":500,...}".to_owned()),
    }
    let asked: JudgeLine = serde_json::from_str(text).map_err(|error| {
        // Each line is a document of its own to the parser: its own count of lines would mislead.
        let said = error.to_string();
        if error.is_eof() {
            return format!(
                "it ends inside an object, at column {}: give each object whole on one line",
                error.column()
            );
        }
        let what = said.split(" at line ").next().unwrap_or(&said);
        format!("{what} at column {}: give one JSON object per line, counts as whole numbers from 0", error.column())
    })?;
    asked.check().map_err(|impossible| impossible.to_string())?;
    Ok(asked)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exit::of_error;

    const FINE: &str = r#"{"tests":500,"baseline_runs":5,"attempts":1}"#;

    fn refused(line: &[u8]) -> String {
        let mut out = Vec::new();
        let input = [FINE.as_bytes(), b"\n\n", line, b"\n", FINE.as_bytes()].concat();
        let error = answer(&mut input.as_slice(), &mut out).unwrap_err();
        assert_eq!(of_error(&error), Exit::Usage);
        let answered = String::from_utf8(out).unwrap();
        assert_eq!(answered.lines().count(), 1, "the line before is answered, none after: {answered}");
        error.to_string()
    }

    #[test]
    fn a_line_that_cannot_be_is_named_and_those_before_it_are_answered() {
        for (line, expected) in [
            (r#"{"tests":5,"covering":9,"baseline_runs":5,"attempts":1}"#, "9 covering tests of 5: "),
            (r#"{"tests":5,"baseline_runs":5,"attempts":1,"flaky":1}"#, "unknown field `flaky`"),
            (r#"{"tests":-5,"baseline_runs":5,"attempts":1}"#, "invalid value: integer `-5`"),
            ("{", "it ends inside an object, at column 1: "),
            ("[]", "it is a list: "),
            ("null", "it is no JSON object: "),
            ("\u{feff}{}", "it is no JSON object: "),
        ] {
            let said = refused(line.as_bytes());
            assert!(said.starts_with(&format!("line 3 of standard input: {expected}")), "{said}");
        }
    }

    #[test]
    fn bytes_that_are_no_text_are_refused_as_such() {
        assert!(refused(b"{\"tests\":5,\xff}").starts_with("line 3 of standard input: it is not UTF-8"));
    }

    #[test]
    fn a_mark_in_front_of_the_first_line_is_passed_over() {
        let mut out = Vec::new();
        let input = format!("\u{feff}{FINE}\n");
        assert_eq!(answer(&mut input.as_bytes(), &mut out).unwrap(), Exit::Done);
        assert_eq!(String::from_utf8(out).unwrap().lines().count(), 1);
    }

    #[test]
    fn empty_lines_and_a_last_line_without_a_break_are_fine() {
        let mut out = Vec::new();
        let input = format!("\n{FINE}\r\n  \n{FINE}");
        assert_eq!(answer(&mut input.as_bytes(), &mut out).unwrap(), Exit::Done);
        assert_eq!(String::from_utf8(out).unwrap().lines().count(), 2);
    }
}
