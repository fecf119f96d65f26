//! How often the stopping rules are wrong, and after how many mutants they stop.

use tinybug_model::{StopAnswer, StopRule, Stopping, Verdict};
use tinybug_verdict::{anytime_interval, random::Random, stop};

const ROUNDS: u32 = 2000;
const GATE: f64 = 0.8;
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

/// How far from the gate a score must be to be on a certain side, rounding allowed for.
fn margin(rule: &StopRule) -> f64 {
    match rule {
        StopRule::AtLeast { margin, .. } => (margin - 1e-4).max(0.0),
        StopRule::NarrowerThan { .. } => 0.0,
    }
}

/// Prints the table; says whether no rule is wrong more often than it promises, noise allowed for.
pub(crate) fn report(seed: u64) -> bool {
    println!("\n## stopping rules, in {ROUNDS} measurements: wrong in % / stopped in %, mean mutants when stopped");
    let gate = |margin| StopRule::AtLeast { score: GATE, margin, alpha: 0.05 };
    let rules = [
        ("width .2", StopRule::NarrowerThan { width: 0.2, alpha: 0.05 }),
        ("width .1", StopRule::NarrowerThan { width: 0.1, alpha: 0.05 }),
        ("at least .8 +- .05", gate(0.05)),
        ("at least .8 exactly", gate(0.0)),
    ];
    let mut met = true;
    for (name, rule) in rules {
        for lines in [500, 1_000_000] {
            for share in [0.5, 0.65, 0.75, 0.8, 0.85, 0.9, 0.95] {
                let mut random = Random::seeded(seed);
                let (mut wrong, mut stopped, mut mutants) = (0_u32, 0_u32, 0_u32);
                for _ in 0..ROUNDS {
                    let (truth, verdicts) = verdicts(share, lines, &mut random);
                    let Stopping { answer, after, .. } = stop(&rule, &verdicts, u64::from(lines));
                    let is_wrong = match answer {
                        StopAnswer::Undecided => continue,
                        StopAnswer::Narrow => {
                            let tried = &verdicts[..after as usize];
                            anytime_interval(tried, u64::from(lines), 0.05)
                                .is_none_or(|(low, high)| truth < low - 1e-9 || truth > high + 1e-9)
                        }
                        // Inside the margin either answer is right.
                        StopAnswer::Reached => truth < GATE - margin(&rule),
                        StopAnswer::NotReached => truth >= GATE + margin(&rule),
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
                // Two standard errors of so many rounds at 5 %.
                met &= percent(wrong) <= 5.0 + 1.0;
            }
        }
    }
    met
}
