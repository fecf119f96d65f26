//! Choices: comparisons, logic, branches, loops' conditions, alternatives.

use super::{
    place::{Place, Use},
    words::{bare, code, value},
};
use crate::{grammar::Field, role::Role, site::named_children};
use tinybug_model::Language;
use tree_sitter::Node;

/// What is chosen instead.
pub(super) fn choice(place: &Place<'_, '_>) -> Option<String> {
    match place.mutant.operator.as_str() {
        "rel.boundary" => boundary(place),
        "rel.false_true" => {
            let always = truth(&place.mutant.replacement)?;
            Some(format!("always takes {} as {always}", code(&place.mutant.original)))
        }
        "rel.spaceship" => {
            let (left, right) = (place.node().child(0)?, place.node().child(2)?);
            let (left, right) = (code(place.text(left)), code(place.text(right)));
            Some(format!("compares {right} with {left} instead of {left} with {right}"))
        }
        "rel.negate" | "rel.eq" | "rel.strict_eq" | "rel.identity" | "rel.member" => opposite(place),
        "logic.and_or" => and_or(place),
        "logic.not_drop" => not_dropped(place),
        "logic.negate_cond" => Some(acts_on(place, place.use_of(place.at), &place.mutant.original, false)),
        "cond.true" | "cond.false" => branch(place),
        "cond.ternary" => ternary(place),
        "cond.loop_zero" => {
            let at = place.nearest(&[Role::ForEach, Role::While, Role::DoWhile, Role::For])?;
            let original = code(bare(&place.mutant.original));
            Some(match place.above(at).map(|node| place.role(node)) {
                Some(Role::ForEach) => format!("loops over nothing instead of over {original}"),
                _ => format!("never enters the loop for {original}"),
            })
        }
        "cond.nullish" => fallback(place),
        "cond.optional_chain" => {
            let start = usize::try_from(place.mutant.start_byte).ok()?;
            let around = (0..place.innermost()).rev().filter_map(|at| place.above(at)?.child(0));
            let object = around.into_iter().find(|object| object.end_byte() <= start)?;
            Some(format!("looks into {} without asking whether it has a value", code(place.text(object))))
        }
        "cond.guard" => guard(place),
        "cond.case_drop" => {
            // With the comma behind it, the alternative is a part of the choice.
            let start = usize::try_from(place.mutant.start_byte).ok()?;
            let node = place.node();
            let arm = if node.start_byte() == start {
                Some(node)
            } else {
                named_children(node).into_iter().find(|child| child.start_byte() == start)
            };
            Some(match arm.and_then(|arm| place.label(arm)) {
                Some(label) => format!("no longer has a case for {}", code(label)),
                None => format!("goes without the alternative {}", code(&place.mutant.original)),
            })
        }
        _ => None,
    }
}

fn truth(text: &str) -> Option<&'static str> {
    match text {
        "true" | "True" => Some("true"),
        "false" | "False" => Some("false"),
        _ => None,
    }
}

/// The comparison around the operator that changes, and its number in the chain.
fn comparison<'a>(place: &Place<'a, '_>) -> Option<(usize, &'a str)> {
    // C# wraps what follows `is` in a pattern.
    let at = (0..=place.at).rev().find(|at| {
        place.above(*at).is_some_and(|node| place.role(node) == Role::Binary || node.kind() == "is_pattern_expression")
    })?;
    Some((at, place.text(place.above(at)?)))
}

fn boundary(place: &Place<'_, '_>) -> Option<String> {
    let (at, whole) = comparison(place)?;
    let (left, right) = place.operands()?;
    let (whole, left, right) = (code(whole), code(left), code(right));
    let wider = place.mutant.replacement.ends_with('=');
    let equal = format!("when {left} equals {right}");
    if place.use_of(at) == Use::Choice {
        let ternary =
            (0..at).rev().find(|at| place.above(*at).is_some_and(|node| place.role(node) == Role::Ternary))?;
        let (_, yes, no) = parts(place, place.above(ternary)?)?;
        let (yes, no) = (value(bare(place.text(yes))), value(bare(place.text(no))));
        let (now, before) = if wider { (yes, no) } else { (no, yes) };
        return Some(format!("{} {now} instead of {before} {equal}", verb(place, ternary)));
    }
    Some(match (place.use_of(at), wider) {
        (Use::Branch, true) => format!("takes the branch for {whole} also {equal}"),
        (Use::Branch, false) => format!("does not take the branch for {whole} {equal}"),
        (Use::Loop, true) => format!("goes on with the loop for {whole} also {equal}"),
        (Use::Loop, false) => format!("ends the loop for {whole} already {equal}"),
        (Use::Returned, true) => format!("returns true instead of false {equal}"),
        (Use::Returned, false) => format!("returns false instead of true {equal}"),
        (_, true) => format!("takes {whole} as true also {equal}"),
        (_, false) => format!("takes {whole} as false {equal}"),
    })
}

/// The same condition, read the other way round.
fn opposite(place: &Place<'_, '_>) -> Option<String> {
    let (at, whole) = comparison(place)?;
    // Of `a == b == c` only a part is turned round.
    if place.above(at)?.named_child_count() > 2 {
        return None;
    }
    Some(acts_on(place, place.use_of(at), whole, false))
}

