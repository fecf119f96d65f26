//! Lines that `tinybug judge` refuses: counts that no runs of tests can give, each with what to do about it.

use std::collections::HashSet;

use crate::contract::JudgeLine;

/// Why no runs of tests can give such a line. Each says what is wrong and what to mend.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Impossible {
    /// More tests cover the line than there are.
    #[error("{} of {tests}: give `tests` as the number of all tests of the repository", of(*covering, "covering test"))]
    Covering {
        /// Covering tests.
        covering: u32,
        /// Tests.
        tests: u32,
    },
    /// More tests were seen to be flaky than there are.
    #[error("repo_flaky is {flaky} of {}: give `tests` as the number of all tests of the repository", of(*tests, "test"))]
    Flaky {
        /// Flaky tests.
        flaky: u32,
        /// Tests.
        tests: u32,
    },
    /// More tests failed than can have.
    #[error(
        "{} where only {possible} can be: leave out tests that do not run the line",
        of(u32::try_from(*suspects).unwrap_or(u32::MAX), "suspect")
    )]
    Suspects {
        /// Suspects.
        suspects: usize,
        /// Tests that count.
        possible: u32,
    },
    /// A test is listed twice.
    #[error("the suspect {name:?} is listed twice: give each test once, with its failures added up")]
    Twice {
        /// Its name.
        name: String,
    },
    /// A test failed more often than it ran.
    #[error(
        "the suspect {name:?} has {failures} {what} in {}: failures are runs too, count them among these",
        of(*runs, "run")
    )]
    Failures {
        /// Its name.
        name: String,
        /// Which failures, by the name of the field.
        what: &'static str,
        /// Failures.
        failures: u32,
        /// Runs.
        runs: u32,
    },
    /// A test was reported by more attempts than there were.
    #[error("the suspect {name:?} has {} of {attempts}: a test cannot run in more attempts than there are", of(*own, "attempt"))]
    Attempts {
        /// Its name.
        name: String,
        /// Attempts that reported it.
        own: u32,
        /// Attempts.
        attempts: u32,
    },
    /// A threshold is no probability.
    #[error("thresholds.{name} is {value}: give a number above 0 and below 1")]
    Threshold {
        /// Which.
        name: &'static str,
        /// Its value.
        value: f64,
    },
    /// A mutant could be detected and have survived at once.
    #[error("thresholds.survived is not below thresholds.detected: give a smaller one")]
    Thresholds,
}

fn of(count: u32, thing: &str) -> String {
    if count == 1 { format!("1 {thing}") } else { format!("{count} {thing}s") }
}

impl JudgeLine {
    /// Refuses counts that cannot be.
    pub fn check(&self) -> Result<(), Impossible> {
        let tests = self.tests;
        if let Some(covering) = self.covering.filter(|&covering| covering > tests) {
            return Err(Impossible::Covering { covering, tests });
        }
        if self.repo_flaky > tests {
            return Err(Impossible::Flaky { flaky: self.repo_flaky, tests });
        }
        let possible = self.covering.unwrap_or(tests);
        if self.suspects.len() > usize::try_from(possible).unwrap_or(usize::MAX) {
            return Err(Impossible::Suspects { suspects: self.suspects.len(), possible });
        }
        self.check_suspects()?;
        self.check_thresholds()
    }

    fn check_suspects(&self) -> Result<(), Impossible> {
        let mut names = HashSet::new();
        for suspect in &self.suspects {
            let name = || suspect.name.clone();
            if !names.insert(&suspect.name) {
                return Err(Impossible::Twice { name: name() });
            }
            let own = suspect.attempts.unwrap_or(self.attempts);
            if own > self.attempts {
                return Err(Impossible::Attempts { name: name(), own, attempts: self.attempts });
            }
            for (what, failures, runs) in [
                ("attempt_failures", suspect.attempt_failures, own),
                ("baseline_failures", suspect.baseline_failures, suspect.baseline_runs.unwrap_or(self.baseline_runs)),
            ] {
                if failures > runs {
                    return Err(Impossible::Failures { name: name(), what, failures, runs });
                }
            }
        }
        Ok(())
    }

