//! Arid code: calls and conditions whose mutants teach nobody anything, such as logging.

use tree_sitter::Node;

use crate::{
    grammar::Field,
    role::Role,
    site::{FEW, Site, first_named},
    types::callee,
};

/// Callees that are arid in every language.
const METHODS: &[&str] = &["sleep", "usleep", "nanosleep"];
const RECEIVERS: &[&str] =
    &["log", "logger", "logging", "LOG", "LOGGER", "_log", "_logger", "Logger", "slog", "glog", "klog", "console"];

/// Whether a node and all below it are left alone.
pub(crate) fn is_arid(site: &Site<'_, '_>) -> bool {
    match site.role {
        Role::Call => call_is_arid(site, site.node),
        Role::If => site.child(Field::Alternative).is_none() && (body_is_arid(site) || is_shortcut(site)),
        _ => false,
    }
}

/// Whether a call is of the kind that mutants leave alone.
pub(crate) fn call_is_arid<'t>(site: &Site<'_, 't>, call: Node<'t>) -> bool {
    let Some(function) = callee(site.grammar, call) else { return false };
    let arid = &site.spec().arid;
    let object = site.child_of(call, Field::Object).or_else(|| site.child_of(call, Field::Receiver));
    let name = site.text(function);
    if name.len() > 200 {
        return false;
    }
    let path = match object {
        Some(object) => &format!("{}.{name}", site.text(object).lines().next().unwrap_or_default()),
        None => name,
    };
    let path = path.trim_start_matches("this.").trim_start_matches("self.").trim_start_matches('@');
    let first = path.bytes().position(|byte| matches!(byte, b'.' | b':' | b'(')).map_or(path, |at| &path[..at]);
    let last = path.bytes().rposition(|byte| matches!(byte, b'.' | b':' | b'>')).map_or(path, |at| &path[at + 1..]);
    arid.callees.contains(&path)
        || first.len() < path.len() && (RECEIVERS.contains(&first) || arid.receivers.contains(&first))
        || METHODS.contains(&last)
        || arid.methods.contains(&last)
}

/// Whether an `if` only answers early that an object equals itself: without it the answer is the same.
fn is_shortcut(site: &Site<'_, '_>) -> bool {
    let Some(condition) = site.child(Field::Condition) else { return false };
    let condition = site.text(condition).trim_start_matches('(').trim_end_matches(')');
    let itself = ["this ==", "self is ", "this === ", "equal?(", "ReferenceEquals(this", "ReferenceEquals(null, this"];
    itself.iter().any(|start| condition.starts_with(start)) && !condition.contains("None")
        || condition.ends_with("== this")
        || condition.ends_with("is self")
}

/// Whether all that an `if` guards is arid.
fn body_is_arid(site: &Site<'_, '_>) -> bool {
    let Some(body) = site.child(Field::Consequence) else { return false };
    if site.role_of(body) == Role::Block { block_is_arid(site, body) } else { statement_is_arid(site, body) }
}

/// Whether a block holds a few arid calls and nothing else.
fn block_is_arid<'t>(site: &Site<'_, 't>, block: Node<'t>) -> bool {
    let mut calls = 0;
    for child in first_named(block) {
        if child.is_extra() {
            continue;
        }
        calls += 1;
        // Go wraps the statements of a block once more.
        let wraps = calls == 1 && child.kind() == "statement_list";
        if calls > 4 || !(if wraps { block_is_arid(site, child) } else { statement_is_arid(site, child) }) {
            return false;
        }
    }
    calls > 0 && block.named_child_count() <= FEW
}

fn statement_is_arid<'t>(site: &Site<'_, 't>, statement: Node<'t>) -> bool {
    let call = match site.role_of(statement) {
        Role::ExprStmt => statement.named_child(0),
        Role::Call => Some(statement),
        _ => None,
    };
    call.is_some_and(|call| site.role_of(call) == Role::Call && call_is_arid(site, call))
}
