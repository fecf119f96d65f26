//! The stream of `go test -json`.

use std::collections::HashMap;

use serde::Deserialize;
use tinybug_model::{TestId, TestOutcome, TestResult};

use super::{Compiled, text};

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Event {
    action: String,
    #[serde(default)]
    package: String,
    test: Option<String>,
    #[serde(default)]
    elapsed: f64,
    #[serde(default)]
    output: String,
    failed_build: Option<String>,
}

/// Reads the output of `go test -json`; lines of other programs in it are passed over. A test that began and did not
/// end (its process crashed) failed.
pub fn parse(output: &str) -> Compiled {
    let mut run = Run::default();
    for line in output.lines() {
        // Output without a line end may stand before an event.
        let Some(begin) = line.find("{\"") else {
            continue;
        };
        if let Ok(event) = serde_json::from_str(&line[begin..]) {
            run.take(&event);
        }
    }
    run.finish()
}

#[derive(Default)]
struct Run {
    tests: Vec<TestResult>,
    /// Tests that began, with what they said, in the order in which they began.
    open: Vec<(TestId, String)>,
    /// What packages said outside of tests.
    packages: HashMap<String, String>,
    does_not_build: bool,
}

impl Run {
    fn take(&mut self, event: &Event) {
        let Some(test) = event.test.clone() else {
            return self.take_package(event);
        };
        let id = TestId::local(&event.package, test);
        let outcome = match event.action.as_str() {
            "run" => {
                self.open.push((id, String::new()));
                return;
            }
            "output" => {
                if let Some((_, said)) = self.open.iter_mut().rev().find(|(open, _)| *open == id) {
                    said.push_str(&event.output);
                }
                return;
            }
            "pass" => TestOutcome::Passed,
            "fail" => TestOutcome::Failed,
            "skip" => TestOutcome::Skipped,
            _ => return,
        };
        let place = self.open.iter().rposition(|(open, _)| *open == id);
        let said = place.map(|place| self.open.remove(place).1).unwrap_or_default();
        let message = (outcome == TestOutcome::Failed).then(|| text::message(&said)).flatten();
        self.tests.push(TestResult { id, outcome, duration_ms: milliseconds(event.elapsed), message });
    }

    fn take_package(&mut self, event: &Event) {
        match event.action.as_str() {
            "build-fail" => self.does_not_build = true,
            "output" => {
                let failed = event.output.starts_with("FAIL")
                    && ["[build failed]", "[setup failed]"].iter().any(|mark| event.output.trim_end().ends_with(mark));
                self.does_not_build |= failed;
                self.packages.entry(event.package.clone()).or_default().push_str(&event.output);
            }
            "fail" if event.failed_build.is_some() => self.does_not_build = true,
            "pass" | "fail" | "skip" => self.close(&event.package),
            _ => {}
        }
    }

    fn close(&mut self, package: &str) {
        let (ended, open) = std::mem::take(&mut self.open).into_iter().partition(|(id, _)| id.suite == package);
        self.open = open;
        let said = self.packages.remove(package).unwrap_or_default();
        self.fail_all(ended, &said);
    }

    fn fail_all(&mut self, unfinished: Vec<(TestId, String)>, package: &str) {
        for (id, said) in unfinished {
            let message = text::message(&format!("it did not end\n{said}{package}"));
            self.tests.push(TestResult { id, outcome: TestOutcome::Failed, duration_ms: 0, message });
        }
    }

    fn finish(mut self) -> Compiled {
        let open = std::mem::take(&mut self.open);
        self.fail_all(open, "");
        Compiled { tests: self.tests, does_not_build: self.does_not_build }
    }
}

fn milliseconds(seconds: f64) -> u64 {
    std::time::Duration::try_from_secs_f64(seconds)
        .map_or(0, |time| u64::try_from(time.as_millis()).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_test_whose_process_ended_midway_failed() {
        let run = parse(
            "{\"Action\":\"run\",\"Package\":\"a\",\"Test\":\"TestOne\"}\n\
             {\"Action\":\"pass\",\"Package\":\"a\",\"Test\":\"TestOne\",\"Elapsed\":0.25}\n\
             {\"Action\":\"run\",\"Package\":\"a\",\"Test\":\"TestTwo\"}\n\
             {\"Action\":\"output\",\"Package\":\"a\",\"Output\":\"exit status 3\\n\"}\n\
             {\"Action\":\"fail\",\"Package\":\"a\",\"Elapsed\":0.3}\n",
        );
        assert!(!run.does_not_build);
        let outcomes: Vec<_> = run.tests.iter().map(|test| (test.id.name.as_str(), test.outcome)).collect();
        assert_eq!(outcomes, [("TestOne", TestOutcome::Passed), ("TestTwo", TestOutcome::Failed)]);
        assert_eq!(run.tests[0].duration_ms, 250);
        assert!(run.tests[1].message.as_ref().unwrap().contains("exit status 3"));
    }

    #[test]
    fn subtests_and_their_parents_are_tests_each() {
        let run = parse(
            "{\"Action\":\"run\",\"Package\":\"a\",\"Test\":\"TestX\"}\n\
             {\"Action\":\"run\",\"Package\":\"a\",\"Test\":\"TestX/b\"}\n\
             {\"Action\":\"output\",\"Package\":\"a\",\"Test\":\"TestX/b\",\"Output\":\"    x_test.go:9: want 2\\n\"}\n\
             {\"Action\":\"fail\",\"Package\":\"a\",\"Test\":\"TestX/b\",\"Elapsed\":0}\n\
             {\"Action\":\"fail\",\"Package\":\"a\",\"Test\":\"TestX\",\"Elapsed\":0}\n\
             {\"Action\":\"fail\",\"Package\":\"a\",\"Elapsed\":0}\n",
        );
        let names: Vec<_> = run.tests.iter().map(|test| test.id.to_string()).collect();
        assert_eq!(names, ["a::TestX/b", "a::TestX"]);
        assert_eq!(run.tests[0].message.as_deref(), Some("x_test.go:9: want 2"));
    }

    #[test]
    fn a_compile_error_is_no_test_result() {
        let run = parse(
            "{\"ImportPath\":\"a [a.test]\",\"Action\":\"build-output\",\"Output\":\"./a.go:3: undefined: y\\n\"}\n\
             {\"ImportPath\":\"a [a.test]\",\"Action\":\"build-fail\"}\n\
             {\"Action\":\"start\",\"Package\":\"a\"}\n\
             {\"Action\":\"output\",\"Package\":\"a\",\"Output\":\"FAIL\\ta [build failed]\\n\"}\n\
             {\"Action\":\"fail\",\"Package\":\"a\",\"Elapsed\":0,\"FailedBuild\":\"a [a.test]\"}\n",
        );
        assert!(run.does_not_build);
        assert_eq!(run.tests, []);
    }
}
