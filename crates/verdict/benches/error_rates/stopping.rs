//! How often the stopping rules are wrong, and after how many mutants they stop.

use tinybug_model::Verdict;
use tinybug_verdict::{Stop, StopRule, random::Random, stop};

const ROUNDS: u32 = 400;
const DRAWN: u32 = 1500;

fn verdicts(share: f64, lines: u32, random: &mut Random) -> (f64, Vec<Option<Verdict>>) {
    let mut left = f64::from(lines);
    let mut detected = (share * left).round();
    let truth = detected / left;
    let verdicts = (0..DRAWN.min(lines))
        .map(|_| {
            let hit = random.chance(detected / left);
            left -= 1.0;
            detected -= f64::from(u8::from(hit));
            Some(if hit { Verdict::Detected } else { Verdict::Survived })
        })
        .collect();
    (truth, verdicts)
}

/// Prints the table; says whether no rule is wrong more often than it promises, noise allowed for.
pub(crate) fn report(seed: u64) -> bool {
    println!("\n## stopping rules, in {ROUNDS} measurements: wrong in % / stopped in %, mean mutants when stopped");
    let rules = [
        ("width .2", StopRule::Width { width: 0.2 }),
        ("width .1", StopRule::Width { width: 0.1 }),
        ("at least .8 +- .05", StopRule::Gate { at_least: 0.8, margin: 0.05 }),
    ];
    let mut met = true;
    for (name, rule) in rules {
        for lines in [500, 1_000_000] {
            for share in [0.5, 0.65, 0.75, 0.8, 0.85, 0.9, 0.95] {
                let mut random = Random::seeded(seed);
                let (mut wrong, mut stopped, mut mutants) = (0_u32, 0_u32, 0_u32);
                for _ in 0..ROUNDS {
                    let (truth, verdicts) = verdicts(share, lines, &mut random);
                    let (after, is_wrong) = match stop(&rule, &verdicts, u64::from(lines)) {
                        Stop::GoOn => continue,
                        Stop::KnownClosely { after, low, high } => (after, truth < low - 1e-9 || truth > high + 1e-9),
                        // Inside the margin either answer is right.
                        Stop::AtLeast { after } => (after, truth < 0.7501),
                        Stop::Below { after } => (after, truth > 0.8499),
                    };
                    stopped += 1;
                    mutants += after;
                    wrong += u32::from(is_wrong);
                }
                let percent = |count: u32| 100.0 * f64::from(count) / f64::from(ROUNDS);
                println!(
                    "{name:<20} M={lines:<8} share {share:4.2}: {:5.2} / {:5.1}, {:6.1}",
                    percent(wrong),
                    percent(stopped),
                    f64::from(mutants) / f64::from(stopped.max(1))
                );
                // Two standard errors of 400 rounds at 5 %.
                met &= percent(wrong) <= 5.0 + 2.2;
            }
        }
    }
    met
}
