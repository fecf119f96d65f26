//! Guards: an `if` that returns in front of a `return`. To take it always is to return the same behind it,
//! and where both stand on one line only that is made.

use tinybug_model::Language;
use tree_sitter::Node;

use super::{returns, twins::only_inside};
use crate::{
    grammar::Field,
    role::Role,
    site::{Given, Site, Twin, named_children},
    types::callee,
};

/// The longest condition that is looked through.
const LONGEST: usize = 400;

/// First words of the names of what answers without changing anything.
const ASKS: &[&str] =
    &["is", "has", "can", "should", "contains", "includes", "equals", "starts", "ends", "matches", "eq"];

/// Whole names of what answers without changing anything; with more behind them they may do something.
const QUESTIONS: &[&str] = &[
    "len",
    "length",
    "size",
    "count",
    "empty",
    "any",
    "all",
    "include",
    "typeof",
    "sizeof",
    "defined",
    "strlen",
    "strcmp",
    "strncmp",
    "memcmp",
    "isinstance",
    "issubclass",
    "callable",
    "hasattr",
    "startswith",
    "endswith",
    "isdigit",
    "isalpha",
    "isalnum",
    "isspace",
    "isupper",
    "islower",
    "in",
    "not",
    "and",
    "or",
];

/// What changes something, or may leave the function.
const CHANGES: &[&str] = &["++", "--", ":=", "<-", "<<=", ">>", "`", "await", "yield", "delete "];

/// What a `return` gives back.
enum Returned<'t> {
    Nothing,
    Value(Node<'t>),
}

/// The twin of a constant in the place of the condition of an `if`: another value returned behind it, or in it.
pub(super) fn twin<'t>(site: &Site<'_, 't>, condition: Node<'t>, holds: bool) -> Option<Twin<'t>> {
    let branch = site.node;
    let taken = holds != branch.kind().starts_with("unless");
    let inside = site.child_of(branch, Field::Consequence).or_else(|| site.child_of(branch, Field::Body))?;
    let inside = returned(site, inside)?;
    let behind = match site.child_of(branch, Field::Alternative) {
        Some(alternative) => returned(site, alternative)?,
        None => behind(site)?,
    };
    let (stays, goes) = if taken { (inside, behind) } else { (behind, inside) };
    let Returned::Value(goes) = goes else { return None };
    let stays = match stays {
        Returned::Nothing => None,
        Returned::Value(value) => Some(value),
    };
    let replacement = returns::written(site, stays)?;
    let (start, end) = (goes.start_byte(), goes.end_byte());
    only_asks(site, condition).then_some(Twin { start, end, replacement, given: Given::Always })
}

/// What a branch that does nothing else returns.
fn returned<'t>(site: &Site<'_, 't>, branch: Node<'t>) -> Option<Returned<'t>> {
    value(only_inside(site, branch).filter(|only| site.role_of(*only) == Role::Return)?)
}

/// What is returned directly behind a branch without an alternative.
fn behind<'t>(site: &Site<'_, 't>) -> Option<Returned<'t>> {
    let parent = site.parent()?;
    let (statement, around) = match parent.role {
        Role::ExprStmt => (parent.node, site.above(2)?),
        _ => (site.node, parent),
    };
    let without_return = matches!(site.spec().language, Language::Rust | Language::Ruby);
    let behind = site.source.get(statement.end_byte()..).unwrap_or_default().trim_start();
    // To ask for a sibling is to look for it from the root.
    if !without_return && !behind.starts_with("return") {
        return None;
    }
    let next = statement.next_named_sibling().filter(|next| !next.is_extra())?;
    if let Some(found) = returned(site, next) {
        return Some(found);
    }
    // In Rust and Ruby the last expression of a function is what it returns.
    let tail = without_return
        && site.role_of(next) != Role::ExprStmt
        && next.next_named_sibling().is_none()
        && around.role == Role::Block
        && site.function().is_some_and(|function| site.child_of(function.node, Field::Body) == Some(around.node));
    tail.then_some(Returned::Value(next))
}

