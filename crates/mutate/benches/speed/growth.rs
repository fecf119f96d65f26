//! How time and memory grow with the size of a tree, and of one file.

use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
    process::Command,
    time::Instant,
};

use tinybug_model::Tier;
use tinybug_mutate::{OwnedSource, enumerate_stream};

use crate::{clock, corpus, languages};

/// Prints one line of JSON: what enumerating a directory took, reading included.
pub(crate) fn total(out: &mut impl Write, given: Option<&Path>) -> io::Result<()> {
    let root = corpus::root(given);
    let mut paths = Vec::new();
    corpus::list(&root, &mut paths)?;
    paths.sort();
    let start = Instant::now();
    let (mut mutants, mut bytes, mut files) = (0, 0, 0);
    let sources = paths.iter().filter_map(|path| source(path, &root, "src"));
    for file in enumerate_stream(sources, Tier::Default) {
        let found = file.mutants.of(&file.source).count();
        mutants += found;
        if found > 0 {
            (bytes, files) = (bytes + file.source.bytes.len(), files + 1);
        }
    }
    let seconds = start.elapsed().as_secs_f64();
    writeln!(out, r#"{{"files":{files},"bytes":{bytes},"mutants":{mutants},"seconds":{seconds}}}"#)
}

/// Prints time and memory for trees of 1, 10 and 100 MB, for one file of 1 and of 20 MB, and for what parsing alone takes
/// of that file. Each is measured in a process
/// of its own, because the peak of memory is that of a process.
pub(crate) fn growth(out: &mut impl Write, given: Option<&Path>) -> io::Result<()> {
    let root = corpus::root(given);
    let shapes = [("tree", 1), ("tree", 10), ("tree", 100), ("file", 1), ("file", 20), ("parsed", 1), ("parsed", 20)];
    for (shape, megabytes) in shapes {
        let child = Command::new(std::env::current_exe()?)
            .args(["--grown", &format!("{shape}:{megabytes}")])
            .arg(&root)
            .output()?;
        out.write_all(&child.stdout)?;
    }
    Ok(())
}

/// Measures one tree or file, named as `tree:100`, and prints a line.
pub(crate) fn grown(out: &mut impl Write, wanted: &str, given: Option<&Path>) -> io::Result<()> {
    let root = corpus::root(given);
    let (shape, megabytes) = wanted.split_once(':').unwrap_or((wanted, "1"));
    let size = megabytes.parse::<usize>().unwrap_or(1) * 1_000_000;
    let mut paths = Vec::new();
    corpus::list(&root, &mut paths)?;
    // In no order that names have: the first megabyte should be like the others.
    paths.sort_by_cached_key(|path| {
        path.to_string_lossy().bytes().fold(7_u32, |hash, byte| hash.wrapping_mul(0x0100_0193) ^ u32::from(byte))
    });
    let (mut mutants, mut bytes) = (0, 0);
    let sources = if shape == "tree" { tree(paths, root, size) } else { one_file(paths, root, size) };
    let time = clock::spent_by_all(|| {
        if shape == "parsed" {
            bytes = sources.map(|source| languages::parsed(&source)).sum();
            return;
        }
        for file in enumerate_stream(sources, Tier::Default) {
            mutants += file.mutants.of(&file.source).count();
            bytes += file.source.bytes.len();
        }
    });
    #[expect(clippy::cast_precision_loss, reason = "figures for people")]
    let mb = bytes as f64 / 1e6;
    let seconds = time.as_secs_f64() / mb;
    writeln!(
        out,
        "{shape} {mb:>6.1} MB {mutants:>8} mutants {seconds:>6.3} s of processor/MB, peak of memory {}",
        peak()
    )
}

/// Files again and again, under other names, until their size is reached. They are read when they are asked for.
fn tree(paths: Vec<PathBuf>, root: PathBuf, size: usize) -> Box<dyn Iterator<Item = OwnedSource>> {
    let mut left = size;
    let rounds = (0..).flat_map(move |round| paths.clone().into_iter().map(move |path| (round, path)));
    Box::new(
        rounds
            .filter_map(move |(round, path)| source(&path, &root, &format!("src{round}")))
            .filter(|source| source.path.rsplit('.').next().is_some_and(|extension| extension != "md"))
            .take_while(move |source| {
                let wanted = left > 0;
                left = left.saturating_sub(source.bytes.len());
                wanted
            }),
    )
}

/// All Python of the corpus, again and again, as one file.
fn one_file(paths: Vec<PathBuf>, root: PathBuf, size: usize) -> Box<dyn Iterator<Item = OwnedSource>> {
    let python = paths.into_iter().filter(|path| path.extension().is_some_and(|extension| extension == "py")).collect();
    let bytes = tree(python, root, size).flat_map(|source| source.bytes).take(size).collect();
    Box::new(std::iter::once(OwnedSource { path: "src/one.py".to_owned(), bytes }))
}

fn source(path: &Path, root: &Path, top: &str) -> Option<OwnedSource> {
    let name = path.strip_prefix(root).ok()?.to_string_lossy().replace('\\', "/");
    Some(OwnedSource { path: format!("{top}/{name}"), bytes: fs::read(path).ok()? })
}

/// The most memory that this process ever held, where the system tells.
fn peak() -> String {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.map_or_else(|| "unknown".to_owned(), |line| line.trim().to_owned())
}
