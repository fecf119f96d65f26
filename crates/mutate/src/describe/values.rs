//! Values: reckoned, returned, written down.

use super::{
    choices::truthiness,
    place::{Place, Use},
    words::{bare, code, value},
};
use crate::{grammar::Field, role::Role, site::named_children, types::callee};
use tinybug_model::Language;
use tree_sitter::Node;

/// What is reckoned instead, for operators between two operands or in front of one.
pub(super) fn operation(place: &Place<'_, '_>) -> Option<String> {
    let operator = place.mutant.operator.as_str();
    if matches!(operator, "arith.neg_drop" | "bit.not_drop" | "arith.plus_neg") {
        return prefix(place);
    }
    let (left, right) = place.operands()?;
    let (left, right) = (code(left), code(right));
    let changed = (place.mutant.original.as_str(), place.mutant.replacement.as_str());
    Some(match changed {
        ("+", "-") => format!("subtracts {right} from {left} instead of adding it"),
        ("-", "+") => format!("adds {right} to {left} instead of subtracting it"),
        ("*", "/") => format!("divides {left} by {right} instead of multiplying by it"),
        ("/", "*") => format!("multiplies {left} by {right} instead of dividing by it"),
        ("%", "*") => format!("multiplies {left} by {right} instead of taking the remainder"),
        ("//", "/") => format!("divides {left} by {right} without rounding down"),
        ("**", "*") => format!("multiplies {left} by {right} instead of raising it to that power"),
        ("&", "|") => format!("takes bitwise or of {left} and {right} instead of bitwise and"),
        ("|", "&") => format!("takes bitwise and of {left} and {right} instead of bitwise or"),
        ("^", "&") => format!("takes bitwise and of {left} and {right} instead of exclusive or"),
        ("<<", ">>") => format!("shifts {left} to the right by {right} instead of to the left"),
        (">>", "<<") => format!("shifts {left} to the left by {right} instead of to the right"),
        (">>>", ">>") => format!("keeps the sign when it shifts {left} to the right by {right}"),
        _ => return None,
    })
}

/// Operators in front of their operand.
fn prefix(place: &Place<'_, '_>) -> Option<String> {
    let node = place.nearest(&[Role::Unary]).and_then(|at| place.above(at))?;
    let operand = place.text(node.child(node.child_count().checked_sub(1)?)?);
    let now = if place.mutant.replacement == "-" { format!("-{operand}") } else { operand.to_owned() };
    Some(format!("uses {} instead of {}", code(&now), code(place.text(node))))
}

/// How a variable is updated instead.
pub(super) fn update(place: &Place<'_, '_>) -> Option<String> {
    let token = place.node();
    if place.mutant.operator == "update.swap" {
        let variable = token.prev_named_sibling().or_else(|| token.next_named_sibling())?;
        let (now, before) = if place.mutant.replacement == "--" { ("down", "up") } else { ("up", "down") };
        return Some(format!("counts {} {now} instead of {before}", code(place.text(variable))));
    }
    let (left, plain) = place.operands()?;
    let (left, right) = (code(left), code(plain));
    let (original, replacement) = (place.mutant.original.as_str(), place.mutant.replacement.as_str());
    Some(match (place.mutant.operator.as_str(), original, replacement) {
        ("assign.op_plain", ..) => format!("overwrites {left} with {right} instead of updating it"),
        ("assign.nullish", "??=", _) => format!("sets {left} to {right} even when it has a value"),
        ("assign.nullish", "&&=", _) => {
            let (given, missing) = truthiness(place);
            format!("sets {left} to {right} when it {missing} instead of when it {given}")
        }
        ("assign.nullish", "||=", _) => {
            let (given, missing) = truthiness(place);
            format!("sets {left} to {right} when it {given} instead of when it {missing}")
        }
        (_, "+=", "-=") => format!("subtracts {right} from {left} instead of adding it"),
        (_, "-=", "+=") => format!("adds {right} to {left} instead of subtracting it"),
        (_, "*=", "/=") => format!("divides {left} by {right} instead of multiplying by it"),
        (_, "/=", "*=") => format!("multiplies {left} by {right} instead of dividing by it"),
        (_, "%=", "*=") => format!("multiplies {left} by {right} instead of taking the remainder"),
        (_, "**=", "*=") => format!("multiplies {left} by {right} instead of raising it to that power"),
        (_, "//=", "/=") => format!("divides {left} by {right} without rounding down"),
        _ => {
            let by = |token: &str| code(&format!("{token} {plain}"));
            format!("updates {left} with {} instead of {}", by(replacement), by(original))
        }
    })
}

