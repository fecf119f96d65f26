//! Statements dropped: calls, assignments, raised errors, deferred calls.

use tinybug_model::{Language, Tier};
use tree_sitter::Node;

use super::{Drafts, Op};
use crate::{
    arid,
    grammar::Field,
    role::Role,
    site::{Site, only_named_child},
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
    // Java: `case 1 -> f();` has no place for an empty statement.
    if site.parent_role() == Role::Arm && site.parent().is_some_and(|parent| parent.node.kind() == "switch_rule") {
        return;
    }
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
    // A loop that does nothing else may never end.
    let alone = match site.parent() {
        Some(parent) if parent.role == Role::Block && parent.node.named_child_count() == 1 => site.above(2),
        parent => parent,
    };
    let steers = alone.is_some_and(|frame| matches!(frame.role, Role::While | Role::DoWhile | Role::Loop));
    let tier = if steers { Tier::Extended } else { Tier::Default };
    let span = (site.node.start_byte(), site.node.end_byte());
    drafts.span(site, Op::StmtCallDrop, tier, span, site.spec().syntax.nothing.into(), None);
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
    } else if !modified && !is_last(site) && site.function().is_some() {
        drop_call(site, drafts, site.node);
    }
}

/// Whether nothing follows a statement in its block.
fn is_last(site: &Site<'_, '_>) -> bool {
    let Some(block) = site.parent() else { return true };
    let behind = site.source.get(site.node.end_byte()..block.node.end_byte()).unwrap_or_default();
    let behind = behind.trim_start_matches([';', ' ', '\t', '\r', '\n']);
    // Some blocks hold the word that ends them.
    behind.is_empty() || behind == "end"
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
    assign_null(site, drafts, right);
}

fn assign_null<'t>(site: &Site<'_, 't>, drafts: &mut Drafts<'_, 't>, right: Node<'t>) {
    if matches!(site.spec().language, Language::Python | Language::JavaScript | Language::Ruby)
        && !matches!(site.role_of(right), Role::Null | Role::Bool | Role::Function | Role::Lambda)
    {
        drafts.replace(site, Op::StmtAssignNull, right, site.spec().syntax.null);
    }
}

/// Go and Ruby have no statement around an assignment. Proposes to drop one to a field.
pub(super) fn bare_assignment<'t>(site: &Site<'_, 't>, drafts: &mut Drafts<'_, 't>) {
    let (Some(left), Some(right)) = (site.child(Field::Left), site.child(Field::Right)) else { return };
    if site.parent_role() != Role::Block || site.function().is_none() {
        return;
    }
    match site.spec().language {
        Language::Go => {
            let field =
                only_named_child(left).is_some_and(|left| matches!(site.role_of(left), Role::Member | Role::Index));
            let plain = site.node.child(1).is_some_and(|token| site.text(token) == "=");
            if field && plain {
                drafts.replace(site, Op::StmtAssignDrop, site.node, "");
            }
        }
        // The last one of a method is its value, but for a constructor.
        Language::Ruby if site.text(left).starts_with('@') || site.role_of(left) == Role::Call => {
            drafts.replace(site, Op::StmtAssignDrop, site.node, "nil");
            assign_null(site, drafts, right);
        }
        _ => {}
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
    match class.kind() {
        "exceptions" => return drafts.replace(site, Op::ExceptClass, class, "*[]"),
        // C#: a filter that never lets an error in.
        "catch_declaration" if class.next_named_sibling().is_some_and(|next| site.role_of(next) == Role::Block) => {
            let at = class.end_byte();
            return drafts.span(site, Op::ExceptClass, Tier::Extended, (at, at), " when (false)".into(), None);
        }
        _ => {}
    }
    let named = match site.role_of(class) {
        Role::Name | Role::Member | Role::List => Some(class),
        _ => class.named_child(0).filter(|_| class.kind() == "as_pattern"),
    };
    if let Some(named) = named {
        drafts.replace(site, Op::ExceptClass, named, "()");
    }
}
