//! The verbose output of Python's unittest.

use tinybug_model::{TestId, TestOutcome, TestResult};

use super::text;

/// Reads `test_name (package.module.Class.test_name) ... ok` and its like; a docstring's first line may stand between.
pub fn parse(output: &str) -> Vec<TestResult> {
    let mut tests = Vec::new();
    let mut named: Option<TestId> = None;
    for line in output.lines() {
        if line.starts_with("======") {
            break;
        }
        if let Some(id) = test_id(line) {
            named = Some(id);
        }
        let Some((_, status)) = line.rsplit_once(" ... ") else {
            // What a test prints stands between its name and its status.
            if let (Some(outcome), Some(_)) = (outcome(line), &named) {
                tests.extend(named.take().map(|id| result(id, outcome)));
            }
            continue;
        };
        if let Some(outcome) = outcome(status) {
            tests.extend(named.take().map(|id| result(id, outcome)));
        }
    }
    add_messages(output, &mut tests);
    tests
}

fn result(id: TestId, outcome: TestOutcome) -> TestResult {
    TestResult { id, outcome, duration_ms: 0, message: None }
}

/// The test that a line begins to tell of: `test_a (tests.test_x.TestX.test_a)`, before Python 3.11 without the last part.
fn test_id(line: &str) -> Option<TestId> {
    let (name, rest) = line.split_once(" (")?;
    let (class, _) = rest.split_once(')')?;
    let simple = |text: &str| {
        !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '.' | '<' | '>'))
    };
    (simple(name) && simple(class) && class.contains('.'))
        .then(|| TestId::local(class.strip_suffix(&format!(".{name}")).unwrap_or(class), name))
}

fn outcome(status: &str) -> Option<TestOutcome> {
    match status.trim() {
        "ok" | "expected failure" => Some(TestOutcome::Passed),
        "FAIL" | "ERROR" | "unexpected success" => Some(TestOutcome::Failed),
        other => other.starts_with("skipped").then_some(TestOutcome::Skipped),
    }
}

fn add_messages(output: &str, tests: &mut [TestResult]) {
    for section in output.split("\n======").skip(1) {
        let mut lines = section.lines().skip(1);
        let Some(header) = lines.next() else {
            continue;
        };
        let id = header.split_once(": ").and_then(|(_, rest)| test_id(rest));
        let said: Vec<&str> = lines.skip_while(|line| !line.starts_with("------")).skip(1).collect();
        if let Some(test) = tests.iter_mut().find(|test| Some(&test.id) == id.as_ref() && test.message.is_none()) {
            test.message = text::message(&said.join("\n"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_old_and_new_pythons_are_the_same() {
        let new = "test_a (tests.test_x.TestX.test_a) ... ok\n";
        let old = "test_a (tests.test_x.TestX) ... ok\n";
        assert_eq!(parse(new), parse(old));
        assert_eq!(parse(new)[0].id, TestId::local("tests.test_x.TestX", "test_a"));
    }

    #[test]
    fn docstrings_prints_and_failures_are_understood() {
        let output = "test_a (t.T.test_a)\nAdds numbers (of all kinds). ... ok\n\
                      test_b (t.T.test_b) ... printed\nFAIL\n\
                      test_c (t.T.test_c) ... skipped 'no reason'\n\n\
                      ======================================================================\n\
                      FAIL: test_b (t.T.test_b)\n\
                      ----------------------------------------------------------------------\n\
                      Traceback (most recent call last):\nAssertionError: 1 != 2\n";
        let tests = parse(output);
        let named: Vec<_> = tests.iter().map(|test| (test.id.name.as_str(), test.outcome)).collect();
        assert_eq!(
            named,
            [("test_a", TestOutcome::Passed), ("test_b", TestOutcome::Failed), ("test_c", TestOutcome::Skipped)]
        );
        assert!(tests[1].message.as_ref().unwrap().contains("1 != 2"));
    }
}
