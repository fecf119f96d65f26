//! Conditions: negated, made constant, and the choice between two values.

use tinybug_model::{Language, Tier};
use tree_sitter::Node;

use super::{Drafts, Op};
use crate::{
    grammar::Field,
    role::Role,
    site::{Site, only_named_child},
};

/// Proposes other conditions.
pub(super) fn condition<'t>(site: &Site<'_, 't>, drafts: &mut Drafts<'_, 't>) {
    match site.role {
        Role::Ternary => {
            ternary(site, drafts);
            return;
        }
        Role::Guard => {
            if let Some(condition) = site.child(Field::Condition).or_else(|| only_named_child(site.node)) {
                let [yes, no] = site.spec().syntax.bools;
                drafts.replace(site, Op::CondGuard, condition, yes);
                drafts.replace(site, Op::CondGuard, condition, no);
            }
            return;
        }
        _ => {}
    }
    let Some(condition) = site.child(Field::Condition) else { return };
    let condition = unwrapped(site, condition);
    if site.role_of(condition) == Role::Bool || !is_expression(site, condition) {
        return;
    }
    if matches!(site.role_of(condition), Role::Call | Role::Name | Role::Member) {
        let text = site.text(condition);
        let not = site.spec().syntax.not;
        let negated = match site.spec().language {
            // A call without parentheses would swallow what follows.
            Language::Ruby if site.role_of(condition) == Role::Call => format!("{not}({text})"),
            _ => format!("{not}{text}"),
        };
        drafts.replace(site, Op::LogicNegateCond, condition, negated);
    }
    let [yes, no] = site.spec().syntax.bools;
    match site.role {
        Role::If => {
            drafts.replace(site, Op::CondTrue, condition, yes);
            drafts.replace(site, Op::CondFalse, condition, no);
        }
        Role::While if !is_until(site) => {
            drafts.replace(site, Op::CondLoopZero, condition, no);
        }
        _ => {}
    }
}

fn is_until(site: &Site<'_, '_>) -> bool {
    site.node.kind().starts_with("until")
}

/// The condition without parentheses; C++ wraps it once more.
fn unwrapped<'t>(site: &Site<'_, 't>, node: Node<'t>) -> Node<'t> {
    let mut node = node;
    if node.kind() == "condition_clause"
        && let Some(inner) = only_named_child(node)
    {
        node = inner;
    }
    site.inside_parentheses(node)
}

/// Whether the condition is nothing but an expression: no `let`, no declaration.
fn is_expression<'t>(site: &Site<'_, 't>, node: Node<'t>) -> bool {
    if matches!(node.kind(), "let_condition" | "let_chain" | "declaration" | "condition_clause") {
        return false;
    }
    // A pattern that binds names is part of the condition in C# and Java.
    let text = site.text(node);
    !(matches!(site.spec().language, Language::CSharp | Language::Java)
        && (text.contains(" is ") || text.contains(" instanceof ") || text.contains("out ")))
        && !(site.spec().language == Language::Cpp && text.contains("constexpr"))
}

fn ternary<'t>(site: &Site<'_, 't>, drafts: &mut Drafts<'_, 't>) {
    let Some((yes, no)) = sides(site) else { return };
    let simple = |node| {
        matches!(
            site.role_of(node),
            Role::Name
                | Role::Member
                | Role::Number
                | Role::Str
                | Role::Null
                | Role::Call
                | Role::Bool
                | Role::Paren
                | Role::Char
        )
    };
    let wrap = |node| {
        let text = site.text(node);
        if simple(node) { text.to_owned() } else { format!("({text})") }
    };
    if site.text(yes) == site.text(no) {
        return;
    }
    drafts.replace(site, Op::CondTernary, site.node, wrap(yes));
    drafts.replace(site, Op::CondTernary, site.node, wrap(no));
    // Swapped in place; what stands between the sides stays.
    let (first, second) = if yes.start_byte() < no.start_byte() { (yes, no) } else { (no, yes) };
    if first.end_byte() < second.start_byte()
        && let Some(between) = site.bytes.get(first.end_byte()..second.start_byte())
        && let Ok(between) = std::str::from_utf8(between)
    {
        let swapped = format!("{}{between}{}", wrap(second), wrap(first));
        let span = (first.start_byte(), second.end_byte());
        drafts.span(site, Op::CondTernary, Tier::Default, span, swapped.into(), None);
    }
}

/// The two sides of a conditional value.
fn sides<'t>(site: &Site<'_, 't>) -> Option<(Node<'t>, Node<'t>)> {
    if let (Some(yes), Some(no)) = (site.child(Field::Consequence), site.child(Field::Alternative)) {
        return Some((yes, no));
    }
    // Python: `yes if condition else no`, without fields.
    let node = site.node;
    (node.named_child_count() == 3).then(|| Some((node.named_child(0)?, node.named_child(2)?)))?
}

/// Proposes to drop one alternative of a choice that has one for all else.
pub(super) fn arm<'t>(site: &Site<'_, 't>, drafts: &mut Drafts<'_, 't>) {
    let text = site.own_text();
    let Some(parent) = site.parent() else { return };
    let all = site.text(parent.node);
    if all.len() > 4_000 {
        return;
    }
    let rest = ["_ =>", "default:", "default ->", "case _:", "_ if"].iter().any(|rest| all.contains(rest));
    let is_rest = text.starts_with("_ ") || text.starts_with("default") || text.starts_with("case _");
    // Rust lets an arm without a block only end with a comma.
    let ends = site.spec().language != Language::Rust || text.ends_with(',') || text.ends_with('}');
    if rest && !is_rest && ends && text.len() < 200 {
        drafts.replace(site, Op::CondCaseDrop, site.node, "");
    }
}