/// What a function returns instead.
pub(super) fn returned(place: &Place<'_, '_>) -> String {
    let (original, replacement) = (place.mutant.original.as_str(), place.mutant.replacement.as_str());
    let when = place.when();
    if place.mutant.operator == "ret.err_nil" {
        return format!("returns {} instead of the error {}{when}", code(replacement), code(original));
    }
    let opposite = replacement.strip_prefix("not ").or_else(|| replacement.strip_prefix('!'));
    if opposite.is_some_and(|rest| rest == original) {
        return format!("returns the opposite of {}{when}", code(original));
    }
    format!("returns {} instead of {}{when}", value(replacement), value(bare(original)))
}

/// What a literal is instead, told by what it is for.
pub(super) fn literal(place: &Place<'_, '_>) -> Option<String> {
    let operator = place.mutant.operator.as_str();
    let by_subject = |does: String| Some(format!("{} {does}.", owner(place)));
    match operator {
        "lit.item_drop" | "decl.struct_field_drop" => by_subject(dropped(place, operator)?),
        "lit.regex" => by_subject(regex(place)?),
        "lit.range" => {
            let range = place.nearest(&[Role::Range]).and_then(|at| place.above(at))?;
            let includes = matches!(
                (place.mutant.original.as_str(), place.mutant.replacement.as_str()),
                ("..", "..=") | ("...", "..")
            );
            let verb = if includes { "includes" } else { "leaves out" };
            by_subject(format!("{verb} the end of the range {}", code(place.text(range))))
        }
        _ => written(place),
    }
}

/// Who does it: the function, or, when none is around, the name that gets the value.
pub(super) fn owner(place: &Place<'_, '_>) -> String {
    let holder = place.nearest(&[Role::Assign, Role::Declaration, Role::Const]);
    let name =
        holder.filter(|_| !place.in_function()).and_then(|at| place.above(at)).and_then(|node| held(place, node));
    name.map_or_else(|| place.subject(), code)
}

fn dropped(place: &Place<'_, '_>, operator: &str) -> Option<String> {
    let item = place.mutant.original.trim().trim_matches([',', ' ']);
    let literal = place.text(place.node());
    (!item.is_empty()).then(|| match operator {
        "lit.item_drop" => format!("leaves {} out of {}", code(item), code(literal)),
        _ => format!("leaves {} out, so that the base decides", code(item)),
    })
}

fn regex(place: &Place<'_, '_>) -> Option<String> {
    let literal = place.nearest(&[Role::Regex, Role::Str, Role::Template]).and_then(|at| place.above(at))?;
    let pattern = code(place.text(literal));
    let inside = usize::try_from(place.mutant.start_byte).ok()? > literal.start_byte() + 3;
    Some(match (place.mutant.original.as_str(), place.mutant.replacement.as_str()) {
        ("", "^") => format!("lets {pattern} match what its first class excludes, instead of what it names"),
        ("^", "") if is_class(place) => {
            format!("lets {pattern} match what its first class names, instead of what it excludes")
        }
        ("^", "") => format!("lets {pattern} match anywhere instead of only at the start"),
        ("$", "") => format!("lets {pattern} match without reaching the end"),
        ("+" | "*" | "?", "") if inside || !pattern.is_empty() => {
            format!("lets {pattern} match exactly one where its first {} stands", code(&place.mutant.original))
        }
        _ => return None,
    })
}

/// Whether the character that goes turns a class around.
fn is_class(place: &Place<'_, '_>) -> bool {
    let node = place.above(place.nearest(&[Role::Regex, Role::Str, Role::Template]).unwrap_or(0));
    let offset = usize::try_from(place.mutant.start_byte).unwrap_or(0);
    node.is_some_and(|node| {
        let at = offset.saturating_sub(node.start_byte());
        place.text(node).as_bytes().get(at.wrapping_sub(1)) == Some(&b'[')
    })
}

