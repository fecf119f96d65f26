//! The history of a repository's tests: read for a baseline, and written from runs that cannot have broken the tests.

use std::collections::BTreeMap;

use anyhow::Context;
use chrono::{DateTime, Utc};
use tinybug_model::{BuildRole, TestState};
use tinybug_store::{AttemptFacts, BuildRecord, KnownTest, RunRecord, TestHistory, TestSet};
use tinybug_verdict::{Baseline, History, RunFacts, Seen, Sighting, TestProfile, seen, unaffected};

use crate::{
    Services,
    build::run_facts,
    effective::Effective,
    services::Subject,
    source::base_sha,
    test_files::{TestFile, test_files},
};

/// Fingerprints of messages that are kept of one test.
const MESSAGES: usize = 16;
/// Trials that are recorded in one transaction.
const TRIALS: u32 = 200;

/// What earlier measurements know of the tests that ran in these attempts.
pub(crate) async fn earlier(
    services: &Services,
    subject: &Subject,
    attempts: &[AttemptFacts],
) -> anyhow::Result<History> {
    let mut stored = subject.org.test_history(subject.repository.id).await?;
    if stored == TestHistory::default() {
        return Ok(History::default());
    }
    let files = files_of(services, subject, attempts).await?;
    let mut ledger = Ledger::open(&mut stored)?;
    ledger.fade(&files);
    let tests = || attempts.iter().flat_map(|attempt| &attempt.ran).collect::<TestSet>();
    let commit = base_sha(&subject.measurement)?;
    let records = tests().into_iter().map(|test| ledger.profile(test).record(test, commit));
    // What a test said while the code was broken tells nothing of its own failures.
    let flaky = ledger.history.known().iter().filter(|(test, _)| ledger.profile(**test).proof.is_some());
    let messages = flaky.flat_map(|(test, known)| {
        let test = *test;
        known.messages.iter().map(move |message| (test, *message))
    });
    Ok(History::new(records, messages))
}

/// Puts the runs of the unchanged code into the history, each once.
pub(crate) async fn record_baseline(
    services: &Services,
    subject: &Subject,
    attempts: &[AttemptFacts],
) -> anyhow::Result<()> {
    let files = files_of(services, subject, attempts).await?;
    let commit = base_sha(&subject.measurement)?;
    let record = |history: &mut TestHistory, builds: &[BuildRecord]| {
        let runs: Vec<&RunRecord> = builds.iter().flat_map(|build| &build.runs).collect();
        let facts: Vec<RunFacts> = runs.iter().map(|run| run_facts(&run.attempt, false)).collect();
        let mut ledger = Ledger::open(history)?;
        ledger.fade(&files);
        ledger.take_in(commit, &runs, &facts, seen(&facts), true);
        ledger.close()
    };
    subject.org.record_runs(subject.reference, BuildRole::Baseline, 0..=u32::MAX, record).await
}

/// Puts what trials show of tests that cannot see their mutants into the history, each once.
pub(crate) async fn record_trials(subject: &Subject, baseline: &Baseline, trials: u32) -> anyhow::Result<()> {
    let commit = base_sha(&subject.measurement)?;
    for first in (0..trials).step_by(TRIALS as usize) {
        let record = |history: &mut TestHistory, builds: &[BuildRecord]| {
            let mut ledger = Ledger::open(history)?;
            for build in builds {
                let Some(covering) = &build.covering else { continue };
                let covering: Vec<u32> = covering.iter().collect();
                let runs: Vec<&RunRecord> = build.runs.iter().collect();
                let facts: Vec<RunFacts> = runs.iter().map(|run| run_facts(&run.attempt, false)).collect();
                ledger.take_in(commit, &runs, &facts, unaffected(baseline, &covering, &facts), false);
            }
            ledger.close()
        };
        let numbers = first..=first.saturating_add(TRIALS - 1);
        subject.org.record_runs(subject.reference, BuildRole::Trial, numbers, record).await?;
    }
    Ok(())
}

