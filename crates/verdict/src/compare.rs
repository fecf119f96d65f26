//! Two measurements of one repository beside each other: how the score moved, by what, and whether that is more than
//! chance. And two test commands on the same mutants.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use tinybug_model::{MutantId, Verdict};

use crate::{interval::quantile, random::Random, score::ratio, special::ln_choose};

/// A mutant in one of the two measurements.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Side {
    /// Stable name, the same in both measurements if it is the same mutant.
    pub id: MutantId,
    /// What it ended as.
    pub verdict: Verdict,
    /// Chance that the tests detect it: [`crate::Judgement::detectable`].
    pub detected: f64,
    /// Names of what caught it.
    pub caught_by: Vec<String>,
}

/// Why a mutant that is in both measurements ended differently.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// Caught now by a test that was not there before.
    NewTest,
    /// What caught it before is gone.
    RemovedTest,
    /// One of the two verdicts may well be flakiness.
    Flakiness,
    /// The tests that were there all along see it differently: they or the code changed.
    TestsOrCode,
}

/// A mutant that is in both measurements and ended differently.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// Which.
    pub id: MutantId,
    /// What it was before.
    pub before: Verdict,
    /// What it is now.
    pub after: Verdict,
    /// Why.
    pub cause: Cause,
}

/// How a score moved. All parts are shares: .05 is five points.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    /// The score now less the score before; `None` when one of them has none.
    pub delta: Option<f64>,
    /// Its 95 % interval, which carries the draw and the verdicts' doubt. Mutants in both measurements are paired.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// Of the delta, what comes from mutants in both that ended differently…
    pub from_same_mutants: f64,
    /// …and what comes from mutants that are gone or new: code changed, or other lines were drawn.
    pub from_other_mutants: f64,
    /// Of the first part, what is expected to be flakiness: verdicts that turn back when measured again.
    pub expected_flakiness: f64,
    /// How far the draw alone may move the delta, to either side (95 %), were every verdict certain.
    pub sampling_noise: f64,
    /// Mutants in both measurements.
    pub same: u32,
    /// Mutants only before.
    pub gone: u32,
    /// Mutants only now.
    pub new: u32,
    /// Mutants in both that ended differently.
    pub changes: Vec<Change>,
    /// Tests that only the measurement now has.
    pub tests_added: u32,
    /// Tests that only the one before had.
    pub tests_removed: u32,
}

impl Comparison {
    /// Whether the move is more than chance.
    pub fn is_real(&self) -> bool {
        self.delta.is_some() && (self.low > 0.0 || self.high < 0.0)
    }
}

const ROUNDS: usize = 4000;

/// Whether a verdict counts as detected; `None` when it says nothing about the tests.
fn counts(verdict: Verdict) -> Option<bool> {
    match verdict {
        Verdict::Detected | Verdict::Timeout => Some(true),
        Verdict::Survived | Verdict::NoCoverage => Some(false),
        Verdict::Inconclusive | Verdict::Invalid | Verdict::Error | Verdict::Skipped => None,
    }
}

/// Mutants that count, by whether they are in both measurements.
struct Matched<'a> {
    both: Vec<(&'a Side, &'a Side)>,
    gone: Vec<&'a Side>,
    new: Vec<&'a Side>,
}

fn matched<'a>(before: &'a [Side], after: &'a [Side]) -> Matched<'a> {
    let counted = |sides: &'a [Side]| -> BTreeMap<&'a MutantId, &'a Side> {
        sides.iter().filter(|side| counts(side.verdict).is_some()).map(|side| (&side.id, side)).collect()
    };
    let (before, mut after) = (counted(before), counted(after));
    let mut matched = Matched { both: Vec::new(), gone: Vec::new(), new: Vec::new() };
    for (id, side) in before {
        match after.remove(id) {
            Some(now) => matched.both.push((side, now)),
            None => matched.gone.push(side),
        }
    }
    matched.new = after.into_values().collect();
    matched
}

