//! Weighing: attempts at a mutant against the baseline, test by test, and the run as a whole.

use crate::{
    baseline::{Baseline, TestRecord, count},
    judge::{Catch, Evidence, Strand},
    recipe::{Tally, chance_of_hidden_kill, posterior_of_run, posterior_of_test, prior_of_test, with_familiar_message},
    run::RunFacts,
};

/// Posterior from which a test is listed as having caught the mutant.
const LISTED: f64 = 0.5;

/// What the weighing takes from the baseline alone.
#[derive(Debug)]
pub(crate) struct Scales<'a> {
    baseline: &'a Baseline,
    weight: f64,
    pub(crate) clean: bool,
    /// Whether hanging can count.
    pub(crate) trusts_limit: bool,
    /// The tests that count, to know at a glance a run that reported all of them.
    ordinals: Vec<u32>,
    /// The different records that tests have.
    kinds: Vec<Tally>,
}

/// The evidence, weighed.
pub(crate) struct Weighed {
    /// What failed at least once, surest first. Test strands come without mostly red attempts.
    pub(crate) strands: Vec<Strand>,
    /// Posterior over everything, also over what did not fail.
    pub(crate) posterior: f64,
    /// Runs that came to an end.
    pub(crate) finished: u32,
    /// The hanging, when an attempt hung.
    pub(crate) hanging: Option<Strand>,
    /// Tests that mostly red attempts name, for the list of what caught the mutant.
    red: Vec<Strand>,
}

impl<'a> Scales<'a> {
    pub(crate) fn new(baseline: &'a Baseline) -> Self {
        let mut kinds: Vec<Tally> = Vec::new();
        for record in &baseline.tests {
            if !kinds.contains(&record.tally()) {
                kinds.push(record.tally());
            }
        }
        Self {
            baseline,
            weight: baseline.slab_weight(),
            clean: baseline.is_clean(),
            trusts_limit: baseline.trusts_limit(),
            ordinals: baseline.tests.iter().map(|record| record.test).collect(),
            kinds,
        }
    }

    /// Weighs attempts, of which none is lost.
    pub(crate) fn weigh(&self, covering: Option<&[u32]>, evidence: &[&RunFacts]) -> Weighed {
        let baseline = self.baseline;
        let finished: Vec<&RunFacts> = evidence.iter().copied().filter(|run| !run.timed_out()).collect();
        let (whole, single): (Vec<&RunFacts>, Vec<&RunFacts>) =
            evidence.iter().copied().partition(|run| baseline.failed_as_a_whole(run, covering));
        let scale = TestScale::new(self, covering);
        let mut tests = scale.weigh(&single);
        let whole_run = baseline.whole_run().filter(|_| !finished.is_empty()).map(|before| {
            let now = Tally::new(count(whole.len()), count(finished.len()));
            strand(Evidence::WholeRun, before, now, posterior_of_run(before, now))
        });
        let hung = count(evidence.len() - finished.len());
        let hanging = (hung > 0).then(|| {
            let (before, now) = (Tally::new(baseline.timeouts, baseline.runs), Tally::new(hung, count(evidence.len())));
            strand(Evidence::Timeout, before, now, posterior_of_run(before, now))
        });
        tests.strands.extend(whole_run.filter(|strand| strand.failures > 0));
        tests.strands.sort_by(|a, b| b.posterior.total_cmp(&a.posterior).then(a.evidence.cmp(&b.evidence)));
        Weighed {
            posterior: tests.highest.max(whole_run.map_or(0.0, |strand| strand.posterior)),
            strands: tests.strands,
            finished: count(finished.len()),
            hanging,
            red: if whole.is_empty() { Vec::new() } else { scale.weigh(&finished).strands },
        }
    }
}

fn strand(evidence: Evidence, before: Tally, now: Tally, posterior: f64) -> Strand {
    Strand {
        evidence,
        failures: now.failures,
        runs: now.runs,
        baseline_failures: before.failures,
        baseline_runs: before.runs,
        earlier_failures: 0,
        earlier_runs: 0,
        posterior,
    }
}

/// Weighs single tests.
struct TestScale<'a> {
    scales: &'a Scales<'a>,
    baseline: &'a Baseline,
    covering: Option<&'a [u32]>,
    weight: f64,
    prior: f64,
}

/// Single tests, weighed.
struct WeighedTests {
    strands: Vec<Strand>,
    highest: f64,
}

impl<'a> TestScale<'a> {
    fn new(scales: &'a Scales<'a>, covering: Option<&'a [u32]>) -> Self {
        let baseline = scales.baseline;
        let usable = covering.map_or(baseline.tests.len(), |tests| {
            tests.iter().filter(|&&test| baseline.position(test).is_some()).count()
        });
        Self { scales, baseline, covering, weight: scales.weight, prior: prior_of_test(count(usable)) }
    }

    fn weigh(&self, runs: &[&RunFacts]) -> WeighedTests {
        let mut weighed = WeighedTests { strands: Vec::new(), highest: 0.0 };
        let mut suspects: Vec<u32> = runs.iter().flat_map(|run| run.failed.iter().copied()).collect();
        suspects.sort_unstable();
        suspects.dedup();
        suspects.retain(|test| self.covering.is_none_or(|covering| covering.binary_search(test).is_ok()));
        for record in suspects.iter().filter_map(|&test| self.baseline.record(test)) {
            let now = runs_of(&[record.test], runs);
            let posterior = self.posterior(record, now, runs);
            weighed.highest = weighed.highest.max(posterior);
            let earlier = self.baseline.earlier(record.test);
            weighed.strands.push(Strand {
                earlier_failures: earlier.map_or(0, |earlier| earlier.failures),
                earlier_runs: earlier.map_or(0, |earlier| earlier.runs),
                ..strand(Evidence::Test(record.test), self.baseline.own(record), now, posterior)
            });
        }
        // What did not fail differs only by its numbers of runs: each such kind of test is weighed once.
        let mut kinds: Vec<(Tally, Tally)> = Vec::new();
        let mut previous = None;
        self.each_quiet(runs, &suspects, |before, now| {
            // Neighbours are mostly alike.
            if previous.replace((before, now)) != Some((before, now)) && !kinds.contains(&(before, now)) {
                kinds.push((before, now));
            }
        });
        for (before, now) in kinds {
            weighed.highest = weighed.highest.max(posterior_of_test(before, now, self.weight, self.prior));
        }
        weighed
    }

