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
/// Rounds of a cell: as many as it takes to tell on which side of the target's ends it lies, within limits.
const ROUNDS: std::ops::RangeInclusive<u32> = 1000..=8000;
/// The target, in %.
const TARGET: std::ops::RangeInclusive<f64> = 93.0..=97.0;
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

/// How often two intervals held the truth.
#[derive(Debug, Clone, Copy, Default)]
struct Held {
    wilson: u32,
    monte_carlo: u32,
    rounds: u32,
}

impl Held {
    /// Counts until the Monte-Carlo interval's cell is clear, or the rounds are spent.
    fn count(mut measure: impl FnMut(u32) -> (f64, [Option<(f64, f64)>; 2])) -> Self {
        let mut held = Self::default();
        while held.rounds < *ROUNDS.start() || (held.rounds < *ROUNDS.end() && !held.is_clear()) {
            let (truth, intervals) = measure(held.rounds);
            let [wilson, monte_carlo] = intervals.map(|interval| {
                u32::from(interval.is_some_and(|(low, high)| low <= truth + 1e-9 && truth <= high + 1e-9))
            });
            held.wilson += wilson;
            held.monte_carlo += monte_carlo;
            held.rounds += 1;
        }
        held
    }

    fn percent(self) -> [f64; 2] {
        [self.wilson, self.monte_carlo].map(|held| 100.0 * f64::from(held) / f64::from(self.rounds))
    }

    fn noise(self) -> f64 {
        let share = self.percent()[1] / 100.0;
        100.0 * (share * (1.0 - share) / f64::from(self.rounds)).sqrt()
    }

    /// Whether the target's ends lie more than two and a half standard errors away.
    fn is_clear(self) -> bool {
        let distance = |end: &f64| (self.percent()[1] - end).abs();
        distance(TARGET.start()).min(distance(TARGET.end())) > 2.5 * self.noise()
    }

    /// Whether the cell may lie within the target: two standard errors of noise are allowed for.
    fn is_met(self) -> bool {
        let (held, noise) = (self.percent()[1], 2.0 * self.noise());
        held + noise >= *TARGET.start() && held - noise <= *TARGET.end()
    }
}

/// Prints the same for strata of unlike shares, drawn from in proportion; says whether the intervals hold.
fn report_strata(pools: &Pools, random: &mut Random) -> bool {
    const STRATA: u32 = 8;
    let mut met = true;
    for (n, lines) in [(48, 1000), (96, 1000), (384, 4000)] {
        let held = SHARES.map(|share| {
            Held::count(|round| {
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
                (truth, [wilson.low.zip(wilson.high), monte_carlo(&draws, &sizes, 0, u64::from(round))])
            })
        });
        print(&format!("8 unlike strata        n={n:<4} M={lines:<8}"), &held);
        met &= held.iter().all(|held| held.is_met());
    }
    met
}

/// (drawn, lines)
const SIZES: [(u32, u32); 8] =
    [(30, 200), (30, 1000), (30, 1_000_000), (100, 200), (100, 1000), (100, 1_000_000), (385, 1000), (385, 1_000_000)];

/// A line of the table.
fn print(name: &str, held: &[Held; 6]) {
    let (wilson, monte_carlo) = (held.map(|held| held.percent()[0]), held.map(|held| held.percent()[1]));
    println!("{name} {wilson:5.1?} | {monte_carlo:5.1?}");
}

/// Prints the table; says whether the Monte-Carlo interval holds the truth 93 to 97 times in a hundred, over the grid.
pub(crate) fn report(seed: u64, only: impl Fn(&str) -> bool) -> bool {
    println!(
        "\n## how often a 95 % interval holds the truth, in % of {} to {} measurements: Wilson with bounds | Monte Carlo",
        ROUNDS.start(),
        ROUNDS.end()
    );
    println!("shares {SHARES:?}, each +- .025");
    let mut met = true;
    let settings = [("clean", SETTINGS[0]), ("flaky", SETTINGS[2]), ("random", MORE_RANDOM)];
    let all = !settings.iter().any(|(part, _)| only(part));
    for (_, setting) in settings.into_iter().filter(|(part, _)| all || only(part)) {
        let mut random = Random::seeded(seed);
        let pools = pools(setting, &mut random);
        // What a wrong guess costs is shown, and is no target.
        let counts = setting.random_kills <= 0.05;
        let (mut sum, mut cells) = (0.0, 0.0);
        for (n, lines) in if only("strata") { &SIZES[..1] } else { &SIZES[..] }.iter().copied() {
            let held = row(&pools, n, lines, &mut random);
            print(&format!("{:<22} n={n:<4} M={lines:<8}", setting.name), &held);
            sum += held.iter().map(|held| held.percent()[1]).sum::<f64>();
            cells += 6.0;
            met &= !counts || held.iter().all(|held| held.is_met());
        }
        let average = sum / cells;
        met &= report_strata(&pools, &mut random) || !counts;
        println!("{:<22} Monte Carlo on average {average:.1}", setting.name);
        met &= !counts || TARGET.contains(&average);
    }
    met
}

/// How often each interval held the truth, by share.
fn row(pools: &Pools, n: u32, lines: u32, random: &mut Random) -> [Held; 6] {
    SHARES.map(|share| {
        Held::count(|round| {
            let (truth, draws) = measurement(pools, share, n, lines, random);
            let population = Population { lines: u64::from(lines), uncovered: None };
            let wilson = score(&Counts::of(draws.iter().map(|draw| draw.verdict)), &population);
            (truth, [wilson.low.zip(wilson.high), monte_carlo(&draws, &[u64::from(lines)], 0, u64::from(round))])
        })
    })
}
