//! `JUnit` XML in its many dialects: pytest, jest-junit, vitest, mocha, node, gotestsum, surefire, nextest.

use quick_xml::{
    Reader,
    escape::unescape,
    events::{BytesStart, Event},
};
use tinybug_model::{TestId, TestOutcome, TestResult};

use super::text;

/// Suites inside suites that are believed.
const DEPTH: usize = 100;

/// A report that is no `JUnit` XML.
#[derive(Debug, thiserror::Error)]
#[error("it is no JUnit report: {reason}")]
pub struct MalformedReport {
    reason: String,
}

impl MalformedReport {
    fn new(reason: impl Into<String>) -> Self {
        Self { reason: reason.into() }
    }
}

/// Reads a report. Reruns inside it become results of their own, in the order in which they ran.
pub fn parse(report: &[u8]) -> Result<Vec<TestResult>, MalformedReport> {
    let text: String = String::from_utf8_lossy(report).chars().filter(|c| is_legal(*c)).collect();
    let mut reader = Reader::from_str(text.trim_start_matches('\u{feff}'));
    reader.config_mut().allow_dangling_amp = true;
    let mut report = Report::default();
    loop {
        match reader.read_event().map_err(|error| MalformedReport::new(error.to_string()))? {
            Event::Start(element) => report.open(&element)?,
            Event::Empty(element) => {
                report.open(&element)?;
                report.close(element.local_name().as_ref());
            }
            Event::End(element) => report.close(element.local_name().as_ref()),
            Event::Text(said) => report.say(&said.xml10_content()),
            Event::CData(said) => report.say(&said.into_inner()),
            Event::GeneralRef(reference) => report.say(&resolved(&format!("&{};", &*reference))),
            // Entities of its own could make a small report grow without bound.
            Event::DocType(_) => return Err(MalformedReport::new("it has a document type")),
            Event::Eof => return report.finish(),
            _ => {}
        }
    }
}

fn is_legal(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r') || (c >= ' ' && !matches!(c, '\u{fffe}' | '\u{ffff}'))
}

fn resolved(raw: &str) -> String {
    unescape(raw).map_or_else(|_| raw.to_owned(), std::borrow::Cow::into_owned)
}

#[derive(Default)]
struct Report {
    tests: Vec<TestResult>,
    /// Names of the suites around.
    suites: Vec<String>,
    case: Option<Case>,
    root_seen: bool,
    open: usize,
}

struct Case {
    id: TestId,
    duration_ms: u64,
    outcome: TestOutcome,
    message: String,
    /// Failures of earlier tries inside this run, before one that passed.
    flaky: Vec<String>,
    /// Failures of later tries inside this run, after one that failed.
    reruns: Vec<String>,
    /// What the text that is being read belongs to.
    saying: Option<Saying>,
}

#[derive(Clone, Copy)]
enum Saying {
    Message,
    Flaky,
    Rerun,
}

impl Report {
    fn open(&mut self, element: &BytesStart<'_>) -> Result<(), MalformedReport> {
        let attribute = |wanted: &str| {
            let held = element.attributes().flatten().find(|held| held.key.local_name().as_ref() == wanted);
            held.map(|held| resolved(&held.value)).unwrap_or_default()
        };
        let name = element.local_name();
        let name = name.as_ref();
        if !self.root_seen && !matches!(name, "testsuites" | "testsuite" | "testrun") {
            return Err(MalformedReport::new(format!("its root is <{name}>")));
        }
        self.root_seen = true;
        self.open += 1;
        match (name, &mut self.case) {
            ("testsuite", _) => {
                if self.suites.len() >= DEPTH {
                    return Err(MalformedReport::new("its suites are nested too deeply"));
                }
                self.suites.push(attribute("name"));
            }
            ("testcase", _) => {
                let suite = self.suite_of(&attribute("classname"), &attribute("file"));
                self.case = Some(Case {
                    id: TestId::local(suite, attribute("name")),
                    duration_ms: text::milliseconds(&attribute("time")),
                    outcome: TestOutcome::Passed,
                    message: String::new(),
                    flaky: Vec::new(),
                    reruns: Vec::new(),
                    saying: None,
                });
            }
            (kind, Some(case)) => case.open(kind, &attribute("message")),
            _ => {}
        }
        Ok(())
    }

    /// The class says most, but node writes the same one for every test.
    fn suite_of(&self, class: &str, file: &str) -> String {
        if !class.is_empty() && class != "test" {
            class.to_owned()
        } else if !file.is_empty() {
            file.to_owned()
        } else if self.suites.iter().any(|suite| !suite.is_empty()) {
            self.suites.iter().filter(|suite| !suite.is_empty()).cloned().collect::<Vec<_>>().join(" > ")
        } else {
            class.to_owned()
        }
    }

    fn close(&mut self, name: &str) {
        self.open = self.open.saturating_sub(1);
        match (name, &mut self.case) {
            ("testsuite", _) => drop(self.suites.pop()),
            ("testcase", case) => self.tests.extend(case.take().into_iter().flat_map(Case::into_results)),
            ("failure" | "error" | "flakyFailure" | "flakyError" | "rerunFailure" | "rerunError", Some(case)) => {
                case.saying = None;
            }
            _ => {}
        }
    }

    fn say(&mut self, said: &str) {
        if let Some(case) = &mut self.case
            && let Some(into) = case.said_into()
        {
            into.push_str(said);
        }
    }

    fn finish(self) -> Result<Vec<TestResult>, MalformedReport> {
        if !self.root_seen {
            return Err(MalformedReport::new("it is empty"));
        }
        if self.open > 0 {
            return Err(MalformedReport::new("it ends in the middle"));
        }
        Ok(self.tests)
    }
}

impl Case {
    fn open(&mut self, kind: &str, message: &str) {
        let (saying, into) = match kind {
            "failure" | "error" => {
                self.outcome = TestOutcome::Failed;
                (Saying::Message, None)
            }
            "flakyFailure" | "flakyError" => (Saying::Flaky, Some(&mut self.flaky)),
            "rerunFailure" | "rerunError" => (Saying::Rerun, Some(&mut self.reruns)),
            "skipped" | "disabled" if self.outcome == TestOutcome::Passed => {
                self.outcome = TestOutcome::Skipped;
                return;
            }
            _ => return,
        };
        let line = format!("{message}\n");
        match into {
            Some(list) => list.push(line),
            None => self.message.push_str(&line),
        }
        self.saying = Some(saying);
    }

    fn said_into(&mut self) -> Option<&mut String> {
        match self.saying? {
            Saying::Message => Some(&mut self.message),
            Saying::Flaky => self.flaky.last_mut(),
            Saying::Rerun => self.reruns.last_mut(),
        }
    }

    fn into_results(self) -> Vec<TestResult> {
        let failed = |said: &String| TestResult {
            id: self.id.clone(),
            outcome: TestOutcome::Failed,
            duration_ms: 0,
            message: text::message(said),
        };
        let own = TestResult {
            id: self.id.clone(),
            outcome: self.outcome,
            duration_ms: self.duration_ms,
            message: text::message(&self.message),
        };
        self.flaky.iter().map(failed).chain([own]).chain(self.reruns.iter().map(failed)).collect()
    }
}

#[cfg(test)]
#[path = "junit_tests.rs"]
mod tests;
