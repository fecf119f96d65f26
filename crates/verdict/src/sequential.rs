//! Rules that may look at a measurement after every verdict and stop it, and still keep their promised error. They
//! see verdicts in draw order: quick results come first in order of completion, and would bias the score.

use serde::{Deserialize, Serialize};
use tinybug_model::Verdict;

use crate::special::{ln_beta, ln_choose};

/// Chance that a stopping rule may be wrong.
const ALPHA: f64 = 0.05;
/// Populations from here on count as endless.
const ENDLESS: u64 = 1_000_000;

/// When to stop trying mutants before all drawn ones are tried.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum StopRule {
    /// Never.
    #[default]
    Never,
    /// When the score is known this closely: a confidence sequence, 95 % at any time.
    Width {
        /// Width of the interval, from 0 to 1.
        width: f64,
    },
    /// When it is known whether the score is at least so high: Wald's test, 5 % error on either side.
    Gate {
        /// So high.
        at_least: f64,
        /// Scores nearer to it than this may go either way.
        margin: f64,
    },
}

/// What the rule says about the verdicts so far.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Stop {
    /// Go on.
    GoOn,
    /// The score is known as closely as asked for.
    KnownClosely {
        /// Drawn mutants looked at, from the first.
        after: u32,
        /// Lower end.
        low: f64,
        /// Upper end.
        high: f64,
    },
    /// The score is at least as high as asked for.
    AtLeast {
        /// Drawn mutants looked at.
        after: u32,
    },
    /// The score is lower.
    Below {
        /// Drawn mutants looked at.
        after: u32,
    },
}

/// What counts so far.
#[derive(Debug, Clone, Copy, Default)]
struct Seen {
    detected: u64,
    missed: u64,
    inconclusive: u64,
}

/// Applies the rule to verdicts in draw order, `None` where a trial is not over: nothing behind the first such one is
/// looked at. `lines`: the mutable lines that were drawn from. Inconclusive mutants count against stopping.
pub fn stop(rule: &StopRule, verdicts: &[Option<Verdict>], lines: u64) -> Stop {
    let mut seen = Seen::default();
    let (mut low, mut high) = (0.0_f64, 1.0_f64);
    for (index, verdict) in verdicts.iter().enumerate() {
        match verdict {
            None => break,
            Some(Verdict::Detected | Verdict::Timeout) => seen.detected += 1,
            Some(Verdict::Survived | Verdict::NoCoverage) => seen.missed += 1,
            Some(Verdict::Inconclusive) => seen.inconclusive += 1,
            Some(Verdict::Invalid | Verdict::Error | Verdict::Skipped) => continue,
        }
        let after = u32::try_from(index + 1).unwrap_or(u32::MAX);
        match *rule {
            StopRule::Never => return Stop::GoOn,
            StopRule::Width { width } => {
                let now = sequence(&seen, lines);
                if seen.inconclusive == 0 {
                    // What was ruled out once stays ruled out; with doubtful mutants the ends may move back.
                    (low, high) = (low.max(now.0), high.min(now.1));
                } else {
                    (low, high) = now;
                }
                if high - low <= width {
                    return Stop::KnownClosely { after, low, high: high.max(low) };
                }
            }
            StopRule::Gate { at_least, margin } => match gate(&seen, at_least, margin) {
                Some(true) => return Stop::AtLeast { after },
                Some(false) => return Stop::Below { after },
                None => {}
            },
        }
    }
    Stop::GoOn
}

fn sequence(seen: &Seen, lines: u64) -> (f64, f64) {
    let low = confidence_sequence(seen.detected, seen.missed + seen.inconclusive, lines, ALPHA).0;
    let high = confidence_sequence(seen.detected + seen.inconclusive, seen.missed, lines, ALPHA).1;
    (low, high)
}

/// Wald's sequential probability ratio test; inconclusive mutants count for whichever side has not been reached.
fn gate(seen: &Seen, at_least: f64, margin: f64) -> Option<bool> {
    let bound = ((1.0 - ALPHA) / ALPHA).ln();
    let (p0, p1) = ((at_least - margin).clamp(0.001, 0.998), (at_least + margin).clamp(0.002, 0.999));
    #[expect(clippy::cast_precision_loss, reason = "counts of mutants are far below 2^52")]
    let evidence =
        |detected: u64, missed: u64| detected as f64 * (p1 / p0).ln() + missed as f64 * ((1.0 - p1) / (1.0 - p0)).ln();
    if evidence(seen.detected, seen.missed + seen.inconclusive) >= bound {
        Some(true)
    } else if evidence(seen.detected + seen.inconclusive, seen.missed) <= -bound {
        Some(false)
    } else {
        None
    }
}

