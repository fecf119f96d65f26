//! The posterior that a mutant breaks a test: a spike-and-slab prior on how often the test fails by itself, against
//! the mutant's own effect. `docs/how-to/read-a-verdict.md` explains it to people.

use crate::special::{ln_add, ln_beta_binomial, logistic};

/// Version of the formula; stored with every verdict. Changing a number or a rule here means a new version.
pub const FORMULA: &str = "tinybug-verdict/2";

/// Rate of failing of a stable test on unchanged code: mean 1e-4.
const SPIKE: (f64, f64) = (0.02, 200.0);
/// Rate of failing of a flaky test on unchanged code: mean .1.
pub(crate) const SLAB: (f64, f64) = (0.5, 4.5);
/// Rate of failing of a test that the mutant breaks…
const BROKEN: (f64, f64) = (50.0, 0.5);
/// …or breaks now and then,
const SOMETIMES: (f64, f64) = (1.0, 1.0);
/// which this share of kills does.
const SOMETIMES_SHARE: f64 = 0.03;
/// Share of mutants that the tests are expected to kill, and by how many tests each.
pub(crate) const EXPECTED_KILL_RATE: f64 = 0.7;
const EXPECTED_KILLING_TESTS: f64 = 2.4;
const MAX_PRIOR: f64 = 0.5;
/// Share of kills that are random as a whole: every test that catches the mutant does so now and then.
const RANDOM_KILLS: f64 = 0.05;
/// How much less likely a real failure is to say what the test says when it fails by itself.
const FAMILIAR_MESSAGE: f64 = 0.1;
/// With so many more failures every doubt would be gone.
const MORE_FAILURES: u32 = 64;
/// More killing tests than that add nothing to a chance.
const MAX_KILLING_TESTS: u32 = 40;

/// A run as a whole fails by itself: a rarer, separate flakiness (mean .05 where it exists at all).
const RUN_SLAB: (f64, f64) = (0.5, 9.5);
const RUN_SLAB_WEIGHT: f64 = 0.1;
/// Share of mutants that make the run fail as a whole, or hang.
const RUN_PRIOR: f64 = 0.03;

/// How often something failed in so many runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Tally {
    /// Runs.
    pub runs: u32,
    /// Of these, failures.
    pub failures: u32,
}

impl Tally {
    /// So many failures in so many runs; never more failures than runs.
    pub fn new(failures: u32, runs: u32) -> Self {
        Self { runs, failures: failures.min(runs) }
    }

    fn plus(self, other: Self) -> Self {
        Self { runs: self.runs.saturating_add(other.runs), failures: self.failures.saturating_add(other.failures) }
    }

    fn ln_likelihood(self, (a, b): (f64, f64)) -> f64 {
        ln_beta_binomial(self.failures, self.runs, a, b)
    }
}

/// Chance that a flaky test shows itself in so many runs.
pub(crate) fn chance_to_show(runs: u32) -> f64 {
    -Tally::new(0, runs).ln_likelihood(SLAB).exp_m1()
}

/// Share of a repository's tests that are flaky, by empirical Bayes: `seen` of `tests` failed at least once in the
/// baseline (and not each time), and a flaky test shows itself there with the (mean) chance `chance`.
pub(crate) fn slab_weight(seen: u32, tests: u32, chance: f64) -> f64 {
    let shown = if seen == 0 { 0.0 } else { f64::from(seen) / chance.max(1e-9) };
    ((0.5 + shown) / (f64::from(tests) + 1.0)).clamp(1e-12, 1.0 - 1e-9)
}

/// Prior that a mutant breaks one given test of the `covering` ones.
pub(crate) fn prior_of_test(covering: u32) -> f64 {
    (EXPECTED_KILL_RATE * EXPECTED_KILLING_TESTS / f64::from(covering.max(1))).min(MAX_PRIOR)
}

fn ln_mixture(tally: Tally, weight: f64, slab: (f64, f64)) -> f64 {
    ln_add(weight.ln() + tally.ln_likelihood(slab), (1.0 - weight).ln() + tally.ln_likelihood(SPIKE))
}