/// Compares two measurements. `tests_before` and `tests_after`: the names of all tests, as `caught_by` has them.
/// Deterministic by seed.
pub fn compare(
    before: &[Side],
    after: &[Side],
    tests_before: &BTreeSet<String>,
    tests_after: &BTreeSet<String>,
    seed: u64,
) -> Comparison {
    let matched = matched(before, after);
    let (same, gone, new) = (count(&matched.both), count(&matched.gone), count(&matched.new));
    let share = |hits: u32, of: u32| f64::from(hits) / f64::from(of.max(1));
    let hit = |side: &Side| u32::from(counts(side.verdict) == Some(true));
    let then: u32 = matched.both.iter().map(|(then, _)| hit(then)).sum();
    let now: u32 = matched.both.iter().map(|(_, now)| hit(now)).sum();
    let gone_hits: u32 = matched.gone.iter().map(|side| hit(side)).sum();
    let new_hits: u32 = matched.new.iter().map(|side| hit(side)).sum();
    let defined = same + gone > 0 && same + new > 0;
    let delta = share(now + new_hits, same + new) - share(then + gone_hits, same + gone);
    // Had only the verdicts changed, and not which mutants there are.
    let from_same_mutants = (f64::from(now) - f64::from(then)) / f64::from((same + new).max(1));
    let changed = matched.both.iter().filter(|(then, now)| hit(then) != hit(now));
    let by_itself = Flips::of(&matched);
    let expected_flakiness = changed
        .clone()
        .map(|(then, now)| (f64::from(hit(now)) - f64::from(hit(then))) * by_itself.chance(then, now))
        .sum::<f64>()
        / f64::from((same + new).max(1));
    let unknown = (-1.0, 1.0);
    let (low, high) = if defined { interval(&matched, |side| side.detected, seed) } else { unknown };
    let drawn = if defined { interval(&matched, |side| f64::from(hit(side)), seed) } else { unknown };
    Comparison {
        delta: defined.then_some(delta),
        low: low.min(delta),
        high: high.max(delta),
        from_same_mutants,
        from_other_mutants: delta - from_same_mutants,
        expected_flakiness,
        sampling_noise: (drawn.1 - drawn.0) / 2.0,
        same,
        gone,
        new,
        changes: changed.map(|(then, now)| change(then, now, tests_before, tests_after, &by_itself)).collect(),
        tests_added: u32::try_from(tests_after.difference(tests_before).count()).unwrap_or(u32::MAX),
        tests_removed: u32::try_from(tests_before.difference(tests_after).count()).unwrap_or(u32::MAX),
    }
}

fn count<T>(list: &[T]) -> u32 {
    u32::try_from(list.len()).unwrap_or(u32::MAX)
}

/// Chance that a verdict is wrong.
fn doubt(side: &Side) -> f64 {
    if counts(side.verdict) == Some(true) { 1.0 - side.detected } else { side.detected }
}

/// How many mutants turn for a reason: what tells flips by flakiness from real ones.
struct Flips {
    /// Share of the mutants in both measurements that turned beyond what their verdicts' doubts let expect.
    real: f64,
}

impl Flips {
    fn of(matched: &Matched<'_>) -> Self {
        let turned = |(then, now): &&(&Side, &Side)| counts(then.verdict) != counts(now.verdict);
        let seen = f64::from(u32::try_from(matched.both.iter().filter(turned).count()).unwrap_or(u32::MAX));
        let expected: f64 = matched.both.iter().map(|(then, now)| one_wrong(then, now)).sum();
        Self { real: (seen - expected).max(0.0) / f64::from(count(&matched.both).max(1)) }
    }

    /// Chance that a mutant with two different verdicts did not change: that one of them is wrong.
    fn chance(&self, then: &Side, now: &Side) -> f64 {
        let wrong = one_wrong(then, now);
        wrong / (wrong + self.real).max(f64::MIN_POSITIVE)
    }
}

/// Chance that one of two verdicts on a mutant is wrong, and the other is not.
fn one_wrong(then: &Side, now: &Side) -> f64 {
    let (a, b) = (doubt(then), doubt(now));
    a * (1.0 - b) + b * (1.0 - a)
}

fn change(
    then: &Side,
    now: &Side,
    tests_before: &BTreeSet<String>,
    tests_after: &BTreeSet<String>,
    by_itself: &Flips,
) -> Change {
    let caught_now = counts(now.verdict) == Some(true);
    let all_absent = |names: &[String], tests: &BTreeSet<String>| {
        !names.is_empty() && names.iter().all(|name| !tests.contains(name))
    };
    let cause = if caught_now && all_absent(&now.caught_by, tests_before) {
        Cause::NewTest
    } else if !caught_now && all_absent(&then.caught_by, tests_after) {
        Cause::RemovedTest
    } else if by_itself.chance(then, now) > 0.5 {
        Cause::Flakiness
    } else {
        Cause::TestsOrCode
    };
    Change { id: now.id.clone(), before: then.verdict, after: now.verdict, cause }
}