/// The confidence sequence for a share: an interval that holds the truth at *every* time with chance 1 − `alpha`.
/// Sampling without replacement from `lines` (prior-posterior ratio, Waudby-Smith and Ramdas 2020).
pub fn confidence_sequence(detected: u64, missed: u64, lines: u64, alpha: f64) -> (f64, f64) {
    if lines >= ENDLESS {
        return endless_sequence(detected, missed, alpha);
    }
    let lines = lines.max(detected + missed);
    // Lines detected in all lie between those seen detected and those not seen missed.
    let (least, most) = (detected, lines - missed);
    let kept = |total: u64| ln_prior_posterior_ratio(total, detected, missed, lines) < -alpha.ln();
    let best = peak(detected, missed, lines).clamp(least, most);
    let low = first(least, best, kept);
    let high = last(best, most, kept);
    (crate::score::ratio(low, lines), crate::score::ratio(high, lines))
}

/// The total that the counts suit best.
fn peak(detected: u64, missed: u64, lines: u64) -> u64 {
    let seen = detected + missed;
    (lines * detected + seen / 2).checked_div(seen).unwrap_or(lines / 2)
}

/// ln(prior(total) / posterior(total)) with a uniform prior on the total.
#[expect(clippy::cast_precision_loss, reason = "counts of lines are below a million here")]
fn ln_prior_posterior_ratio(total: u64, detected: u64, missed: u64, lines: u64) -> f64 {
    let (a, b) = (1.0 + detected as f64, 1.0 + missed as f64);
    let (rest, more) = ((lines - detected - missed) as f64, (total - detected) as f64);
    let posterior = ln_choose(rest, more) + ln_beta(a + more, b + rest - more) - ln_beta(a, b);
    -((lines + 1) as f64).ln() - posterior
}

/// The first number that is kept, where everything from some point up to `best` is.
fn first(least: u64, best: u64, kept: impl Fn(u64) -> bool) -> u64 {
    let (mut low, mut high) = (least, best);
    while low < high {
        let middle = low + (high - low) / 2;
        if kept(middle) { high = middle } else { low = middle + 1 }
    }
    low
}

/// The last number that is kept, where everything from `best` up to some point is.
fn last(best: u64, most: u64, kept: impl Fn(u64) -> bool) -> u64 {
    let (mut low, mut high) = (best, most);
    while low < high {
        let middle = low + (high - low).div_ceil(2);
        if kept(middle) { low = middle } else { high = middle - 1 }
    }
    low
}