fn posterior(baseline: Tally, attempts: Tally, weight: f64, slab: (f64, f64), prior: f64) -> f64 {
    let unaffected = ln_mixture(baseline.plus(attempts), weight, slab) - ln_mixture(baseline, weight, slab);
    let affected = ln_add(
        (1.0 - SOMETIMES_SHARE).ln() + attempts.ln_likelihood(BROKEN),
        SOMETIMES_SHARE.ln() + attempts.ln_likelihood(SOMETIMES),
    );
    logistic(affected - unaffected + prior.ln() - (1.0 - prior).ln())
}

/// The posterior of a failure whose message is known from unchanged code.
pub(crate) fn with_familiar_message(posterior: f64) -> f64 {
    let for_it = posterior * FAMILIAR_MESSAGE;
    for_it / (for_it + 1.0 - posterior)
}

/// Posterior that the mutant breaks a test. Never more than it would be with more failures: a flaky test that stops
/// failing is a surprise too, but none that speaks for a detection.
pub(crate) fn posterior_of_test(baseline: Tally, attempts: Tally, weight: f64, prior: f64) -> f64 {
    let at = |failures| posterior(baseline, Tally { failures, ..attempts }, weight, SLAB, prior);
    let most = if baseline.failures == 0 { attempts.failures } else { attempts.runs };
    (attempts.failures..=most.min(attempts.failures.saturating_add(MORE_FAILURES))).map(at).fold(1.0, f64::min)
}

/// Chance that the tests do catch a mutant, now and then, though nothing failed in so many runs of it: the kills that
/// are random, by one killing test or several (as many as a geometric distribution says).
pub(crate) fn chance_of_hidden_kill(runs: u32) -> f64 {
    let one_more = 1.0 - 1.0 / EXPECTED_KILLING_TESTS;
    let (mut number, mut unseen) = (1.0 - one_more, 0.0);
    for tests in 1..=MAX_KILLING_TESTS {
        // A test that fails at any rate alike passes all its runs with this chance.
        unseen += number / (f64::from(tests) * f64::from(runs) + 1.0);
        number *= one_more;
    }
    let unseen = RANDOM_KILLS * unseen * EXPECTED_KILL_RATE;
    unseen / (unseen + 1.0 - EXPECTED_KILL_RATE)
}

