//! How long judging takes: 10,000 mutants against 5,000 tests, with a flaky baseline, with and without coverage.
//! Target: under a second each, on one core. `cargo bench -p tinybug-verdict --bench speed`.
#![expect(clippy::print_stdout, reason = "a benchmark reports on standard output")]

use std::time::Instant;

use tinybug_model::Thresholds;
use tinybug_verdict::{Assessment, Baseline, BaselinePolicy, Judge, RunEnd, RunFacts, assess, random::Random};

const TESTS: u32 = 5000;
const MUTANTS: u32 = 10_000;

fn run(random: &mut Random, flaky: f64, killed_by: Option<u32>) -> RunFacts {
    let mut failed: Vec<u32> = (0..50).map(|index| index * 100).filter(|_| random.chance(flaky)).collect();
    failed.extend(killed_by);
    let end = if failed.is_empty() { RunEnd::Passed } else { RunEnd::Failed };
    RunFacts::new(end, (0..TESTS).collect(), failed, 1000)
}

fn baseline(random: &mut Random) -> Option<Baseline> {
    let runs: Vec<RunFacts> = (0..20).map(|_| run(random, 0.1, None)).collect();
    let policy =
        BaselinePolicy { runs: 5, runs_when_flaky: 20, allow_failing_tests: false, mutants: 1000, detected: 0.99 };
    match assess(&runs, &policy) {
        Assessment::Sound(baseline) => Some(baseline),
        _ => None,
    }
}

fn main() {
    let mut random = Random::seeded(1);
    let Some(baseline) = baseline(&mut random) else {
        println!("the baseline is not sound");
        std::process::exit(1);
    };
    // Few enough distinct mutants to hold, judged over and over.
    let trials: Vec<(Vec<u32>, Vec<RunFacts>)> = (0..100)
        .map(|_| {
            let killer = random.chance(0.75).then(|| random.below(TESTS));
            let mut covering: Vec<u32> = (0..250).map(|_| random.below(TESTS)).chain(killer).collect();
            covering.sort_unstable();
            covering.dedup();
            (covering, (0..3).map(|_| run(&mut random, 0.1, killer)).collect())
        })
        .collect();
    let mut met = true;
    for covered in [false, true] {
        let judge = Judge::new(&baseline, &Thresholds::default());
        let (started, mut settled, mut judged) = (Instant::now(), 0, 0);
        for (covering, attempts) in trials.iter().cycle().take(MUTANTS as usize) {
            for upto in 1..=attempts.len() {
                let covering = covered.then_some(covering.as_slice());
                judged += 1;
                if judge.judge(covering, &attempts[..upto]).verdict.is_some() {
                    settled += 1;
                    break;
                }
            }
        }
        let took = started.elapsed();
        println!(
            "{MUTANTS} mutants x {TESTS} tests, coverage {}: {judged} judgements, {settled} verdicts in {took:.2?}",
            if covered { "known" } else { "unknown" }
        );
        met &= took.as_secs_f64() < 1.0;
    }
    println!("{}", if met { "target met" } else { "target MISSED" });
    if !met {
        std::process::exit(1);
    }
}
