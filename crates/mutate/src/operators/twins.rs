//! Twins: changes that do the same as a plainer change of the same line. Of such only the plainer one is made.

use tinybug_model::Language;
use tree_sitter::Node;

use super::literals::Number;
use crate::{
    grammar::Field,
    role::Role,
    site::{Given, Site, Twin, only_named_child},
};

/// A comparison with a whole number, read as if the number stood on the right.
struct Bound<'t> {
    /// How they are compared.
    token: &'static str,
    /// The number.
    value: i128,
    /// What is compared with it.
    thing: Node<'t>,
    /// Whether the number stands on the left.
    turned: bool,
}

impl<'t> Bound<'t> {
    fn of(site: &Site<'_, 't>, comparison: Node<'t>) -> Option<Self> {
        if comparison.child_count() != 3 {
            return None;
        }
        let (left, token, right) = (comparison.child(0)?, comparison.child(1)?, comparison.child(2)?);
        let token = relation(site.text(token))?;
        match (whole_number(site, left), whole_number(site, right)) {
            (None, Some(value)) => Some(Self { token, value, thing: left, turned: false }),
            (Some(value), None) => Some(Self { token: turned(token), value, thing: right, turned: true }),
            _ => None,
        }
    }

    /// What the comparison of a value that is never negative always gives, with another token.
    fn outcome_with(&self, token: &'static str) -> Option<bool> {
        outcome(if self.turned { turned(token) } else { token }, self.value)
    }
}

/// What comparing a value that is never negative always gives.
fn outcome(token: &str, value: i128) -> Option<bool> {
    match token {
        ">=" if value <= 0 => Some(true),
        ">" if value < 0 => Some(true),
        "<" if value <= 0 => Some(false),
        "<=" if value < 0 => Some(false),
        _ => None,
    }
}

fn relation(token: &str) -> Option<&'static str> {
    ["<", "<=", ">", ">="].into_iter().find(|known| *known == token)
}

/// The same comparison with its sides swapped.
pub(super) fn turned(token: &str) -> &str {
    match token {
        "<" => ">",
        "<=" => ">=",
        ">" => "<",
        ">=" => "<=",
        other => other,
    }
}

/// The other comparison of the same direction.
fn boundary(token: &str) -> &'static str {
    match token {
        "<" => "<=",
        "<=" => "<",
        ">" => ">=",
        _ => ">",
    }
}

fn whole_number<'t>(site: &Site<'_, 't>, node: Node<'t>) -> Option<i128> {
    match site.role_of(node) {
        Role::Number => Number::read(site.text(node)).map(|number| i128::from(number.value)),
        Role::Unary if node.child(0).is_some_and(|token| site.text(token) == "-") => {
            let number = node.named_child(0).filter(|number| site.role_of(*number) == Role::Number)?;
            Number::read(site.text(number)).map(|number| -i128::from(number.value))
        }
        _ => None,
    }
}

/// A change of nothing: what has it for a twin does what the code does as it is.
fn nothing<'t>(site: &Site<'_, 't>, node: Node<'t>, given: Given<'t>) -> Twin<'t> {
    Twin { start: node.start_byte(), end: node.end_byte(), replacement: site.text(node).to_owned().into(), given }
}

/// The twin of a boundary that is moved: nothing, where both sides are equal what is chosen by it is so too.
pub(super) fn of_boundary<'t>(site: &Site<'_, 't>, comparison: Node<'t>, token: &'static str) -> Option<Twin<'t>> {
    if clamps(site, site.stack.len() - 1) {
        return Some(nothing(site, site.node, Given::Always));
    }
    of_token(site, comparison, token)
}

/// Whether a comparison only chooses between what it compares: `a < b ? a : b`, `if (a > b) a = b;`.
/// The comparison is told by its place in the stack.
fn clamps(site: &Site<'_, '_>, at: usize) -> bool {
    let comparison = site.stack[at].node;
    let chooser = site.stack[..at]
        .iter()
        .rev()
        .find(|frame| frame.role != Role::Paren && frame.node.kind() != "condition_clause");
    let chosen = match chooser {
        Some(frame) if frame.role == Role::Ternary => super::conditions::sides(site, frame.node),
        Some(frame) if frame.role == Role::If => assigned(site, frame.node).or_else(|| given(site, frame.node)),
        _ => None,
    };
    let (Some((one, two)), Some(left), Some(right)) = (chosen, comparison.child(0), comparison.child(2)) else {
        return false;
    };
    let [one, two, left, right] = [one, two, left, right].map(|node| site.text(uncast(site, node)));
    (one, two) == (left, right) || (two, one) == (left, right)
}

