//! Source text and language to mutants, and back. Pure: no file system, no clock, no network.

mod apply;
mod arid;
mod budget;
mod canary;
mod classify;
mod describe;
mod draw;
mod enumerate;
mod findings;
mod grammar;
mod ids;
mod ignore;
mod languages;
mod lines;
mod matching;
mod operators;
mod role;
mod scope;
mod site;
mod stream;
mod tokens;
mod types;
mod walk;

pub use apply::{ApplyError, apply, diff, patch};
pub use canary::canary;
pub use classify::{Classified, LARGEST_FILE, SkipReason, classify};
pub use describe::{Describer, describe, describe_all, describe_change};
pub use draw::{Drawing, Drawn, Population, Stratum, draw};
pub use enumerate::{Enumeration, Note, Source, enumerate, enumerate_all, find};
pub use findings::Findings;
pub use matching::{Match, match_mutants};
pub use operators::catalogue::{CATALOGUE, OPERATORS_PAGE, Operator, Reach};
pub use scope::{ChangedLines, DiffError, is_in_function};
pub use stream::{Enumerated, Mutants, OwnedSource, enumerate_stream};
