//! The score of a measurement, with its interval.

use serde::{Deserialize, Serialize};
use tinybug_model::{Score, Verdict};

/// How many mutants ended how. Verdicts that say nothing about the tests (invalid, error, skipped) are not counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Counts {
    /// Detected, or confirmed to time out.
    pub detected: u64,
    /// Run by the tests, which passed.
    pub survived: u64,
    /// On lines that no test executes.
    pub no_coverage: u64,
    /// Not settled within the attempts allowed.
    pub inconclusive: u64,
}

impl Counts {
    /// Counts verdicts.
    pub fn of(verdicts: impl IntoIterator<Item = Verdict>) -> Self {
        let mut counts = Self::default();
        for verdict in verdicts {
            match verdict {
                Verdict::Detected | Verdict::Timeout => counts.detected += 1,
                Verdict::Survived => counts.survived += 1,
                Verdict::NoCoverage => counts.no_coverage += 1,
                Verdict::Inconclusive => counts.inconclusive += 1,
                Verdict::Invalid | Verdict::Error | Verdict::Skipped => {}
            }
        }
        counts
    }

    /// The score if every inconclusive mutant were missed, and if every one were caught; `None` when nothing counts.
    pub fn bounds(&self) -> Option<(f64, f64)> {
        let all = self.detected + self.survived + self.no_coverage + self.inconclusive;
        (all > 0).then(|| (ratio(self.detected, all), ratio(self.detected + self.inconclusive, all)))
    }
}

/// What the mutants were drawn from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Population {
    /// Mutable lines in scope.
    pub lines: u64,
    /// Of these, lines that no test executes, when that is known of every line: not detected, without a draw.
    pub uncovered: Option<u64>,
}

/// 97.5 % quantile of the normal distribution.
pub(crate) const Z_95: f64 = 1.959_963_984_540_054;

/// The score and its 95 % interval: Wilson's, for a sample from a finite population. Inconclusive mutants count as
/// not detected for the lower end and as detected for the upper one.
pub fn score(counts: &Counts, population: &Population) -> Score {
    let uncovered = population.uncovered.map(|lines| lines.min(population.lines));
    // With the number of uncovered lines known, the draws among them say nothing new.
    let missed = if uncovered.is_some() { 0 } else { counts.no_coverage };
    let covered_lines = population.lines - uncovered.unwrap_or(0);
    let settled = counts.detected + counts.survived + missed;
    let drawn = settled + counts.inconclusive;
    if uncovered.is_some() && covered_lines == 0 && population.lines > 0 {
        return Score { score: Some(0.0), low: Some(0.0), high: Some(0.0) };
    }
    if drawn == 0 {
        return Score::default();
    }
    let share = uncovered.map_or(1.0, |_| ratio(covered_lines, population.lines));
    let sample = effective_sample(drawn, covered_lines);
    let low = wilson(ratio(counts.detected, drawn), sample, Z_95).0;
    let high = wilson(ratio(counts.detected + counts.inconclusive, drawn), sample, Z_95).1;
    Score {
        score: (settled > 0).then(|| ratio(counts.detected, settled) * share),
        low: Some(low * share),
        high: Some(high * share),
    }
}

/// Wilson's interval for a share `p` seen in a sample of (effectively) `n`, at the normal quantile `z`.
pub(crate) fn wilson(p: f64, n: f64, z: f64) -> (f64, f64) {
    if n.is_infinite() {
        return (p, p);
    }
    let square = z * z / n;
    let centre = p + square / 2.0;
    let half = z * (p * (1.0 - p) / n + square / (4.0 * n)).sqrt();
    // At the ends of the scale rounding must not push the share itself out of its interval.
    let low = if p <= 0.0 { 0.0 } else { ((centre - half) / (1.0 + square)).clamp(0.0, p) };
    let high = if p >= 1.0 { 1.0 } else { ((centre + half) / (1.0 + square)).clamp(p, 1.0) };
    (low, high)
}