/// The two sides of the only statement under an `if` without an alternative, when it assigns.
fn assigned<'t>(site: &Site<'_, 't>, branch: Node<'t>) -> Option<(Node<'t>, Node<'t>)> {
    if site.child_of(branch, Field::Alternative).is_some() {
        return None;
    }
    let body = site.child_of(branch, Field::Consequence).or_else(|| site.child_of(branch, Field::Body))?;
    let assignment = only_inside(site, body).filter(|only| site.role_of(*only) == Role::Assign)?;
    let plain = assignment.child(1).is_some_and(|token| site.text(token) == "=");
    let (left, right) = (site.child_of(assignment, Field::Left)?, site.child_of(assignment, Field::Right)?);
    let listed = |node: Node<'t>| if node.kind() == "expression_list" { only_named_child(node) } else { Some(node) };
    plain.then_some((listed(left)?, listed(right)?))
}

/// The values of the two branches of an `if` that is an expression.
fn given<'t>(site: &Site<'_, 't>, branch: Node<'t>) -> Option<(Node<'t>, Node<'t>)> {
    let yes = only_inside(site, site.child_of(branch, Field::Consequence)?)?;
    let no = only_inside(site, site.child_of(branch, Field::Alternative)?)?;
    Some((yes, no))
}

/// What a block holds when that is one expression or assignment.
pub(super) fn only_inside<'t>(site: &Site<'_, 't>, node: Node<'t>) -> Option<Node<'t>> {
    let mut node = node;
    for _ in 0..4 {
        let wraps = matches!(site.role_of(node), Role::Block | Role::ExprStmt)
            || matches!(node.kind(), "else_clause" | "then" | "else" | "statement_list");
        if !wraps {
            return Some(node);
        }
        node = only_named_child(node)?;
    }
    None
}

/// What is cast, without parentheses.
fn uncast<'t>(site: &Site<'_, 't>, node: Node<'t>) -> Node<'t> {
    let node = site.inside_parentheses(node);
    let cast = matches!(node.kind(), "cast_expression" | "type_cast_expression");
    let inner = site.child_of(node, Field::Value).filter(|_| cast);
    inner.map_or(node, |inner| site.inside_parentheses(inner))
}

/// The twin of an `and` that becomes an `or`, or the other way round: a constant, where two comparisons of one thing
/// exclude each other.
pub(super) fn of_logic<'t>(site: &Site<'_, 't>, infix: Node<'t>) -> Option<Twin<'t>> {
    let holds = super::claims::outcome_of_swap(site, infix)?;
    Some(constant(site, site.stack.len().checked_sub(1)?, holds, Given::Always))
}

/// The twin of another token in a comparison: a constant, where what is compared is never negative.
pub(super) fn of_token<'t>(site: &Site<'_, 't>, comparison: Node<'t>, token: &'static str) -> Option<Twin<'t>> {
    let bound = Bound::of(site, comparison)?;
    let holds = bound.outcome_with(token)?;
    let given = Given::NeverNegative(bound.thing);
    if outcome(bound.token, bound.value) == Some(holds) {
        return Some(nothing(site, site.node, given));
    }
    Some(constant(site, site.stack.len().checked_sub(1)?, holds, given))
}

/// The twin of a comparison turned into its opposite: the same without the `not` in front.
pub(super) fn of_opposite<'t>(site: &Site<'_, 't>, left: Node<'t>, exact: bool) -> Option<Twin<'t>> {
    let above = site.stack.iter().rev().skip(1).find(|frame| frame.role != Role::Paren)?;
    let operand = negated(site, above.node)?;
    let (start, end) = (above.node.start_byte(), operand.start_byte());
    let given = if exact { Given::Always } else { Given::NoFraction(left) };
    Some(Twin { start, end, replacement: "".into(), given })
}

