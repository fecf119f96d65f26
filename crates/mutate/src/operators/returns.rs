//! What functions return: another truth value, an empty value, success instead of an error.

use std::borrow::Cow;

use tinybug_model::Language;
use tree_sitter::Node;

use super::{Drafts, Op, literals::Number, twins};
use crate::{
    grammar::Field,
    role::Role,
    site::{Site, named_children, only_named_child},
};

/// Proposes other values for a `return`.
pub(super) fn statement<'t>(site: &Site<'_, 't>, drafts: &mut Drafts<'_, 't>) {
    let Some(function) = site.function() else { return };
    let Some(value) = only_named_child(site.node) else { return };
    if site.spec().language == Language::Rust && inside_async_block(site) {
        return;
    }
    if value.kind() == "expression_list" && site.spec().language == Language::Go {
        several(site, drafts, function.node, value);
        return;
    }
    // Ruby wraps what is returned in a list.
    let value = match only_named_child(value) {
        Some(only) if value.kind() == "argument_list" => only,
        _ => value,
    };
    one(site, drafts, function.node, value);
}

/// Proposes other values for an expression that is a function's value without a `return`.
pub(super) fn tail<'t>(site: &Site<'_, 't>, drafts: &mut Drafts<'_, 't>) {
    let Some(body) = site.child(Field::Body) else { return };
    if site.role_of(body) != Role::Block {
        let expression_bodied = matches!(
            site.spec().language,
            Language::Python | Language::JavaScript | Language::TypeScript | Language::Ruby
        );
        if expression_bodied {
            // Whoever waits for a timer waits for ever.
            let is_timer = site.role_of(body) == Role::Call && site.text(body).starts_with("setTimeout(");
            if !is_timer && !crate::arid::call_is_arid(site, body) {
                one(site, drafts, site.node, body);
            }
        } else if body.kind() == "arrow_expression_clause"
            && let Some(value) = only_named_child(body)
        {
            one(site, drafts, site.node, value);
        }
        return;
    }
    let language = site.spec().language;
    if !matches!(language, Language::Rust | Language::Ruby) || site.role != Role::Function {
        return;
    }
    let Some(last) = last_child(body) else { return };
    let value = matches!(
        site.role_of(last),
        Role::Name
            | Role::Member
            | Role::Call
            | Role::Binary
            | Role::Unary
            | Role::Number
            | Role::Str
            | Role::Template
            | Role::List
            | Role::Dict
            | Role::Index
            | Role::Paren
            | Role::Ternary
            | Role::New
            | Role::Char
    ) || language == Language::Rust
        && matches!(
            last.kind(),
            "await_expression" | "try_expression" | "type_cast_expression" | "reference_expression"
        );
    if !value || crate::arid::call_is_arid(site, last) {
        return;
    }
    if language == Language::Ruby && site.child(Field::Name).is_some_and(|name| is_setter(site.text(name))) {
        return;
    }
    one(site, drafts, site.node, last);
}

fn is_setter(name: &str) -> bool {
    name == "initialize" || name.ends_with('=') && name != "=="
}