/// The interval on the difference, by simulation: draws every mutant's truth, then the shares of pairs and of the
/// mutants on one side only.
fn interval(matched: &Matched<'_>, chance: impl Fn(&Side) -> f64, seed: u64) -> (f64, f64) {
    let mut random = Random::seeded(seed);
    let sizes = [matched.both.len(), matched.gone.len(), matched.new.len()].map(|len| len as u64);
    let mut deltas: Vec<f64> = (0..ROUNDS)
        .map(|_| {
            let mut cells = [0.0_f64; 4];
            for (then, now) in &matched.both {
                let cell = 2 * usize::from(random.chance(chance(then))) + usize::from(random.chance(chance(now)));
                cells[cell] += 1.0;
            }
            // Jeffreys' prior over the four ways in which a pair can end.
            let weights = cells.map(|cell| random.gamma(cell + 0.5));
            let all: f64 = weights.iter().sum();
            let (then, now) = ((weights[2] + weights[3]) / all, (weights[1] + weights[3]) / all);
            let gone = alone(&matched.gone, &chance, &mut random);
            let new = alone(&matched.new, &chance, &mut random);
            let mix = |paired: f64, single: f64, size: u64| {
                let share = ratio(sizes[0], (sizes[0] + size).max(1));
                share * paired + (1.0 - share) * single
            };
            mix(now, new, sizes[2]) - mix(then, gone, sizes[1])
        })
        .collect();
    deltas.sort_by(f64::total_cmp);
    (quantile(&deltas, 0.025), quantile(&deltas, 0.975))
}

fn alone(sides: &[&Side], chance: impl Fn(&Side) -> f64, random: &mut Random) -> f64 {
    let hits = sides.iter().map(|side| f64::from(u8::from(random.chance(chance(side))))).sum::<f64>();
    random.beta(hits + 0.5, f64::from(count(sides)) - hits + 0.5)
}

/// Two test commands tried on the same mutants: the exact paired (sign) test on the pairs that differ.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Paired {
    /// Mutants that only the first command detects.
    pub only_first: u32,
    /// Mutants that only the second command detects.
    pub only_second: u32,
    /// Mutants with a verdict under both.
    pub pairs: u32,
    /// Chance of a difference at least so large if the commands were equally good (two-sided, mid-p).
    pub p_value: f64,
}

/// Compares two test commands by their verdicts on the same mutants.
pub fn paired(first: &[Side], second: &[Side]) -> Paired {
    let pairs = matched(first, second).both;
    let only = |one: bool| {
        let differs = |(a, b): &&(&Side, &Side)| (counts(a.verdict), counts(b.verdict)) == (Some(one), Some(!one));
        u32::try_from(pairs.iter().filter(differs).count()).unwrap_or(u32::MAX)
    };
    let (only_first, only_second) = (only(true), only(false));
    Paired { only_first, only_second, pairs: count(&pairs), p_value: mid_p(only_first, only_second) }
}