/// The files of the tests that ran in these attempts.
async fn files_of(
    services: &Services,
    subject: &Subject,
    attempts: &[AttemptFacts],
) -> anyhow::Result<BTreeMap<String, TestFile>> {
    let ran: TestSet = attempts.iter().flat_map(|attempt| &attempt.ran).collect();
    let cases = subject.org.test_cases(subject.repository.id, Some(&ran)).await?;
    let commit = base_sha(&subject.measurement)?;
    let tree = services.mirror(subject.repository.id).await?.files(commit).await?;
    Ok(test_files(&cases, &tree, &Effective::of(&subject.measurement)?.project, commit))
}

/// A history with its profiles read.
struct Ledger<'a> {
    history: &'a mut TestHistory,
    profiles: BTreeMap<u32, TestProfile>,
}

impl<'a> Ledger<'a> {
    fn open(history: &'a mut TestHistory) -> anyhow::Result<Self> {
        let read = |(test, known): (&u32, &KnownTest)| {
            let profile = serde_json::from_value(known.profile.clone());
            Ok((*test, profile.with_context(|| format!("failed to read the profile of test {test}"))?))
        };
        let profiles = history.known().iter().map(read).collect::<anyhow::Result<_>>()?;
        Ok(Self { history, profiles })
    }

    fn profile(&self, test: u32) -> TestProfile {
        self.profiles
            .get(&test)
            .cloned()
            .unwrap_or_else(|| TestProfile::of_passes(self.history.quiet().get(test), None))
    }

    /// Lets counts fade whose tests' file is another than when it was last measured.
    fn fade(&mut self, files: &BTreeMap<String, TestFile>) {
        for (path, file) in files {
            if self.history.file(path).is_some_and(|content| content != file.content) {
                self.history.quarter(&file.tests);
                for (test, profile) in &mut self.profiles {
                    if file.tests.contains(*test) {
                        profile.fade();
                        self.history.known_mut(*test);
                    }
                }
            }
            self.history.set_file(path, &file.content);
        }
    }

    /// Takes in the runs that no history holds yet, in the order in which they ended.
    fn take_in(
        &mut self,
        commit: &str,
        runs: &[&RunRecord],
        facts: &[RunFacts],
        seen: Vec<Option<Seen>>,
        keeps_messages: bool,
    ) {
        let mut shown: Vec<_> = runs.iter().zip(facts).zip(seen).filter(|((run, _), _)| run.fresh).collect();
        shown.sort_by_key(|((run, _), _)| run.finished_at);
        for ((run, facts), seen) in shown {
            let Some(seen) = seen else { continue };
            self.see(commit, run.finished_at, &seen);
            if keeps_messages {
                self.keep_messages(&seen, &facts.messages);
            }
        }
    }

    fn see(&mut self, commit: &str, at: DateTime<Utc>, seen: &Seen) {
        for &test in &seen.failed {
            if !self.profiles.contains_key(&test) {
                let runs = self.history.quiet().get(test);
                let there = self.history.passed_at(commit, test).then_some(commit);
                self.profiles.insert(test, TestProfile::of_passes(runs, there));
                self.history.know(test, KnownTest { runs: runs.into(), ..KnownTest::default() });
            }
        }
        let ran: TestSet = seen.ran.iter().copied().collect();
        for (test, profile) in self.profiles.iter_mut().filter(|(test, _)| ran.contains(**test)) {
            let failed = seen.failed.binary_search(test).is_ok();
            profile.see(&Sighting { commit: commit.to_owned(), at, failed });
            if let Some(known) = self.history.known_mut(*test) {
                known.runs += 1;
                known.failures += u64::from(failed);
            }
        }
        self.history.pass(commit, ran);
    }

    fn keep_messages(&mut self, seen: &Seen, messages: &[(u32, u64)]) {
        for (test, message) in messages.iter().filter(|(test, _)| seen.failed.binary_search(test).is_ok()) {
            let Some(known) = self.history.known_mut(*test) else { continue };
            known.messages.retain(|kept| kept != message);
            known.messages.push(*message);
            let surplus = known.messages.len().saturating_sub(MESSAGES);
            known.messages.drain(..surplus);
        }
    }

