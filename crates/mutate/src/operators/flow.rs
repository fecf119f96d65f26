//! The flow of control: jumps out of loops, and functions that return before they begin.

use tinybug_model::{Language, Tier};
use tree_sitter::Node;

use super::{Drafts, Op, returns};
use crate::{
    grammar::Field,
    role::Role,
    site::{Frame, Site, first_named},
};

/// Proposes to swap leaving a loop with its next round.
pub(super) fn jump<'t>(site: &Site<'_, 't>, drafts: &mut Drafts<'_, 't>) {
    let text = site.own_text();
    let bare = text.trim_end_matches(';').trim_end();
    let leaves = site.role == Role::Break;
    let next = if site.spec().language == Language::Ruby { "next" } else { "continue" };
    let (word, other) = if leaves { ("break", next) } else { (next, "break") };
    if bare != word {
        return;
    }
    let span = (site.node.start_byte(), site.node.start_byte() + word.len());
    if site.spec().language == Language::Ruby {
        let tier = if leaves && site.place().open_loop { Tier::Extended } else { Tier::Default };
        drafts.span(site, Op::FlowBreakContinue, tier, span, other.into(), None);
        return;
    }
    let Some(enclosing) = site.enclosing_loop() else { return };
    let compiled = !matches!(
        site.spec().language,
        Language::Python | Language::JavaScript | Language::TypeScript | Language::C | Language::Cpp
    );
    // `break` inside a `switch` leaves the switch. A loop without end decides what compilers see behind it.
    if leaves && site.place().in_switch || compiled && is_endless(site, enclosing) {
        return;
    }
    // In a loop that advances in its body, going on may never end.
    let tier = if leaves && site.place().open_loop { Tier::Extended } else { Tier::Default };
    drafts.span(site, Op::FlowBreakContinue, tier, span, other.into(), None);
}

fn is_endless<'t>(site: &Site<'_, 't>, enclosing: Frame<'t>) -> bool {
    match enclosing.role {
        Role::Loop => true,
        Role::For => enclosing.node.named_child_count() == 1 || !site.own_condition(enclosing.node),
        Role::While | Role::DoWhile => site
            .child_of(enclosing.node, Field::Condition)
            .is_none_or(|condition| site.role_of(site.inside_parentheses(condition)) == Role::Bool),
        _ => false,
    }
}

impl<'t> Site<'_, 't> {
    /// Whether a `for` has a condition that can end it.
    fn own_condition(&self, node: Node<'t>) -> bool {
        if self.spec().language != Language::Go {
            return self.child_of(node, Field::Condition).is_some();
        }
        node.named_child(0).is_some_and(|head| match head.kind() {
            "for_clause" => self.child_of(head, Field::Condition).is_some(),
            "block" => false,
            _ => self.role_of(head) != Role::Bool,
        })
    }
}

/// Proposes to leave a function before its first statement.
pub(super) fn early_return<'t>(site: &Site<'_, 't>, drafts: &mut Drafts<'_, 't>) {
    if site.role != Role::Function {
        return;
    }
    let language = site.spec().language;
    let Some(body) = site.child(Field::Body).filter(|body| site.role_of(*body) == Role::Block) else { return };
    let Some(mut first) = first_statement(body) else { return };
    if first.kind() == "statement_list" {
        let Some(inner) = first_statement(first) else { return };
        first = inner;
    }
    if site.role_of(first) == Role::Return || is_document(site, first) {
        return;
    }
    // A body of one call or one value is left by the operator that drops or replaces that.
    let is_alone = body.end_byte() == first.end_byte()
        || site.source.get(first.end_byte()..body.end_byte()).is_some_and(|rest| rest.trim() == "}");
    let is_call = || first.named_child(0).is_some_and(|inner| site.role_of(inner) == Role::Call);
    let is_value =
        || language == Language::Rust && !first.kind().ends_with("statement") && first.kind() != "let_declaration";
    if is_alone && (site.role_of(first) == Role::ExprStmt && is_call() || is_value()) {
        return;
    }
    let declared = returns::declared_type(site, site.node);
    let value = match declared {
        Some("void" | "None" | "()") => "",
        Some(declared) => match (site.spec().zeros)(declared).first() {
            Some(zero) => zero,
            None => return,
        },
        None if matches!(language, Language::Java | Language::C | Language::Cpp | Language::CSharp) => return,
        None => "",
    };
    // Behind a plain `return` Java and C# see dead code; a compound statement cannot follow on the same line in Python.
    let simple = matches!(site.role_of(first), Role::ExprStmt | Role::Throw | Role::Assign | Role::AugAssign);
    let unused = matches!(language, Language::Go | Language::Rust);
    let space = if value.is_empty() { "" } else { " " };
    let text = match language {
        Language::Java | Language::CSharp => format!("if (true) return{space}{value}; "),
        Language::Python if !simple => return,
        _ if unused && site.node.has_error() => return,
        _ => format!("return{space}{value}; "),
    };
    let at = first.start_byte();
    drafts.span(site, Op::FlowEarlyReturn, Tier::Extended, (at, at), text.into(), None);
}

/// The first statement of a block, behind a few comments.
fn first_statement(block: Node<'_>) -> Option<Node<'_>> {
    first_named(block).find(|child| !child.is_extra())
}

fn is_document<'t>(site: &Site<'_, 't>, statement: Node<'t>) -> bool {
    site.role_of(statement) == Role::ExprStmt
        && statement.named_child(0).is_some_and(|child| matches!(site.role_of(child), Role::Str | Role::Template))
}