/// The sample from an endless population that says as much as `drawn` of `lines` do.
#[expect(clippy::cast_precision_loss, reason = "counts of lines are far below 2^52")]
pub(crate) fn effective_sample(drawn: u64, lines: u64) -> f64 {
    if drawn >= lines {
        return f64::INFINITY;
    }
    drawn as f64 * (lines - 1) as f64 / (lines - drawn) as f64
}

#[expect(clippy::cast_precision_loss, reason = "counts of mutants are far below 2^52")]
pub(crate) fn ratio(part: u64, whole: u64) -> f64 {
    part as f64 / whole as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(detected: u64, survived: u64) -> Counts {
        Counts { detected, survived, ..Counts::default() }
    }

    const ENDLESS: Population = Population { lines: u64::MAX >> 16, uncovered: None };

    #[test]
    fn half_widths_are_those_of_the_published_table() {
        let table =
            [(20, [20.1, 18.7, 16.8, 13.7, 11.4]), (100, [9.6, 8.8, 7.8, 6.0, 4.5]), (1000, [3.1, 2.8, 2.5, 1.9, 1.4])];
        for (n, widths) in table {
            for (percent, width) in [50, 70, 80, 90, 95].into_iter().zip(widths) {
                let detected = n * percent / 100;
                let score = score(&counts(detected, n - detected), &ENDLESS);
                let half = 50.0 * (score.high.unwrap() - score.low.unwrap());
                assert!((half - width).abs() < 0.06, "n = {n}, p = {percent} %: {half}");
            }
        }
    }

    #[test]
    fn a_finite_population_needs_fewer_draws() {
        for (lines, drawn) in [(200, 132), (500, 218), (1000, 278), (2000, 323), (5000, 357)] {
            let score = score(&counts(drawn / 2, drawn / 2), &Population { lines, uncovered: None });
            let half = 50.0 * (score.high.unwrap() - score.low.unwrap());
            assert!((half - 5.0).abs() < 0.1, "M = {lines}: {half}");
        }
    }

    #[test]
    fn a_census_leaves_no_doubt() {
        let score = score(&counts(30, 10), &Population { lines: 40, uncovered: None });
        assert_eq!((score.score, score.low, score.high), (Some(0.75), Some(0.75), Some(0.75)));
    }

    #[test]
    fn inconclusive_mutants_widen_the_interval_on_both_sides() {
        let without = score(&counts(30, 10), &ENDLESS);
        let with = score(&Counts { inconclusive: 5, ..counts(30, 10) }, &ENDLESS);
        assert!(with.low < without.low && with.high > Some(35.0 / 45.0));
        assert_eq!(with.score, without.score);
        assert_eq!(Counts { inconclusive: 10, ..counts(30, 10) }.bounds(), Some((0.6, 0.8)));
    }

    #[test]
    fn nothing_judged_gives_no_score() {
        assert_eq!(score(&Counts::default(), &ENDLESS), Score::default());
        let only_doubt = score(&Counts { inconclusive: 3, ..Counts::default() }, &ENDLESS);
        assert_eq!(only_doubt.score, None);
        assert!(only_doubt.low.is_some());
    }

    #[test]
    fn uncovered_lines_are_a_stratum_of_their_own_with_nothing_left_to_chance() {
        let counts = Counts { no_coverage: 10, ..counts(30, 10) };
        let score = score(&counts, &Population { lines: 100, uncovered: Some(60) });
        for part in [score.score, score.low, score.high] {
            assert!((part.unwrap() - 0.3).abs() < 1e-12);
        }
    }

    #[test]
    fn code_without_any_test_scores_nought() {
        let counts = Counts { no_coverage: 10, ..Counts::default() };
        assert_eq!(score(&counts, &Population { lines: 70, uncovered: Some(70) }).score, Some(0.0));
        assert_eq!(score(&counts, &Population { lines: 70, uncovered: None }).score, Some(0.0));
    }
}
