//! Rules that may look at a measurement after every verdict and stop it, and still keep their promised error. They
//! see verdicts in draw order: quick results come first in order of completion, and would bias the score.

use tinybug_model::{StopAnswer, StopRule, Stopping, Verdict};

use crate::special::{ln_beta, ln_choose};

/// Populations from here on count as endless.
const ENDLESS: u64 = 1_000_000;

/// What counts so far.
#[derive(Debug, Clone, Copy, Default)]
struct Seen {
    detected: u64,
    missed: u64,
    inconclusive: u64,
}

impl Seen {
    /// Whether the verdict says something about the score.
    fn see(&mut self, verdict: Verdict) -> bool {
        match verdict {
            Verdict::Detected | Verdict::Timeout => self.detected += 1,
            Verdict::Survived | Verdict::NoCoverage => self.missed += 1,
            Verdict::Inconclusive => self.inconclusive += 1,
            Verdict::Invalid | Verdict::Error | Verdict::Skipped => return false,
        }
        true
    }

    fn all(&self) -> u64 {
        self.detected + self.missed + self.inconclusive
    }
}

/// Verdicts in draw order with the places at which to look at them.
struct Walk<'a> {
    verdicts: &'a [Option<Verdict>],
    next: usize,
    next_look: usize,
    seen: Seen,
}

impl<'a> Walk<'a> {
    fn new(verdicts: &'a [Option<Verdict>], lines: u64) -> Self {
        // Once each line has its mutant, further ones say nothing new about how many lines are detected.
        let round = usize::try_from(lines).unwrap_or(usize::MAX).min(verdicts.len());
        Self { verdicts: &verdicts[..round], next: 0, next_look: 1, seen: Seen::default() }
    }

    fn after(&self) -> u32 {
        u32::try_from(self.next).unwrap_or(u32::MAX)
    }

    /// Goes on to the next place; `false` when there is none yet. Where to look must not depend on the verdicts, and
    /// need not be everywhere: from 200 mutants on, at each hundredth more.
    fn look(&mut self) -> bool {
        while let Some(Some(verdict)) = self.verdicts.get(self.next) {
            self.next += 1;
            let counts = self.seen.see(*verdict);
            if self.next == self.verdicts.len() {
                return true;
            }
            if self.next >= self.next_look {
                self.next_look = self.next + (self.next / 100).max(1);
                if counts {
                    return true;
                }
            }
        }
        false
    }
}

/// Applies the rule to verdicts in draw order, `None` where a trial is not over: nothing behind the first such one is
/// looked at. `lines`: the mutable lines that were drawn from. Inconclusive mutants count against an answer.
pub fn stop(rule: &StopRule, verdicts: &[Option<Verdict>], lines: u64) -> Stopping {
    let mut walk = Walk::new(verdicts, lines);
    let mut interval = (0.0, 1.0);
    let answered = |answer, after| Stopping { rule: *rule, answer, after };
    while walk.look() {
        let answer = match *rule {
            StopRule::NarrowerThan { width, alpha } => {
                interval = narrowed(interval, &walk.seen, lines, alpha);
                (interval.1 - interval.0 <= width).then_some(StopAnswer::Narrow)
            }
            StopRule::AtLeast { score, margin, alpha } if margin > 0.0 => {
                census(&walk.seen, score, lines).or_else(|| gate(&walk.seen, score, margin, alpha)).map(reached)
            }
            StopRule::AtLeast { score, alpha, .. } => {
                interval = narrowed(interval, &walk.seen, lines, alpha);
                (interval.0 >= score).then_some(true).or_else(|| (interval.1 < score).then_some(false)).map(reached)
            }
        };
        if let Some(answer) = answer {
            return answered(answer, walk.after());
        }
    }
    answered(StopAnswer::Undecided, walk.after())
}

const fn reached(is_reached: bool) -> StopAnswer {
    if is_reached { StopAnswer::Reached } else { StopAnswer::NotReached }
}

/// The interval that may be looked at after every verdict, and acted upon, with chance `alpha` to miss the score even
/// so; `None` when no verdict counts. For verdicts in draw order, as [`stop`] takes them.
pub fn anytime_interval(verdicts: &[Option<Verdict>], lines: u64, alpha: f64) -> Option<(f64, f64)> {
    let mut walk = Walk::new(verdicts, lines);
    let mut interval = (0.0, 1.0);
    while walk.look() {
        interval = narrowed(interval, &walk.seen, lines, alpha);
    }
    // The last look may lie some verdicts back.
    interval = narrowed(interval, &walk.seen, lines, alpha);
    (walk.seen.all() > 0).then_some(interval)
}

/// The interval after another look.
fn narrowed(before: (f64, f64), seen: &Seen, lines: u64, alpha: f64) -> (f64, f64) {
    let low = confidence_sequence(seen.detected, seen.missed + seen.inconclusive, lines, alpha).0;
    let high = confidence_sequence(seen.detected + seen.inconclusive, seen.missed, lines, alpha).1;
    if seen.inconclusive > 0 {
        // With doubtful mutants the ends may move back.
        return (low, high);
    }
    // What was ruled out once stays ruled out.
    let (low, high) = (low.max(before.0), high.min(before.1));
    (low.min(high), high)
}