fn last_child(node: Node<'_>) -> Option<Node<'_>> {
    let mut at = u32::try_from(node.named_child_count()).ok()?;
    while at > 0 {
        at -= 1;
        let child = node.named_child(at)?;
        if !child.is_extra() {
            return Some(child);
        }
    }
    None
}

fn inside_async_block(site: &Site<'_, '_>) -> bool {
    let from = site.parent().and_then(|parent| parent.function).unwrap_or(0);
    site.stack[from..].iter().any(|frame| matches!(frame.node.kind(), "async_block" | "try_block" | "gen_block"))
}

/// The type that a function says it returns.
pub(super) fn declared_type<'a, 't>(site: &Site<'a, 't>, function: Node<'t>) -> Option<&'a str> {
    let by_language = match site.spec().language {
        Language::Java | Language::C | Language::Cpp => Field::Type,
        Language::CSharp => {
            if site.child_of(function, Field::Returns).is_some() {
                Field::Returns
            } else {
                Field::Type
            }
        }
        Language::Go => Field::Result,
        _ => Field::ReturnType,
    };
    let node = site.child_of(function, by_language)?;
    let mut declared = site.text(node).trim_start_matches([':', ' ']).trim();
    if matches!(site.spec().language, Language::C | Language::Cpp) {
        let declarator = site.child_of(function, Field::Declarator)?;
        declared = match declarator.kind() {
            "function_declarator" => declared,
            "pointer_declarator" => "*",
            _ => return None,
        };
    }
    Some(declared)
}

/// Proposes other values for one returned expression.
fn one<'t>(site: &Site<'_, 't>, drafts: &mut Drafts<'_, 't>, function: Node<'t>, value: Node<'t>) {
    let declared = declared_type(site, function);
    match (declared, site.spec().language) {
        (Some(declared), _) if !declared.is_empty() => typed(site, drafts, value, declared),
        (_, Language::Python | Language::JavaScript | Language::TypeScript | Language::Ruby) => {
            untyped(site, drafts, value);
        }
        _ => {}
    }
}

fn typed<'t>(site: &Site<'_, 't>, drafts: &mut Drafts<'_, 't>, value: Node<'t>, declared: &str) {
    let text = site.text(value);
    let syntax = &site.spec().syntax;
    let zeros = (site.spec().zeros)(declared);
    for zero in zeros {
        // What a literal becomes, other operators make of it.
        let literal = site.role_of(value) == Role::Bool && zero.starts_with("Boolean.")
            || Number::read(text).is_some_and(|number| number.value == 1) && is_zero(zero);
        if literal || is_same(site, value, zero) {
            continue;
        }
        // In the quotes of the text it replaces, so that it is no second way to empty that text.
        let zero = if *zero == "\"\"" && text.starts_with('\'') { &"''" } else { zero };
        let op = if syntax.bools.contains(zero) { Op::RetBool } else { Op::RetZero };
        drafts.replace_unless(site, op, value, *zero, |_| {
            twins::of_returned(site, value, |side| is_side(site, side, zero))
        });
    }
    if zeros.contains(&syntax.bools[0]) && matches!(site.role_of(value), Role::Call | Role::Name | Role::Member) {
        drafts.replace(site, Op::RetBool, value, format!("{}{text}", syntax.not));
    }
    if site.spec().language == Language::Rust
        && let Some(success) = rust_success(declared)
        && text.starts_with("Err(")
    {
        drafts.replace(site, Op::RetErrNil, value, success);
    }
}

/// The `Ok` of a `Result` whose value has an empty form.
fn rust_success(declared: &str) -> Option<&'static str> {
    let inner = declared.split_once("Result<")?.1;
    let inner = inner.split([',', '>']).next()?.trim();
    Some(match inner {
        "()" => "Ok(())",
        "bool" => "Ok(false)",
        "String" => "Ok(String::new())",
        "f32" | "f64" => "Ok(0.0)",
        "u8" | "u16" | "u32" | "u64" | "u128" | "usize" | "i8" | "i16" | "i32" | "i64" | "i128" | "isize" => "Ok(0)",
        _ => return None,
    })
}

fn untyped<'t>(site: &Site<'_, 't>, drafts: &mut Drafts<'_, 't>, value: Node<'t>) {
    let syntax = &site.spec().syntax;
    let [yes, no] = syntax.bools;
    let inner = site.inside_parentheses(value);
    match site.role_of(inner) {
        Role::Binary | Role::Unary if is_truth(site, inner) => {
            drafts.replace(site, Op::RetBool, value, yes);
            drafts.replace(site, Op::RetBool, value, no);
        }
        // A component that renders nothing, or a function that makes functions, crashes at once.
        Role::Bool | Role::Null | Role::Lambda | Role::Function => {}
        _ if is_same(site, value, syntax.null) || site.own_text().contains("yield") => {}
        _ => drafts.replace_unless(site, Op::RetZero, value, syntax.null, |_| {
            twins::of_returned(site, value, |side| is_side(site, side, syntax.null))
        }),
    }
}

/// Whether an expression surely is true or false.
fn is_truth<'t>(site: &Site<'_, 't>, node: Node<'t>) -> bool {
    let names = crate::types::Names::default();
    names.guess(site.grammar, site.bytes, node, 6) == crate::types::Guess::Bool
}

