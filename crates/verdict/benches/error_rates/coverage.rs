//! How often the intervals hold the truth, with verdicts that are sometimes wrong. The verdicts come from pools that
//! the real judge filled in simulated repositories.

use tinybug_model::{Thresholds, Verdict};
use tinybug_verdict::{Counts, Draw, Population, judge, monte_carlo, random::Random, score, stratified};

use crate::{
    METHODS, baseline,
    world::{MORE_RANDOM, Mutant, SETTINGS, Setting, TESTS, World},
};

const REPOSITORIES: u32 = 400;
const MUTANTS: u32 = 40;
const ROUNDS: u32 = 500;
/// Shares of lines detected, each drawn from 2.5 points around, since the exact one makes coverage jump.
const SHARES: [f64; 6] = [0.5, 0.6, 0.7, 0.8, 0.9, 0.95];

/// A verdict with the chance that goes into the interval.
type Judged = (Verdict, f64);

/// Verdicts on mutants that the tests detect, and on those that they don't.
struct Pools {
    killed: Vec<Judged>,
    survivors: Vec<Judged>,
}

fn pools(setting: Setting, random: &mut Random) -> Pools {
    let mut pools = Pools { killed: Vec::new(), survivors: Vec::new() };
    for _ in 0..REPOSITORIES {
        let world = World::draw(setting, random);
        let Some(baseline) = baseline(&world, METHODS[2], random) else { continue };
        for _ in 0..MUTANTS {
            let mutant = Mutant::draw(setting, TESTS, random);
            let mut attempts = Vec::new();
            let judgement = loop {
                attempts.push(world.run(Some(&mutant), random));
                let judgement = judge(&baseline, None, &attempts, &Thresholds::default());
                if judgement.verdict.is_some() {
                    break judgement;
                }
            };
            let pool = if mutant.is_killed() { &mut pools.killed } else { &mut pools.survivors };
            pool.push((judgement.verdict.unwrap_or(Verdict::Error), judgement.detectable));
        }
    }
    pools
}

fn pick(pool: &[Judged], random: &mut Random) -> Judged {
    pool[random.below(u32::try_from(pool.len()).unwrap_or(u32::MAX)) as usize]
}

/// Draws a measurement: the true share of the lines, and the drawn mutants with their verdicts.
fn measurement(pools: &Pools, share: f64, n: u32, lines: u32, random: &mut Random) -> (f64, Vec<Draw>) {
    let share = (share + 0.05 * (random.unit() - 0.5)).min(1.0);
    let lines_f = f64::from(lines);
    let mut left = lines;
    let mut killed = (share * lines_f).round();
    let truth = killed / lines_f;
    let draws = (0..n)
        .map(|line| {
            let is_killed = random.chance(killed / f64::from(left));
            left -= 1;
            killed -= f64::from(u8::from(is_killed));
            let (verdict, detected) = pick(if is_killed { &pools.killed } else { &pools.survivors }, random);
            Draw { stratum: 0, line: u64::from(line), verdict, detected }
        })
        .collect();
    (truth, draws)
}

