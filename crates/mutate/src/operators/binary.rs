//! Infix operators and compound assignments: arithmetic, bits, comparisons, logic, ranges.

use tinybug_model::{Language, Tier};
use tree_sitter::Node;

use super::{Drafts, Op, twins};
use crate::{
    grammar::Field,
    languages::Plus,
    role::Role,
    site::{Site, only_named_child},
};

/// What becomes of an infix operator.
fn infix(token: &str) -> &'static [(Op, &'static str)] {
    match token {
        "+" => &[(Op::ArithAddSub, "-")],
        "-" => &[(Op::ArithSubAdd, "+")],
        "*" => &[(Op::ArithMulDiv, "/")],
        "/" => &[(Op::ArithDivMul, "*")],
        "%" => &[(Op::ArithModMul, "*")],
        "//" => &[(Op::ArithFloordivDiv, "/")],
        "**" => &[(Op::ArithPowMul, "*")],
        "&" => &[(Op::BitAndOr, "|")],
        "|" => &[(Op::BitAndOr, "&")],
        "^" => &[(Op::BitXorAnd, "&")],
        "<<" => &[(Op::BitShift, ">>")],
        ">>" => &[(Op::BitShift, "<<")],
        ">>>" => &[(Op::BitUshr, ">>")],
        "<" => &[(Op::RelBoundary, "<="), (Op::RelNegate, ">=")],
        "<=" => &[(Op::RelBoundary, "<"), (Op::RelNegate, ">")],
        ">" => &[(Op::RelBoundary, ">="), (Op::RelNegate, "<=")],
        ">=" => &[(Op::RelBoundary, ">"), (Op::RelNegate, "<")],
        "==" => &[(Op::RelEq, "!=")],
        "!=" => &[(Op::RelEq, "==")],
        "===" => &[(Op::RelStrictEq, "!==")],
        "!==" => &[(Op::RelStrictEq, "===")],
        "is" => &[(Op::RelIdentity, "is not")],
        "is not" => &[(Op::RelIdentity, "is")],
        "in" => &[(Op::RelMember, "not in")],
        "not in" => &[(Op::RelMember, "in")],
        "&&" => &[(Op::LogicAndOr, "||")],
        "||" => &[(Op::LogicAndOr, "&&")],
        "and" => &[(Op::LogicAndOr, "or")],
        "or" => &[(Op::LogicAndOr, "and")],
        _ => &[],
    }
}

/// What becomes of a compound assignment.
fn compound(token: &str) -> Option<(Op, Tier, &'static str)> {
    let (op, tier, replacement) = match token {
        "+=" => (Op::AssignOpSwap, Tier::Default, "-="),
        "-=" => (Op::AssignOpSwap, Tier::Default, "+="),
        "*=" | "//=" => (Op::AssignOpSwap, Tier::Default, "/="),
        "/=" | "%=" | "**=" => (Op::AssignOpSwap, Tier::Default, "*="),
        "&=" => (Op::AssignOpSwap, Tier::Extended, "|="),
        "|=" | "^=" => (Op::AssignOpSwap, Tier::Extended, "&="),
        "<<=" | ">>>=" => (Op::AssignOpSwap, Tier::Extended, ">>="),
        ">>=" => (Op::AssignOpSwap, Tier::Extended, "<<="),
        "??=" => (Op::AssignNullish, Tier::Default, "="),
        "&&=" => (Op::AssignNullish, Tier::Default, "||="),
        "||=" => (Op::AssignNullish, Tier::Default, "&&="),
        _ => return None,
    };
    Some((op, tier, replacement))
}

