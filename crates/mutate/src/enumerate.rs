//! From source files to mutants: the walk's drafts, checked, made unique, named.

use std::{collections::HashMap, ops::Range};

use rayon::prelude::*;
use tinybug_model::{Language, Mutant, Tier};
use tree_sitter::{InputEdit, Node, Point, Tree};

use crate::{
    budget::CutOff,
    classify::{Classified, classify},
    findings::{Findings, FoundIn},
    grammar::Grammar,
    ids::Hashed,
    ignore::Ignored,
    languages::{self, Plus},
    lines::Lines,
    operators::Op,
    role::Role,
    site::{Draft, Given, Proposed, Twin},
    tokens::{LONGEST_LINE, LineTokens, is_word},
    types::{Guess, Names},
    walk::{Found, walk},
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

/// Lists the mutants of one file, in the order of offsets. A file that is no product code has none.
pub fn enumerate(source: Source<'_>, tier: Tier) -> Enumeration {
    let mut found = find(source, tier);
    let notes = std::mem::take(&mut found.notes);
    Enumeration { mutants: found.mutants(source).collect(), notes }
}

/// Finds the mutants of one file, without writing them out. A file that is no product code has none.
pub fn find(source: Source<'_>, tier: Tier) -> Findings {
    match classify(source.path, source.bytes) {
        Classified::Product(language) => find_as(source, language, tier),
        Classified::Skipped(reason) if reason.is_worth_a_note() => {
            Findings::none(vec![Note { path: source.path.to_owned(), text: reason.to_string() }])
        }
        Classified::Test | Classified::Skipped(_) => Findings::default(),
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

/// Finds the mutants of a file of a known language, whatever its path says about tests.
fn find_as(source: Source<'_>, language: Language, tier: Tier) -> Findings {
    let note = |text: &str| Note { path: source.path.to_owned(), text: text.to_owned() };
    let grammar = Grammar::of(languages::spec(language), source.path);
    let tree = match grammar.parse(source.bytes) {
        Ok(tree) => tree,
        Err(cut) => return Findings::none(vec![note(&cut_off(source.bytes, cut))]),
    };
    let mut found = walk(grammar, &tree, source.bytes, tier);
    let lines = Lines::new(source.bytes);
    let mut ignored = Ignored::read(source.bytes, &lines, &found.comments);
    let mut notes: Vec<_> = std::mem::take(&mut ignored.notes).iter().map(|text| note(text)).collect();
    if parses_nowhere(&tree) {
        notes.push(note("does not parse; it is left alone"));
    } else if tree.root_node().has_error() {
        notes.push(note("has places that do not parse; they are left alone"));
    }
    let mut file =
        File { source, grammar, tree: &tree, lines, has_long_lines: false, patience: patience(source.bytes) };
    let drafts = file.good(&mut found);
    if file.has_long_lines {
        notes.push(note("has lines longer than 1,000 bytes; they are left alone"));
    }
    let (symbols, lines) = (found.symbols.into(), file.lines.into_starts());
    Findings { of: Some(FoundIn { language, drafts, symbols, ignored, lines }), notes }
}

/// Whether nothing of a file parses: an opening bracket or quote too many may do that.
fn parses_nowhere(tree: &Tree) -> bool {
    let root = tree.root_node();
    let mut cursor = tree.walk();
    let sound = |node: Node<'_>| node.is_named() && !node.is_error() && !node.is_extra();
    root.is_error() || root.has_error() && !root.children(&mut cursor).any(sound)
}

/// A sentence about why a file was not parsed to its end.
fn cut_off(bytes: &[u8], cut: CutOff) -> String {
    let line = |at: usize| memchr::memchr_iter(b'\n', &bytes[..at.min(bytes.len())]).count() + 1;
    match cut {
        CutOff::Steps(at) => {
            format!("cut off at line {}: to parse it takes more steps than any code of its size needs", line(at))
        }
        CutOff::Lost(at) => {
            format!("cut off: from line {} on the parser finds no way to read it as code of its language", line(at))
        }
    }
}

struct File<'a> {
    source: Source<'a>,
    grammar: &'static Grammar,
    tree: &'a Tree,
    lines: Lines<'a>,
    has_long_lines: bool,
    /// Bytes that may still be parsed again for the sake of doubtful drafts.
    patience: usize,
}

/// Bytes that doubtful drafts of a file may have parsed again: many times a usual file, but a huge one only so often
/// that its time stays in proportion to its size.
fn patience(bytes: &[u8]) -> usize {
    (4 << 20) + bytes.len() / 2
}

impl File<'_> {
    /// The drafts that are worth being mutants, in the order of offsets.
    fn good(&mut self, found: &mut Found<'_, '_>) -> Vec<Draft> {
        let mut drafts = std::mem::take(&mut found.proposed.drafts);
        drafts.sort_by(|a, b| order(a).cmp(&order(b)).then(a.tier.cmp(&b.tier)));
        let bytes = self.source.bytes;
        // What the drafts of the current line make of it.
        let mut seen: HashMap<u64, usize, Hashed> = HashMap::default();
        let mut tokens = LineTokens::default();
        let (mut line, mut current) = (0, usize::MAX);
        let mut replaced = false;
        // So many drafts in front are good.
        let mut good = 0;
        for at in 0..drafts.len() {
            let draft = &drafts[at];
            line = self.lines.of_next(draft.start(), line);
            let (start, end) = self.lines.span(line);
            if end - start > LONGEST_LINE {
                self.has_long_lines = true;
                continue;
            }
            let text = &bytes[start..end];
            if current != line {
                current = line;
                tokens.read(text);
                seen.clear();
            }
            let place = (draft.start() - start, draft.end() - start);
            let mutated = tokens.changed(text, place, draft.replacement.as_bytes());
            let plainest = self.plainest(found.proposed.twin(draft), &found.names, (&tokens, text, start));
            if mutated == tokens.original()
                || plainest == Some(tokens.original())
                || !self.uses_allow(draft, found)
                || !self.types_allow(draft, found)
                || !self.parses(draft)
            {
                continue;
            }
            let far = found.proposed.twin(draft).is_some_and(|twin| twin.is_beyond(start..end));
            if plainest.is_none() && !far {
                drafts[at].forget_twin();
            }
            let Some(twin) = seen.get(&plainest.unwrap_or(mutated)).or_else(|| seen.get(&mutated)).copied() else {
                seen.extend([Some(mutated), plainest].into_iter().flatten().map(|made| (made, good)));
                drafts.swap(good, at);
                good += 1;
                continue;
            };
            // Of two that do the same the one of the default tier stays, so that it is in both tiers, else the plainer.
            let rank = |draft: &Draft| (draft.tier, draft.has_twin());
            if rank(&drafts[twin]) > rank(&drafts[at]) {
                drafts.swap(twin, at);
                replaced = true;
            }
        }
        drafts.truncate(good);
        if replaced {
            drafts.sort_by(|a, b| order(a).cmp(&order(b)));
        }
        self.leave_out_told_wider(&mut drafts, &found.proposed);
        drafts.shrink_to_fit();
        drafts
    }

    /// Leaves out drafts that do what another one does that begins on the same line and goes further. One on another line
    /// may be ignored, or out of scope: it leaves out nothing.
    fn leave_out_told_wider(&self, drafts: &mut Vec<Draft>, proposed: &Proposed<'_>) {
        let place = |draft: &Draft| (draft.start(), draft.end());
        let told: Vec<bool> = drafts
            .iter()
            .map(|draft| {
                let twin = proposed.twin(draft).filter(|twin| twin.given == Given::Always);
                twin.filter(|twin| self.lines.of(twin.start) == self.lines.of(draft.start())).is_some_and(|twin| {
                    let from = drafts.partition_point(|other| place(other) < (twin.start, twin.end));
                    let mut there = drafts[from..].iter().take_while(|other| place(other) == (twin.start, twin.end));
                    there.any(|other| {
                        other != draft && other.replacement == twin.replacement && other.tier <= draft.tier
                    })
                })
            })
            .collect();
        let mut told = told.into_iter();
        drafts.retain(|_| !told.next().unwrap_or_default());
    }

    /// Whether all that the mutant takes away is used elsewhere, where the compiler asks for it.
    fn uses_allow(&self, draft: &Draft, found: &mut Found<'_, '_>) -> bool {
        let Some((uses, may_lose)) = found.uses.as_mut().zip(self.grammar.spec.may_lose_names) else { return true };
        let span = (draft.start(), draft.end());
        !may_lose(draft.op) || uses.survive_without(self.tree.root_node(), span, &draft.replacement)
    }

    /// What a plainer change makes of the line, if it surely does the same.
    fn plainest(
        &self,
        twin: Option<&Twin<'_>>,
        names: &Names<'_>,
        (tokens, line, start): (&LineTokens, &[u8], usize),
    ) -> Option<u64> {
        let twin = twin?;
        let given = match twin.given {
            Given::Always => true,
            Given::NoFraction(node) => !names.is_fraction(self.grammar, self.source.bytes, node),
            Given::NeverNegative(node) => names.is_never_negative(self.grammar, self.source.bytes, node),
        };
        (given && !twin.is_beyond(start..start + line.len()))
            .then(|| tokens.changed(line, (twin.start - start, twin.end - start), twin.replacement.as_bytes()))
    }

    /// Whether what is known of the operands lets the mutant make sense.
    fn types_allow(&self, draft: &Draft, found: &Found<'_, '_>) -> bool {
        let Some(operands) = found.proposed.operands(draft) else { return true };
        let [left, right] = operands.map(|node| found.names.guess(self.grammar, self.source.bytes, node, 6));
        let either = |guess| left == guess || right == guess;
        let some_number = left.is_number() || right.is_number();
        let compiled = self.grammar.spec.plus == Plus::IfNumber;
        // What fails when it runs is a mutant all the same; what a compiler refuses is none.
        let refused = self.grammar.spec.is_compiled() && either(Guess::Mixed);
        let adds = !either(Guess::Text) && !either(Guess::Other) && !refused;
        match draft.op {
            Op::ArithAddSub => adds && (!compiled || some_number),
            Op::AssignOpSwap => {
                let plus = self.source.bytes[draft.start()..draft.end()] == *b"+=";
                adds && (!compiled || !plus || some_number)
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
    fn parses(&mut self, draft: &Draft) -> bool {
        let bytes = self.source.bytes;
        let replacement = draft.replacement.as_bytes();
        let before = draft.start().checked_sub(1).map_or(b'\n', |at| bytes[at]);
        let after = bytes.get(draft.end()).copied().unwrap_or(b'\n');
        let first = replacement.first().copied().unwrap_or(after);
        let last = replacement.last().copied().unwrap_or(before);
        if is_word(before) && is_word(first) || is_word(last) && is_word(after) && !replacement.is_empty() {
            return false;
        }
        let doubtful = is_operator(before) && is_operator(first)
            || is_operator(last) && is_operator(after)
            // Three quotes in a row begin another kind of text.
            || is_quote(before) && is_quote(first)
            || is_quote(last) && is_quote(after);
        !doubtful || self.reparses(draft)
    }

    fn reparses(&mut self, draft: &Draft) -> bool {
        let (start, end) = (draft.start(), draft.end());
        let bytes = self.source.bytes;
        if let Some(unit) = self.unit_around(start..end) {
            let text = [&bytes[unit.start..start], draft.replacement.as_bytes(), &bytes[end..unit.end]];
            if self.is_clean(text) {
                return true;
            }
            // Some units stand for nothing alone, such as a label without its choice; of the others that was the answer.
            if self.is_clean([&bytes[unit], &[], &[]]) {
                return false;
            }
        }
        if !self.afford(bytes.len()) {
            return false;
        }
        let row = self.lines.of(draft.start());
        let line_start = self.lines.span(row).0;
        let point = |at: usize| Point { row, column: at - line_start };
        let new_end = draft.start() + draft.replacement.len();
        let mut old = self.tree.clone();
        old.edit(&InputEdit {
            start_byte: draft.start(),
            old_end_byte: draft.end(),
            new_end_byte: new_end,
            start_position: point(draft.start()),
            old_end_position: point(draft.end()),
            new_end_position: point(new_end),
        });
        let text = [&bytes[..draft.start()], draft.replacement.as_bytes(), &bytes[draft.end()..]];
        let Some(tree) = self.grammar.parse_changed(text, Some(&old)) else { return false };
        let clean = !self.tree.root_node().has_error();
        if clean {
            return !tree.root_node().has_error();
        }
        errors(&tree) <= errors(self.tree)
    }

    /// Whether a piece of code parses by itself.
    fn is_clean(&mut self, text: [&[u8]; 3]) -> bool {
        self.afford(text.iter().map(|piece| piece.len()).sum())
            && self.grammar.parse_changed(text, None).is_some_and(|tree| !tree.root_node().has_error())
    }

    /// Takes from the patience what parsing so many bytes costs.
    fn afford(&mut self, bytes: usize) -> bool {
        let left = self.patience.checked_sub(bytes);
        self.patience = left.unwrap_or(self.patience);
        left.is_some()
    }

    /// The smallest statement or function around a place, if it parses. Most stand for themselves: to parse one anew is
    /// quicker than to parse the file, above all one that has errors elsewhere.
    fn unit_around(&self, place: Range<usize>) -> Option<Range<usize>> {
        let mut cursor = self.tree.walk();
        let mut unit = None;
        while cursor.goto_first_child_for_byte(place.start).is_some() {
            let node = cursor.node();
            if node.start_byte() > place.start || node.end_byte() < place.end {
                break;
            }
            if is_unit(self.grammar.role(node)) {
                unit = Some(node);
            }
        }
        unit.filter(|node| !node.has_error()).map(|node| node.byte_range())
    }
}

/// The order of drafts, their tier left out.
fn order(draft: &Draft) -> (usize, usize, Op, &str) {
    (draft.start(), draft.end(), draft.op, &draft.replacement)
}

fn is_quote(byte: u8) -> bool {
    matches!(byte, b'"' | b'\'' | b'`')
}

/// Whether a node of that role is a statement or a function.
fn is_unit(role: Role) -> bool {
    use Role::{DoWhile, ExprStmt, For, ForEach, Function, If, Return, Switch, Throw, While};
    matches!(role, ExprStmt | Return | If | While | DoWhile | For | ForEach | Switch | Throw | Function)
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