/// The one value of a `return`, if it has one. Several are no value.
fn value(statement: Node<'_>) -> Option<Returned<'_>> {
    let mut values = named_children(statement);
    while let [only] = values.as_slice()
        && matches!(only.kind(), "expression_list" | "argument_list")
    {
        values = named_children(*only);
    }
    match values.as_slice() {
        [] => Some(Returned::Nothing),
        [only] => Some(Returned::Value(*only)),
        _ => None,
    }
}

/// Whether a condition surely changes nothing: all that it calls only answers.
fn only_asks<'t>(site: &Site<'_, 't>, condition: Node<'t>) -> bool {
    let text = site.text(condition);
    let by_language = match site.spec().language {
        // A question mark leaves the function.
        Language::Rust => !text.contains('?'),
        // Calls need no parentheses.
        Language::Ruby => text.len() < LONGEST && !shouts(text) && calls_only_ask(site, condition),
        _ => true,
    };
    by_language && text_only_asks(text)
}

/// The same of its text: names before parentheses are called.
fn text_only_asks(condition: &str) -> bool {
    let changes = CHANGES.iter().any(|mark| condition.contains(mark));
    let assigns = condition.as_bytes().windows(3).any(|three| {
        three[1] == b'=' && three[2] != b'=' && !matches!(three[0], b'=' | b'!' | b'<' | b'>') && three[2] != b'>'
    });
    !changes
        && !assigns
        && condition.len() < LONGEST
        && condition.match_indices('(').all(|(at, _)| {
            let before = &condition[..at];
            let close = before.trim_end();
            let name = close.rsplit(|c: char| !is_word(c) && c != '?').next().unwrap_or_default();
            // Without a name a value is called, or nothing is.
            let value = close.ends_with([')', ']', '}', '.']) || before.ends_with('>') || shouts(before);
            if name.is_empty() { !value } else { asks(name) }
        })
}

/// Whether all calls of a condition only answer, those without parentheses as well.
fn calls_only_ask<'t>(site: &Site<'_, 't>, node: Node<'t>) -> bool {
    let answers =
        site.role_of(node) != Role::Call || callee(site.grammar, node).is_some_and(|name| asks(site.text(name)));
    answers && named_children(node).into_iter().all(|child| calls_only_ask(site, child))
}

/// Whether a name is that of a question.
fn asks(name: &str) -> bool {
    let plain = name.trim_end_matches('?');
    let begins = |ask: &&str| {
        let first = plain.as_bytes().first().map(u8::to_ascii_lowercase);
        let rest = plain.get(1..).and_then(|rest| rest.strip_prefix(&ask[1..]));
        first == ask.bytes().next()
            && rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(|c: char| c == '_' || c.is_uppercase()))
    };
    QUESTIONS.iter().any(|question| plain.eq_ignore_ascii_case(question)) || ASKS.iter().any(begins)
}

/// Whether a name ends with an exclamation mark: a macro, or what Ruby warns of.
fn shouts(text: &str) -> bool {
    text.match_indices('!').any(|(at, _)| text[..at].ends_with(is_word) && !text[at + 1..].starts_with('='))
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_is_told_by_its_whole_first_word() {
        for question in [
            "a.isGone()",
            "is_gone(a)",
            "IsGone(a)",
            "a.contains(b)",
            "a.HasPrefix(b)",
            "len(a) > (b + 1)",
            "!(a && b)",
            "a in (b, c)",
            "isinstance(a, b)",
            "a.empty?(b)",
            "size (a)",
            "(a)",
            "a != (b)",
            "equalsIgnoreCase(a)",
        ] {
            assert!(text_only_asks(question), "{question}");
        }
        for change in [
            "a.insert(b)",
            "cancel(a)",
            "alloc(1)",
            "issue(a)",
            "take::<u32>(a)",
            "foo!(a)",
            "f()()",
            "a[0](b)",
            "f?.(a)",
            "take (a)",
            "a.pop()",
            "countDown(a)",
            "empty_trash(a)",
            "save!(a)",
            "hash(a)",
            "(*f) (a)",
            "lend(a)",
            "a.enqueue(b)",
        ] {
            assert!(!text_only_asks(change), "{change}");
        }
    }
}