/// A literal in its place.
fn written(place: &Place<'_, '_>) -> Option<String> {
    let (at, original, replacement) = widened(place)?;
    let (now, before) = (value(&replacement), value(&original));
    let node = place.above(at)?;
    let parent = at.checked_sub(1).and_then(|above| place.above(above))?;
    if place.use_of(at) == Use::Returned {
        return Some(format!("{} returns {now} instead of {before}{}.", place.subject(), place.when()));
    }
    if !place.in_function()
        && let Some(name) = named_value(place, parent)
    {
        return Some(format!("{name} is {now} instead of {before}."));
    }
    let does = match place.role(parent) {
        Role::Arguments => passed(place, at, (&now, &before))?,
        Role::Index => {
            let object = parent.named_child(0).filter(|object| *object != node)?;
            format!("looks at {now} of {} instead of at {before}", code(place.text(object)))
        }
        Role::Binary => beside(place, parent, node, (&now, &before))?,
        _ => given(place, at, (&now, &before))?,
    };
    Some(format!("{} {does}.", owner(place)))
}

/// The literal with what belongs to it: its sign, and what some grammars wrap it in once more.
fn widened(place: &Place<'_, '_>) -> Option<(usize, String, String)> {
    let mut at = place.at;
    let (mut original, mut replacement) = (place.mutant.original.clone(), place.mutant.replacement.clone());
    while let Some(parent) = at.checked_sub(1).and_then(|above| place.above(above)) {
        let node = place.above(at)?;
        let wraps = match parent.kind() {
            "argument" | "literal_element" | "expression_list" | "equals_value_clause" => {
                parent.named_child_count() == 1
            }
            "composite_literal" => place.child(parent, Field::Body) == Some(node),
            "object_creation_expression" => node.kind() == "initializer_expression",
            _ => place.role(parent) == Role::Paren,
        };
        if place.role(parent) == Role::Unary && place.text(parent).starts_with('-') {
            original.insert(0, '-');
            if replacement != "0" {
                replacement.insert(0, '-');
            }
        } else if !wraps {
            break;
        }
        at -= 1;
    }
    Some((at, original, replacement))
}

/// The name that a value is given to outside functions, and whose it is.
fn named_value<'t>(place: &Place<'_, 't>, parent: Node<'t>) -> Option<String> {
    match parent.kind() {
        // The property is the symbol itself.
        "property_declaration" => return Some(code(&place.mutant.function)),
        "public_field_definition" | "field_definition" => {}
        _ if place.role(parent) == Role::Keyword => return None,
        _ => {}
    }
    let name = held(place, parent).filter(|_| is_plain(place, parent))?;
    let class = &place.mutant.function;
    Some(if class.is_empty() { code(name) } else { format!("{} of {}", code(name), code(class)) })
}

/// An argument of a call.
fn passed(place: &Place<'_, '_>, at: usize, (now, before): (&str, &str)) -> Option<String> {
    let called = code(&called(place, at.checked_sub(2).and_then(|above| place.above(above))?)?);
    Some(if !place.in_function() && owner(place) != place.subject() {
        format!("is made by {called} with {now} instead of {before}")
    } else {
        format!("passes {now} to {called} instead of {before}")
    })
}

/// An operand.
fn beside<'t>(place: &Place<'_, 't>, binary: Node<'t>, node: Node<'t>, (now, before): (&str, &str)) -> Option<String> {
    let token = binary.child(1).map_or("", |token| place.text(token));
    Some(match token {
        "<" | "<=" | ">" | ">=" | "==" | "!=" | "===" | "!==" | "is" | "is not" | "<=>" => {
            let other = named_children(binary).into_iter().find(|other| *other != node)?;
            format!("compares {} with {now} instead of {before}", code(bare(place.text(other))))
        }
        "??" | "||" | "or" if binary.child(2) == Some(node) => format!("falls back to {now} instead of to {before}"),
        _ => format!("uses {now} instead of {before} in {}", code(place.text(binary))),
    })
}