/// What follows from a condition that is taken as its opposite; `holds` when it had to be false before.
fn acts_on(place: &Place<'_, '_>, used: Use, condition: &str, holds: bool) -> String {
    let condition = code(bare(condition));
    // `unless` takes its branch when the condition does not hold.
    let holds = holds != matches!(used, Use::Unless);
    let (now, before) = if holds { ("holds", "it does not") } else { ("does not hold", "it does") };
    match used {
        Use::Branch | Use::Unless => format!("takes the branch when {condition} {now} instead of when {before}"),
        Use::Loop => format!("goes on with the loop while {condition} {now} instead of while {before}"),
        Use::Choice => swapped(place, &condition, holds)
            .unwrap_or_else(|| format!("swaps the values that it chooses by {condition}")),
        Use::Returned => format!("returns the opposite of {condition}"),
        Use::Guard if is_filter(place) => {
            format!("keeps the items for which {condition} {now} instead of those for which {before}")
        }
        Use::Guard => format!("takes the case when {condition} {now} instead of when {before}"),
        Use::Other => format!("takes {condition} as false when it holds, and as true when it does not"),
    }
}

fn not_dropped(place: &Place<'_, '_>) -> Option<String> {
    let at = place.nearest(&[Role::Unary])?;
    let node = place.above(at)?;
    let operand = bare(place.text(node.child(node.child_count().checked_sub(1)?)?));
    Some(match place.use_of(at) {
        Use::Returned => format!("returns {} instead of {}", code(operand), code(place.text(node))),
        Use::Other => format!("uses {} instead of {}", code(operand), code(place.text(node))),
        used => acts_on(place, used, operand, true),
    })
}

fn and_or(place: &Place<'_, '_>) -> Option<String> {
    let (at, _) = comparison(place)?;
    let right_node = place.node().next_named_sibling()?;
    let (left, right) = place.operands()?;
    let (left, right) = (code(left), code(right));
    let or = matches!(place.mutant.replacement.as_str(), "or" | "||");
    let used = place.use_of(at);
    let literal = matches!(place.role(right_node), Role::Str | Role::Number | Role::List | Role::Dict | Role::Null);
    if !or && literal && used != Use::Branch {
        let (given, missing) = truthiness(place);
        return Some(format!("falls back to {right} when {left} {given} instead of when it {missing}"));
    }
    let both = format!("{left} and {right}");
    Some(match (used, or) {
        (Use::Branch, true) => format!("takes the branch already when one of {both} holds, not only when both do"),
        (Use::Branch, false) => {
            format!("takes the branch only when both {both} hold, not already when one of them does")
        }
        (Use::Loop, true) => format!("goes on with the loop already while one of {both} holds, not only while both do"),
        (Use::Loop, false) => {
            format!("goes on with the loop only while both {both} hold, not already while one of them does")
        }
        (_, true) => format!("needs only one of {both} instead of both"),
        (_, false) => format!("needs both {both} instead of one of them"),
    })
}

/// How a language says whether a value counts as true: in some nothing else is asked of it, in others much counts as
/// false.
pub(super) fn truthiness(place: &Place<'_, '_>) -> (&'static str, &'static str) {
    let loose = matches!(place.mutant.language, Language::Python | Language::JavaScript | Language::TypeScript);
    if loose { ("is truthy", "is falsy") } else { ("has a value", "has no value") }
}

/// A branch that is always or never taken.
fn branch(place: &Place<'_, '_>) -> Option<String> {
    let at = place.nearest(&[Role::If])?;
    let node = place.above(at)?;
    let unless = node.kind().starts_with("unless");
    let always = (truth(&place.mutant.replacement)? == "true") != unless;
    let condition = code(bare(&place.mutant.original));
    let met = if unless { format!("{condition} does not hold") } else { condition.clone() };
    let unmet = if unless { format!("{condition} holds") } else { format!("{condition} does not hold") };
    let Some(step) = only_step(place, node) else {
        return Some(if always {
            format!(
                "takes the branch for {condition} even when {}",
                if unless { "it holds" } else { "it does not hold" }
            )
        } else {
            format!("never takes the branch for {condition}")
        });
    };
    let raises = if matches!(
        place.mutant.language,
        tinybug_model::Language::Python | tinybug_model::Language::Ruby | tinybug_model::Language::Rust
    ) {
        "raise"
    } else {
        "throw"
    };
    let only = place.text(step);
    Some(match (step_of(place, step), always) {
        (Step::Raise, true) => format!("{raises}s its error even when {unmet}"),
        (Step::Raise, false) => format!("{raises}s nothing when {met}"),
        (Step::Return, true) => format!("returns{} even when {unmet}", given_back(only)),
        (Step::Return, false) => format!("does not return{} when {met}", given_back(only)),
        (Step::Leave, true) => format!("leaves the loop even when {unmet}"),
        (Step::Leave, false) => format!("does not leave the loop when {met}"),
        (Step::Next, true) => format!("goes on with the next round of the loop even when {unmet}"),
        (Step::Next, false) => format!("does not skip to the next round of the loop when {met}"),
    })
}