/// Proposes changes of an operator token, by what the node above it is.
pub(super) fn token<'t>(site: &Site<'_, 't>, drafts: &mut Drafts<'_, 't>) {
    let Some(parent) = site.parent() else { return };
    let token = site.own_text();
    match parent.role {
        Role::Binary => infix_token(site, drafts, parent.node, token),
        Role::AugAssign | Role::Assign => compound_token(site, drafts, parent.node, token),
        Role::Range if !site.place().pattern => match token {
            "..=" => drafts.replace(site, Op::LitRange, site.node, ".."),
            ".." if site.spec().syntax.line_comment == "#" => drafts.replace(site, Op::LitRange, site.node, "..."),
            "..." if site.spec().syntax.line_comment == "#" => drafts.replace(site, Op::LitRange, site.node, ".."),
            // `a..` has no end to include.
            ".." if has_end(site, parent.node) => drafts.replace(site, Op::LitRange, site.node, "..="),
            _ => {}
        },
        _ if parent.node.kind() == "is_pattern_expression" => null_pattern(site, drafts, token),
        _ => optional_chain(site, drafts, token),
    }
}

fn has_end(site: &Site<'_, '_>, range: Node<'_>) -> bool {
    range.end_byte() > site.node.end_byte()
}

fn optional_chain<'t>(site: &Site<'_, 't>, drafts: &mut Drafts<'_, 't>, token: &str) {
    match token {
        "?." => {
            let next = site.bytes.get(site.node.end_byte()).copied().unwrap_or(b' ');
            let replacement = if matches!(next, b'[' | b'(') { "" } else { "." };
            drafts.replace(site, Op::CondOptionalChain, site.node, replacement);
        }
        "&." => drafts.replace(site, Op::CondOptionalChain, site.node, "."),
        // C#: the rest of the chain begins with its own dot or bracket.
        "?" if site.parent().is_some_and(|parent| parent.node.kind() == "conditional_access_expression") => {
            drafts.replace(site, Op::CondOptionalChain, site.node, "");
        }
        _ => {}
    }
}

/// C#: `x is null` and `x is not null`. Other patterns bind names.
fn null_pattern<'t>(site: &Site<'_, 't>, drafts: &mut Drafts<'_, 't>, token: &str) {
    let Some(pattern) = site.node.next_named_sibling().filter(|_| token == "is") else { return };
    match site.text(pattern) {
        "null" => drafts.replace(site, Op::RelIdentity, site.node, "is not"),
        "not null" => {
            let span = (site.node.start_byte(), pattern.end_byte());
            drafts.span(site, Op::RelIdentity, Tier::Default, span, "is null".into(), None);
        }
        _ => {}
    }
}

/// Proposes a value without its fallback, and the fallback alone: `items or []`.
fn fallback<'t>(site: &Site<'_, 't>, drafts: &mut Drafts<'_, 't>, (left, right): (Node<'t>, Node<'t>)) {
    let given = site.above(2).is_some_and(|above| {
        matches!(above.role, Role::Assign | Role::Return | Role::Keyword | Role::Arguments)
            || above.role == Role::Block && site.spec().language == Language::Ruby
    });
    let literal = matches!(site.role_of(right), Role::Str | Role::Number | Role::List | Role::Dict);
    let plain = matches!(site.role_of(left), Role::Name | Role::Member | Role::Call | Role::Index);
    if let Some(parent) = site.parent().filter(|_| given && literal && plain) {
        drafts.replace(site, Op::CondNullish, parent.node, site.text(left).to_owned());
        drafts.replace(site, Op::CondNullish, parent.node, site.text(right).to_owned());
    }
}