/// When every line was drawn there is nothing left to chance.
fn census(seen: &Seen, at_least: f64, lines: u64) -> Option<bool> {
    if seen.all() < lines {
        return None;
    }
    let (low, high) =
        (crate::score::ratio(seen.detected, lines), crate::score::ratio(seen.detected + seen.inconclusive, lines));
    (low >= at_least).then_some(true).or_else(|| (high < at_least).then_some(false))
}

/// Wald's sequential probability ratio test; inconclusive mutants count for whichever side has not been reached.
fn gate(seen: &Seen, at_least: f64, margin: f64, alpha: f64) -> Option<bool> {
    let bound = ((1.0 - alpha) / alpha).ln();
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

    const GATE: StopRule = StopRule::AtLeast { score: 0.8, margin: 0.05, alpha: 0.05 };

    const EXACT: StopRule = StopRule::AtLeast { score: 0.8, margin: 0.0, alpha: 0.05 };

    const fn width(width: f64) -> StopRule {
        StopRule::NarrowerThan { width, alpha: 0.05 }
    }

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
        for (share, right) in [(0.86, true), (0.74, false)] {
            let mut wrong = 0;
            for _ in 0..400 {
                let verdicts = verdicts(&mut random, share, 1_000_000, 1500);
                match stop(&GATE, &verdicts, 1_000_000).answer {
                    StopAnswer::Reached => wrong += u32::from(!right),
                    StopAnswer::NotReached => wrong += u32::from(right),
                    _ => {}
                }
            }
            assert!(wrong <= 20, "share {share}: {wrong} of 400");
        }
    }

    #[test]
    fn a_trial_that_is_not_over_hides_what_comes_after_it() {
        let mut verdicts = vec![Some(Verdict::Detected); 100];
        let Stopping { answer, after, .. } = stop(&GATE, &verdicts, 1000);
        assert_eq!((answer, after), (StopAnswer::Reached, 24));
        verdicts[0] = None;
        assert_eq!(stop(&GATE, &verdicts, 1000), Stopping { rule: GATE, answer: StopAnswer::Undecided, after: 0 });
    }

    #[test]
    fn inconclusive_mutants_count_against_stopping() {
        let doubt = vec![Some(Verdict::Inconclusive); 500];
        for rule in [GATE, EXACT, width(0.2)] {
            assert_eq!(stop(&rule, &doubt, 1000).answer, StopAnswer::Undecided);
        }
    }

    #[test]
    fn the_width_asked_for_is_reached() {
        let mut verdicts = Vec::new();
        for index in 0..2000 {
            verdicts.push(Some(if index % 5 == 0 { Verdict::Survived } else { Verdict::Detected }));
        }
        let Stopping { answer, after, .. } = stop(&width(0.2), &verdicts, 5000);
        assert_eq!(answer, StopAnswer::Narrow);
        assert!((100..400).contains(&after), "{after}");
        let seen = &verdicts[..after as usize];
        let (low, high) = anytime_interval(seen, 5000, 0.05).unwrap();
        assert!(high - low <= 0.2 && low < 0.8 && high > 0.8, "{low} {high}");
    }

    #[test]
    fn a_gate_without_margin_tells_scores_apart_that_lie_near_it() {
        let mut random = Random::seeded(13);
        let mut wrong = 0;
        for _ in 0..100 {
            let verdicts = verdicts(&mut random, 0.77, 2000, 2000);
            wrong += u32::from(stop(&EXACT, &verdicts, 2000).answer != StopAnswer::NotReached);
        }
        assert!(wrong <= 5, "{wrong} of 100");
    }

    #[test]
    fn when_every_line_was_drawn_a_gate_knows() {
        for (detected, answer) in [(8, StopAnswer::Reached), (7, StopAnswer::NotReached)] {
            let verdicts: Vec<_> =
                (0..10).map(|line| Some(if line < detected { Verdict::Detected } else { Verdict::Survived })).collect();
            for rule in [GATE, EXACT] {
                assert_eq!(stop(&rule, &verdicts, 10).answer, answer, "{rule:?}");
            }
        }
        assert_eq!(anytime_interval(&[Some(Verdict::Invalid)], 10, 0.05), None);
    }

    #[test]
    fn an_answer_stands_when_more_mutants_are_tried() {
        let mut random = Random::seeded(14);
        for rule in [GATE, EXACT, width(0.15)] {
            let verdicts = verdicts(&mut random, 0.9, 3000, 2000);
            let first = (1..=2000).map(|upto| {
                let mut so_far = verdicts[..upto].to_vec();
                so_far.resize(2000, None);
                stop(&rule, &so_far, 3000)
            });
            let first = first.into_iter().find(|stopping| stopping.answer != StopAnswer::Undecided).unwrap();
            assert_eq!(stop(&rule, &verdicts, 3000), first);
        }
    }

    #[test]
    fn second_mutants_of_lines_do_not_count_as_more_lines() {
        let verdicts = vec![Some(Verdict::Detected); 30];
        assert_eq!(stop(&width(0.0), &verdicts, 10).after, 10);
        assert_eq!(anytime_interval(&verdicts, 10, 0.05), Some((1.0, 1.0)));
    }
}
