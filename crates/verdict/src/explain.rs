//! Verdicts and broken baselines in plain words, the same in the terminal, the API and the dashboard.

use tinybug_model::Verdict;

use crate::{
    baseline::BrokenBaseline,
    interval::FalseDetections,
    judge::{Evidence, Judgement, Reason, Strand},
};

/// So many names in a sentence; the rest is a number.
const NAMED: usize = 3;

/// A share as a percentage that never rounds up to certainty: 99.98 %, > 99.99 %.
pub fn percent(share: f64) -> String {
    let percent = 100.0 * share;
    if percent > 99.99 && percent < 100.0 {
        "> 99.99 %".to_owned()
    } else if percent < 0.01 && percent > 0.0 {
        "< 0.01 %".to_owned()
    } else if percent > 99.0 && percent < 100.0 {
        // Rounded down: 99.996 is not 100.
        format!("{:.2} %", (percent * 100.0).floor() / 100.0)
    } else {
        format!("{percent:.1} %")
    }
}

impl Evidence {
    /// What caught the mutant, in the lists that people and scripts see.
    pub fn name(self, names: impl Fn(u32) -> String) -> String {
        match self {
            Self::Test(test) => names(test),
            Self::WholeRun => "(the run as a whole)".to_owned(),
            Self::Timeout => "(the time limit)".to_owned(),
        }
    }
}

fn runs(count: u32) -> String {
    if count == 1 { "1 run".to_owned() } else { format!("{count} runs") }
}

impl Strand {
    /// "3 of 3 runs failed `test_total`, which failed 0 of 20 unchanged runs".
    fn sentence(&self, names: impl Fn(u32) -> String) -> String {
        let Self { failures, baseline_failures, baseline_runs, .. } = self;
        let runs = runs(self.runs);
        let before = match self.earlier_runs {
            0 => format!("{baseline_failures} of {baseline_runs} unchanged runs"),
            earlier => format!(
                "{baseline_failures} of {baseline_runs} unchanged runs here and {} of {earlier} in earlier \
                 measurements",
                self.earlier_failures
            ),
        };
        match self.evidence {
            Evidence::Test(test) => {
                format!("{failures} of {runs} failed `{}`, which failed {before}", names(test))
            }
            Evidence::WholeRun => format!("{failures} of {runs} failed as a whole, and {before}"),
            Evidence::Timeout => format!("{failures} of {runs} did not end in time, and {before}"),
        }
    }
}

impl Judgement {
    /// Why, in one sentence; `names` turns a test's ordinal into its name.
    pub fn explanation(&self, names: impl Fn(u32) -> String) -> String {
        let evidence = self.strongest.map(|strand| strand.sentence(&names));
        match (self.reason, evidence) {
            (Reason::NothingTried, _) => "No attempt has given a result yet.".to_owned(),
            (Reason::DoesNotBuild, _) => "The mutant does not build, so it says nothing about the tests.".to_owned(),
            (Reason::NoEvidence, _) => {
                format!("The infrastructure failed in {} of {}.", self.attempts - self.runs, runs(self.attempts))
            }
            (Reason::Caught | Reason::Hung, Some(evidence)) => format!("{evidence}: {}.", percent(self.confidence)),
            (Reason::LimitTooClose, Some(evidence)) => {
                format!(
                    "{evidence}; but the time limit is not three times what unchanged code takes, so that is no \
                     detection: raise the plan's timeout_factor."
                )
            }
            (Reason::NotCaught, Some(evidence)) => {
                format!("{evidence}; that it broke nothing is {} sure.", percent(self.confidence))
            }
            (Reason::Doubtful, Some(evidence)) => {
                let end = if self.verdict == Some(Verdict::Inconclusive) {
                    "which does not settle it within the attempts allowed"
                } else {
                    "which does not settle it yet"
                };
                format!("{evidence}: {}, {end}.", percent(self.posterior))
            }
            (_, None) => {
                format!("No test that counts failed in {}: {}.", runs(self.runs), percent(1.0 - self.posterior))
            }
        }
    }
}

