//! Conditions: negated, made constant, and the choice between two values.

use tinybug_model::{Language, Tier};
use tree_sitter::Node;

use super::{Drafts, Op, guards, twins};
use crate::{
    grammar::Field,
    role::Role,
    site::{Site, named_children, only_named_child},
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
                constant_guard(site, drafts, condition);
            }
            return;
        }
        Role::For => {
            go_loop(site, drafts);
            return;
        }
        Role::ForEach => {
            no_items(site, drafts);
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
            // What a macro stands for may have no parentheses of its own.
            Language::C | Language::Cpp if is_macro(text) => format!("{not}({text})"),
            _ => format!("{not}{text}"),
        };
        drafts.replace(site, Op::LogicNegateCond, condition, negated);
    }
    let [yes, no] = site.spec().syntax.bools;
    match site.role {
        Role::If => {
            let twin = |holds| {
                move |_: &str| {
                    let constant = twins::of_constant(site, condition, holds);
                    constant.or_else(|| guards::twin(site, condition, holds))
                }
            };
            drafts.replace_unless(site, Op::CondTrue, condition, yes, twin(true));
            drafts.replace_unless(site, Op::CondFalse, condition, no, twin(false));
        }
        Role::While if !is_until(site) => {
            drafts.replace(site, Op::CondLoopZero, condition, no);
        }
        _ => {}
    }
}

/// Whether a call is named as macros are.
fn is_macro(call: &str) -> bool {
    let name = call.split('(').next().unwrap_or_default();
    name.len() < call.len()
        && name.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
}

/// Proposes a guard that always or never holds. Rust hangs it on the pattern.
pub(super) fn guard<'t>(site: &Site<'_, 't>, drafts: &mut Drafts<'_, 't>) {
    if let Some(condition) = site.child(Field::Condition).filter(|condition| is_expression(site, *condition)) {
        constant_guard(site, drafts, condition);
    }
}

fn constant_guard<'t>(site: &Site<'_, 't>, drafts: &mut Drafts<'_, 't>, condition: Node<'t>) {
    if site.role_of(condition) != Role::Bool {
        let [yes, no] = site.spec().syntax.bools;
        drafts.replace(site, Op::CondGuard, condition, yes);
        drafts.replace(site, Op::CondGuard, condition, no);
    }
}

/// Go has one word for all loops: `for condition {`.
fn go_loop<'t>(site: &Site<'_, 't>, drafts: &mut Drafts<'_, 't>) {
    if site.spec().language != Language::Go {
        return;
    }
    let condition =
        site.node.named_child(0).filter(|head| !matches!(head.kind(), "for_clause" | "range_clause" | "block"));
    if let Some(condition) = condition.filter(|condition| site.role_of(*condition) != Role::Bool) {
        drafts.replace(site, Op::CondLoopZero, condition, site.spec().syntax.bools[1]);
    }
}

/// Proposes a loop over nothing.
fn no_items<'t>(site: &Site<'_, 't>, drafts: &mut Drafts<'_, 't>) {
    let items = match site.spec().language {
        Language::Python | Language::JavaScript | Language::TypeScript => site.child(Field::Right),
        Language::Ruby => site.child(Field::Value).and_then(only_named_child),
        _ => None,
    };
    if let Some(items) = items {
        drafts.replace(site, Op::CondLoopZero, items, "[]");
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
    let Some((yes, no)) = sides(site, site.node) else { return };
    // What a macro stands for may be half a side.
    if site.text(yes) == site.text(no) || site.node.has_error() {
        return;
    }
    drafts.replace(site, Op::CondTernary, site.node, as_value(site, yes));
    drafts.replace(site, Op::CondTernary, site.node, as_value(site, no));
    // The opposite of the condition swaps them as well.
    let condition = site.child(Field::Condition).or_else(|| site.node.named_child(1));
    if condition.is_none_or(|condition| super::binary::has_opposite(site, condition)) {
        return;
    }
    // Swapped in place; what stands between the sides stays.
    let (first, second) = if yes.start_byte() < no.start_byte() { (yes, no) } else { (no, yes) };
    if first.end_byte() < second.start_byte()
        && let Some(between) = site.bytes.get(first.end_byte()..second.start_byte())
        && let Ok(between) = std::str::from_utf8(between)
    {
        let swapped = format!("{}{between}{}", as_value(site, second), as_value(site, first));
        let span = (first.start_byte(), second.end_byte());
        drafts.span(site, Op::CondTernary, Tier::Default, span, swapped.into(), None);
    }
}

/// A side of a conditional value as it stands alone.
pub(super) fn as_value<'t>(site: &Site<'_, 't>, value: Node<'t>) -> String {
    let simple = matches!(
        site.role_of(value),
        Role::Name
            | Role::Member
            | Role::Number
            | Role::Str
            | Role::Null
            | Role::Call
            | Role::Bool
            | Role::Paren
            | Role::Char
    );
    let text = site.text(value);
    if simple { text.to_owned() } else { format!("({text})") }
}

/// The two sides of a conditional value.
pub(super) fn sides<'t>(site: &Site<'_, 't>, node: Node<'t>) -> Option<(Node<'t>, Node<'t>)> {
    if let (Some(yes), Some(no)) = (site.child_of(node, Field::Consequence), site.child_of(node, Field::Alternative)) {
        return Some((yes, no));
    }
    // Python: `yes if condition else no`, without fields.
    (node.named_child_count() == 3).then(|| Some((node.named_child(0)?, node.named_child(2)?)))?
}

/// Proposes to drop one alternative of a choice that has one for all else.
pub(super) fn arm<'t>(site: &Site<'_, 't>, drafts: &mut Drafts<'_, 't>) {
    let text = site.own_text();
    let Some(parent) = site.parent() else { return };
    if text.len() > 200 || site.text(parent.node).len() > 4_000 || is_rest(text) {
        return;
    }
    let others = named_children(parent.node);
    let Some(rest) = others.iter().copied().find(|other| is_rest(site.text(*other))) else { return };
    // Ruby wants one `when` beside the `else`.
    let alike = |other: &&Node<'_>| other.kind_id() == site.node.kind_id();
    if site.spec().language == Language::Ruby && others.iter().filter(alike).count() < 2 {
        return;
    }
    // What is dropped must do something else than what takes its place.
    if outcome(text) == outcome(site.text(rest)) {
        return;
    }
    let behind = site.source.get(site.node.end_byte()..parent.node.end_byte()).unwrap_or_default();
    let blank = behind.len() - behind.trim_start().len();
    let end = match behind.as_bytes().get(blank) {
        Some(b',') => site.node.end_byte() + blank + 1,
        // Rust lets an arm without a block only end with a comma.
        _ if site.spec().language == Language::Rust && !text.ends_with([',', '}']) => return,
        // Go counts the line end as part of it.
        _ => site.node.start_byte() + text.trim_end().len(),
    };
    let span = (site.node.start_byte(), end);
    drafts.span(site, Op::CondCaseDrop, Tier::Extended, span, "".into(), None);
}

/// Whether an alternative takes all that no other does.
fn is_rest(text: &str) -> bool {
    ["_ ", "_:", "default", "case _:", "else", "case _ "].iter().any(|rest| text.starts_with(rest))
}

/// What an alternative does, behind its label.
fn outcome(text: &str) -> &str {
    let behind = ["=>", " -> ", " then ", "else ", ":"].into_iter().find_map(|mark| text.split_once(mark));
    behind.map_or(text, |(_, rest)| rest).trim_matches([' ', ',', ';', '\n'])
}
