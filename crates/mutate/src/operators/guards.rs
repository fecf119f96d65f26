//! Guards: an `if` that returns in front of a `return`. To take it always is to return the same behind it.

use tinybug_model::Language;
use tree_sitter::Node;

use super::{returns, twins::only_inside};
use crate::{
    grammar::Field,
    role::Role,
    site::{Given, Site, Twin, named_children},
};

/// Beginnings of the names of what answers without changing anything.
const ASKS: &[&str] = &[
    "is", "has", "can", "should", "contains", "includes", "equals", "starts", "ends", "len", "size", "count", "empty",
    "Is", "Has", "Can", "Should", "Contains", "Equals", "Starts", "Ends", "Len", "any", "all", "typeof", "sizeof",
    "strlen", "strcmp", "matches", "eq", "in",
];

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
    only_asks(site.text(condition)).then_some(Twin { start, end, replacement, given: Given::Always })
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
fn only_asks(condition: &str) -> bool {
    let changes = ["++", "--", ":=", "await", "<-", "yield"].iter().any(|mark| condition.contains(mark));
    let assigns = condition.as_bytes().windows(3).any(|three| {
        three[1] == b'=' && three[2] != b'=' && !matches!(three[0], b'=' | b'!' | b'<' | b'>') && three[2] != b'>'
    });
    !changes
        && !assigns
        && condition.len() < 400
        && condition.match_indices('(').all(|(at, _)| {
            let name = condition[..at].rsplit(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default();
            name.is_empty() || ASKS.iter().any(|ask| name.starts_with(ask))
        })
}
