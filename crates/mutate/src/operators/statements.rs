//! Statements dropped: calls, assignments, raised errors, deferred calls.

use tinybug_model::Language;
use tree_sitter::Node;

use super::{Drafts, Op};
use crate::{
    arid,
    grammar::Field,
    role::Role,
    site::Site,
    types::{callee, last_name},
};

/// Methods whose missing call hardly any test can see, beyond what is arid with all its arguments.
const CLEANUPS: &[&str] = &[
    "close",
    "Close",
    "flush",
    "Flush",
    "dispose",
    "Dispose",
    "__init__",
    "super",
    "initialize",
    "preventDefault",
    "SuppressFinalize",
    "reserve",
    "shrink_to_fit",
    "EnsureCapacity",
    "ensureCapacity",
    "free",
    "drop",
    "raise",
    "private",
    "attr_reader",
    "attr_accessor",
    "attr_writer",
    "require",
    "require_relative",
    "include",
    "extend",
    "module_function",
    "private_constant",
    "public",
    "protected",
    "define_method",
    "alias_method",
    "setLevel",
];

/// Proposes to drop a statement that is only an expression.
pub(super) fn expression<'t>(site: &Site<'_, 't>, drafts: &mut Drafts<'_, 't>) {
    let Some(inner) = site.node.named_child(0) else { return };
    let inner = match site.role_of(inner) {
        Role::Other if inner.kind().starts_with("await") => inner.named_child(0).unwrap_or(inner),
        _ => inner,
    };
    match site.role_of(inner) {
        Role::Call => drop_call(site, drafts, inner),
        Role::Assign => assignment(site, drafts, inner),
        _ => {}
    }
}

fn drop_call<'t>(site: &Site<'_, 't>, drafts: &mut Drafts<'_, 't>, call: Node<'t>) {
    if arid::call_is_arid(site, call) || site.text(call).starts_with("super") {
        return;
    }
    let name = callee(site.grammar, call).and_then(|callee| last_name(site.grammar, site.bytes, callee));
    if name.is_some_and(|name| CLEANUPS.contains(&name)) || site.own_text().ends_with("?;") {
        return;
    }
    drafts.replace(site, Op::StmtCallDrop, site.node, site.spec().syntax.nothing);
}

/// Ruby has no statement around a call: one that is not the last of its block has no value that counts.
pub(super) fn bare_call<'t>(site: &Site<'_, 't>, drafts: &mut Drafts<'_, 't>) {
    let modified = site.parent_role() == Role::If && site.is_field(Field::Body);
    if site.spec().language != Language::Ruby || !modified && site.parent_role() != Role::Block {
        return;
    }
    let name = site.child(Field::Method).map_or("", |name| site.text(name));
    if name == "raise" && site.child(Field::Receiver).is_none() {
        drafts.replace(site, Op::StmtThrowDrop, site.node, "nil");
    } else if !modified && site.node.next_named_sibling().is_some() && site.function().is_some() {
        drop_call(site, drafts, site.node);
    }
}

fn assignment<'t>(site: &Site<'_, 't>, drafts: &mut Drafts<'_, 't>, assignment: Node<'t>) {
    let (Some(left), Some(right)) = (site.child_of(assignment, Field::Left), site.child_of(assignment, Field::Right))
    else {
        return;
    };
    let language = site.spec().language;
    let field = matches!(site.role_of(left), Role::Member | Role::Index);
    let loose = matches!(language, Language::JavaScript | Language::TypeScript | Language::C | Language::Cpp);
    if !field && !loose || site.function().is_none() {
        return;
    }
    drafts.replace(site, Op::StmtAssignDrop, site.node, site.spec().syntax.nothing);
    if matches!(language, Language::Python | Language::JavaScript)
        && !matches!(site.role_of(right), Role::Null | Role::Bool | Role::Function | Role::Lambda)
    {
        drafts.replace(site, Op::StmtAssignNull, right, site.spec().syntax.null);
    }
}

/// Proposes to drop the raising of an error.
pub(super) fn throw<'t>(site: &Site<'_, 't>, drafts: &mut Drafts<'_, 't>) {
    let strict = matches!(site.spec().language, Language::Java | Language::CSharp);
    if strict && !something_follows(site) || site.parent_role() == Role::Case || site.function().is_none() {
        return;
    }
    drafts.replace(site, Op::StmtThrowDrop, site.node, site.spec().syntax.nothing);
}

/// Whether the statement is all that an `if` without `else` guards, and a statement follows the `if`: only then is the
/// code behind it reached in a way that compilers accept.
fn something_follows(site: &Site<'_, '_>) -> bool {
    let Some(parent) = site.parent() else { return false };
    let guard = match parent.role {
        Role::If => Some(parent),
        Role::Block if parent.node.named_child_count() == 1 => site.above(2).filter(|frame| frame.role == Role::If),
        _ => None,
    };
    let Some(guard) = guard else { return false };
    // What the guard proves about a variable is lost with it.
    let proves = site.child_of(guard.node, Field::Condition).is_some_and(|condition| {
        let text = site.text(condition);
        text.contains("out ") || text.contains(" is ") || text.contains("instanceof") || text.contains("Try")
    });
    !proves && site.child_of(guard.node, Field::Alternative).is_none() && guard.node.next_named_sibling().is_some()
}

/// Proposes to drop a deferred call.
pub(super) fn defer<'t>(site: &Site<'_, 't>, drafts: &mut Drafts<'_, 't>) {
    drafts.replace(site, Op::StmtDeferDrop, site.node, "");
}

/// Proposes to handle no error where some were handled.
pub(super) fn handler<'t>(site: &Site<'_, 't>, drafts: &mut Drafts<'_, 't>) {
    let Some(class) = site.node.named_child(0) else { return };
    let named = match site.role_of(class) {
        Role::Name | Role::Member | Role::List => Some(class),
        _ => class.named_child(0).filter(|_| class.kind() == "as_pattern"),
    };
    if let Some(named) = named {
        drafts.replace(site, Op::ExceptClass, named, "()");
    }
}