fn infix_token<'t>(site: &Site<'_, 't>, drafts: &mut Drafts<'_, 't>, parent: Node<'t>, token: &str) {
    let Some((left, right)) = operands(site, parent) else { return };
    if token == "??" {
        // Only where the operand is nothing but `a ?? b`: dropping a side of a longer chain changes precedence.
        if site.role_of(left) != Role::Binary && site.role_of(right) != Role::Binary {
            drafts.replace(site, Op::CondNullish, parent, site.text(left).to_owned());
            // C# lets `throw` stand for a value only behind `??` and the like.
            if right.kind() != "throw_expression" {
                drafts.replace(site, Op::CondNullish, parent, site.text(right).to_owned());
            }
        }
        return;
    }
    // JavaScript has the word, but not its opposite.
    if token == "in" && site.spec().language != Language::Python {
        return;
    }
    if matches!((site.spec().language, token), (Language::Python | Language::Ruby, "or") | (Language::Ruby, "||")) {
        fallback(site, drafts, (left, right));
    }
    let changes = infix(token);
    if changes.is_empty() || !keeps_sense(site, left, right, token) {
        return;
    }
    for (op, replacement) in changes {
        let typed = match op {
            Op::ArithAddSub | Op::ArithMulDiv | Op::ArithModMul | Op::ArithDivMul | Op::ArithSubAdd => {
                Some([left, right])
            }
            _ => None,
        };
        let span = (site.node.start_byte(), site.node.end_byte());
        drafts.offer(site, *op, op.info().tier, span, (*replacement).into(), typed, |_| match op {
            Op::RelBoundary => twins::of_boundary(site, parent, replacement),
            Op::LogicAndOr => twins::of_logic(site, parent),
            Op::BitAndOr if token == "&" => twins::of_mask(site, parent),
            Op::RelNegate => {
                twins::of_token(site, parent, replacement).or_else(|| twins::of_opposite(site, left, false))
            }
            Op::RelEq | Op::RelStrictEq | Op::RelIdentity | Op::RelMember => twins::of_opposite(site, left, true),
            _ => None,
        });
    }
}

/// The operands beside an operator.
fn operands<'t>(site: &Site<'_, 't>, parent: Node<'t>) -> Option<(Node<'t>, Node<'t>)> {
    if parent.child_count() == 3 {
        return Some((parent.child(0)?, parent.child(2)?));
    }
    // Comments stand between them. To ask a node for its sibling is to look for it from the root.
    let mut before = None;
    let mut children = (0..parent.child_count()).filter_map(|at| parent.child(at));
    for child in children.by_ref().take_while(|child| *child != site.node) {
        before = Some(child).filter(|child| child.is_named() && !child.is_extra()).or(before);
    }
    Some((before?, children.find(|child| child.is_named() && !child.is_extra())?))
}

/// Rules that hold in every language: no equivalent mutants, no pointless ones, none that surely crash.
fn keeps_sense<'t>(site: &Site<'_, 't>, left: Node<'t>, right: Node<'t>, token: &str) -> bool {
    let is = |node: Node<'t>, value: f64| {
        let text = site.text(node).trim_start_matches('-');
        matches!(site.role_of(node), Role::Number | Role::Unary) && super::literals::value(text) == Some(value)
    };
    match token {
        "*" | "/" if is(right, 1.0) => false,
        // `x + 0` and `x - 0` are the same.
        "*" | "//" | "%" | "+" | "-" if is(right, 0.0) => false,
        // Logic that only guards against nothing: its mutant crashes, which tells nobody anything.
        "&&" | "and" => !is_null_guard(site, left, right),
        _ => true,
    }
}

/// Whether a conjunction only guards its right side, as `p && p.x`, `p != null && p.x`.
fn is_null_guard<'t>(site: &Site<'_, 't>, left: Node<'t>, right: Node<'t>) -> bool {
    let left = site.inside_parentheses(left);
    let guarded = match site.role_of(left) {
        Role::Name | Role::Member => left,
        Role::Binary if left.child_count() == 3 => {
            let (Some(name), Some(token), Some(null)) = (left.child(0), left.child(1), left.child(2)) else {
                return false;
            };
            let unequal = matches!(site.text(token), "!=" | "!==" | "is not");
            if !unequal || site.role_of(null) != Role::Null {
                return false;
            }
            name
        }
        _ => return false,
    };
    let name = site.text(guarded);
    let right = site.text(right).trim_start_matches(['!', '(', ' ', '*']);
    right.strip_prefix(name).is_some_and(|rest| rest.starts_with(['.', '[', '(', '?']) || rest.starts_with("->"))
}