/// The same for an endless population: Robbins' mixture with a uniform prior.
#[expect(clippy::cast_precision_loss, reason = "counts of mutants are far below 2^52")]
fn endless_sequence(detected: u64, missed: u64, alpha: f64) -> (f64, f64) {
    let (s, f) = (detected as f64, missed as f64);
    let mixture = ln_beta(1.0 + s, 1.0 + f) + alpha.ln();
    let term = |count: f64, share: f64| if count > 0.0 { count * share.ln() } else { 0.0 };
    let kept = |p: f64| mixture < term(s, p) + term(f, 1.0 - p);
    let best = if s + f > 0.0 { s / (s + f) } else { 0.5 };
    let search = |mut out: f64, mut inside: f64| {
        if kept(out) {
            return out;
        }
        for _ in 0..60 {
            let middle = f64::midpoint(out, inside);
            if kept(middle) { inside = middle } else { out = middle }
        }
        out
    };
    (search(0.0, best), search(1.0, best))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;

    fn verdicts(random: &mut Random, share: f64, lines: u64, count: u64) -> Vec<Option<Verdict>> {
        #[expect(clippy::cast_precision_loss, reason = "small counts")]
        let (mut left, mut detected) = (lines as f64, (share * lines as f64).round());
        (0..count)
            .map(|_| {
                let hit = random.chance(detected / left);
                left -= 1.0;
                detected -= f64::from(u8::from(hit));
                Some(if hit { Verdict::Detected } else { Verdict::Survived })
            })
            .collect()
    }

    #[test]
    fn a_census_knows_the_score() {
        assert_eq!(confidence_sequence(30, 10, 40, 0.05), (0.75, 0.75));
        assert_eq!(confidence_sequence(0, 0, 40, 0.05), (0.0, 1.0));
        assert_eq!(confidence_sequence(0, 0, u64::MAX, 0.05), (0.0, 1.0));
    }

    #[test]
    fn the_sequence_has_values_derived_by_trying_every_total() {
        for ((detected, missed, lines), (low, high)) in [
            ((8, 2, 20), (0.5, 0.9)),
            ((40, 10, 200), (0.62, 0.915)),
            ((70, 30, 500), (0.558, 0.818)),
            ((0, 12, 100), (0.0, 0.34)),
        ] {
            let sequence = confidence_sequence(detected, missed, lines, 0.05);
            assert!((sequence.0 - low).abs() + (sequence.1 - high).abs() < 1e-9, "{lines}: {sequence:?}");
        }
    }

    #[test]
    fn a_large_population_comes_close_to_an_endless_one() {
        let large = confidence_sequence(70, 30, 900_000, 0.05);
        let endless = confidence_sequence(70, 30, u64::MAX, 0.05);
        assert!((large.0 - endless.0).abs() < 0.001 && (large.1 - endless.1).abs() < 0.001, "{large:?} {endless:?}");
    }

    #[test]
    fn looking_after_every_verdict_does_not_break_the_promise() {
        let mut random = Random::seeded(11);
        for (share, lines) in [(0.5, 300), (0.8, 300), (0.8, 2_000_000)] {
            let truth = share;
            let mut wrong = 0;
            for _ in 0..100 {
                let verdicts = verdicts(&mut random, share, lines, 120);
                let (mut detected, mut missed, mut ever) = (0, 0, false);
                for verdict in &verdicts {
                    if *verdict == Some(Verdict::Detected) {
                        detected += 1;
                    } else {
                        missed += 1;
                    }
                    let (low, high) = confidence_sequence(detected, missed, lines, 0.05);
                    ever |= truth < low - 1e-9 || truth > high + 1e-9;
                }
                wrong += u32::from(ever);
            }
            assert!(wrong <= 8, "share {share}, lines {lines}: {wrong} of 100");
        }
    }

    #[test]
    fn the_gate_is_right_outside_its_margin() {
        let mut random = Random::seeded(12);
        let rule = StopRule::Gate { at_least: 0.8, margin: 0.05 };
        for (share, right) in [(0.86, true), (0.74, false)] {
            let mut wrong = 0;
            for _ in 0..400 {
                let verdicts = verdicts(&mut random, share, 1_000_000, 1500);
                match stop(&rule, &verdicts, 1_000_000) {
                    Stop::AtLeast { .. } => wrong += u32::from(!right),
                    Stop::Below { .. } => wrong += u32::from(right),
                    _ => {}
                }
            }
            assert!(wrong <= 20, "share {share}: {wrong} of 400");
        }
    }

    #[test]
    fn a_trial_that_is_not_over_hides_what_comes_after_it() {
        let rule = StopRule::Gate { at_least: 0.8, margin: 0.05 };
        let mut verdicts = vec![Some(Verdict::Detected); 100];
        assert!(matches!(stop(&rule, &verdicts, 1000), Stop::AtLeast { .. }));
        verdicts[0] = None;
        assert_eq!(stop(&rule, &verdicts, 1000), Stop::GoOn);
    }

    #[test]
    fn inconclusive_mutants_count_against_stopping() {
        let rule = StopRule::Gate { at_least: 0.8, margin: 0.05 };
        let doubt = vec![Some(Verdict::Inconclusive); 500];
        assert_eq!(stop(&rule, &doubt, 1000), Stop::GoOn);
        assert_eq!(stop(&StopRule::Width { width: 0.2 }, &doubt, 1000), Stop::GoOn);
    }

    #[test]
    fn the_width_asked_for_is_reached() {
        let mut verdicts = Vec::new();
        for index in 0..2000 {
            verdicts.push(Some(if index % 5 == 0 { Verdict::Survived } else { Verdict::Detected }));
        }
        let Stop::KnownClosely { after, low, high } = stop(&StopRule::Width { width: 0.2 }, &verdicts, 5000) else {
            panic!("not stopped");
        };
        assert!(high - low <= 0.2 && low < 0.8 && high > 0.8 && (100..400).contains(&after), "{after} {low} {high}");
    }
}
