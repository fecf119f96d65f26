//! Repositories with known truth: tests that fail by themselves in the ways that are published, and mutants that
//! some tests really catch.

use tinybug_verdict::{RunEnd, RunFacts, random::Random};

/// Tests of each repository.
pub(crate) const TESTS: u32 = 500;
const KILLED: f64 = 0.75;
const KILLING_TESTS: f64 = 2.4;
/// Parry et al. 2025: mean size of a cluster of tests that fail together.
const CLUSTER: u32 = 13;

/// How the flaky tests of a repository fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Each by itself.
    Independent,
    /// Three in four in clusters that fail together.
    Clustered,
    /// By the order of the tests, which each run draws: neighbours in the order fail together.
    OrderDependent,
}

/// What a repository is like.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Setting {
    pub(crate) name: &'static str,
    pub(crate) flaky_share: f64,
    pub(crate) flake_mean: f64,
    pub(crate) bad_runs: f64,
    /// Share of kills that are random themselves.
    pub(crate) random_kills: f64,
    pub(crate) kind: Kind,
}

const CLEAN: Setting = Setting {
    name: "clean",
    flaky_share: 0.0,
    flake_mean: 0.1,
    bad_runs: 0.0,
    random_kills: 0.05,
    kind: Kind::Independent,
};

/// The settings of the published table of this recipe, then three of worse manners.
pub(crate) const SETTINGS: [Setting; 8] = [
    CLEAN,
    Setting { name: "2 % flaky, mean 10 %", flaky_share: 0.02, ..CLEAN },
    Setting { name: "5 % flaky, mean 10 %", flaky_share: 0.05, ..CLEAN },
    Setting { name: "5 % flaky, mean 2 %", flaky_share: 0.05, flake_mean: 0.02, ..CLEAN },
    Setting { name: "2 % flaky + 3 % bad runs", flaky_share: 0.02, bad_runs: 0.03, ..CLEAN },
    Setting { name: "5 % flaky in clusters", flaky_share: 0.05, kind: Kind::Clustered, ..CLEAN },
    Setting { name: "5 % order-dependent", flaky_share: 0.05, kind: Kind::OrderDependent, ..CLEAN },
    Setting { name: "3 % bad runs only", bad_runs: 0.03, ..CLEAN },
];

/// Twice as many random kills as the recipe expects, to see what a wrong guess costs.
pub(crate) const MORE_RANDOM: Setting =
    Setting { name: "5 % flaky, 10 % random", flaky_share: 0.05, random_kills: 0.1, ..CLEAN };

struct Flaky {
    test: u32,
    rate: f64,
    cluster: Option<usize>,
    place: f64,
}

/// A repository.
pub(crate) struct World {
    setting: Setting,
    flaky: Vec<Flaky>,
    cluster_rates: Vec<f64>,
}

/// A mutant and the truth about it.
pub(crate) struct Mutant {
    pub(crate) covering: Vec<u32>,
    pub(crate) killed_by: Vec<u32>,
    rate: f64,
}

impl Mutant {
    pub(crate) fn is_killed(&self) -> bool {
        !self.killed_by.is_empty()
    }

    /// Draws a mutant whose line so many tests execute.
    pub(crate) fn draw(setting: Setting, covering: u32, random: &mut Random) -> Self {
        let covering = sample(TESTS, covering, random);
        let mut killed_by = Vec::new();
        if random.chance(KILLED) {
            killed_by.push(covering[random.below(u32::try_from(covering.len()).unwrap_or(1)) as usize]);
            while random.chance(1.0 - 1.0 / KILLING_TESTS) {
                killed_by.push(covering[random.below(u32::try_from(covering.len()).unwrap_or(1)) as usize]);
            }
        }
        killed_by.sort_unstable();
        killed_by.dedup();
        let rate = if random.chance(setting.random_kills) { random.unit() } else { 1.0 };
        Self { covering, killed_by, rate }
    }
}

fn sample(population: u32, size: u32, random: &mut Random) -> Vec<u32> {
    if size >= population {
        return (0..population).collect();
    }
    let mut drawn = std::collections::BTreeSet::new();
    while drawn.len() < size as usize {
        drawn.insert(random.below(population));
    }
    drawn.into_iter().collect()
}

impl World {
    pub(crate) fn draw(setting: Setting, random: &mut Random) -> Self {
        let tests = (f64::from(TESTS) * setting.flaky_share).round();
        // Truncation cannot happen: a share of 500.
        let tests = sample(TESTS, format!("{tests}").parse().unwrap_or(0), random);
        let rate = |random: &mut Random| random.beta(0.5, 0.5 / setting.flake_mean - 0.5);
        let clusters = tests.len().div_ceil(CLUSTER as usize);
        let cluster_rates = (0..clusters).map(|_| rate(random)).collect();
        let flaky = tests
            .into_iter()
            .enumerate()
            .map(|(index, test)| Flaky {
                test,
                rate: rate(random),
                cluster: (setting.kind == Kind::Clustered && random.chance(0.75)).then_some(index % clusters),
                place: random.unit(),
            })
            .collect();
        Self { setting, flaky, cluster_rates }
    }

    /// Runs the tests once, on a mutant or on unchanged code.
    pub(crate) fn run(&self, mutant: Option<&Mutant>, random: &mut Random) -> RunFacts {
        let mut failed: Vec<u32> = Vec::new();
        let events: Vec<bool> = self.cluster_rates.iter().map(|&rate| random.chance(rate)).collect();
        let order = random.unit();
        for flaky in &self.flaky {
            let fails = match (self.setting.kind, flaky.cluster) {
                (Kind::OrderDependent, _) => {
                    let apart = (order - flaky.place).abs();
                    apart.min(1.0 - apart) < flaky.rate / 2.0
                }
                (_, Some(cluster)) => events[cluster] && random.chance(0.9),
                (_, None) => random.chance(flaky.rate),
            };
            if fails {
                failed.push(flaky.test);
            }
        }
        if self.setting.bad_runs > 0.0 && random.chance(self.setting.bad_runs) {
            let share = random.unit();
            failed.extend((0..TESTS).filter(|_| random.chance(share)));
        }
        if let Some(mutant) = mutant {
            failed.extend(mutant.killed_by.iter().filter(|_| random.chance(mutant.rate)));
        }
        let end = if failed.is_empty() { RunEnd::Passed } else { RunEnd::Failed };
        RunFacts::new(end, (0..TESTS).collect(), failed, 1000)
    }
}