fn compound_token<'t>(site: &Site<'_, 't>, drafts: &mut Drafts<'_, 't>, parent: Node<'t>, token: &str) {
    let Some((op, tier, replacement)) = compound(token) else { return };
    let (Some(left), Some(right)) = (site.child_of(parent, Field::Left), site.child_of(parent, Field::Right)) else {
        return;
    };
    let span = (site.node.start_byte(), site.node.end_byte());
    let right_text = site.text(right);
    if op == Op::AssignNullish {
        // `@x ||= f` is how Ruby remembers: its mutants only cost time.
        if site.spec().language != Language::Ruby || site.text(left).starts_with(|c: char| c.is_ascii_lowercase()) {
            drafts.span(site, op, tier, span, replacement.into(), None);
        }
        return;
    }
    let by = super::literals::value(right_text);
    if by == Some(0.0) || matches!(token, "*=" | "/=") && by == Some(1.0) {
        return;
    }
    let left = only_listed(left);
    let right = only_listed(right);
    let tier = if site.steers_loop(left) { Tier::Extended } else { tier };
    drafts.span(site, op, tier, span, replacement.into(), Some([left, right]));
    if !matches!(token, "<<=" | ">>=") || site.spec().plus == Plus::UnlessText {
        drafts.span(site, Op::AssignOpPlain, Tier::Extended, span, "=".into(), None);
    }
}

/// Go wraps both sides of an assignment in lists.
fn only_listed(node: Node<'_>) -> Node<'_> {
    if node.kind() == "expression_list" { only_named_child(node).unwrap_or(node) } else { node }
}

/// Proposes changes of a whole comparison.
pub(super) fn whole<'t>(site: &Site<'_, 't>, drafts: &mut Drafts<'_, 't>) {
    if site.node.child_count() != 3 {
        return;
    }
    let Some(token) = site.node.child(1) else { return };
    if is_choice(site) {
        return;
    }
    let bools = site.spec().syntax.bools;
    match site.text(token) {
        "==" | "===" | ">" | "<" => {
            drafts.replace_unless(site, Op::RelFalseTrue, site.node, bools[1], |_| Some(twins::of_whole(site, false)));
        }
        "!=" | "!==" | ">=" | "<=" => {
            drafts.replace_unless(site, Op::RelFalseTrue, site.node, bools[0], |_| Some(twins::of_whole(site, true)));
        }
        "<=>" => {
            if let (Some(left), Some(right)) = (site.node.child(0), site.node.child(2)) {
                let simple = |node| !matches!(site.role_of(node), Role::Binary | Role::Ternary);
                if simple(left) && simple(right) {
                    let swapped = format!("{} <=> {}", site.text(right), site.text(left));
                    drafts.replace(site, Op::RelSpaceship, site.node, swapped);
                }
            }
        }
        _ => {}
    }
}

/// Whether the comparison chooses between two values: what a constant makes of that, `cond.ternary` does.
fn is_choice(site: &Site<'_, '_>) -> bool {
    let choice = match site.parent() {
        Some(parent) if parent.role == Role::Paren => site.above(2),
        parent => parent,
    };
    choice.is_some_and(|choice| {
        choice.role == Role::Ternary
            && super::conditions::sides(site, choice.node)
                .is_some_and(|(yes, no)| [yes, no].iter().all(|side| !contains(*side, site.node)))
    })
}

fn contains(outer: Node<'_>, inner: Node<'_>) -> bool {
    outer.start_byte() <= inner.start_byte() && inner.end_byte() <= outer.end_byte()
}

/// Whether an expression has an opposite that another operator makes of it.
pub(super) fn has_opposite<'t>(site: &Site<'_, 't>, node: Node<'t>) -> bool {
    let node = site.inside_parentheses(node);
    match site.role_of(node) {
        Role::Unary => node.child(0).is_some_and(|token| matches!(site.text(token), "!" | "not")),
        Role::Binary => node.child(1).is_some_and(|token| {
            infix(site.text(token)).iter().any(|(op, _)| {
                matches!(op, Op::RelNegate | Op::RelEq | Op::RelStrictEq | Op::RelIdentity | Op::RelMember)
            })
        }),
        _ => false,
    }
}