/// Posterior that the mutant makes the run fail as a whole, or hang.
pub(crate) fn posterior_of_run(baseline: Tally, attempts: Tally) -> f64 {
    posterior(baseline, attempts, RUN_SLAB_WEIGHT, RUN_SLAB, RUN_PRIOR)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Attempts (failures, runs) given a baseline with so many failures.
    const COLUMNS: [((u32, u32), u32); 9] = [
        ((1, 1), 0),
        ((1, 2), 0),
        ((2, 2), 0),
        ((1, 3), 0),
        ((2, 3), 0),
        ((1, 1), 1),
        ((2, 2), 1),
        ((3, 3), 1),
        ((5, 5), 1),
    ];

    /// (tests seen to fail, baseline runs, covering tests, slab weight, posterior by column), for 500 tests.
    const CHECK: [(u32, u32, u32, f64, [f64; 9]); 7] = [
        (0, 5, 500, 0.0010, [0.9616, 0.2767, 0.9984, 0.0710, 0.9041, 0.0655, 0.2467, 0.5268, 0.8891]),
        (0, 5, 25, 0.0010, [0.9981, 0.8910, 0.9999, 0.6200, 0.9951, 0.5997, 0.8750, 0.9597, 0.9942]),
        (0, 20, 500, 0.0010, [0.9707, 0.3293, 0.9997, 0.0873, 0.9785, 0.2559, 0.8544, 0.9795, 0.9994]),
        (5, 5, 500, 0.0320, [0.7338, 0.0443, 0.9557, 0.0100, 0.2467, 0.0230, 0.0926, 0.2570, 0.7135]),
        (5, 5, 25, 0.0320, [0.9833, 0.4973, 0.9978, 0.1774, 0.8750, 0.3342, 0.6857, 0.8808, 0.9816]),
        (5, 20, 500, 0.0182, [0.9308, 0.1704, 0.9971, 0.0395, 0.8212, 0.0754, 0.4648, 0.8691, 0.9953]),
        (5, 20, 25, 0.0182, [0.9965, 0.8144, 0.9999, 0.4679, 0.9899, 0.6355, 0.9489, 0.9930, 0.9998]),
    ];

    #[test]
    fn the_posterior_has_the_values_that_were_computed_twice_elsewhere() {
        for (seen, runs, covering, expected_weight, expected) in CHECK {
            let weight = slab_weight(seen, 500, chance_to_show(runs));
            assert!((weight - expected_weight).abs() < 1e-4, "weight {weight} for S = {seen}, B = {runs}");
            for (((failures, attempts), before), expected) in COLUMNS.into_iter().zip(expected) {
                let q = posterior_of_test(
                    Tally::new(before, runs),
                    Tally::new(failures, attempts),
                    weight,
                    prior_of_test(covering),
                );
                assert!(
                    (q - expected).abs() < 1e-4,
                    "S = {seen}, B = {runs}, covering {covering}: {failures}/{attempts} | {before} gave {q}, not {expected}"
                );
            }
        }
    }

    #[test]
    fn two_failures_of_the_whole_run_settle_a_clean_repository_and_one_does_not() {
        for runs in [5, 20] {
            let clean = Tally::new(0, runs);
            let one = posterior_of_run(clean, Tally::new(1, 1));
            assert!(one > 0.5 && one < 0.99, "{one}");
            let two = posterior_of_run(clean, Tally::new(2, 2));
            assert!(two > 0.99, "{two}");
            let mixed = posterior_of_run(clean, Tally::new(1, 4));
            assert!(mixed < 0.05, "{mixed}");
        }
    }

    #[test]
    fn the_run_as_a_whole_has_values_derived_with_another_program() {
        // Columns: attempts (failures, runs) given baseline (failures, runs).
        for (before, now, expected) in [
            ((0, 5), (1, 1), 0.9142),
            ((0, 5), (2, 2), 0.9914),
            ((0, 5), (1, 2), 0.1469),
            ((0, 5), (1, 3), 0.0351),
            ((0, 20), (1, 1), 0.9658),
            ((0, 20), (2, 2), 0.9984),
            ((0, 20), (1, 2), 0.3029),
            ((1, 5), (2, 2), 0.6620),
            ((1, 5), (3, 3), 0.9038),
        ] {
            let q = posterior_of_run(Tally::new(before.0, before.1), Tally::new(now.0, now.1));
            assert!((q - expected).abs() < 1e-4, "{now:?} | {before:?}: {q}, not {expected}");
        }
    }

    #[test]
    fn hidden_kills_have_values_derived_with_another_program() {
        for (runs, expected) in [(1, 0.040_062), (2, 0.025_665), (5, 0.012_449)] {
            let chance = chance_of_hidden_kill(runs);
            assert!((chance - expected).abs() < 1e-5, "{runs} runs: {chance}");
        }
    }

    #[test]
    fn a_flaky_test_that_stops_failing_speaks_for_nothing() {
        let quiet = posterior_of_test(Tally::new(3, 4), Tally::new(0, 8), 0.25, 0.5);
        let as_before = posterior_of_test(Tally::new(3, 4), Tally::new(6, 8), 0.25, 0.5);
        assert!(quiet <= as_before, "{quiet} {as_before}");
    }

    #[test]
    fn extreme_counts_give_a_probability() {
        for baseline in [Tally::new(0, 0), Tally::new(0, u32::MAX), Tally::new(u32::MAX, u32::MAX)] {
            for attempts in [Tally::new(0, 0), Tally::new(0, u32::MAX), Tally::new(u32::MAX, u32::MAX)] {
                for weight in [1e-12, 0.5, 1.0 - 1e-9] {
                    let q = posterior_of_test(baseline, attempts, weight, 0.5);
                    assert!((0.0..=1.0).contains(&q), "{baseline:?} {attempts:?} {weight}: {q}");
                }
            }
        }
    }
}