    fn check_thresholds(&self) -> Result<(), Impossible> {
        let (detected, survived) = (self.thresholds.detected, self.thresholds.survived);
        for (name, value) in [("detected", detected), ("survived", survived)] {
            if !(value > 0.0 && value < 1.0) {
                return Err(Impossible::Threshold { name, value });
            }
        }
        if survived < detected { Ok(()) } else { Err(Impossible::Thresholds) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(line: &str) -> String {
        let line: JudgeLine = serde_json::from_str(line).unwrap();
        line.check().expect_err("it cannot be").to_string()
    }

    #[test]
    fn each_impossible_line_is_refused_with_what_to_mend() {
        for (line, expected) in [
            (r#"{"tests":5,"covering":6,"baseline_runs":5,"attempts":1}"#, "6 covering tests of 5: "),
            (r#"{"tests":5,"baseline_runs":5,"attempts":1,"repo_flaky":6}"#, "repo_flaky is 6 of 5 tests: "),
            (
                r#"{"tests":0,"baseline_runs":5,"attempts":1,"suspects":[{"name":"t","baseline_failures":0,"attempt_failures":1}]}"#,
                "1 suspect where only 0 can be: ",
            ),
            (
                r#"{"tests":9,"baseline_runs":5,"attempts":1,"suspects":[{"name":"t","baseline_failures":0,"attempt_failures":1},{"name":"t","baseline_failures":0,"attempt_failures":1}]}"#,
                "the suspect \"t\" is listed twice: ",
            ),
            (
                r#"{"tests":9,"baseline_runs":5,"attempts":1,"suspects":[{"name":"t","baseline_failures":0,"attempt_failures":2}]}"#,
                "the suspect \"t\" has 2 attempt_failures in 1 run: ",
            ),
            (
                r#"{"tests":9,"baseline_runs":5,"attempts":1,"suspects":[{"name":"t","baseline_failures":3,"baseline_runs":2,"attempt_failures":1}]}"#,
                "the suspect \"t\" has 3 baseline_failures in 2 runs: ",
            ),
            (
                r#"{"tests":9,"baseline_runs":5,"attempts":1,"suspects":[{"name":"t","baseline_failures":0,"attempts":2,"attempt_failures":1}]}"#,
                "the suspect \"t\" has 2 attempts of 1: ",
            ),
            (
                r#"{"tests":9,"baseline_runs":5,"attempts":1,"thresholds":{"detected":1.5}}"#,
                "thresholds.detected is 1.5: ",
            ),
            (
                r#"{"tests":9,"baseline_runs":5,"attempts":1,"thresholds":{"detected":0.5,"survived":0.6}}"#,
                "thresholds.survived is not below",
            ),
        ] {
            assert!(said(line).starts_with(expected), "{line}: {}", said(line));
        }
    }

    #[test]
    fn a_test_may_have_more_runs_of_the_unchanged_code_than_the_others() {
        let line = r#"{"tests":500,"covering":1,"baseline_runs":5,"suspects":[{"name":"t","baseline_failures":6,"attempt_failures":1,"baseline_runs":20}],"attempts":3}"#;
        assert_eq!(serde_json::from_str::<JudgeLine>(line).unwrap().check(), Ok(()));
    }

    #[test]
    fn what_is_no_count_and_what_nobody_knows_is_no_line() {
        for line in [
            r#"{"tests":-1,"baseline_runs":5,"attempts":1}"#,
            r#"{"tests":1.5,"baseline_runs":5,"attempts":1}"#,
            r#"{"tests":1,"baseline_runs":5,"attempts":1,"coverage":1}"#,
            r#"{"tests":1,"tests":2,"baseline_runs":5,"attempts":1}"#,
            r#"{"tests":1,"baseline_runs":5,"attempts":1,"suspects":[{"name":"t","baseline_failures":0,"attempt_failures":0,"fails":0}]}"#,
            r#"{"tests":1,"baseline_runs":5}"#,
        ] {
            assert!(serde_json::from_str::<JudgeLine>(line).is_err(), "{line}");
        }
    }
}
