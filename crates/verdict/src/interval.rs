//! Estimates of the score that know more than counts: strata, lines with several mutants, and verdicts that may be
//! wrong.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tinybug_model::{Score, Verdict};

use crate::{
    judge::Judgement,
    random::Random,
    recipe::EXPECTED_KILL_RATE,
    score::{Z_95, ratio, wilson},
};

/// A drawn mutant as the estimate sees it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Draw {
    /// Which stratum its line belongs to: an index into the strata's sizes.
    pub stratum: usize,
    /// Names its line; mutants of one line share fate, and count as one together.
    pub line: u64,
    /// What it ended as.
    pub verdict: Verdict,
    /// Chance that the tests do detect it, [`Judgement::detectable`].
    pub detected: f64,
}

/// A name for a line of a file, for [`Draw::line`].
pub fn line_key(path: &str, line: u32) -> u64 {
    // FNV-1a: among the lines of a repository two of one key are next to impossible.
    path.bytes()
        .chain(line.to_le_bytes())
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

impl Draw {
    /// A drawn mutant after its trial, or one that needed none (`None`): a mutant that no test covers, or that was not
    /// tried.
    pub fn new(stratum: usize, line: u64, verdict: Verdict, judgement: Option<&Judgement>) -> Self {
        Self { stratum, line, verdict, detected: judgement.map_or(0.0, |judgement| judgement.detectable) }
    }
}

/// What a stratum's draws came to. Lines with several mutants add fractions.
#[derive(Debug, Clone, Copy, Default)]
struct Stratum {
    lines: f64,
    drawn: f64,
    detected: f64,
    inconclusive: f64,
}

/// Draws per stratum under which its own share says too little.
const MIN_DRAWS: f64 = 2.0;

/// The lines' shares, each line counting as one whatever number of its mutants were tried.
fn tally(draws: &[Draw], lines: &[u64]) -> Vec<Stratum> {
    #[expect(clippy::cast_precision_loss, reason = "counts of lines are far below 2^52")]
    let mut strata: Vec<Stratum> =
        lines.iter().map(|&lines| Stratum { lines: lines as f64, ..Stratum::default() }).collect();
    for mutants in by_line(draws).values() {
        let stratum = &mut strata[mutants[0].stratum];
        let each = 1.0 / f64::from(u32::try_from(mutants.len()).unwrap_or(u32::MAX));
        stratum.drawn += 1.0;
        for draw in mutants {
            match draw.verdict {
                Verdict::Detected | Verdict::Timeout => stratum.detected += each,
                Verdict::Inconclusive => stratum.inconclusive += each,
                _ => {}
            }
        }
    }
    strata.retain(|stratum| stratum.lines > 0.0);
    strata
}

/// Draws that count, by line.
fn by_line(draws: &[Draw]) -> BTreeMap<(usize, u64), Vec<Draw>> {
    let mut lines = BTreeMap::<(usize, u64), Vec<Draw>>::new();
    for draw in draws {
        if !matches!(draw.verdict, Verdict::Invalid | Verdict::Error | Verdict::Skipped) {
            lines.entry((draw.stratum, draw.line)).or_default().push(*draw);
        }
    }
    lines
}

/// Merges strata that were drawn from less than twice, so that each that remains can speak for itself.
fn collapse(mut strata: Vec<Stratum>) -> Vec<Stratum> {
    strata.sort_by(|a, b| b.drawn.total_cmp(&a.drawn));
    while strata.len() > 1 && strata.last().is_some_and(|stratum| stratum.drawn < MIN_DRAWS) {
        let small = strata.pop().unwrap_or_default();
        if let Some(other) = strata.last_mut() {
            other.lines += small.lines;
            other.drawn += small.drawn;
            other.detected += small.detected;
            other.inconclusive += small.inconclusive;
        }
    }
    strata
}

/// The stratified estimate and its 95 % interval (Wilson's, at the sample size that a simple sample would need for the
/// same variance). `lines`: mutable lines by stratum. Inconclusive mutants count as not detected for the lower end
/// and as detected for the upper one. A stratum that no test covers belongs in `uncovered`, not in `lines`.
pub fn stratified(draws: &[Draw], lines: &[u64], uncovered: u64) -> Score {
    let strata = collapse(tally(draws, lines));
    let sample: f64 = strata.iter().map(|stratum| stratum.drawn).sum();
    let covered: u64 = lines.iter().sum();
    if covered == 0 && uncovered > 0 {
        return Score { score: Some(0.0), low: Some(0.0), high: Some(0.0) };
    }
    if sample <= 0.0 {
        return Score::default();
    }
    let share = ratio(covered, covered + uncovered);
    let low = weighted(&strata, |stratum| stratum.detected);
    let high = weighted(&strata, |stratum| stratum.detected + stratum.inconclusive);
    let settled = strata.iter().any(|stratum| stratum.drawn > stratum.inconclusive);
    Score {
        score: settled.then(|| share * settled_share(&strata)),
        low: Some(share * wilson(low.share, low.sample, Z_95).0),
        high: Some(share * wilson(high.share, high.sample, Z_95).1),
    }
}

/// Σ Wₕ pₕ over settled mutants; a stratum with none takes part at the share of the others.
fn settled_share(strata: &[Stratum]) -> f64 {
    let (mut sum, mut weight) = (0.0, 0.0);
    for stratum in strata {
        let settled = stratum.drawn - stratum.inconclusive;
        if settled > 0.0 {
            sum += stratum.lines * stratum.detected / settled;
            weight += stratum.lines;
        }
    }
    (sum / weight).clamp(0.0, 1.0)
}

struct Weighted {
    share: f64,
    sample: f64,
}

fn weighted(strata: &[Stratum], detected: impl Fn(&Stratum) -> f64) -> Weighted {
    let lines: f64 = strata.iter().map(|stratum| stratum.lines).sum();
    let (mut share, mut smoothed, mut variance) = (0.0, 0.0, 0.0);
    for stratum in strata {
        let weight = stratum.lines / lines;
        let detected = detected(stratum);
        share += weight * detected / stratum.drawn;
        // Smoothed, or a stratum without a miss would claim to know everything.
        let jeffreys = (detected + 0.5) / (stratum.drawn + 1.0);
        smoothed += weight * jeffreys;
        let unseen = ((stratum.lines - stratum.drawn) / (stratum.lines - 1.0).max(1.0)).clamp(0.0, 1.0);
        variance += weight * weight * unseen * jeffreys * (1.0 - jeffreys) / stratum.drawn;
    }
    let sample = if variance > 0.0 { smoothed * (1.0 - smoothed) / variance } else { f64::INFINITY };
    Weighted { share: share.clamp(0.0, 1.0), sample }
}

/// Rounds of the Monte-Carlo interval: its ends then move by about a fiftieth of its width.
const ROUNDS: usize = 2000;
/// Rounds that forget where the sampler began.
const WARM_UP: usize = 50;

/// A 95 % interval that carries everything at once: the draw, the finite population, and verdicts that may be wrong.
/// Each round draws every mutant's truth (given its evidence and the last round's shares), then the share of lines
/// detected, lines never drawn included: a Gibbs sampler. Deterministic by seed.
pub fn monte_carlo(draws: &[Draw], lines: &[u64], uncovered: u64, seed: u64) -> Option<(f64, f64)> {
    let tried = Tried::of(draws);
    let covered: u64 = lines.iter().sum();
    if tried.alike.is_empty() && tried.crowded.is_empty() {
        return (covered == 0 && uncovered > 0).then_some((0.0, 0.0));
    }
    let mut random = Random::seeded(seed);
    let mut current = EXPECTED_KILL_RATE;
    let mut shares = Vec::with_capacity(ROUNDS);
    for round in 0..WARM_UP + ROUNDS {
        let truth = tried.truth(current, lines.len(), &mut random);
        current = overall_share(&truth, &mut random);
        let share = share_detected(&truth, lines, current, &mut random);
        if round >= WARM_UP {
            shares.push(share);
        }
    }
    shares.sort_by(f64::total_cmp);
    let share = ratio(covered, covered + uncovered);
    Some((share * quantile(&shares, 0.025), share * quantile(&shares, 0.975)))
}

/// The draws that count, prepared for many rounds: most verdicts are as sure as many others.
struct Tried {
    /// Lines with one mutant: stratum, chance that the tests detect it, how many such lines.
    alike: Vec<(usize, f64, u64)>,
    /// Lines with several mutants: stratum and their chances.
    crowded: Vec<(usize, Vec<f64>)>,
}

impl Tried {
    fn of(draws: &[Draw]) -> Self {
        let (mut alike, mut crowded) = (BTreeMap::<(usize, u64), u64>::new(), Vec::new());
        for ((stratum, _), mutants) in by_line(draws) {
            match mutants.as_slice() {
                [only] => *alike.entry((stratum, only.detected.to_bits())).or_default() += 1,
                several => crowded.push((stratum, several.iter().map(|draw| draw.detected).collect())),
            }
        }
        let alike = alike.into_iter().map(|((stratum, bits), count)| (stratum, f64::from_bits(bits), count)).collect();
        Self { alike, crowded }
    }

    /// Draws how many lines of each stratum the tests detect, and how many not.
    fn truth(&self, share: f64, strata: usize, random: &mut Random) -> Vec<(u64, u64)> {
        let mut truth = vec![(0, 0); strata];
        for &(stratum, chance, count) in &self.alike {
            let caught = random.binomial(count, given_share(chance, share));
            truth[stratum].0 += caught;
            truth[stratum].1 += count - caught;
        }
        for (stratum, chances) in &self.crowded {
            // One mutant stands for its line.
            let chosen = chances[random.below(u32::try_from(chances.len()).unwrap_or(u32::MAX)) as usize];
            let caught = random.chance(given_share(chosen, share));
            truth[*stratum].0 += u64::from(caught);
            truth[*stratum].1 += u64::from(!caught);
        }
        truth
    }
}

/// A chance that was reckoned with the expected share of kills, reckoned with this share instead.
fn given_share(chance: f64, share: f64) -> f64 {
    let for_it = chance * share * (1.0 - EXPECTED_KILL_RATE);
    let against = (1.0 - chance) * (1.0 - share) * EXPECTED_KILL_RATE;
    if for_it + against > 0.0 { for_it / (for_it + against) } else { chance }
}

/// Draws the share of lines that the tests detect wherever they stand, given the truth about the drawn ones. What a
/// doubtful verdict is worth goes by this share and not by its stratum's: a stratum with few draws and no survivor would
/// soon believe that it can have none.
#[expect(clippy::cast_precision_loss, reason = "counts of lines are far below 2^52")]
fn overall_share(truth: &[(u64, u64)], random: &mut Random) -> f64 {
    let (caught, missed) = truth.iter().fold((0, 0), |sum, cell| (sum.0 + cell.0, sum.1 + cell.1));
    // A uniform prior: over the shares that scores have, its intervals hold the truth more evenly than Jeffreys'.
    random.beta(caught as f64 + 1.0, missed as f64 + 1.0)
}

/// Draws the share of all lines that the tests detect, lines never drawn included.
fn share_detected(truth: &[(u64, u64)], lines: &[u64], overall: f64, random: &mut Random) -> f64 {
    if lines.iter().filter(|&&lines| lines > 0).count() < 2 {
        let (caught, missed) = truth.iter().fold((0, 0), |sum, cell| (sum.0 + cell.0, sum.1 + cell.1));
        let all: u64 = lines.iter().sum();
        return ratio(caught + random.binomial(all.saturating_sub(caught + missed), overall), all.max(1));
    }
    // Many small strata would each be drawn towards its prior, and their sum with them: the sum is drawn as one share,
    // from a sample of the size that says as much as the strata do.
    #[expect(clippy::cast_precision_loss, reason = "counts of lines are far below 2^52")]
    let strata = truth.iter().zip(lines).filter(|(_, lines)| **lines > 0).map(|(&(caught, missed), &lines)| Stratum {
        lines: lines as f64,
        drawn: (caught + missed) as f64,
        detected: caught as f64,
        inconclusive: 0.0,
    });
    let sum = weighted(&collapse(strata.collect()), |stratum| stratum.detected);
    if sum.sample.is_infinite() {
        return sum.share;
    }
    random.beta(sum.sample * sum.share + 1.0, sum.sample * (1.0 - sum.share) + 1.0)
}

/// The quantile of sorted numbers, interpolated.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "an index into a few thousand numbers"
)]
pub(crate) fn quantile(sorted: &[f64], share: f64) -> f64 {
    let place = share * (sorted.len() - 1) as f64;
    let below = place.floor() as usize;
    let above = (below + 1).min(sorted.len() - 1);
    sorted[below] + (place - place.floor()) * (sorted[above] - sorted[below])
}

