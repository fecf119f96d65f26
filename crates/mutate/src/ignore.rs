//! Comments that ask to leave code alone: `tinybug: ignore <reason>`.

use tinybug_model::Mutant;
use tree_sitter::Node;

use crate::{lines::Lines, site::text};

/// What a file's comments say to leave alone.
#[derive(Debug, Default)]
pub(crate) struct Ignored {
    whole_file: bool,
    /// First and last line, from 1, and the operators or families that are meant; all when there are none.
    spans: Vec<(u32, u32, Vec<String>)>,
    /// What a person should know.
    pub notes: Vec<String>,
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
            let (start, _) = lines.span(line);
            let alone = bytes[start..comment.start_byte()].trim_ascii().is_empty();
            let (first, last) = match following(*comment).map(|node| first_statement(bytes, node)).filter(|_| alone) {
                Some(next) => (lines.of(next.start_byte()), lines.of(next.end_byte().saturating_sub(1))),
                None if alone => (line + 1, line + 1),
                None => (line, line),
            };
            let number = |line: usize| u32::try_from(line + 1).unwrap_or(u32::MAX);
            ignored.spans.push((number(first), number(last), operators));
        }
        ignored
    }

    fn ask_for_reason(&mut self, line: usize, reason: &str) {
        if reason.trim_matches(|c: char| !c.is_alphanumeric()).is_empty() {
            self.notes.push(format!("line {}: `tinybug: ignore` without a reason", line + 1));
        }
    }

    /// Whether a mutant stands where it was asked not to.
    pub(crate) fn holds(&self, mutant: &Mutant) -> bool {
        self.whole_file
            || self.spans.iter().any(|(first, last, operators)| {
                (*first..=*last).contains(&mutant.line)
                    && (operators.is_empty()
                        || operators.iter().any(|name| {
                            *name == mutant.operator
                                || mutant.operator.strip_prefix(name.as_str()).is_some_and(|rest| rest.starts_with('.'))
                        }))
            })
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
