//! The text that `cargo test` prints.

use std::collections::HashMap;

use tinybug_model::{TestId, TestOutcome, TestResult};

use super::{Compiled, text};

/// Reads the output of `cargo test`. Tests are named by the binary that holds them, which makes them unique.
pub fn parse(output: &str) -> Compiled {
    let output = text::plain(output);
    let mut tests = Vec::new();
    let mut seen: HashMap<String, u32> = HashMap::new();
    let mut binary = String::new();
    let mut first_of_binary = 0;
    let mut does_not_build = false;
    let mut saying: Option<(String, String)> = None;
    for line in output.lines() {
        if let Some((name, said)) = &mut saying {
            if line.starts_with("---- ") || line == "failures:" {
                set_message(&mut tests[first_of_binary..], name, said);
                saying = None;
            } else {
                said.push_str(line);
                said.push('\n');
                continue;
            }
        }
        if let Some(name) = binary_name(line) {
            let times = seen.entry(name.clone()).or_default();
            *times += 1;
            binary = if *times == 1 { name } else { format!("{name} #{times}") };
            first_of_binary = tests.len();
        } else if line.starts_with("error: could not compile") {
            does_not_build = true;
        } else if let Some(name) = line.strip_prefix("---- ").and_then(|rest| rest.strip_suffix(" stdout ----")) {
            saying = Some((name.to_owned(), String::new()));
        } else if let Some((name, outcome)) = result(line) {
            tests.push(TestResult { id: TestId::local(&binary, name), outcome, duration_ms: 0, message: None });
        }
    }
    Compiled { tests, does_not_build }
}

/// The binary that a line announces: `Running unittests src/lib.rs (target/debug/deps/name-0123456789abcdef)`.
fn binary_name(line: &str) -> Option<String> {
    let line = line.trim_start();
    if let Some(name) = line.strip_prefix("Doc-tests ") {
        return Some(format!("{name} (doc)"));
    }
    let (source, path) = line.strip_prefix("Running ")?.strip_suffix(')')?.rsplit_once(" (")?;
    let file = path.rsplit('/').next().unwrap_or(path);
    let name = file.rsplit_once('-').map_or(file, |(name, _)| name);
    Some(format!("{name} ({})", source.trim_start_matches("unittests ")))
}

fn result(line: &str) -> Option<(&str, TestOutcome)> {
    let (name, status) = line.strip_prefix("test ")?.rsplit_once(" ... ")?;
    let outcome = match status.trim() {
        "ok" => TestOutcome::Passed,
        "FAILED" => TestOutcome::Failed,
        other if other.starts_with("ignored") => TestOutcome::Skipped,
        other if other.starts_with("ok <") => TestOutcome::Passed,
        other if other.starts_with("FAILED <") => TestOutcome::Failed,
        _ => return None,
    };
    Some((name.trim_end_matches(" - should panic"), outcome))
}

fn set_message(tests: &mut [TestResult], name: &str, said: &str) {
    let failed = tests.iter_mut().find(|test| test.id.name == name && test.outcome == TestOutcome::Failed);
    if let Some(test) = failed {
        test.message = text::message(said);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tests_of_several_binaries_do_not_collide() {
        let output = "     Running unittests src/lib.rs (target/debug/deps/cart-0011223344556677)\n\nrunning 2 tests\n\
                      test tests::adds ... ok\ntest tests::panics - should panic ... FAILED\n\nfailures:\n\n\
                      ---- tests::panics stdout ----\nnote: test did not panic as expected\n\nfailures:\n    tests::panics\n\n\
                      test result: FAILED. 1 passed; 1 failed\n\n\
                      \u{20}    Running tests/it.rs (target/debug/deps/it-8899aabbccddeeff)\n\ntest tests::adds ... ignored, slow\n\
                      \u{20}    Running tests/it.rs (/x/target/debug/deps/it-0899aabbccddeeff)\n\ntest tests::adds ... ok\n\
                      \u{20}  Doc-tests cart\n\ntest src/lib.rs - add (line 5) ... ok\n";
        let run = parse(output);
        let named: Vec<_> = run.tests.iter().map(|test| (test.id.to_string(), test.outcome)).collect();
        assert_eq!(
            named,
            [
                ("cart (src/lib.rs)::tests::adds".to_owned(), TestOutcome::Passed),
                ("cart (src/lib.rs)::tests::panics".to_owned(), TestOutcome::Failed),
                ("it (tests/it.rs)::tests::adds".to_owned(), TestOutcome::Skipped),
                ("it (tests/it.rs) #2::tests::adds".to_owned(), TestOutcome::Passed),
                ("cart (doc)::src/lib.rs - add (line 5)".to_owned(), TestOutcome::Passed),
            ]
        );
        assert!(run.tests[1].message.as_ref().unwrap().contains("did not panic"));
        assert!(!run.does_not_build);
    }

    #[test]
    fn a_compile_error_is_recognised() {
        let output =
            "error[E0308]: mismatched types\n\nerror: could not compile `cart` (lib) due to 1 previous error\n";
        assert_eq!(parse(output), Compiled { tests: vec![], does_not_build: true });
    }
}
