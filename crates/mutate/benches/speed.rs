//! How fast mutants are enumerated, beside the time that parsing alone takes on the same bytes: the physical limit.
//!
//! `cargo bench -p tinybug-mutate -- DIRECTORY` measures the sources below a directory, language by language; without
//! one the fixtures, repeated. Figures are the best of five rounds on one core; ratios within one run are what counts.

use std::{
    fs, io,
    io::Write as _,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use tinybug_model::{Language, Tier};
use tinybug_mutate::{Classified, Source, classify, enumerate};
use tree_sitter::Parser;

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

fn files(directory: &Path, found: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            files(&entry.path(), found)?;
        } else if entry.file_type()?.is_file() {
            found.push(entry.path());
        }
    }
    Ok(())
}

fn corpus() -> io::Result<Vec<(String, Vec<u8>)>> {
    let given = std::env::args().skip(1).find(|argument| !argument.starts_with('-'));
    let root = given.as_ref().map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata"), PathBuf::from);
    let mut paths = Vec::new();
    files(&root, &mut paths)?;
    paths.sort();
    let mut corpus = Vec::new();
    for path in paths {
        let name = path.strip_prefix(&root).unwrap_or(&path).to_string_lossy().replace('\\', "/");
        let copies = if given.is_some() { 1 } else { 500 };
        let bytes = fs::read(&path)?;
        corpus.extend((0..copies).map(|copy| (format!("src{copy}/{name}"), bytes.clone())));
    }
    Ok(corpus)
}

fn best(mut work: impl FnMut()) -> Duration {
    let rounds = (0..5).map(|_| {
        let start = Instant::now();
        work();
        start.elapsed()
    });
    rounds.min().unwrap_or_default()
}

fn main() -> io::Result<()> {
    let corpus = corpus()?;
    let mut out = io::stdout().lock();
    for language in Language::ALL {
        let sources: Vec<_> = corpus
            .iter()
            .map(|(path, bytes)| Source { path, bytes })
            .filter(|source| classify(source.path, source.bytes) == Classified::Product(language))
            .collect();
        if sources.is_empty() {
            continue;
        }
        let bytes: usize = sources.iter().map(|source| source.bytes.len()).sum();
        let parsing = best(|| {
            let mut parser = Parser::new();
            for source in &sources {
                parser.set_language(&grammar(source.path, language)).expect("the grammars fit the library");
                std::hint::black_box(parser.parse(source.bytes, None));
            }
        });
        for tier in [Tier::Default, Tier::Extended] {
            let mut mutants = 0;
            let whole = best(|| mutants = sources.iter().map(|source| enumerate(*source, tier).mutants.len()).sum());
            #[expect(clippy::cast_precision_loss, reason = "figures for people")]
            let (mb, count) = (bytes as f64 / 1e6, mutants as f64);
            writeln!(
                out,
                "{language:<10} {:<8} {mb:>7.2} MB {count:>8} mutants {:>8.2} MB/s {:>9.0} mutants/s {:>4.0} % of parsing alone",
                tier.name(),
                mb / whole.as_secs_f64(),
                count / whole.as_secs_f64(),
                100.0 * parsing.as_secs_f64() / whole.as_secs_f64(),
            )?;
        }
    }
    Ok(())
}