/// The twin of another number in a comparison: another token, where whole numbers are compared, or a constant.
pub(super) fn of_number<'t>(site: &Site<'_, 't>, value: u64) -> Option<Twin<'t>> {
    let parent = site.parent()?;
    let negative = parent.role == Role::Unary;
    // `~1` and `!1` are other numbers.
    if negative && parent.node.child(0).is_none_or(|token| site.text(token) != "-") {
        return None;
    }
    let at = site.stack.len().checked_sub(if negative { 2 } else { 1 })?;
    let comparison = site.stack.get(at).filter(|frame| frame.role == Role::Binary)?.node;
    let Some(bound) = Bound::of(site, comparison) else {
        return match site.text(comparison.child(1)?) {
            "<<" if value == 0 && comparison.child(0) == Some(site.node) => of_shift(site, comparison),
            "&" if value == 0 => of_truth(site, at, false),
            _ => None,
        };
    };
    let value = if negative { -i128::from(value) } else { i128::from(value) };
    let step = value - bound.value;
    if matches!((bound.token, step), ("<" | ">=", 1) | (">" | "<=", -1)) {
        let (token, given) = (comparison.child(1)?, Given::NoFraction(bound.thing));
        if clamps(site, at) {
            return Some(nothing(site, token, given));
        }
        let (start, end) = (token.start_byte(), token.end_byte());
        return Some(Twin { start, end, replacement: boundary(site.text(token)).into(), given });
    }
    let holds = outcome(bound.token, value)?;
    let given = Given::NeverNegative(bound.thing);
    if outcome(bound.token, bound.value) == Some(holds) {
        return Some(nothing(site, site.node, given));
    }
    Some(constant(site, at, holds, given))
}

/// The twin of a mask that is set instead of asked for: what is asked then always holds.
pub(super) fn of_mask<'t>(site: &Site<'_, 't>, infix: Node<'t>) -> Option<Twin<'t>> {
    let some = |node: Option<Node<'t>>| {
        let node = site.inside_parentheses(node?);
        // A bit that is shifted is some bit.
        let shifted = site.role_of(node) == Role::Binary && site.text(node.child(1)?) == "<<";
        whole_number(site, if shifted { node.child(0)? } else { node }).filter(|number| *number != 0)
    };
    some(infix.child(0)).or_else(|| some(infix.child(2)))?;
    of_truth(site, site.stack.len().checked_sub(1)?, true)
}

/// The twin of a number that surely is some number, or zero, where only that is asked. The number is its place in the
/// stack.
fn of_truth<'t>(site: &Site<'_, 't>, at: usize, some: bool) -> Option<Twin<'t>> {
    let mut whole = site.stack[at].node;
    for (above, frame) in site.stack[..at].iter().enumerate().rev() {
        let loose = matches!(
            site.spec().language,
            Language::C | Language::Cpp | Language::Python | Language::JavaScript | Language::TypeScript
        );
        return match frame.role {
            Role::Paren => {
                whole = frame.node;
                continue;
            }
            Role::Binary => {
                let (left, token, right) = (frame.node.child(0)?, frame.node.child(1)?, frame.node.child(2)?);
                let other = if left == whole { right } else { left };
                let unequal = match site.text(token) {
                    "!=" | "!==" => true,
                    "==" | "===" => false,
                    _ => return None,
                };
                (site.text(other) == "0").then(|| constant(site, above, some == unequal, Given::Always))
            }
            Role::Ternary => {
                let condition = site.child_of(frame.node, Field::Condition).or_else(|| frame.node.named_child(1));
                (loose && condition == Some(whole)).then(|| constant(site, at, some, Given::Always))
            }
            Role::If | Role::Unary if loose => {
                let asked = frame.role == Role::If || negated(site, frame.node).is_some();
                asked.then(|| constant(site, at, some, Given::Always))
            }
            _ if loose && frame.node.kind() == "condition_clause" => Some(constant(site, at, some, Given::Always)),
            _ => None,
        };
    }
    None
}

/// The twin of a shifted one that becomes zero: shifted the other way it is as well.
fn of_shift<'t>(site: &Site<'_, 't>, shift: Node<'t>) -> Option<Twin<'t>> {
    let (token, by) = (shift.child(1)?, shift.child(2)?);
    let shifts = site.text(token) == "<<" && whole_number(site, by).is_some_and(|by| by > 0);
    let (start, end, given) = (token.start_byte(), token.end_byte(), Given::Always);
    shifts.then(|| Twin { start, end, replacement: ">>".into(), given })
}

