//! Claims: comparisons of one thing with known values, and whether two of them can hold at once.

use tree_sitter::Node;

use super::{literals::Number, twins::turned};
use crate::{grammar::Field, role::Role, site::Site};

/// The longest chain that is looked through.
const LONGEST: usize = 16;

/// A comparison with a known value, read as if the value stood on the right.
struct Claim<'a> {
    thing: &'a str,
    token: &'static str,
    value: Value<'a>,
}

/// A value that differs from every other one of its kind.
#[derive(PartialEq, Eq)]
enum Value<'a> {
    Whole(i128),
    /// A text without its quotes.
    Text(&'a str),
    /// A case of an enumeration, by its type and its name.
    Case(&'a str, &'a str),
}

/// What a chain of comparisons always gives when its last `and` becomes an `or`, or the other way round: nothing is both
/// below 1 and above 5, and everything is other than 1 or other than 2.
pub(super) fn outcome_of_swap<'t>(site: &Site<'_, 't>, infix: Node<'t>) -> Option<bool> {
    let swapped = site.text(infix.child(1)?);
    let or = matches!(swapped, "||" | "or");
    let last = Claim::of(site, infix.child(2)?)?.turned_if(!or);
    let mut rest = site.inside_parentheses(infix.child(0)?);
    for _ in 0..LONGEST {
        let chained =
            site.role_of(rest) == Role::Binary && rest.child(1).is_some_and(|token| site.text(token) == swapped);
        let nearest = if chained { rest.child(2)? } else { rest };
        if !Claim::of(site, nearest)?.turned_if(!or).excludes(&last) {
            return None;
        }
        if !chained {
            return Some(!or);
        }
        rest = site.inside_parentheses(rest.child(0)?);
    }
    None
}

impl<'a> Claim<'a> {
    fn of<'t>(site: &Site<'a, 't>, node: Node<'t>) -> Option<Self> {
        let node = site.inside_parentheses(node);
        if site.role_of(node) != Role::Binary || node.child_count() != 3 {
            return None;
        }
        let (left, token, right) = (node.child(0)?, site.text(node.child(1)?), node.child(2)?);
        let (thing, token, value) = match (Value::of(site, left), Value::of(site, right)) {
            (None, Some(value)) => (left, token, value),
            (Some(value), None) => (right, turned(token), value),
            _ => return None,
        };
        let thing = site.text(thing);
        // Two calls may give two values.
        let calls = thing.contains(['(', '`']) || thing.contains("++") || thing.contains("--");
        (!calls).then_some(Self { thing, token: known(token)?, value })
    }

    /// The claim, or its opposite.
    fn turned_if(self, opposite: bool) -> Self {
        let token = match self.token {
            token if !opposite => token,
            "<" => ">=",
            "<=" => ">",
            ">" => "<=",
            ">=" => "<",
            "==" => "!=",
            _ => "==",
        };
        Self { token, ..self }
    }

    /// Whether two claims never hold at once.
    fn excludes(&self, other: &Self) -> bool {
        if self.thing != other.thing {
            return false;
        }
        match (self.token, other.token, &self.value, &other.value) {
            ("==", "==", Value::Text(one), Value::Text(two)) => one != two,
            ("==", "==", Value::Case(kind, one), Value::Case(like, two)) => kind == like && one != two,
            (_, _, Value::Whole(one), Value::Whole(two)) => never(self.token, *one, other.token, *two),
            _ => false,
        }
    }
}

/// Whether no number compares so with both of two numbers.
fn never(token: &str, one: i128, other: &str, two: i128) -> bool {
    match (token, other) {
        ("==", "==") => one != two,
        ("==", "<") => one >= two,
        ("==", "<=") => one > two,
        ("<", ">" | ">=") | ("==" | "<=", ">") => one <= two,
        ("==" | "<=", ">=") => one < two,
        ("<" | "<=", "==") | (">" | ">=", "==" | "<" | "<=") => never(other, two, token, one),
        _ => false,
    }
}

impl<'a> Value<'a> {
    fn of<'t>(site: &Site<'a, 't>, node: Node<'t>) -> Option<Self> {
        let text = site.text(node);
        match site.role_of(node) {
            Role::Number => Number::read(text).map(|number| Self::Whole(i128::from(number.value))),
            Role::Unary if text.starts_with('-') => {
                let number = site.text(node.named_child(0)?);
                Number::read(number).map(|number| Self::Whole(-i128::from(number.value)))
            }
            Role::Char => {
                let mut inner = text.trim_matches('\'').chars();
                let only = inner.next().filter(|only| *only != '\\' && inner.next().is_none())?;
                Some(Self::Whole(i128::from(u32::from(only))))
            }
            Role::Str => {
                let inner = text.strip_prefix(['"', '\''])?.strip_suffix(['"', '\''])?;
                // Ruby puts values into texts.
                let is_put_together = ["\\", "#{", "#@", "#$"].iter().any(|mark| inner.contains(mark));
                (!is_put_together && !inner.starts_with(['"', '\''])).then_some(Self::Text(inner))
            }
            Role::Member => {
                let (kind, name) = text.rsplit_once('.').or_else(|| text.rsplit_once("::"))?;
                let capital = |text: &str| text.starts_with(|c: char| c.is_ascii_uppercase());
                let plain = site.child_of(node, Field::Arguments).is_none() && !text.contains(['(', '[', '?']);
                (plain && capital(kind) && capital(name)).then_some(Self::Case(kind, name))
            }
            _ => None,
        }
    }
}

fn known(token: &str) -> Option<&'static str> {
    Some(match token {
        "<" => "<",
        "<=" => "<=",
        ">" => ">",
        ">=" => ">=",
        "==" | "===" => "==",
        "!=" | "!==" => "!=",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_two_claims_exclude_no_number_meets() {
        let holds = |token: &str, number: i128, value: i128| match token {
            "<" => number < value,
            "<=" => number <= value,
            ">" => number > value,
            ">=" => number >= value,
            "==" => number == value,
            _ => number != value,
        };
        let tokens = ["<", "<=", ">", ">=", "==", "!="];
        for (token, other) in tokens.iter().flat_map(|token| tokens.iter().map(move |other| (*token, *other))) {
            for (one, two) in (0..4).flat_map(|one| (0..4).map(move |two| (one, two))) {
                // Between whole numbers there are others.
                let met = (-4..12).any(|half| holds(token, half, 2 * one) && holds(other, half, 2 * two));
                assert_eq!(
                    never(token, one, other, two),
                    !(met || token == "!=" || other == "!="),
                    "{token}{one} {other}{two}"
                );
            }
        }
    }
}