/// A returned value as the operators here write it, when it is one that they return.
pub(super) fn written<'t>(site: &Site<'_, 't>, value: Option<Node<'t>>) -> Option<Cow<'static, str>> {
    let syntax = &site.spec().syntax;
    if let Some(value) = value.filter(|value| site.role_of(*value) == Role::Bool) {
        return syntax.bools.into_iter().find(|known| *known == site.text(value)).map(Cow::from);
    }
    let declared =
        site.function().and_then(|function| declared_type(site, function.node)).filter(|text| !text.is_empty());
    // JavaScript has more than one nothing.
    let exact = matches!(site.spec().language, Language::JavaScript | Language::TypeScript);
    let same = |value, zero: &str| {
        let nothing = exact && matches!(zero, "null" | "undefined");
        if nothing { site.text(value) == zero } else { is_side(site, value, zero) }
    };
    match (declared, value) {
        (Some(declared), Some(value)) => {
            (site.spec().zeros)(declared).iter().find(|zero| same(value, zero)).map(|zero| Cow::from(*zero))
        }
        (None, None) => Some(Cow::from(syntax.null)),
        (None, Some(value)) => same(value, syntax.null).then(|| Cow::from(syntax.null)),
        (Some(_), None) => None,
    }
}

/// Whether a value already is that empty value, in whatever spelling.
fn is_same<'t>(site: &Site<'_, 't>, value: Node<'t>, zero: &str) -> bool {
    let text = site.text(value);
    let plain = |text: &str| -> String {
        text.chars().filter(|c| !c.is_whitespace()).map(|c| if c == '\'' { '"' } else { c }).collect()
    };
    if text.len() > 40 {
        return false;
    }
    let (text, zero) = (plain(text), plain(zero.trim_start_matches("java.util.")));
    let empty_texts = [
        "\"\"",
        "``",
        "String::new()",
        "\"\".to_string()",
        "\"\".to_owned()",
        "String::from(\"\")",
        "string.Empty",
        "String.Empty",
    ];
    let nulls = ["null", "undefined", "nil", "None", "nullptr", "NULL", "void0", "default", "default!", "0"];
    text == zero
        || empty_texts.contains(&text.as_str()) && empty_texts.contains(&zero.as_str())
        || nulls.contains(&text.as_str()) && nulls.contains(&zero.as_str())
        || is_zero(&text) && is_zero(&zero)
        || (text.as_str(), zero.as_str()) == ("vec![]", "Vec::new()")
}

/// Whether a side of a conditional value is that empty value. A zero is nothing only in C and C++.
fn is_side<'t>(site: &Site<'_, 't>, value: Node<'t>, zero: &str) -> bool {
    let pointers = matches!(site.spec().language, Language::C | Language::Cpp);
    is_same(site, value, zero) && (pointers || is_zero(site.text(value)) == is_zero(zero))
}

/// Whether a number is zero, of whatever type.
fn is_zero(text: &str) -> bool {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic() || c == '_');
    digits.starts_with('0') && digits.bytes().all(|byte| matches!(byte, b'0' | b'.'))
}

/// Go returns several values: each has its own type.
fn several<'t>(site: &Site<'_, 't>, drafts: &mut Drafts<'_, 't>, function: Node<'t>, list: Node<'t>) {
    let Some(result) = site.child_of(function, Field::Result) else { return };
    let values = named_children(list);
    let types = result_types(site, result);
    if types.len() != values.len() {
        return;
    }
    // Nobody should look at what is returned beside an error.
    let fails = types.last() == Some(&"error") && values.last().is_some_and(|last| site.role_of(*last) != Role::Null);
    for (value, declared) in values.into_iter().zip(types) {
        if !fails || declared == "error" {
            go_value(site, drafts, value, declared);
        }
    }
}

fn result_types<'a, 't>(site: &Site<'a, 't>, result: Node<'t>) -> Vec<&'a str> {
    if result.kind() != "parameter_list" {
        return vec![site.text(result)];
    }
    let mut types = Vec::new();
    for declaration in named_children(result) {
        let Some(written) = site.child_of(declaration, Field::Type) else { return Vec::new() };
        let names = named_children(declaration).len().saturating_sub(1).max(1);
        types.extend(std::iter::repeat_n(site.text(written), names));
    }
    types
}

fn go_value<'t>(site: &Site<'_, 't>, drafts: &mut Drafts<'_, 't>, value: Node<'t>, declared: &str) {
    if declared == "error" {
        if site.role_of(value) != Role::Null {
            drafts.replace(site, Op::RetErrNil, value, "nil");
        }
        return;
    }
    typed(site, drafts, value, declared);
}