/// The twin of a constant in the place of the condition here: none but where the condition is constant as it is, or is
/// part of what another operator replaces.
pub(super) fn of_constant<'t>(site: &Site<'_, 't>, condition: Node<'t>, holds: bool) -> Option<Twin<'t>> {
    let bound = Bound::of(site, condition)?;
    (outcome(bound.token, bound.value) == Some(holds))
        .then(|| nothing(site, condition, Given::NeverNegative(bound.thing)))
}

/// The twin of a constant in the place of the comparison that the site is.
pub(super) fn of_whole<'t>(site: &Site<'_, 't>, holds: bool) -> Twin<'t> {
    of_constant(site, site.node, holds)
        .unwrap_or_else(|| lifted(site, site.node, site.stack.len(), holds, Given::Always))
}

/// The twin of a literal in a conditional value that becomes what the other side is.
pub(super) fn of_side<'t>(site: &Site<'_, 't>, literal: &str) -> Option<Twin<'t>> {
    let choice = site.parent().filter(|parent| parent.role == Role::Ternary)?.node;
    let (yes, no) = super::conditions::sides(site, choice)?;
    let other = match site.node {
        node if node == yes => no,
        node if node == no => yes,
        _ => return None,
    };
    (site.text(other) == literal).then(|| Twin {
        start: choice.start_byte(),
        end: choice.end_byte(),
        replacement: literal.to_owned().into(),
        given: Given::Always,
    })
}

/// The twin of a returned empty value where one side of a conditional value is empty already.
pub(super) fn of_returned<'t>(
    site: &Site<'_, 't>,
    value: Node<'t>,
    is_empty: impl Fn(Node<'t>) -> bool,
) -> Option<Twin<'t>> {
    let choice = site.inside_parentheses(value);
    if site.role_of(choice) != Role::Ternary {
        return None;
    }
    let (yes, no) = super::conditions::sides(site, choice)?;
    let empty = [yes, no].into_iter().find(|value| is_empty(*value))?;
    let (start, end, given) = (choice.start_byte(), choice.end_byte(), Given::Always);
    Some(Twin { start, end, replacement: super::conditions::as_value(site, empty).into(), given })
}

fn constant<'t>(site: &Site<'_, 't>, at: usize, holds: bool, given: Given<'t>) -> Twin<'t> {
    lifted(site, site.stack[at].node, at, holds, given)
}

/// The plainest change that makes an expression constant: of the conditional value that it decides, of what is returned,
/// or of the expression with every `not` in front of it. The number is that of the frames above it.
fn lifted<'t>(site: &Site<'_, 't>, node: Node<'t>, frames: usize, holds: bool, given: Given<'t>) -> Twin<'t> {
    let (mut plain, mut whole, mut holds) = (node, node, holds);
    for frame in site.stack[..frames].iter().rev() {
        match frame.role {
            Role::Paren => whole = frame.node,
            Role::Unary if negated(site, frame.node) == Some(whole) => {
                holds = !holds;
                (plain, whole) = (frame.node, frame.node);
            }
            Role::Ternary => {
                let condition = site.child_of(frame.node, Field::Condition).or_else(|| frame.node.named_child(1));
                let sides = super::conditions::sides(site, frame.node).filter(|_| condition == Some(whole));
                let Some((yes, no)) = sides else { break };
                let replacement = super::conditions::as_value(site, if holds { yes } else { no }).into();
                let (start, end) = (frame.node.start_byte(), frame.node.end_byte());
                return Twin { start, end, replacement, given };
            }
            Role::Return | Role::Lambda | Role::Function => {
                plain = whole;
                break;
            }
            _ if matches!(frame.node.kind(), "expression_list" | "argument_list" | "arrow_expression_clause") => {
                plain = whole;
                break;
            }
            _ => break,
        }
    }
    let [yes, no] = site.spec().syntax.bools;
    let (start, end) = (plain.start_byte(), plain.end_byte());
    Twin { start, end, replacement: if holds { yes } else { no }.into(), given }
}

/// What stands behind a `not`, if the node is one.
fn negated<'t>(site: &Site<'_, 't>, node: Node<'t>) -> Option<Node<'t>> {
    let not =
        site.role_of(node) == Role::Unary && node.child(0).is_some_and(|token| matches!(site.text(token), "!" | "not"));
    not.then(|| node.child(node.child_count().checked_sub(1)?)).flatten()
}