#[derive(Clone, Copy)]
enum Step {
    Raise,
    Return,
    Leave,
    Next,
}

fn step_of<'t>(place: &Place<'_, 't>, node: Node<'t>) -> Step {
    match place.role(node) {
        Role::Return => Step::Return,
        Role::Break => Step::Leave,
        Role::Continue => Step::Next,
        _ => Step::Raise,
    }
}

/// The single jump that a branch without an alternative consists of.
fn only_step<'t>(place: &Place<'_, 't>, branch: Node<'t>) -> Option<Node<'t>> {
    if place.child(branch, Field::Alternative).is_some() || branch.kind().starts_with("el") {
        return None;
    }
    let mut node = place.child(branch, Field::Consequence).or_else(|| place.child(branch, Field::Body))?;
    for _ in 0..4 {
        let role = place.role(node);
        let raise = role == Role::Call && place.text(node).starts_with("raise");
        if raise || matches!(role, Role::Throw | Role::Return | Role::Break | Role::Continue) {
            return Some(node);
        }
        let inside = named_children(node);
        match inside.as_slice() {
            [only] if matches!(role, Role::Block | Role::ExprStmt) => node = *only,
            _ => return None,
        }
    }
    None
}

/// What a `return` gives back, with a space in front.
fn given_back(statement: &str) -> String {
    let given = statement.trim_start_matches("return").trim_end_matches(';').trim();
    if given.is_empty() { String::new() } else { format!(" {}", value(given)) }
}

/// The condition of a conditional value, and its two sides.
fn parts<'t>(place: &Place<'_, 't>, node: Node<'t>) -> Option<(Node<'t>, Node<'t>, Node<'t>)> {
    let fields = (
        place.child(node, Field::Condition),
        place.child(node, Field::Consequence),
        place.child(node, Field::Alternative),
    );
    match fields {
        (Some(condition), Some(yes), Some(no)) => Some((condition, yes, no)),
        // Python: `yes if condition else no`.
        _ => Some((node.named_child(1)?, node.named_child(0)?, node.named_child(2)?)),
    }
}

/// What a conditional value is for, as a verb.
pub(super) fn verb(place: &Place<'_, '_>, ternary: usize) -> &'static str {
    if place.use_of(ternary) == Use::Returned { "returns" } else { "chooses" }
}

/// The values of a conditional value, each in the place of the other; `holds` when the condition had to be false before.
fn swapped(place: &Place<'_, '_>, condition: &str, holds: bool) -> Option<String> {
    let at = place.nearest(&[Role::Ternary])?;
    let (_, yes, no) = parts(place, place.above(at)?)?;
    let [yes, no] = [yes, no].map(|node| value(bare(place.text(node))));
    let (now, other) = if holds { (yes, no) } else { (no, yes) };
    Some(format!("{} {now} when {condition} holds, and {other} when it does not", verb(place, at)))
}

fn ternary(place: &Place<'_, '_>) -> Option<String> {
    let at = place.nearest(&[Role::Ternary])?;
    let node = place.above(at)?;
    let (condition, yes, no) = parts(place, node)?;
    let verb = verb(place, at);
    let whole = place.mutant.original.len() == node.byte_range().len();
    let condition = code(bare(place.text(condition)));
    let (yes, no) = (bare(place.text(yes)), bare(place.text(no)));
    let now = bare(&place.mutant.replacement);
    Some(if whole && now == yes {
        format!("always {verb} {}, even when {condition} does not hold", value(yes))
    } else if whole && now == no {
        format!("always {verb} {}, even when {condition} holds", value(no))
    } else {
        format!("{verb} {} when {condition} holds, and {} when it does not", value(no), value(yes))
    })
}

fn fallback(place: &Place<'_, '_>) -> Option<String> {
    let node = place.node();
    let (left, right) = (place.text(node.child(0)?), place.text(node.child(2)?));
    let asks_for_nothing = place.text(node.child(1)?) == "??";
    let (given, missing) = if asks_for_nothing { ("has a value", "has no value") } else { truthiness(place) };
    Some(if place.mutant.replacement == right {
        format!("always uses {}, even when {} {given}", value(right), code(left))
    } else {
        format!("does not fall back to {} when {} {missing}", value(right), code(left))
    })
}

fn guard(place: &Place<'_, '_>) -> Option<String> {
    let condition = code(bare(&place.mutant.original));
    let always = truth(&place.mutant.replacement)? == "true";
    Some(match (is_filter(place), always) {
        (true, true) => format!("also keeps items for which {condition} does not hold"),
        (true, false) => format!("keeps no item for which {condition} holds"),
        (false, true) => format!("takes the case even when its guard {condition} does not hold"),
        (false, false) => format!("never takes the case that {condition} guards"),
    })
}

/// Whether a guard filters the items of a comprehension.
fn is_filter(place: &Place<'_, '_>) -> bool {
    (0..=place.at)
        .filter_map(|at| place.above(at))
        .any(|node| node.kind().ends_with("comprehension") || node.kind() == "generator_expression")
}
