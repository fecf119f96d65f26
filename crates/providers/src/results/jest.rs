//! The JSON that `jest --json` writes.

use std::path::Path;

use serde::Deserialize;
use tinybug_model::{TestId, TestOutcome, TestResult};

use super::{Compiled, compilers, text};

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Report {
    test_results: Vec<File>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct File {
    name: String,
    #[serde(default)]
    message: String,
    assertion_results: Vec<Assertion>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Assertion {
    #[serde(default)]
    ancestor_titles: Vec<String>,
    title: String,
    status: String,
    duration: Option<f64>,
    #[serde(default)]
    failure_messages: Vec<Option<String>>,
}

/// Reads a report; suites are named by their file's path below `root`. Files come in the order of their paths, since
/// jest orders them by chance. A file that did not run holds no tests; it may be that its types were checked and refused.
pub fn parse(report: &[u8], root: &Path) -> Result<Compiled, serde_json::Error> {
    let mut report: Report = serde_json::from_slice(report)?;
    report.test_results.sort_by(|one, other| one.name.cmp(&other.name));
    let is_refused = |file: &File| file.assertion_results.is_empty() && compilers::refuse(&file.message);
    let does_not_build = report.test_results.iter().any(is_refused);
    let of_file = |file: File| {
        let suite = super::text::below(&file.name, root);
        file.assertion_results.into_iter().map(move |assertion| assertion.into_result(&suite))
    };
    Ok(Compiled { tests: report.test_results.into_iter().flat_map(of_file).collect(), does_not_build })
}

impl Assertion {
    fn into_result(self, suite: &str) -> TestResult {
        let name = self.ancestor_titles.iter().chain([&self.title]).cloned().collect::<Vec<_>>().join(" > ");
        let outcome = match self.status.as_str() {
            "passed" => TestOutcome::Passed,
            "failed" => TestOutcome::Failed,
            _ => TestOutcome::Skipped,
        };
        let said: Vec<String> = self.failure_messages.into_iter().flatten().collect();
        TestResult {
            id: TestId::local(suite, name),
            outcome,
            duration_ms: text::milliseconds(&(self.duration.unwrap_or(0.0) / 1000.0).to_string()),
            message: text::message(&said.join("\n")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tests_are_named_by_file_and_titles() {
        let report = r#"{"numTotalTests":3,"testResults":[
            {"name":"/slot/b.test.js","status":"failed","message":"Cannot find module","assertionResults":[]},
            {"name":"/slot/a.test.js","status":"failed","assertionResults":[
              {"ancestorTitles":["sum"],"fullName":"sum adds","title":"adds","status":"passed","duration":3,"failureMessages":[]},
              {"ancestorTitles":["sum"],"title":"carries","status":"failed","duration":null,
               "failureMessages":["\u001b[31mError: expected 2\u001b[39m"]},
              {"ancestorTitles":[],"title":"later","status":"todo"}]}]}"#;
        let Compiled { tests, does_not_build } = parse(report.as_bytes(), Path::new("/slot")).unwrap();
        assert!(!does_not_build);
        let named: Vec<_> = tests.iter().map(|test| (test.id.to_string(), test.outcome)).collect();
        assert_eq!(
            named,
            [
                ("a.test.js::sum > adds".to_owned(), TestOutcome::Passed),
                ("a.test.js::sum > carries".to_owned(), TestOutcome::Failed),
                ("a.test.js::later".to_owned(), TestOutcome::Skipped),
            ]
        );
        assert_eq!(tests[0].duration_ms, 3);
        assert_eq!(tests[1].message.as_deref(), Some("Error: expected 2"));
    }

    #[test]
    fn a_file_whose_types_are_refused_does_not_build() {
        let report = r#"{"testResults":[{"name":"/slot/a.test.ts","status":"failed","assertionResults":[],
            "message":"  ● Test suite failed to run\n\n    \u001b[96msrc/a.ts\u001b[0m:3:10 - \u001b[91merror\u001b[0m\u001b[90m TS18047: \u001b[0m'x' is possibly 'null'."}]}"#;
        assert!(parse(report.as_bytes(), Path::new("/slot")).unwrap().does_not_build);
    }
}
