//! The stand-alone judge, `tinybug judge`: one line of JSON in, one out. Its fields are a contract with scripts.

use serde::{Deserialize, Serialize};
use tinybug_model::{Thresholds, Verdict};

use crate::recipe::{Tally, chance_to_show, posterior_of_test, prior_of_test, slab_weight};

/// One mutant, as a script describes it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JudgeLine {
    /// Tests of the repository.
    pub tests: u32,
    /// Of these, tests that execute the mutated line. Absent: unknown.
    #[serde(default)]
    pub covering: Option<u32>,
    /// Runs of the unchanged code.
    pub baseline_runs: u32,
    /// Tests that failed at least once under the mutant; of covering tests only, when these are known.
    #[serde(default)]
    pub suspects: Vec<Suspect>,
    /// Runs of the mutant.
    pub attempts: u32,
    /// Tests of the repository that failed in some of the baseline's runs.
    #[serde(default)]
    pub repo_flaky: u32,
    /// When to believe what; the defaults of a plan when absent.
    #[serde(default)]
    pub thresholds: Thresholds,
}

/// A test that failed under the mutant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Suspect {
    /// Its name.
    pub name: String,
    /// Runs of the unchanged code in which it failed.
    pub baseline_failures: u32,
    /// Runs of the mutant in which it failed.
    pub attempt_failures: u32,
    /// Runs of the unchanged code that reported it, if not all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub baseline_runs: Option<u32>,
    /// Runs of the mutant that reported it, if not all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attempts: Option<u32>,
}

/// The answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct JudgeAnswer {
    /// `detected`, `survived`, `inconclusive`, or null while a rerun may settle it.
    pub verdict: Option<Verdict>,
    /// Posterior that the mutant broke a test.
    pub posterior: f64,
    /// Tests that caught it, surest first; empty unless detected.
    pub caught_by: Vec<String>,
    /// What to do.
    pub next: JudgeNext,
}

/// What the script does next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JudgeNext {
    /// Run the mutant's tests once more, in a fresh job.
    Rerun,
    /// Nothing.
    Done,
}