/// Prints the same for strata of unlike shares, drawn from in proportion; says whether the intervals hold.
fn report_strata(pools: &Pools, random: &mut Random) -> bool {
    const STRATA: u32 = 8;
    let mut met = true;
    for (n, lines) in [(48, 1000), (96, 1000), (384, 4000)] {
        let held = SHARES.map(|share| {
            let mut held = [0_u32; 2];
            for round in 0..ROUNDS {
                let (mut truth, mut draws) = (0.0, Vec::new());
                for stratum in 0..STRATA {
                    // From all at .5 away to none, so that strata differ as directories do.
                    let apart = f64::from(stratum) / f64::from(STRATA - 1) - 0.5;
                    let share = (share + apart * (1.0 - share)).clamp(0.0, 1.0);
                    let (part, sample) = measurement(pools, share, n / STRATA, lines / STRATA, random);
                    truth += part / f64::from(STRATA);
                    draws.extend(sample.into_iter().map(|draw| Draw { stratum: stratum as usize, ..draw }));
                }
                let sizes = vec![u64::from(lines / STRATA); STRATA as usize];
                let wilson = stratified(&draws, &sizes, 0);
                let intervals = [wilson.low.zip(wilson.high), monte_carlo(&draws, &sizes, 0, u64::from(round))];
                for (held, interval) in held.iter_mut().zip(intervals) {
                    *held += u32::from(interval.is_some_and(|(low, high)| low <= truth + 1e-9 && truth <= high + 1e-9));
                }
            }
            held.map(|held| 100.0 * f64::from(held) / f64::from(ROUNDS))
        });
        let (wilson, monte_carlo) = (held.map(|held| held[0]), held.map(|held| held[1]));
        println!("8 unlike strata        n={n:<4} M={lines:<8} {wilson:5.1?} | {monte_carlo:5.1?}");
        met &= monte_carlo.iter().all(|held| *held >= 91.0);
    }
    met
}

/// (drawn, lines)
const SIZES: [(u32, u32); 8] =
    [(30, 200), (30, 1000), (30, 1_000_000), (100, 200), (100, 1000), (100, 1_000_000), (385, 1000), (385, 1_000_000)];

/// Prints the table; says whether the Monte-Carlo interval holds the truth 93 to 97 times in a hundred, over the grid.
pub(crate) fn report(seed: u64, only_strata: bool) -> bool {
    println!("\n## how often a 95 % interval holds the truth, in % of {ROUNDS}: Wilson with bounds | Monte Carlo");
    println!("shares {SHARES:?}, each +- .025");
    let mut met = true;
    for setting in [SETTINGS[0], SETTINGS[2], MORE_RANDOM] {
        let mut random = Random::seeded(seed);
        let pools = pools(setting, &mut random);
        let (mut sum, mut cells) = (0.0, 0.0);
        for (n, lines) in if only_strata { &SIZES[..1] } else { &SIZES[..] }.iter().copied() {
            let [wilson, monte_carlo] = row(&pools, n, lines, &mut random);
            println!("{:<22} n={n:<4} M={lines:<8} {wilson:5.1?} | {monte_carlo:5.1?}", setting.name);
            sum += monte_carlo.iter().sum::<f64>();
            cells += 6.0;
            // The noise of so many rounds is one point: two of them are allowed for in a single cell.
            met &= setting.random_kills > 0.05 || monte_carlo.iter().all(|held| (91.0..=99.0).contains(held));
        }
        let average = sum / cells;
        met &= report_strata(&pools, &mut random) || setting.random_kills > 0.05;
        println!("{:<22} Monte Carlo on average {average:.1}", setting.name);
        met &= setting.random_kills > 0.05 || (93.0..=97.0).contains(&average);
    }
    met
}

/// Shares of rounds in which each interval held the truth.
fn row(pools: &Pools, n: u32, lines: u32, random: &mut Random) -> [Vec<f64>; 2] {
    let mut rows = [Vec::new(), Vec::new()];
    for share in SHARES {
        let mut held = [0_u32; 2];
        for round in 0..ROUNDS {
            let (truth, draws) = measurement(pools, share, n, lines, random);
            let population = Population { lines: u64::from(lines), uncovered: None };
            let wilson = score(&Counts::of(draws.iter().map(|draw| draw.verdict)), &population);
            let intervals =
                [wilson.low.zip(wilson.high), monte_carlo(&draws, &[u64::from(lines)], 0, u64::from(round))];
            for (held, interval) in held.iter_mut().zip(intervals) {
                *held += u32::from(interval.is_some_and(|(low, high)| low <= truth + 1e-9 && truth <= high + 1e-9));
            }
        }
        for (row, held) in rows.iter_mut().zip(held) {
            row.push(100.0 * f64::from(held) / f64::from(ROUNDS));
        }
    }
    rows
}