/// A value that is given to a name, to a case, to a collection, or to anything else.
fn given(place: &Place<'_, '_>, at: usize, (now, before): (&str, &str)) -> Option<String> {
    let (node, above) = (place.above(at)?, at.checked_sub(1)?);
    let parent = place.above(above)?;
    let in_braces = matches!(parent.kind(), "literal_value" | "initializer_list");
    let last = named_children(parent).last() == Some(&node);
    Some(match (place.role(parent), held(place, parent)) {
        (Role::Keyword, Some(name)) => keyword(place, parent, &code(name), (now, before)),
        (Role::Assign | Role::Declaration | Role::Const, Some(name)) if is_plain(place, parent) => {
            format!("sets {} to {now} instead of {before}{}", code(name), place.when())
        }
        (Role::Ternary, _) if place.use_of(at) != Use::Choice => {
            format!("{} {now} instead of {before}{}", super::choices::verb(place, above), place.when())
        }
        (Role::List | Role::Other, _) if in_braces || place.role(parent) == Role::List => {
            let verb = if place.in_function() { "puts {} into" } else { "has {} in" };
            let (verb, preposition) = verb.split_once(" {} ")?;
            format!("{verb} {now} instead of {before} {preposition} {}", code(place.text(parent)))
        }
        // What an alternative gives stands last in it.
        (Role::Arm, _) if last => format!("gives {now} instead of {before}{}", place.when()),
        (Role::Block, _) if place.is(Language::Ruby) => format!("gives {now} instead of {before}{}", place.when()),
        (Role::Case | Role::Pattern | Role::Arm | Role::Switch, _) => {
            format!("does for {now} what it should do for {before}")
        }
        (Role::Member, _) => {
            format!("uses {now} instead of {before} in {}", code(place.text(place.above(above.checked_sub(1)?)?)))
        }
        _ => format!("uses {now} instead of {before} in {}", code(place.text(parent))),
    })
}

/// Whether a node gives a value to a name, rather than to update it.
fn is_plain<'t>(place: &Place<'_, 't>, holder: Node<'t>) -> bool {
    place.role(holder) != Role::Assign
        || holder.child(1).is_none_or(|token| !token.kind().ends_with('=') || matches!(place.text(token), "=" | ":="))
            && place.text(holder).contains('=')
}

fn keyword<'t>(place: &Place<'_, 't>, parent: Node<'t>, name: &str, (now, before): (&str, &str)) -> String {
    match parent.kind() {
        kind if kind.contains("parameter") || kind == "assignment_pattern" => {
            format!("takes {now} as the default of {name} instead of {before}")
        }
        _ if is_argument(place, parent) => format!("passes {now} as {name} instead of {before}"),
        _ => format!("sets {name} to {now} instead of {before}{}", place.when()),
    }
}

/// Whether a name and its value are an argument of a call.
fn is_argument<'t>(place: &Place<'_, 't>, node: Node<'t>) -> bool {
    node.parent().is_some_and(|around| place.role(around) == Role::Arguments)
}

/// The name that a value is given to by a node.
fn held<'a, 't>(place: &Place<'a, 't>, holder: Node<'t>) -> Option<&'a str> {
    let name =
        [Field::Name, Field::Left, Field::Key, Field::Property, Field::Pattern, Field::Declarator, Field::Member]
            .into_iter()
            .find_map(|field| place.child(holder, field))?;
    let text = place.text(name);
    // Declarators of C hold more than the name.
    let name = text.trim_start_matches("mut ").trim_start_matches(['*', '&']).trim_end_matches(':');
    let name = if matches!(place.role(holder), Role::Declaration) {
        name.split(['[', '(']).next().unwrap_or(name)
    } else {
        name
    };
    let name = name.trim();
    let plain = matches!(place.role(holder), Role::Assign | Role::Declaration | Role::Const | Role::Keyword);
    (plain && !name.is_empty() && name.len() < 100).then_some(name)
}

/// What a call calls.
pub(super) fn called<'t>(place: &Place<'_, 't>, call: Node<'t>) -> Option<String> {
    let function = callee(place.grammar, call);
    let receiver = [Field::Object, Field::Receiver].into_iter().find_map(|field| place.child(call, field));
    match (function, receiver) {
        (Some(function), Some(receiver)) => Some(format!("{}.{}", place.text(receiver), place.text(function))),
        (Some(function), None) => Some(place.text(function).to_owned()),
        (None, _) if place.role(call) == Role::New => {
            let made = place.text(call).trim_start_matches("new ");
            made.split('(').next().map(str::to_owned)
        }
        (None, _) if place.is(Language::Cpp) => {
            place.child(call, Field::Declarator).map(|name| place.text(name).to_owned())
        }
        _ => None,
    }
}
