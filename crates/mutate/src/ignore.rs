//! Comments that ask to leave code alone: `tinybug: ignore <reason>`.

use std::collections::VecDeque;

use tinybug_model::Mutant;
use tree_sitter::Node;

use crate::{lines::Lines, operators::catalogue::CATALOGUE, site::text};

/// What a file's comments say to leave alone.
#[derive(Debug, Default)]
pub(crate) struct Ignored {
    whole_file: bool,
    /// What comments cover, by its first line.
    spans: VecDeque<Span>,
    /// Of these, what covers the line that was asked about last.
    open: Vec<Span>,
    /// What a person should know.
    pub notes: Vec<String>,
}

/// Lines that a comment covers.
#[derive(Debug)]
struct Span {
    first: u32,
    last: u32,
    /// The operators or families that are meant; all when there are none.
    operators: Vec<String>,
}

impl Span {
    fn means(&self, operator: &str) -> bool {
        self.operators.is_empty() || self.operators.iter().any(|name| is_of(operator, name))
    }
}

/// Whether an operator has that name, or is of that family.
fn is_of(operator: &str, name: &str) -> bool {
    operator.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

impl Ignored {
    /// Reads the comments that speak to Tinybug.
    ///
    /// Behind code a comment covers its line; on a line of its own it covers the statement or declaration that follows.
    /// `tinybug: ignore-file` covers the file, `tinybug: ignore[rel.boundary, lit] <reason>` only some operators.
    pub(crate) fn read(bytes: &[u8], lines: &Lines<'_>, comments: &[Node<'_>]) -> Self {
        let mut ignored = Self::default();
        for comment in comments {
            let said = text(bytes, *comment);
            let Some((before, rest)) = said.split_once("tinybug:") else { continue };
            let rest = rest.trim_start();
            let Some(rest) = rest.strip_prefix("ignore") else { continue };
            // Prose about such comments, and other words, ask for nothing.
            if before.contains(char::is_alphanumeric) || rest.starts_with(|c: char| c.is_alphanumeric() || c == '_') {
                continue;
            }
            let line = lines.of(comment.start_byte());
            let word = rest.split(|c: char| !c.is_alphanumeric() && c != '-').next().unwrap_or_default();
            if !matches!(word, "" | "-file") && !word.trim_matches('-').is_empty() {
                ignored.notes.push(format!(
                    "line {}: `tinybug: ignore{word}` says nothing; there are `ignore`, `ignore[operators]` and `ignore-file`",
                    line + 1
                ));
                continue;
            }
            if let Some(reason) = rest.strip_prefix("-file") {
                ignored.whole_file = true;
                ignored.ask_for_reason(line, reason);
                continue;
            }
            let (operators, reason) = match rest.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
                Some((list, reason)) => (list.split(',').map(|name| name.trim().to_owned()).collect(), reason),
                None => (Vec::new(), rest),
            };
            ignored.ask_for_reason(line, reason);
            ignored.ask_for_operators(line, &operators);
            let (start, _) = lines.span(line);
            let alone = bytes[start..comment.start_byte()].trim_ascii().is_empty();
            let (first, last) = match following(*comment).map(|node| first_statement(bytes, node)).filter(|_| alone) {
                Some(next) => (lines.of(next.start_byte()), lines.of(next.end_byte().saturating_sub(1))),
                None if alone => (line + 1, line + 1),
                None => (line, line),
            };
            let number = |line: usize| u32::try_from(line + 1).unwrap_or(u32::MAX);
            ignored.spans.push_back(Span { first: number(first), last: number(last), operators });
        }
        ignored.spans.make_contiguous().sort_by_key(|span| span.first);
        ignored
    }

    fn ask_for_reason(&mut self, line: usize, reason: &str) {
        if reason.trim_matches(|c: char| !c.is_alphanumeric()).is_empty() {
            self.notes.push(format!("line {}: `tinybug: ignore` without a reason", line + 1));
        }
    }

    fn ask_for_operators(&mut self, line: usize, operators: &[String]) {
        for unknown in operators.iter().filter(|name| CATALOGUE.iter().all(|known| !is_of(known.id, name))) {
            self.notes.push(format!("line {}: `tinybug: ignore[{unknown}]` names no operator and no family", line + 1));
        }
    }

    /// Whether a mutant stands where it was asked not to. Mutants are asked about in the order of their lines.
    pub(crate) fn holds(&mut self, mutant: &Mutant) -> bool {
        self.open.retain(|span| span.last >= mutant.line);
        while let Some(span) = self.spans.pop_front_if(|span| span.first <= mutant.line) {
            if span.last >= mutant.line {
                self.open.push(span);
            }
        }
        self.whole_file || self.open.iter().any(|span| span.means(&mutant.operator))
    }
}

/// The next node that is no comment.
fn following(comment: Node<'_>) -> Option<Node<'_>> {
    let mut next = comment.next_named_sibling();
    while let Some(node) = next.filter(Node::is_extra) {
        next = node.next_named_sibling();
    }
    next
}

/// The first statement of a block without braces, before which a comment may stand as its sibling.
fn first_statement<'t>(bytes: &[u8], node: Node<'t>) -> Node<'t> {
    let block = matches!(node.kind(), "block" | "body_statement" | "then" | "statement_list");
    let braced = bytes.get(node.start_byte()) == Some(&b'{');
    if block && !braced { node.named_child(0).unwrap_or(node) } else { node }
}
