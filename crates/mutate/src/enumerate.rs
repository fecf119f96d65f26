//! From source files to mutants: the walk's drafts, checked, made unique, named.

use std::{
    collections::{HashMap, hash_map::Entry},
    hash::{DefaultHasher, Hash, Hasher},
};

use rayon::prelude::*;
use sha2::{Digest, Sha256};
use tinybug_model::{Language, Mutant, MutantId, Tier};
use tree_sitter::{InputEdit, Point, Tree};

use crate::{
    classify::{Classified, classify},
    grammar::Grammar,
    ignore::Ignored,
    languages::{self, Plus},
    lines::Lines,
    operators::Op,
    site::Draft,
    types::{Guess, Names},
    walk::walk,
};

/// A file to make mutants of.
#[derive(Debug, Clone, Copy)]
pub struct Source<'a> {
    /// Path inside the repository, with forward slashes.
    pub path: &'a str,
    /// What the file holds.
    pub bytes: &'a [u8],
}

/// Something that a person should know of a file: why it was skipped, or what of it was left out.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Note {
    /// The file.
    pub path: String,
    /// A sentence about it.
    pub text: String,
}

/// The mutants of some files.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Enumeration {
    /// The mutants, by path, then by offset.
    pub mutants: Vec<Mutant>,
    /// What a person should know.
    pub notes: Vec<Note>,
}

/// Lines longer than this were written by machines.
const LONGEST_LINE: usize = 1_000;

/// Lists the mutants of one file, in the order of offsets. A file that is no product code has none.
pub fn enumerate(source: Source<'_>, tier: Tier) -> Enumeration {
    match classify(source.path, source.bytes) {
        Classified::Product(language) => enumerate_as(source, language, tier),
        Classified::Test => Enumeration::default(),
        Classified::Skipped(reason) => {
            let notes = if reason.is_worth_a_note() {
                vec![Note { path: source.path.to_owned(), text: reason.to_string() }]
            } else {
                Vec::new()
            };
            Enumeration { mutants: Vec::new(), notes }
        }
    }
}

/// Lists the mutants of many files, by path, then by offset. The result does not depend on the number of threads.
pub fn enumerate_all(sources: &[Source<'_>], tier: Tier) -> Enumeration {
    let mut sources: Vec<_> = sources.to_vec();
    sources.sort_by(|one, other| one.path.cmp(other.path));
    let parts: Vec<_> = sources.par_iter().map(|source| enumerate(*source, tier)).collect();
    let mut all =
        Enumeration { mutants: Vec::with_capacity(parts.iter().map(|p| p.mutants.len()).sum()), notes: Vec::new() };
    for part in parts {
        all.mutants.extend(part.mutants);
        all.notes.extend(part.notes);
    }
    all
}

/// Lists the mutants of a file of a known language, whatever its path says about tests.
fn enumerate_as(source: Source<'_>, language: Language, tier: Tier) -> Enumeration {
    let note = |text: &str| Note { path: source.path.to_owned(), text: text.to_owned() };
    let grammar = Grammar::of(languages::spec(language), source.path);
    let Some(tree) = grammar.parse(source.bytes, None) else {
        return Enumeration { mutants: Vec::new(), notes: vec![note("cut off: parsing it takes too many steps")] };
    };
    let found = walk(grammar, &tree, source.bytes, tier);
    let lines = Lines::new(source.bytes);
    let ignored = Ignored::read(source.bytes, &lines, &found.comments);
    let mut notes: Vec<_> = ignored.notes.iter().map(|text| note(text)).collect();
    if tree.root_node().has_error() {
        notes.push(note("has places that do not parse; they are left alone"));
    }
    let mut file = File { source, language, grammar, tree: &tree, lines, long_lines: 0 };
    let drafts = file.good(found.drafts, &found.names);
    let mutants = file.named(drafts, &found.symbols);
    if file.long_lines > 0 {
        notes.push(note("has lines longer than 1,000 bytes; they are left alone"));
    }
    let mutants = mutants.into_iter().filter(|mutant| !ignored.holds(mutant)).collect();
    Enumeration { mutants, notes }
}

struct File<'a> {
    source: Source<'a>,
    language: Language,
    grammar: &'static Grammar,
    tree: &'a Tree,
    lines: Lines<'a>,
    long_lines: usize,
}