/// The score of a measurement for reports: the stratified estimate, with the Monte-Carlo interval around it.
pub fn estimate(draws: &[Draw], lines: &[u64], uncovered: u64, seed: u64) -> Score {
    let simple = stratified(draws, lines, uncovered);
    match (simple.score, monte_carlo(draws, lines, uncovered, seed)) {
        // Survivors that are caught now and then may lift the interval above the plain share.
        (Some(score), Some((low, high))) => {
            Score { score: Some(score), low: Some(low.min(score)), high: Some(high.max(score)) }
        }
        (None, Some((low, high))) => Score { score: None, low: Some(low), high: Some(high) },
        (_, None) => simple,
    }
}

/// How far a measurement's detections can be trusted together.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct FalseDetections {
    /// Detected mutants, confirmed timeouts included.
    pub detected: u32,
    /// How many of these are expected to be flakiness.
    pub expected: f64,
    /// The same as a share: the Bayesian false-detection rate. Nought when nothing was detected.
    pub rate: f64,
}

/// The Bayesian false-detection rate of a measurement.
pub fn false_detections<'a>(judgements: impl IntoIterator<Item = &'a Judgement>) -> FalseDetections {
    let mut sum = FalseDetections::default();
    for judgement in judgements {
        if matches!(judgement.verdict, Some(Verdict::Detected | Verdict::Timeout)) {
            sum.detected += 1;
            sum.expected += 1.0 - judgement.confidence;
        }
    }
    if sum.detected > 0 {
        sum.rate = sum.expected / f64::from(sum.detected);
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draws(stratum: usize, detected: u64, survived: u64, from: u64) -> Vec<Draw> {
        (0..detected + survived)
            .map(|index| {
                let (verdict, chance) =
                    if index < detected { (Verdict::Detected, 1.0) } else { (Verdict::Survived, 0.0) };
                Draw { stratum, line: from + index, verdict, detected: chance }
            })
            .collect()
    }

    #[test]
    fn one_stratum_gives_the_simple_interval() {
        let population = crate::Population { lines: 1000, uncovered: None };
        let counts = crate::Counts { detected: 70, survived: 30, ..crate::Counts::default() };
        let simple = crate::score(&counts, &population);
        let stratified = stratified(&draws(0, 70, 30, 0), &[1000], 0);
        assert_eq!(stratified.score, simple.score);
        assert!((stratified.low.unwrap() - simple.low.unwrap()).abs() < 0.002);
        assert!((stratified.high.unwrap() - simple.high.unwrap()).abs() < 0.002);
    }

    #[test]
    fn strata_are_weighed_by_their_lines_not_by_their_draws() {
        let mut both = draws(0, 10, 0, 0);
        both.extend(draws(1, 0, 10, 0));
        let score = stratified(&both, &[900, 100], 0);
        assert!((score.score.unwrap() - 0.9).abs() < 1e-12);
        let (low, high) = monte_carlo(&both, &[900, 100], 0, 1).unwrap();
        assert!(low < 0.9 && high > 0.9 && low > 0.6, "{low} {high}");
    }

    #[test]
    fn a_stratum_never_drawn_from_takes_part_through_the_others() {
        let score = stratified(&draws(0, 8, 2, 0), &[100, 50], 0);
        assert!((score.score.unwrap() - 0.8).abs() < 1e-12);
    }

    #[test]
    fn several_mutants_of_a_line_count_as_one() {
        let mut doubled = draws(0, 30, 10, 0);
        doubled.extend(draws(0, 30, 10, 0));
        assert_eq!(stratified(&doubled, &[400], 0), stratified(&draws(0, 30, 10, 0), &[400], 0));
    }

    #[test]
    fn a_census_with_certain_verdicts_leaves_no_doubt() {
        let all = draws(0, 30, 10, 0);
        assert_eq!(monte_carlo(&all, &[40], 0, 3), Some((0.75, 0.75)));
        assert_eq!(stratified(&all, &[40], 0).low, Some(0.75));
        assert_eq!(monte_carlo(&all, &[40], 40, 3), Some((0.375, 0.375)));
    }

    #[test]
    fn doubtful_verdicts_widen_the_interval() {
        let sure = draws(0, 70, 30, 0);
        let doubtful: Vec<Draw> =
            sure.iter().map(|draw| Draw { detected: 0.1 + 0.8 * draw.detected, ..*draw }).collect();
        let width = |draws: &[Draw]| monte_carlo(draws, &[400], 0, 5).map(|(low, high)| high - low).unwrap();
        assert!(width(&doubtful) > width(&sure) * 1.05);
    }

    #[test]
    fn the_same_seed_gives_the_same_interval() {
        let draws = draws(0, 70, 30, 0);
        assert_eq!(monte_carlo(&draws, &[400], 0, 9), monte_carlo(&draws, &[400], 0, 9));
    }

    #[test]
    fn nothing_drawn_gives_no_interval() {
        assert_eq!(stratified(&[], &[10], 0), Score::default());
        assert_eq!(monte_carlo(&[], &[10], 0, 1), None);
        assert_eq!(monte_carlo(&[], &[], 5, 1), Some((0.0, 0.0)));
    }
}
