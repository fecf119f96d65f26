//! Steps: calls, assignments, errors, jumps.

use tinybug_model::Language;

use super::{
    place::Place,
    values::called,
    words::{code, value},
};
use crate::{grammar::Field, role::Role};

/// What is done instead, or no more.
pub(super) fn step(place: &Place<'_, '_>) -> Option<String> {
    let original = place.mutant.original.as_str();
    let replacement = place.mutant.replacement.as_str();
    match place.mutant.operator.as_str() {
        "stmt.call_drop" => Some(format!("does not call {}{}", code(statement(original)), place.when())),
        "stmt.assign_drop" => assignment(place),
        "stmt.assign_null" => {
            let holder = place.nearest(&[Role::Assign]).and_then(|at| place.above(at))?;
            let left = place.child(holder, Field::Left)?;
            let (left, now) = (code(place.text(left)), code(replacement));
            Some(format!("sets {left} to {now} instead of {}{}", value(original), place.when()))
        }
        "stmt.throw_drop" => {
            let when = place.when();
            let raise =
                if matches!(place.mutant.language, Language::Python | Language::Ruby) { "raise" } else { "throw" };
            Some(if when.is_empty() {
                let error = statement(original).trim_start_matches("raise").trim_start_matches("throw").trim();
                format!("does not {raise} {}", code(error))
            } else {
                format!("{raise}s nothing{when}")
            })
        }
        "stmt.defer_drop" => {
            let call = statement(original).trim_start_matches("defer ");
            Some(format!("does not call {} when it ends", code(call)))
        }
        "flow.break_continue" => {
            let when = place.when();
            Some(if original == "break" {
                format!("goes on with the loop instead of leaving it{when}")
            } else {
                format!("leaves the loop instead of going on with it{when}")
            })
        }
        "flow.early_return" => early_return(replacement),
        "call.method_swap" => {
            let at = place.nearest(&[Role::Call])?;
            let call = code(place.text(place.above(at)?));
            Some(format!("calls {} instead of {} in {call}", code(replacement), code(original)))
        }
        "call.unwrap" => Some(format!("uses {} instead of {}", code(replacement), code(original))),
        "call.arg_drop" => {
            let argument = original.trim().trim_matches([',', ' ']);
            let at = place.nearest(&[Role::Call])?;
            Some(format!("calls {} without {}", code(&called(place, place.above(at)?)?), code(argument)))
        }
        "except.class" => handled(place),
        _ => None,
    }
}

/// A statement without what ends it.
fn statement(text: &str) -> &str {
    text.trim().trim_end_matches(';').trim_start_matches("await ").trim()
}

fn assignment(place: &Place<'_, '_>) -> Option<String> {
    let when = place.when();
    // The statement stands around the assignment, or is it.
    let node = place.node();
    let assignment = match place.role(node) {
        Role::Assign | Role::AugAssign => node,
        _ => node.named_child(0)?,
    };
    let left = code(place.text(place.child(assignment, Field::Left)?));
    let right = code(place.text(place.child(assignment, Field::Right)?));
    let plain = assignment.child(1).is_none_or(|token| matches!(place.text(token), "=" | ":=" | "??=" | "||=" | "&&="));
    Some(if plain {
        format!("does not set {left} to {right}{when}")
    } else {
        format!("does not update {left} by {right}{when}")
    })
}

fn early_return(replacement: &str) -> Option<String> {
    let (_, rest) = replacement.split_once("return")?;
    let given = rest.split(';').next()?.trim();
    Some(if given.is_empty() {
        "returns before it does anything".to_owned()
    } else {
        format!("returns {} before it does anything", value(given))
    })
}

fn handled(place: &Place<'_, '_>) -> Option<String> {
    let handler = place.nearest(&[Role::Handler]).and_then(|at| place.above(at))?;
    let error = if place.mutant.original.is_empty() {
        // C#: `(IOException error)`.
        let declared = place.text(handler.named_child(0)?).trim_matches(['(', ')']);
        declared.split_whitespace().next()?
    } else {
        &place.mutant.original
    };
    Some(format!("no longer handles {}", code(error)))
}
