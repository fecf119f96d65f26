//! The text that `cargo nextest run` prints.

use tinybug_model::{TestId, TestOutcome, TestResult};

use super::{Compiled, libtest, text};

/// Reads the output of `cargo nextest run`; where cargo had to run the tests itself, of `cargo test`.
pub fn parse(output: &str) -> Compiled {
    let plain = text::plain(output);
    let mut tests = Vec::new();
    let mut does_not_build = false;
    for line in plain.lines() {
        let line = line.trim_start();
        // What follows repeats the failures.
        if line.starts_with("Summary [") {
            break;
        }
        does_not_build |= line.starts_with("error: could not compile");
        tests.extend(result(line));
    }
    if tests.is_empty() && !does_not_build { libtest::parse(output) } else { Compiled { tests, does_not_build } }
}

/// `PASS [   0.005s] (1/9) crate::binary module::test`, and its like.
fn result(line: &str) -> Option<TestResult> {
    let (status, rest) = line.split_once('[')?;
    let (duration, rest) = rest.split_once("s]")?;
    let words: Vec<&str> = status.split_whitespace().collect();
    let outcome = match words.as_slice() {
        ["PASS" | "LEAK" | "SLOW+PASS"] | ["TRY", _, "PASS"] => TestOutcome::Passed,
        ["FAIL" | "ABORT" | "TIMEOUT" | "XFAIL" | "LEAK-FAIL"] | ["TRY", _, "FAIL" | "ABORT" | "TIMEOUT"] => {
            TestOutcome::Failed
        }
        [signal] | ["TRY", _, signal] if signal.starts_with("SIG") => TestOutcome::Failed,
        _ => return None,
    };
    let rest = rest.trim_start();
    let rest = match rest.strip_prefix('(') {
        Some(counted) => counted.split_once(')')?.1.trim_start(),
        None => rest,
    };
    let (binary, name) = rest.split_once(' ')?;
    let duration_ms = text::milliseconds(duration);
    Some(TestResult { id: TestId::local(binary, name.trim()), outcome, duration_ms, message: None })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retries_stay_in_order_and_the_summary_counts_nothing_twice() {
        let output = "    Starting 3 tests across 2 binaries\n        PASS [   0.005s] (1/3) cart tests::adds\n\
                      \u{20}TRY 1 FAIL [   0.010s] (─/3) cart::it rounds\n   TRY 2 PASS [   0.011s] (2/3) cart::it rounds\n\
                      \u{20}    SIGABRT [   0.020s] (3/3) cart::it aborts\n------------\n\
                      \u{20}    Summary [   0.040s] 3 tests run\n     SIGABRT [   0.020s] (3/3) cart::it aborts\n";
        let run = parse(output);
        let named: Vec<_> = run.tests.iter().map(|test| (test.id.to_string(), test.outcome)).collect();
        assert_eq!(
            named,
            [
                ("cart::tests::adds".to_owned(), TestOutcome::Passed),
                ("cart::it::rounds".to_owned(), TestOutcome::Failed),
                ("cart::it::rounds".to_owned(), TestOutcome::Passed),
                ("cart::it::aborts".to_owned(), TestOutcome::Failed),
            ]
        );
    }

    #[test]
    fn a_machine_without_nextest_gives_the_results_of_cargo() {
        let output = "     Running unittests src/lib.rs (target/debug/deps/cart-00112233)\ntest adds ... ok\n";
        assert_eq!(parse(output).tests[0].id, TestId::local("cart (src/lib.rs)", "adds"));
    }
}