impl File<'_> {
    /// The drafts that are worth being mutants, in the order of offsets.
    fn good<'t>(&mut self, mut drafts: Vec<Draft<'t>>, names: &Names<'_>) -> Vec<(usize, Draft<'t>)> {
        drafts.sort_by(|a, b| {
            (a.start, a.end, a.op, &a.replacement, a.tier).cmp(&(b.start, b.end, b.op, &b.replacement, b.tier))
        });
        let mut seen: HashMap<(usize, u64), usize> = HashMap::new();
        let mut good = Vec::with_capacity(drafts.len());
        let mut original = (usize::MAX, 0);
        for draft in drafts {
            let line = self.lines.of(draft.start);
            let (start, end) = self.lines.span(line);
            if end - start > LONGEST_LINE {
                self.long_lines += 1;
                continue;
            }
            if !self.types_allow(&draft, names) || !self.parses(&draft) {
                continue;
            }
            if original.0 != line {
                original = (line, tokens_hash(&[&self.source.bytes[start..end]]));
            }
            let bytes = self.source.bytes;
            let mutated =
                tokens_hash(&[&bytes[start..draft.start], draft.replacement.as_bytes(), &bytes[draft.end..end]]);
            if mutated == original.1 {
                continue;
            }
            match seen.entry((line, mutated)) {
                Entry::Vacant(new) => {
                    new.insert(good.len());
                    good.push((line, draft));
                }
                // Of two that make the same text the one of the default tier stays, so that it is in both tiers.
                Entry::Occupied(twin) => {
                    let kept: &mut (usize, Draft<'t>) = &mut good[*twin.get()];
                    if kept.1.tier > draft.tier {
                        kept.1 = draft;
                    }
                }
            }
        }
        good.sort_by(|(_, a), (_, b)| {
            (a.start, a.end, a.op, &a.replacement).cmp(&(b.start, b.end, b.op, &b.replacement))
        });
        good
    }

    /// Whether what is known of the operands lets the mutant make sense.
    fn types_allow(&self, draft: &Draft<'_>, names: &Names<'_>) -> bool {
        let Some(operands) = draft.operands else { return true };
        let [left, right] = operands.map(|node| names.guess(self.grammar, self.source.bytes, node, 6));
        let either = |guess| left == guess || right == guess;
        let compiled = self.grammar.spec.plus == Plus::IfNumber;
        match draft.op {
            Op::ArithAddSub => !either(Guess::Text) && !either(Guess::Other) && (!compiled || either(Guess::Number)),
            Op::AssignOpSwap => {
                let plus = self.source.bytes[draft.start..draft.end] == *b"+=";
                !either(Guess::Text) && !either(Guess::Other) && (!compiled || !plus || either(Guess::Number))
            }
            // `"-" * 20`, `[0] * n`, `"%s" % x`; a date minus a date is no date.
            Op::ArithMulDiv => !either(Guess::Text) && !either(Guess::Other),
            Op::ArithModMul | Op::ArithDivMul => left != Guess::Text && left != Guess::Other && right != Guess::Text,
            Op::ArithSubAdd => left != Guess::Other && right != Guess::Other,
            _ => true,
        }
    }

    /// Whether the file still parses. Most replacements put a token or an expression in the place of its like, so
    /// that the grammar itself proves it; only where neighbours might grow together the file is parsed again.
    fn parses(&self, draft: &Draft<'_>) -> bool {
        let bytes = self.source.bytes;
        let replacement = draft.replacement.as_bytes();
        let before = draft.start.checked_sub(1).map_or(b'\n', |at| bytes[at]);
        let after = bytes.get(draft.end).copied().unwrap_or(b'\n');
        let first = replacement.first().copied().unwrap_or(after);
        let last = replacement.last().copied().unwrap_or(before);
        if is_word(before) && is_word(first) || is_word(last) && is_word(after) && !replacement.is_empty() {
            return false;
        }
        let doubtful = is_operator(before) && is_operator(first)
            || is_operator(last) && is_operator(after)
            // Three quotes in a row begin another kind of text.
            || is_quote(before) && is_quote(first)
            || is_quote(last) && is_quote(after)
            || draft.op.is_structural();
        !doubtful || self.reparses(draft)
    }

    fn reparses(&self, draft: &Draft<'_>) -> bool {
        let bytes = self.source.bytes;
        let mut text = Vec::with_capacity(bytes.len() + draft.replacement.len());
        text.extend_from_slice(&bytes[..draft.start]);
        text.extend_from_slice(draft.replacement.as_bytes());
        text.extend_from_slice(&bytes[draft.end..]);
        let row = self.lines.of(draft.start);
        let line_start = self.lines.span(row).0;
        let point = |at: usize| Point { row, column: at - line_start };
        let new_end = draft.start + draft.replacement.len();
        let mut old = self.tree.clone();
        old.edit(&InputEdit {
            start_byte: draft.start,
            old_end_byte: draft.end,
            new_end_byte: new_end,
            start_position: point(draft.start),
            old_end_position: point(draft.end),
            new_end_position: point(new_end),
        });
        let Some(tree) = self.grammar.parse(&text, Some(&old)) else { return false };
        let clean = !self.tree.root_node().has_error();
        if clean {
            return !tree.root_node().has_error();
        }
        errors(&tree) <= errors(self.tree)
    }

    /// The mutants of drafts, with their stable names.
    fn named(&self, drafts: Vec<(usize, Draft<'_>)>, symbols: &[String]) -> Vec<Mutant> {
        let bytes = self.source.bytes;
        let mut occurrences: HashMap<u64, u32> = HashMap::new();
        drafts
            .into_iter()
            .map(|(line, draft)| {
                let info = draft.op.info();
                let (start, end) = self.lines.span(line);
                let function = &symbols[draft.symbol as usize];
                let text = bytes[start..end].trim_ascii();
                let mut hasher = DefaultHasher::new();
                (function, text, info.id, &draft.replacement, draft.tier.name()).hash(&mut hasher);
                let count = occurrences.entry(hasher.finish()).or_default();
                let occurrence = *count;
                *count += 1;
                let id = stable_id(&[
                    self.source.path.as_bytes(),
                    function.as_bytes(),
                    text,
                    info.id.as_bytes(),
                    draft.tier.name().as_bytes(),
                    draft.replacement.as_bytes(),
                    &occurrence.to_be_bytes(),
                ]);
                Mutant {
                    id,
                    language: self.language,
                    path: self.source.path.to_owned(),
                    operator: info.id.to_owned(),
                    tier: draft.tier,
                    line: u32::try_from(line + 1).unwrap_or(u32::MAX),
                    column: self.lines.column(line, draft.start),
                    start_byte: draft.start as u64,
                    end_byte: draft.end as u64,
                    original: String::from_utf8_lossy(&bytes[draft.start..draft.end]).into_owned(),
                    replacement: draft.replacement.into_owned(),
                    function: function.clone(),
                }
            })
            .collect()
    }
}

/// The name of a mutant: what it changes and where in the code's structure, never a line number.
fn stable_id(parts: &[&[u8]]) -> MutantId {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update((part.len() as u64).to_be_bytes());
        hasher.update(part);
    }
    let digest = hasher.finalize();
    let head = u64::from_be_bytes(digest[..8].try_into().expect("a digest has 32 bytes"));
    MutantId(format!("{head:016x}"))
}