/// Two-sided mid-p value of so many against so many, under a fair coin.
fn mid_p(some: u32, others: u32) -> f64 {
    let (fewer, all) = (some.min(others), some + others);
    if all == 0 {
        return 1.0;
    }
    let chance = |k: u32| (ln_choose(f64::from(all), f64::from(k)) - f64::from(all) * 2.0_f64.ln()).exp();
    let tail = (0..fewer).map(chance).sum::<f64>() + 0.5 * chance(fewer);
    if some == others { 1.0 } else { (2.0 * tail).min(1.0) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn side(id: u32, caught: bool) -> Side {
        Side {
            id: MutantId(format!("m{id}")),
            verdict: if caught { Verdict::Detected } else { Verdict::Survived },
            detected: if caught { 0.999 } else { 0.001 },
            caught_by: if caught { vec!["test_old".to_owned()] } else { Vec::new() },
        }
    }

    fn names(names: &[&str]) -> BTreeSet<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    fn compared(before: &[Side], after: &[Side]) -> Comparison {
        compare(before, after, &names(&["test_old"]), &names(&["test_old", "test_new"]), 1)
    }

    #[test]
    fn the_same_measurement_twice_shows_no_move() {
        let sides: Vec<Side> = (0..100).map(|id| side(id, id % 4 > 0)).collect();
        let comparison = compared(&sides, &sides);
        assert_eq!((comparison.delta, comparison.changes.len(), comparison.same), (Some(0.0), 0, 100));
        assert!(!comparison.is_real());
        // Pairs leave far less to chance than two separate draws would (about 12 points either way).
        assert!(comparison.high - comparison.low < 0.08, "{comparison:?}");
        assert!(comparison.sampling_noise < 0.04, "{comparison:?}");
        assert_eq!((comparison.tests_added, comparison.tests_removed), (1, 0));
    }

    #[test]
    fn a_new_test_that_catches_survivors_is_named_as_the_cause() {
        let before: Vec<Side> = (0..100).map(|id| side(id, id % 4 > 0)).collect();
        let mut after = before.clone();
        for survivor in after.iter_mut().filter(|side| side.verdict == Verdict::Survived).take(10) {
            *survivor = Side { caught_by: vec!["test_new".to_owned()], ..side(0, true) }.named(&survivor.id);
        }
        let comparison = compared(&before, &after);
        assert!((comparison.delta.unwrap() - 0.1).abs() < 1e-12 && comparison.is_real());
        assert!(comparison.changes.iter().all(|change| change.cause == Cause::NewTest));
        assert!((comparison.from_same_mutants - 0.1).abs() < 1e-12);
        assert!(comparison.expected_flakiness < 0.005);
    }

    impl Side {
        fn named(self, id: &MutantId) -> Self {
            Self { id: id.clone(), ..self }
        }
    }

    #[test]
    fn the_parts_of_a_move_add_up_to_it() {
        let before: Vec<Side> = (0..60).map(|id| side(id, id % 3 > 0)).collect();
        let after: Vec<Side> = (30..110).map(|id| side(id, id % 5 > 0)).collect();
        let comparison = compared(&before, &after);
        let parts = comparison.from_same_mutants + comparison.from_other_mutants;
        assert!((comparison.delta.unwrap() - parts).abs() < 1e-12);
        assert_eq!((comparison.same, comparison.gone, comparison.new), (30, 30, 50));
    }

    #[test]
    fn a_doubtful_verdict_that_turns_is_called_flakiness() {
        // Survivors of few runs: each is caught now and then.
        let before: Vec<Side> = (0..50).map(|id| Side { detected: 0.04, ..side(id, false) }).collect();
        let mut after = before.clone();
        after[7] = side(7, true);
        let one = compared(&before, &after);
        assert_eq!((one.changes.len(), one.changes[0].cause), (1, Cause::Flakiness));
        assert!((one.expected_flakiness - one.delta.unwrap()).abs() < 1e-9, "{one:?}");
        // So many more than the doubts let expect do not turn by themselves.
        let after: Vec<Side> = (0..50).map(|id| side(id, id < 40)).collect();
        let many = compared(&before, &after);
        assert!(many.changes.iter().all(|change| change.cause == Cause::TestsOrCode));
        assert!(many.expected_flakiness < 0.1 * many.delta.unwrap(), "{many:?}");
    }

    #[test]
    fn nothing_on_one_side_gives_no_move() {
        let comparison = compared(&[], &[side(1, true)]);
        assert_eq!((comparison.delta, comparison.is_real()), (None, false));
    }

    #[test]
    fn the_paired_test_has_its_known_values() {
        assert!((mid_p(0, 5) - 0.031_25).abs() < 1e-12);
        assert!((mid_p(2, 10) - 0.022_46).abs() < 1e-4);
        assert!((mid_p(4, 4) - 1.0).abs() < 1e-12 && (mid_p(0, 0) - 1.0).abs() < 1e-12);
        let first: Vec<Side> = (0..20).map(|id| side(id, id < 15)).collect();
        let second: Vec<Side> = (0..20).map(|id| side(id, id < 10)).collect();
        let paired = paired(&first, &second);
        assert_eq!((paired.only_first, paired.only_second, paired.pairs), (5, 0, 20));
    }
}
