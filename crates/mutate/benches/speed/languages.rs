//! Language by language: enumeration beside parsing alone.

use std::{
    io::{self, Write},
    path::Path,
    time::Duration,
};

use tinybug_model::{Language, Tier};
use tinybug_mutate::{Classified, OwnedSource, Source, classify, find};
use tree_sitter::Parser;

use crate::{clock, corpus};

/// Rounds; the best of each kind counts.
const ROUNDS: usize = 7;

fn grammar(path: &str, language: Language) -> tree_sitter::Language {
    match language {
        Language::Python => tree_sitter_python::LANGUAGE.into(),
        Language::JavaScript => tree_sitter_javascript::LANGUAGE.into(),
        Language::TypeScript if path.ends_with("tsx") => tree_sitter_typescript::LANGUAGE_TSX.into(),
        Language::TypeScript => tree_sitter_typescript::LANGUAGE_TYPESCRIPT.into(),
        Language::Go => tree_sitter_go::LANGUAGE.into(),
        Language::Java => tree_sitter_java::LANGUAGE.into(),
        Language::Rust => tree_sitter_rust::LANGUAGE.into(),
        Language::Ruby => tree_sitter_ruby::LANGUAGE.into(),
        Language::C => tree_sitter_c::LANGUAGE.into(),
        Language::Cpp => tree_sitter_cpp::LANGUAGE.into(),
        Language::CSharp => tree_sitter_c_sharp::LANGUAGE.into(),
    }
}

/// Parses all sources and does nothing else.
fn parse(sources: &[Source<'_>], language: Language) {
    let mut parser = Parser::new();
    for source in sources {
        parser.set_language(&grammar(source.path, language)).expect("the grammars fit the library");
        std::hint::black_box(parser.parse(source.bytes, None));
    }
}

/// Parses one source in Python, and does nothing else; gives its size.
pub(crate) fn parsed(source: &OwnedSource) -> usize {
    parse(&[source.as_source()], Language::Python);
    source.bytes.len()
}

/// Prints a line per language and tier. The kinds of work take turns, so that a busy moment hits all of them.
pub(crate) fn compare(out: &mut impl Write, given: Option<&Path>) -> io::Result<()> {
    let corpus = corpus::read(given)?;
    for language in Language::ALL {
        let sources: Vec<_> = corpus
            .iter()
            .map(|file| Source { path: &file.path, bytes: &file.bytes })
            .filter(|source| classify(source.path, source.bytes) == Classified::Product(language))
            .collect();
        if sources.is_empty() {
            continue;
        }
        let bytes: usize = sources.iter().map(|source| source.bytes.len()).sum();
        let tiers = [Tier::Default, Tier::Extended];
        let mut best = [Duration::MAX; 3];
        let mut mutants = [0; 2];
        for _ in 0..ROUNDS {
            best[0] = best[0].min(clock::spent(|| parse(&sources, language)));
            for (at, tier) in tiers.into_iter().enumerate() {
                let count = &mut mutants[at];
                best[at + 1] = best[at + 1].min(clock::spent(|| {
                    *count = sources.iter().map(|source| find(*source, tier).mutants(*source).count()).sum::<usize>();
                }));
            }
        }
        for (at, tier) in tiers.into_iter().enumerate() {
            line(out, language, tier, bytes, mutants[at], [best[0], best[at + 1]])?;
        }
    }
    Ok(())
}

fn line(
    out: &mut impl Write,
    language: Language,
    tier: Tier,
    bytes: usize,
    mutants: usize,
    [parsing, whole]: [Duration; 2],
) -> io::Result<()> {
    #[expect(clippy::cast_precision_loss, reason = "figures for people")]
    let (mb, count) = (bytes as f64 / 1e6, mutants as f64);
    writeln!(
        out,
        "{:<10} {:<8} {mb:>6.2} MB {count:>7} mutants {:>6.2} MB/s {:>7.0} mutants/s, parsing alone {:>6.2} MB/s: {:>3.0} %",
        language.to_string(),
        tier.name(),
        mb / whole.as_secs_f64(),
        count / whole.as_secs_f64(),
        mb / parsing.as_secs_f64(),
        100.0 * parsing.as_secs_f64() / whole.as_secs_f64(),
    )
}
