//! The Test Anything Protocol, versions 12 to 14, as node-tap and tape print it.

use tinybug_model::{TestId, TestOutcome, TestResult};

use super::text;

/// Spaces that one level of subtests is indented by.
const INDENT: usize = 4;

/// Reads a stream; lines that are not TAP are passed over. A test is named by the subtests around it.
pub fn parse(output: &str) -> Vec<TestResult> {
    let output = text::plain(output);
    let mut tests: Vec<TestResult> = Vec::new();
    let mut open: Vec<String> = Vec::new();
    let mut comment: Vec<String> = Vec::new();
    let mut diagnosis: Option<String> = None;
    for line in output.lines() {
        let line_text = line.trim_start();
        let depth = (line.len() - line_text.len()) / INDENT;
        if let Some(said) = &mut diagnosis {
            if line_text == "..." {
                let said = diagnosis.take().unwrap_or_default();
                if let Some(test) = tests.last_mut().filter(|test| test.outcome == TestOutcome::Failed) {
                    test.message = text::message(&said);
                }
            } else {
                said.push_str(line_text);
                said.push('\n');
            }
        } else if line_text == "---" {
            diagnosis = Some(String::new());
        } else if let Some(name) = line_text.strip_prefix("# Subtest: ") {
            open.truncate(depth);
            open.push(name.to_owned());
        } else if let Some(test) = result(line_text, if depth == 0 { &comment } else { &open[..depth.min(open.len())] })
        {
            tests.push(test);
        } else if line_text.starts_with("# ") && depth == 0 && !is_summary(line_text) {
            // The manner of tape: a comment names the test whose assertions follow.
            comment = vec![line_text[2..].to_owned()];
        }
    }
    tests
}

fn is_summary(line: &str) -> bool {
    [
        "# tests",
        "# pass",
        "# fail",
        "# ok",
        "# skip",
        "# todo",
        "# time",
        "# duration",
        "# suites",
        "# cancelled",
        "# {",
    ]
    .iter()
    .any(|mark| line.starts_with(mark))
}

fn result(line: &str, open: &[String]) -> Option<TestResult> {
    let (passed, rest) = match line.strip_prefix("not ok") {
        Some(rest) => (false, rest),
        None => (true, line.strip_prefix("ok")?),
    };
    if !rest.is_empty() && !rest.starts_with(' ') {
        return None;
    }
    let rest = rest.trim().trim_end_matches('{').trim_end();
    let unnumbered = rest.trim_start_matches(|c: char| c.is_ascii_digit()).trim_start();
    let title = unnumbered.strip_prefix("- ").unwrap_or(unnumbered);
    let (title, directive) = title.rsplit_once(" # ").unwrap_or(match title.strip_prefix("# ") {
        Some(directive) => ("", directive),
        None => (title, ""),
    });
    let directive = directive.to_ascii_lowercase();
    let outcome = if directive.starts_with("skip") || directive.starts_with("todo") {
        TestOutcome::Skipped
    } else if passed {
        TestOutcome::Passed
    } else {
        TestOutcome::Failed
    };
    let title = if title.is_empty() { rest } else { title };
    let duration = directive.strip_prefix("time=").and_then(|time| time.strip_suffix("ms"));
    let duration: f64 = duration.and_then(|time| time.parse().ok()).unwrap_or(0.0);
    Some(TestResult {
        id: TestId::local(open.join(" > "), title),
        outcome,
        duration_ms: text::milliseconds(&(duration / 1000.0).to_string()),
        message: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(output: &str) -> Vec<(String, TestOutcome)> {
        parse(output).into_iter().map(|test| (test.id.to_string(), test.outcome)).collect()
    }

    #[test]
    fn subtests_of_node_tap_are_named_by_their_parents() {
        let output = "TAP version 14\n# Subtest: cart.js\n    # Subtest: totals\n        ok 1 - adds\n        \
                      not ok 2 - rounds\n          ---\n          found: 1\n          ...\n        1..2\n    \
                      not ok 1 - totals # time=1.5ms\n    1..1\nnot ok 1 - cart.js # time=20ms\nok 2 - later # SKIP no\n1..2\n";
        assert_eq!(
            named(output),
            [
                ("cart.js > totals::adds".to_owned(), TestOutcome::Passed),
                ("cart.js > totals::rounds".to_owned(), TestOutcome::Failed),
                ("cart.js::totals".to_owned(), TestOutcome::Failed),
                ("cart.js".to_owned(), TestOutcome::Failed),
                ("later".to_owned(), TestOutcome::Skipped),
            ]
        );
        assert_eq!(parse(output)[1].message.as_deref(), Some("found: 1"));
    }

    #[test]
    fn assertions_of_tape_are_named_by_the_comment_before() {
        let output = "TAP version 13\n# totals\nok 1 should be equal\nnot ok 2 should be equal\n  ---\n    \
                      operator: equal\n    expected: 3\n  ...\n# rounds\nok 3 should be equal # TODO soon\n\n\
                      1..3\n# tests 3\n# pass  2\n# fail  1\n";
        assert_eq!(
            named(output),
            [
                ("totals::should be equal".to_owned(), TestOutcome::Passed),
                ("totals::should be equal".to_owned(), TestOutcome::Failed),
                ("rounds::should be equal".to_owned(), TestOutcome::Skipped),
            ]
        );
    }

    #[test]
    fn lines_that_only_look_like_results_are_none() {
        assert_eq!(named("okay then\nnot okay\nfine: ok 1\n"), []);
    }
}