    /// Writes the profiles back.
    fn close(self) -> anyhow::Result<()> {
        for (test, profile) in self.profiles {
            let value = serde_json::to_value(&profile)?;
            if self.history.known().get(&test).is_some_and(|known| known.profile != value)
                && let Some(known) = self.history.known_mut(test)
            {
                (known.state, known.last_failure_at) = (profile.state, profile.last_failure);
                if profile.state == TestState::Broken {
                    known.messages.clear();
                }
                known.profile = value;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(hour: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(3600 * hour, 0).unwrap()
    }

    /// A history of three tests, of which test 1 fails in these runs at a commit.
    fn after(runs: i64, failing: &[i64], commit: &str, history: &mut TestHistory) {
        let mut ledger = Ledger::open(history).unwrap();
        for run in 0..runs {
            let failed = if failing.contains(&run) { vec![1] } else { Vec::new() };
            ledger.see(commit, at(run), &Seen { ran: vec![0, 1, 2], failed });
        }
        ledger.close().unwrap();
    }

    fn file(content: &str, tests: &[u32]) -> BTreeMap<String, TestFile> {
        let file = TestFile { content: content.to_owned(), tests: tests.iter().collect() };
        BTreeMap::from([("tests/test_cart.py".to_owned(), file)])
    }

    #[test]
    fn only_tests_that_failed_have_a_profile() {
        let mut history = TestHistory::default();
        after(20, &[7], "c1", &mut history);
        assert_eq!(history.known().keys().copied().collect::<Vec<_>>(), [1]);
        let known = &history.known()[&1];
        assert_eq!((known.state, known.runs, known.failures), (TestState::Flaky, 20, 1));
        assert_eq!(known.last_failure_at, Some(at(7)));
        assert_eq!((history.quiet().get(0), history.quiet().get(1)), (20, 0));
        let profile = Ledger::open(&mut history).unwrap().profile(1);
        assert_eq!((profile.runs, profile.failures, profile.flips), (20.0, 1.0, 2.0));
        assert!(profile.proof.is_some(), "it passed at this commit before, which only the counts knew");
    }

    #[test]
    fn a_first_failure_at_a_commit_where_it_never_passed_proves_nothing() {
        let mut history = TestHistory::default();
        after(5, &[], "c1", &mut history);
        after(1, &[0], "c2", &mut history);
        let known = &history.known()[&1];
        assert_eq!((known.state, known.runs), (TestState::Healthy, 6));
    }

    #[test]
    fn counts_fade_when_the_file_changes_and_only_then() {
        let mut history = TestHistory::default();
        after(20, &[3, 9], "c1", &mut history);
        for (content, tests, expected) in
            [("b1", &[0, 1][..], (20, 20.0)), ("b1", &[0, 1], (20, 20.0)), ("b2", &[0, 1], (5, 5.0))]
        {
            let mut ledger = Ledger::open(&mut history).unwrap();
            ledger.fade(&file(content, tests));
            assert_eq!((ledger.history.quiet().get(0), ledger.profile(1).runs), expected, "{content}");
            ledger.close().unwrap();
        }
        assert_eq!(history.quiet().get(2), 20, "its file is another");
        assert_eq!(history.known()[&1].runs, 20, "all runs ever");
    }

    #[test]
    fn what_a_broken_test_says_is_no_flaky_failure() {
        let mut history = TestHistory::default();
        let mut ledger = Ledger::open(&mut history).unwrap();
        for run in 0..3 {
            let seen = Seen { ran: vec![0, 1, 2], failed: vec![1] };
            ledger.see("c1", at(run), &seen);
            ledger.keep_messages(&seen, &[(1, 5)]);
        }
        ledger.close().unwrap();
        let known = &history.known()[&1];
        assert_eq!((known.state, known.messages.as_slice()), (TestState::Broken, &[][..]));
    }

    #[test]
    fn the_last_messages_are_kept() {
        let mut history = TestHistory::default();
        after(2, &[1], "c1", &mut history);
        let mut ledger = Ledger::open(&mut history).unwrap();
        let seen = Seen { ran: vec![0, 1, 2], failed: vec![1] };
        let messages: Vec<(u32, u64)> = (0..20).chain([7]).map(|message| (1, message)).chain([(0, 99)]).collect();
        ledger.keep_messages(&seen, &messages);
        let expected: Vec<u64> = (4..20).filter(|message| *message != 7).chain([7]).collect();
        assert_eq!(history.known()[&1].messages, expected);
        assert!(!history.known().contains_key(&0));
    }
}