impl FalseDetections {
    /// How many detections are expected to be flakiness, for the notes of a report; `None` when it is next to none.
    pub fn sentence(&self) -> Option<String> {
        (self.expected >= 0.05).then(|| {
            format!(
                "Of {} detected mutants, {:.1} are expected to be flakiness ({}).",
                self.detected,
                self.expected,
                percent(self.rate)
            )
        })
    }
}

impl BrokenBaseline {
    /// One sentence that says what is wrong and what to do; `names` turns a test's ordinal into its name.
    pub fn sentence(&self, names: impl Fn(u32) -> String) -> String {
        match self {
            Self::DoesNotBuild => "The unchanged code does not build: make the test command work first.".to_owned(),
            Self::NoTests => {
                "The test command reported no tests: check the command, and that it is run where the tests are."
                    .to_owned()
            }
            Self::FailsWithoutReport => {
                "The test command failed on the unchanged code before it reported any test: run it by hand and see why."
                    .to_owned()
            }
            Self::FailsAlthoughTestsPass => {
                "The test command fails on the unchanged code although all its tests pass: leave out what else it \
                 checks (a coverage threshold, a linter), or allow failing tests in the plan."
                    .to_owned()
            }
            Self::AlwaysFailing { tests } => always_failing(tests, names),
            Self::NoUsableTests => {
                "No test runs in each run of the unchanged code: check that the command runs the same tests each time."
                    .to_owned()
            }
            Self::TimedOut => {
                "The unchanged code's tests did not end in time: raise the baseline's time limit, or run fewer tests."
                    .to_owned()
            }
            Self::OutOfMemory => {
                "The unchanged code's tests need more memory than the limit: raise the memory limit.".to_owned()
            }
            Self::Infrastructure => {
                "The infrastructure failed again and again while the unchanged code was run: see the attempts' output."
                    .to_owned()
            }
        }
    }
}

fn always_failing(tests: &[u32], names: impl Fn(u32) -> String) -> String {
    let some: Vec<String> = tests.iter().take(NAMED).map(|&test| format!("`{}`", names(test))).collect();
    let rest = match tests.len().saturating_sub(NAMED) {
        0 => String::new(),
        rest => format!(" and {rest} more"),
    };
    let (subject, object) = if tests.len() == 1 { ("1 test fails", "it") } else { ("tests fail", "them") };
    let number = if tests.len() == 1 { String::new() } else { format!("{} ", tests.len()) };
    format!(
        "{number}{subject} on the unchanged code each time ({}{rest}): mend {object}, leave {object} out of the \
         command, or allow failing tests in the plan.",
        some.join(", ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentage_never_rounds_up_to_certainty() {
        assert_eq!(percent(0.999_879), "99.98 %");
        assert_eq!(percent(0.999_999), "> 99.99 %");
        assert_eq!(percent(0.998_42), "99.84 %");
        assert_eq!(percent(0.5), "50.0 %");
        assert_eq!(percent(1.0), "100.0 %");
        assert_eq!(percent(0.000_001), "< 0.01 %");
    }

    #[test]
    fn a_broken_baseline_says_what_to_do() {
        let one = BrokenBaseline::AlwaysFailing { tests: vec![7] };
        assert_eq!(
            one.sentence(|test| format!("test_{test}")),
            "1 test fails on the unchanged code each time (`test_7`): mend it, leave it out of the command, or allow \
             failing tests in the plan."
        );
        let many = BrokenBaseline::AlwaysFailing { tests: (0..12).collect() };
        assert_eq!(
            many.sentence(|test| format!("t{test}")),
            "12 tests fail on the unchanged code each time (`t0`, `t1`, `t2` and 9 more): mend them, leave them out \
             of the command, or allow failing tests in the plan."
        );
    }
}
