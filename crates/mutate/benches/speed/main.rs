//! How fast mutants are enumerated, beside the time that parsing alone takes on the same bytes: the physical limit.
//!
//! `cargo bench -p tinybug-mutate --bench speed -- DIRECTORY` measures the sources below a directory, language by
//! language; without one the fixtures, repeated. `--growth` shows how time and memory grow with the size of the tree,
//! `--total` prints one line of JSON for a script. docs/benchmarks.md says how to read the figures.

mod clock;
mod corpus;
mod growth;
mod languages;

use std::{
    io::{self, Write as _},
    path::PathBuf,
};

fn main() -> io::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let is_on = |flag: &str| arguments.iter().any(|argument| argument == flag);
    let given = arguments.iter().rfind(|argument| !argument.starts_with('-')).map(PathBuf::from);
    let mut out = io::stdout().lock();
    if is_on("--total") {
        return growth::total(&mut out, given.as_deref());
    }
    if let Some(at) = arguments.iter().position(|argument| argument == "--grown") {
        return growth::grown(&mut out, arguments.get(at + 1).map_or("", String::as_str), given.as_deref());
    }
    if is_on("--growth") {
        return growth::growth(&mut out, given.as_deref());
    }
    languages::compare(&mut out, given.as_deref())?;
    out.flush()
}