/// A hash of the tokens on a line: spaces between them do not count, spaces inside texts do.
fn tokens_hash(parts: &[&[u8]]) -> u64 {
    let mut hash = Fnv::new();
    let mut quote = 0;
    let mut pending = false;
    let mut last = 0;
    for byte in parts.iter().copied().flatten().copied() {
        if quote == 0 && byte.is_ascii_whitespace() {
            pending = true;
            continue;
        }
        if pending && is_word(last) && is_word(byte) {
            hash.add(b' ');
        }
        pending = false;
        if matches!(byte, b'"' | b'\'' | b'`') {
            quote = match quote {
                0 => byte,
                open if open == byte => 0,
                open => open,
            };
        }
        hash.add(byte);
        last = byte;
    }
    hash.0
}

/// The hash of Fowler, Noll and Vo: quick on short texts.
struct Fnv(u64);

impl Fnv {
    fn new() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }

    fn add(&mut self, byte: u8) {
        self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'$' || byte >= 0x80
}

fn is_quote(byte: u8) -> bool {
    matches!(byte, b'"' | b'\'' | b'`')
}

fn is_operator(byte: u8) -> bool {
    matches!(
        byte,
        b'+' | b'-'
            | b'*'
            | b'/'
            | b'%'
            | b'&'
            | b'|'
            | b'^'
            | b'<'
            | b'>'
            | b'='
            | b'!'
            | b'~'
            | b'.'
            | b'?'
            | b':'
            | b'#'
            | b'@'
    )
}

/// How many places of a tree do not parse.
fn errors(tree: &Tree) -> usize {
    let mut cursor = tree.walk();
    let mut count = 0;
    'nodes: loop {
        let node = cursor.node();
        count += usize::from(node.is_error() || node.is_missing());
        if node.has_error() && cursor.goto_first_child() {
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                break 'nodes;
            }
        }
    }
    count
}