    /// Posterior of a test that failed: no surer than its cluster is, nor than without failures that only earlier
    /// measurements saw, and less sure when it said what it says when it fails by itself.
    fn posterior(&self, record: TestRecord, now: Tally, runs: &[&RunFacts]) -> f64 {
        let own = self.baseline.own(record);
        let here = if own.failures < record.failures { own } else { record.tally() };
        let alone = posterior_of_test(record.tally(), now, self.weight, self.prior).min(posterior_of_test(
            here,
            now,
            self.weight,
            self.prior,
        ));
        let cluster = self.baseline.cluster_of(record.test);
        let together = cluster.map_or(1.0, |cluster| {
            let earlier = record.failures - own.failures;
            let before = Tally::new(cluster.failures.saturating_add(earlier).max(record.failures), record.runs);
            posterior_of_test(before, runs_of(&cluster.tests, runs), self.weight, self.prior)
        });
        let members = cluster.map_or(std::slice::from_ref(&record.test), |cluster| cluster.tests.as_slice());
        let posterior = alone.min(together);
        if self.says_what_it_said(record.test, members, runs) { with_familiar_message(posterior) } else { posterior }
    }

    /// Whether each failure of the test came with a message that it, or its cluster, gave on unchanged code.
    fn says_what_it_said(&self, test: u32, members: &[u32], runs: &[&RunFacts]) -> bool {
        let familiar = |message: u64| {
            members.iter().any(|&member| self.baseline.messages.binary_search(&(member, message)).is_ok())
        };
        let mut failing = runs.iter().filter(|run| run.failed.binary_search(&test).is_ok());
        failing.all(|run| {
            let mut said = run.messages.iter().filter(|(from, _)| *from == test).peekable();
            said.peek().is_some() && said.all(|&(_, message)| familiar(message))
        })
    }

    /// Calls `each` with what tests did that ran and did not fail: before, and now.
    fn each_quiet(&self, runs: &[&RunFacts], suspects: &[u32], mut each: impl FnMut(Tally, Tally)) {
        if self.covering.is_none() && runs.iter().all(|run| run.ran == self.scales.ordinals) {
            // Each kind has members that did not fail, or those that did are the surer ones.
            self.scales.kinds.iter().for_each(|&before| each(before, Tally::new(0, count(runs.len()))));
            return;
        }
        let tests = &self.baseline.tests;
        let mut suspects = suspects.iter().copied().peekable();
        let mut each_at = |index: usize| {
            let record = tests[index];
            while suspects.next_if(|&test| test < record.test).is_some() {}
            if suspects.peek() == Some(&record.test) {
                return;
            }
            // A run that reported all tests has each at the baseline's place.
            let reported = |run: &&&RunFacts| {
                run.ran.get(index) == Some(&record.test) || run.ran.binary_search(&record.test).is_ok()
            };
            let ran = count(runs.iter().filter(reported).count());
            if ran > 0 {
                each(record.tally(), Tally::new(0, ran));
            }
        };
        match self.covering {
            Some(covering) => covering.iter().filter_map(|&test| self.baseline.position(test)).for_each(&mut each_at),
            None => (0..tests.len()).for_each(&mut each_at),
        }
    }
}

/// In how many runs any of these tests was reported, and failed.
fn runs_of(tests: &[u32], runs: &[&RunFacts]) -> Tally {
    let holds = |list: &[u32]| tests.iter().any(|test| list.binary_search(test).is_ok());
    let ran = count(runs.iter().filter(|run| holds(&run.ran)).count());
    Tally::new(count(runs.iter().filter(|run| holds(&run.failed)).count()), ran)
}

impl Weighed {
    /// Chance that the tests detect the mutant by anything that failed, or hidden by chance.
    pub(crate) fn detectable(&self) -> f64 {
        let hidden = if self.finished > 0 { chance_of_hidden_kill(self.finished) } else { 0.0 };
        let missed = self.strands.iter().fold(1.0 - hidden, |missed, strand| missed * (1.0 - strand.posterior));
        (1.0 - missed).max(self.posterior)
    }

    /// What is listed as having caught the mutant. When it was the run as a whole because nearly all tests failed,
    /// these are named too.
    pub(crate) fn caught_by(&self) -> Vec<Catch> {
        let by_run = self.strands.first().is_some_and(|strand| strand.evidence == Evidence::WholeRun);
        let named = if by_run { self.red.as_slice() } else { &[] };
        let mut catches: Vec<Catch> = self
            .strands
            .iter()
            .chain(named)
            .filter(|strand| strand.posterior >= LISTED)
            .map(|strand| Catch { evidence: strand.evidence, posterior: strand.posterior.min(self.posterior) })
            .collect();
        catches.sort_by(|a, b| b.posterior.total_cmp(&a.posterior).then(a.evidence.cmp(&b.evidence)));
        let mut seen = std::collections::HashSet::new();
        catches.retain(|catch| seen.insert(catch.evidence));
        catches
    }
}