/// Judges one line by the recipe. Lines that cannot be are refused by [`JudgeLine::check`].
pub fn judge_line(line: &JudgeLine) -> JudgeAnswer {
    if line.covering == Some(0) {
        let verdict = Some(Verdict::NoCoverage);
        return JudgeAnswer { verdict, posterior: 0.0, caught_by: Vec::new(), next: JudgeNext::Done };
    }
    let thresholds = &line.thresholds;
    let weight = slab_weight(line.repo_flaky, line.tests, chance_to_show(line.baseline_runs));
    let covering = line.covering.unwrap_or(line.tests).max(1);
    let prior = prior_of_test(covering);
    let weigh = |before: Tally, now: Tally| posterior_of_test(before, now, weight, prior);
    let mut suspects: Vec<(&str, f64)> = line
        .suspects
        .iter()
        .map(|suspect| {
            let before = Tally::new(suspect.baseline_failures, suspect.baseline_runs.unwrap_or(line.baseline_runs));
            let now = Tally::new(suspect.attempt_failures, suspect.attempts.unwrap_or(line.attempts));
            // A test that failed in each run of the unchanged code is broken: no evidence.
            let broken = before.runs > 0 && before.failures == before.runs;
            (suspect.name.as_str(), if broken || now.runs == 0 { 0.0 } else { weigh(before, now) })
        })
        .collect();
    suspects.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(b.0)));
    let others = if line.attempts > 0 && line.suspects.len() < covering as usize {
        weigh(Tally::new(0, line.baseline_runs), Tally::new(0, line.attempts))
    } else {
        0.0
    };
    let posterior = suspects.first().map_or(0.0, |suspect| suspect.1).max(others);
    let failed = line.suspects.iter().any(|suspect| suspect.attempt_failures > 0);
    let runs_to_survive = if line.repo_flaky == 0 && !failed { 1 } else { 2.min(thresholds.max_attempts.max(1)) };
    let verdict = if line.attempts > 0 && posterior >= thresholds.detected {
        Some(Verdict::Detected)
    } else if posterior <= thresholds.survived && line.attempts >= runs_to_survive {
        Some(Verdict::Survived)
    } else {
        (line.attempts >= thresholds.max_attempts.max(1)).then_some(Verdict::Inconclusive)
    };
    let caught = suspects.iter().filter(|suspect| verdict == Some(Verdict::Detected) && suspect.1 >= 0.5);
    JudgeAnswer {
        verdict,
        posterior,
        caught_by: caught.map(|suspect| suspect.0.to_owned()).collect(),
        next: if verdict.is_some() { JudgeNext::Done } else { JudgeNext::Rerun },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(line: &str) -> JudgeAnswer {
        judge_line(&serde_json::from_str(line).unwrap())
    }

    #[test]
    fn a_covering_test_that_never_failed_before_settles_it_with_one_failure() {
        let answer = answer(
            r#"{"tests":500,"covering":25,"baseline_runs":5,"suspects":[{"name":"t","baseline_failures":0,"attempt_failures":1}],"attempts":1,"repo_flaky":0}"#,
        );
        assert_eq!(answer.verdict, Some(Verdict::Detected));
        assert_eq!(answer.caught_by, ["t"]);
        assert!((answer.posterior - 0.9981).abs() < 1e-4);
    }

    #[test]
    fn a_test_that_failed_before_asks_for_a_rerun() {
        let answer = answer(
            r#"{"tests":500,"covering":25,"baseline_runs":5,"suspects":[{"name":"t","baseline_failures":1,"attempt_failures":2}],"attempts":2,"repo_flaky":5}"#,
        );
        assert_eq!(serde_json::to_value(&answer).unwrap()["next"], "rerun");
        assert_eq!((answer.verdict, answer.caught_by.len()), (None, 0));
        assert!((answer.posterior - 0.6857).abs() < 1e-4);
    }

    #[test]
    fn no_failing_test_in_a_clean_repository_means_survived_at_once() {
        let answer = answer(r#"{"tests":500,"baseline_runs":5,"attempts":1}"#);
        assert_eq!((answer.verdict, answer.next), (Some(Verdict::Survived), JudgeNext::Done));
        let text = serde_json::to_string(&answer).unwrap();
        assert!(text.starts_with(r#"{"verdict":"survived","posterior":"#), "{text}");
    }

    #[test]
    fn a_suspect_may_have_runs_of_its_own() {
        let answer = answer(
            r#"{"tests":500,"baseline_runs":5,"suspects":[{"name":"t","baseline_failures":0,"attempt_failures":1,"baseline_runs":20,"attempts":1}],"attempts":3,"repo_flaky":0}"#,
        );
        assert!((answer.posterior - 0.9707).abs() < 1e-3, "{}", answer.posterior);
    }

    #[test]
    fn the_example_in_the_documentation_is_true() {
        let page = include_str!("../../../docs/how-to/read-a-verdict.md");
        let mut lines = page.lines().skip_while(|line| !line.starts_with(r#"{"tests""#));
        let (asked, answered) = (lines.next().unwrap(), lines.next().unwrap());
        let (mut answer, answered) = (answer(asked), serde_json::from_str::<JudgeAnswer>(answered).unwrap());
        // The last digits are the machine's.
        assert!((answer.posterior - answered.posterior).abs() < 1e-12, "{}", answer.posterior);
        answer.posterior = answered.posterior;
        assert_eq!(answer, answered);
    }

    #[test]
    fn a_line_that_no_test_runs_needs_no_run() {
        let answer = answer(r#"{"tests":500,"covering":0,"baseline_runs":5,"attempts":0}"#);
        assert_eq!((answer.verdict, answer.next), (Some(Verdict::NoCoverage), JudgeNext::Done));
    }

    #[test]
    fn doubt_that_lasts_is_inconclusive() {
        let answer = answer(
            r#"{"tests":500,"baseline_runs":5,"suspects":[{"name":"t","baseline_failures":1,"attempt_failures":5}],"attempts":5,"repo_flaky":5}"#,
        );
        assert_eq!((answer.verdict, answer.next), (Some(Verdict::Inconclusive), JudgeNext::Done));
    }
}
