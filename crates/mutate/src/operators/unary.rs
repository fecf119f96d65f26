//! Prefix operators, and counting up or down.

use tinybug_model::Tier;
use tree_sitter::Node;

use super::{Drafts, Op};
use crate::{role::Role, site::Site};

/// Proposes to drop or change a prefix operator.
pub(super) fn unary<'t>(site: &Site<'_, 't>, drafts: &mut Drafts<'_, 't>) {
    let Some(token) = site.node.child(0) else { return };
    let Some(operand) = operand(site.node) else { return };
    let drop = (token.start_byte(), operand.start_byte());
    let op = match site.text(token) {
        "-" if !is_zero(site.text(operand)) => Op::ArithNegDrop,
        // C# writes it like any prefix.
        "++" | "--" => return update(site, drafts),
        "!" | "not" => Op::LogicNotDrop,
        "~" | "^" => Op::BitNotDrop,
        "+" => {
            drafts.replace(site, Op::ArithPlusNeg, token, "-");
            return;
        }
        _ => return,
    };
    if op == Op::LogicNotDrop && site.role_of(site.inside_parentheses(operand)) == Role::Bool {
        return;
    }
    drafts.span(site, op, op.info().tier, drop, "".into(), None);
}

fn operand(node: Node<'_>) -> Option<Node<'_>> {
    let last = node.child_count().checked_sub(1)?;
    (last > 0).then(|| node.child(last)).flatten()
}

fn is_zero(text: &str) -> bool {
    matches!(text, "0" | "0.0" | "0.")
}

/// Proposes to count in the other direction.
pub(super) fn update<'t>(site: &Site<'_, 't>, drafts: &mut Drafts<'_, 't>) {
    for at in [0, 1] {
        let Some(token) = site.node.child(at) else { continue };
        let replacement = match site.text(token) {
            "++" => "--",
            "--" => "++",
            _ => continue,
        };
        // A loop that counts the wrong way hardly ever ends.
        let steers = site.node.named_child(0).is_some_and(|variable| site.steers_loop(variable));
        let tier = if steers || site.place().loop_head || in_for_clause(site) { Tier::Extended } else { Tier::Default };
        drafts.span(site, Op::UpdateSwap, tier, (token.start_byte(), token.end_byte()), replacement.into(), None);
    }
}

fn in_for_clause(site: &Site<'_, '_>) -> bool {
    matches!(site.parent_role(), Role::For | Role::While)
}
