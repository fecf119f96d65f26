//! From the runs of unchanged code and the attempts at a mutant to a verdict, and from verdicts to a score with an
//! interval. Pure mathematics: no I/O, no clock, no randomness that is not seeded.

pub mod baseline;
pub mod cluster;
pub mod compare;
mod compared;
pub mod contract;
pub mod explain;
pub mod history;
pub mod impossible;
pub mod interval;
pub mod judge;
pub mod message;
pub mod profile;
pub mod random;
pub mod recipe;
pub mod rerun;
pub mod run;
pub mod score;
pub mod sequential;
mod special;
pub mod stopping;
mod weigh;

pub use baseline::{Assessment, Baseline, BaselinePolicy, BrokenBaseline, TestRecord, assess, assess_with, seen};
pub use compare::{Cause, Change, Comparison, Paired, Side, compare, paired};
pub use contract::{JudgeAnswer, JudgeLine, JudgeNext, Suspect, judge_line};
pub use history::History;
pub use impossible::Impossible;
pub use interval::{Draw, FalseDetections, estimate, false_detections, line_key, monte_carlo, stratified};
pub use judge::{Catch, Evidence, Judge, Judgement, Next, Reason, Strand, judge};
pub use profile::{FlakeProof, Seen, Sighting, Taint, TestProfile, taint, unaffected};
pub use recipe::FORMULA;
pub use rerun::{Doubt, Purchase, Rerun, expected_doubts, purchase, rerun};
pub use run::{RunEnd, RunFacts};
pub use score::{Counts, Population, score};
pub use sequential::{anytime_interval, confidence_sequence, stop};
