//! Rust.

use tinybug_model::Language;
use tree_sitter::Node;

use super::{Arid, Canary, Declares, Dialect, LanguageSpec, Plus, Syntax, TestFiles};
use crate::{
    grammar::Field,
    operators::Op,
    role::Role,
    site::{Site, text},
    tokens::words,
    types::Guess,
};

/// Rust.
pub(super) static SPEC: LanguageSpec = LanguageSpec {
    language: Language::Rust,
    dialects: &[Dialect { number: 5, extensions: &["rs"], grammar: || tree_sitter_rust::LANGUAGE.into() }],
    tests: TestFiles {
        directories: &["tests", "benches", "fuzz"],
        prefixes: &[],
        suffixes: &["_test.rs", "_tests.rs"],
        names: &["tests.rs", "test.rs"],
    },
    build_files: &["build.rs"],
    syntax: Syntax { line_comment: "//", not: "!", bools: ["true", "false"], null: "None", nothing: "", strict: true },
    plus: Plus::UnlessText,
    roles: &[
        (
            Role::Skip,
            &[
                "attribute_item",
                "inner_attribute_item",
                "use_declaration",
                "extern_crate_declaration",
                "array_type",
                "type_item",
                "macro_definition",
                "enum_item",
                "struct_item",
                "union_item",
                "where_clause",
                "type_arguments",
                "type_parameters",
                "reference_type",
                "generic_type",
                "function_type",
                "pointer_type",
                "foreign_mod_item",
                "visibility_modifier",
                "trait_bounds",
                "tuple_type",
                "range_pattern",
                "slice_pattern",
                "const_block",
                "scoped_type_identifier",
            ],
        ),
        (Role::Arm, &["match_arm"]),
        (Role::Comment, &["line_comment", "block_comment"]),
        (Role::Macro, &["macro_invocation"]),
        (Role::Function, &["function_item"]),
        (Role::Lambda, &["closure_expression"]),
        (Role::Class, &["impl_item", "trait_item", "mod_item"]),
        (Role::Block, &["block"]),
        (Role::Binary, &["binary_expression"]),
        (Role::Unary, &["unary_expression"]),
        (Role::AugAssign, &["compound_assignment_expr"]),
        (Role::Assign, &["assignment_expression"]),
        (Role::Range, &["range_expression"]),
        (Role::Call, &["call_expression"]),
        (Role::Index, &["index_expression"]),
        (Role::Paren, &["parenthesized_expression"]),
        (Role::Member, &["field_expression", "scoped_identifier"]),
        (Role::Name, &["identifier", "self"]),
        (Role::Bool, &["boolean_literal"]),
        (Role::Number, &["integer_literal", "float_literal"]),
        (Role::Str, &["string_literal", "raw_string_literal"]),
        (Role::Char, &["char_literal"]),
        (Role::List, &["array_expression"]),
        (Role::New, &["struct_expression"]),
        (Role::Keyword, &["field_initializer"]),
        (Role::Arguments, &["arguments"]),
        (Role::ExprStmt, &["expression_statement"]),
        (Role::Return, &["return_expression"]),
        (Role::If, &["if_expression"]),
        (Role::While, &["while_expression"]),
        (Role::ForEach, &["for_expression"]),
        (Role::Loop, &["loop_expression"]),
        (
            Role::Pattern,
            &[
                "match_pattern",
                "let_condition",
                "tuple_struct_pattern",
                "struct_pattern",
                "or_pattern",
                "tuple_pattern",
            ],
        ),
        (Role::Break, &["break_expression"]),
        (Role::Continue, &["continue_expression"]),
        (Role::Const, &["const_item", "static_item"]),
        (Role::Declaration, &["let_declaration"]),
    ],
    declares: &[
        Declares { kind: "parameter", name: Field::Pattern, types: Some(Field::Type), value: None },
        Declares { kind: "field_declaration", name: Field::Name, types: Some(Field::Type), value: None },
        Declares { kind: "const_item", name: Field::Name, types: Some(Field::Type), value: None },
        Declares { kind: "let_declaration", name: Field::Pattern, types: Some(Field::Type), value: Some(Field::Value) },
        Declares { kind: "function_item", name: Field::Name, types: Some(Field::ReturnType), value: None },
    ],
    divides_exactly: false,
    lengths: &[".len()", ".count()"],
    type_guess,
    arid: Arid {
        callees: &[],
        receivers: &["tracing", "Instant", "SystemTime", "Duration", "thread"],
        methods: &["with_capacity", "reserve", "from_secs", "from_millis"],
    },
    swaps: &[
        ("starts_with", "ends_with"),
        ("ends_with", "starts_with"),
        ("to_uppercase", "to_lowercase"),
        ("to_lowercase", "to_uppercase"),
        ("to_ascii_uppercase", "to_ascii_lowercase"),
        ("to_ascii_lowercase", "to_ascii_uppercase"),
        ("trim_start", "trim_end"),
        ("trim_end", "trim_start"),
        ("any", "all"),
        ("all", "any"),
        ("min", "max"),
        ("max", "min"),
        ("floor", "ceil"),
        ("ceil", "floor"),
        ("is_some", "is_none"),
        ("is_none", "is_some"),
        ("is_ok", "is_err"),
        ("is_err", "is_ok"),
    ],
    regexes: &[("Regex::new", 0), ("regex::Regex::new", 0), ("RegexBuilder::new", 0), ("RegexSet::new", 0)],
    items: |site| Some(site.node),
    skips,
    allows,
    may_lose_names: None,
    zeros,
    canary: Canary::Brace(" panic!(\"tinybug canary\");"),
};

const NUMBERS: &[&str] = &["u8", "u16", "u32", "u64", "u128", "usize", "i8", "i16", "i32", "i64", "i128", "isize"];

fn type_guess(written: &str) -> Guess {
    match written {
        "String" | "Cow<'_, str>" => Guess::Text,
        "bool" => Guess::Bool,
        "f32" | "f64" => Guess::Fraction,
        "u8" | "u16" | "u32" | "u64" | "u128" | "usize" => Guess::Natural,
        _ if NUMBERS.contains(&written) => Guess::Number,
        _ if written.starts_with('&') && written.ends_with("str") => Guess::Text,
        _ if written.starts_with("Vec<") || written.contains("Instant") || written.contains("SystemTime") => {
            Guess::Other
        }
        _ => Guess::Unknown,
    }
}

/// Tests inside product files, functions that only print, and code that runs while compiling.
fn skips(site: &Site<'_, '_>) -> bool {
    if site.role == Role::Function && is_unreached(site) {
        return true;
    }
    matches!(site.role, Role::Function | Role::Class | Role::Const) && is_test_item(site)
}

/// Whether a function is `fmt` of `Debug`.
fn is_unreached(site: &Site<'_, '_>) -> bool {
    site.child(Field::Name).is_some_and(|name| site.text(name) == "fmt")
        && site.above(2).is_some_and(|above| {
            site.child_of(above.node, Field::Trait).is_some_and(|name| site.text(name).ends_with("Debug"))
        })
}

/// Whether an item's attributes make it a test or part of tests.
fn is_test_item(site: &Site<'_, '_>) -> bool {
    site.before.iter().rev().take_while(|node| is_attribute(node)).any(|node| marks_a_test(site.text(*node)))
}

/// The same for an item that is not being walked over.
pub(crate) fn is_test(bytes: &[u8], item: Node<'_>) -> bool {
    let mut before = item.prev_sibling();
    while let Some(node) = before.filter(is_attribute) {
        if marks_a_test(text(bytes, node)) {
            return true;
        }
        before = node.prev_sibling();
    }
    false
}

/// Whether the left operand ends in a cast.
fn follows_cast(infix: Node<'_>) -> bool {
    let mut last = infix.child(0);
    while let Some(node) = last {
        if node.kind() == "type_cast_expression" {
            return true;
        }
        last = if node.kind() == "binary_expression" { node.child(2) } else { None };
    }
    false
}

fn is_attribute(node: &Node<'_>) -> bool {
    matches!(node.kind(), "attribute_item" | "line_comment" | "block_comment")
}

fn marks_a_test(attribute: &str) -> bool {
    attribute.starts_with("#[cfg(test")
        || attribute.starts_with("#[cfg(all(test")
        || attribute.starts_with("#[test")
        || attribute.starts_with("#[bench")
        || attribute.contains("::test]")
}

fn allows(site: &Site<'_, '_>, op: Op, span: (usize, usize), replacement: &str) -> bool {
    let sides = || {
        site.parent().into_iter().flat_map(|parent| {
            [Field::Left, Field::Right].into_iter().filter_map(move |field| site.child_of(parent.node, field))
        })
    };
    if site.place().constant {
        return matches!(op, Op::LitBool | Op::LitFloat | Op::LitStringEmpty | Op::LitStringFill);
    }
    match op {
        // `a as usize < b` would begin the arguments of a generic type.
        _ if matches!(replacement, "<" | "<<") && site.parent().is_some_and(|infix| follows_cast(infix.node)) => false,
        // The compiler reckons what it can and refuses what overflows.
        Op::ArithAddSub | Op::ArithSubAdd | Op::ArithMulDiv | Op::ArithDivMul | Op::ArithModMul | Op::BitShift => {
            let names = || sides().all(|side| site.role_of(side) == Role::Name);
            if names() && lacks_operator(site, op) {
                return false;
            }
            !site.place().constant
                && !sides().all(|side| is_constant(site, side))
                && !sides().any(|side| is_instant(site, side))
        }
        Op::LitInt => {
            let parent = site.parent_role();
            let length = site.is_field(Field::Length);
            let repeat = parent == Role::List && site.parent().is_some_and(|list| site.text(list.node).contains(';'));
            let shift = parent == Role::Binary && site.place().constant;
            let tuple = site.parent().is_some_and(|parent| parent.node.kind() == "field_expression");
            !(length || repeat || shift || tuple || site.place().constant)
        }
        Op::LitBool | Op::LitStringFill | Op::LitStringEmpty => {
            site.parent().is_none_or(|p| p.node.kind() != "attribute")
        }
        // `if a && let Some(b) = c` knows no `||`.
        Op::LogicAndOr => {
            !site.stack.iter().rev().take(12).any(|frame| matches!(frame.node.kind(), "let_chain" | "let_condition"))
                && sides().all(|side| side.kind() != "let_condition")
        }
        Op::LitCollection | Op::LitItemDrop => false,
        // Others give another type.
        Op::CallUnwrap => site.own_text().ends_with(".abs()"),
        Op::CallMethodSwap => {
            let method = site.child(Field::Function).is_some_and(|function| function.kind() == "field_expression");
            let arguments = site.child(Field::Arguments).map_or(0, |arguments| arguments.named_child_count());
            // `min` of an iterator takes no argument, of a number one; both have their `max`.
            method && (!matches!(replacement, "all" | "any") || arguments == 1)
        }
        Op::StmtCallDrop => !decides_a_type(site),
        Op::RetZero | Op::RetErrNil => !decides_by_use(site, span),
        _ => true,
    }
}

fn is_instant<'t>(site: &Site<'_, 't>, node: Node<'t>) -> bool {
    let text = site.text(node);
    text.contains("Instant") || text.contains("now()") || text.contains("elapsed")
}

/// Whether the compiler knows the value: numbers, and names in capitals.
fn is_constant<'t>(site: &Site<'_, 't>, node: Node<'t>) -> bool {
    match site.role_of(node) {
        Role::Number => true,
        Role::Name | Role::Member => {
            let text = site.text(node);
            let name = text.rsplit("::").next().unwrap_or(text);
            name.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
        }
        Role::Paren => is_constant(site, site.inside_parentheses(node)) && site.inside_parentheses(node) != node,
        Role::Unary => node.named_child(0).is_some_and(|inner| is_constant(site, inner)),
        Role::Binary => [Field::Left, Field::Right]
            .into_iter()
            .filter_map(|field| site.child_of(node, field))
            .all(|side| is_constant(site, side)),
        _ => node.kind() == "type_cast_expression" && node.named_child(0).is_some_and(|inner| is_constant(site, inner)),
    }
}

/// Functions longer than this are not searched: what cannot be known is left alone.
const LONG: usize = 20_000;

/// Methods whose call may be all that tells the compiler what a collection holds.
fn decides_a_type(site: &Site<'_, '_>) -> bool {
    let text = site.own_text();
    let Some(call) = site.node.named_child(0) else { return true };
    let Some(function) = site.child_of(call, Field::Function) else { return true };
    let Some(object) = site.child_of(function, Field::Value) else { return text.contains('?') };
    let name = site.text(object);
    // A field's type is declared; a local variable's may hang on this call.
    site.role_of(object) == Role::Name && name != "self" && {
        let function = site.function().map_or("", |function| site.text(function.node));
        function.len() > LONG
            || function.contains(&format!("let mut {name} ="))
            || function.contains(&format!("let {name} ="))
    }
}

/// Whether the value that goes may be all that tells the compiler the type of a local variable.
fn decides_by_use(site: &Site<'_, '_>, span: (usize, usize)) -> bool {
    let Ok(lost) = std::str::from_utf8(&site.bytes[span.0..span.1]) else { return true };
    let function = match site.role {
        Role::Function => site.own_text(),
        _ => site.function().map_or("", |function| site.text(function.node)),
    };
    if function.len() > LONG {
        return true;
    }
    let inferred = [
        "::new()",
        "Vec::with_capacity(",
        ".collect()",
        ".parse()",
        ".into()",
        "Default::default()",
        "= None;",
        "vec![]",
        ".sum()",
        ".product()",
        "::default()",
        "transmute",
        "try_into()",
        "from_str(",
    ];
    let declares = |word: &str, rest: &str| {
        let rest = rest.strip_prefix("mut ").unwrap_or(rest);
        let value = rest.strip_prefix(word).filter(|rest| rest.starts_with(" ="));
        // A value may go on for some lines.
        let value = value.and_then(|value| value.split(';').next());
        value.is_some_and(|value| inferred.iter().any(|form| value.contains(form.trim_end_matches(';'))))
    };
    words(lost)
        .filter(|word| !word.is_empty())
        .any(|word| function.match_indices("let ").any(|(at, found)| declares(word, &function[at + found.len()..])))
}

/// Whether a file gives its own types one of two operators, but not the other.
fn lacks_operator(site: &Site<'_, '_>, op: Op) -> bool {
    let (has, lacks) = match op {
        Op::ArithAddSub => ("Add", "Sub"),
        Op::ArithSubAdd => ("Sub", "Add"),
        Op::ArithMulDiv => ("Mul", "Div"),
        Op::ArithDivMul => ("Div", "Mul"),
        Op::ArithModMul => ("Rem", "Mul"),
        _ => return false,
    };
    let known = site.memo.implemented.get_or_init(|| {
        let names = ["Add", "Sub", "Mul", "Div", "Rem"];
        names.into_iter().filter(|name| implements(site.source, name)).collect()
    });
    known.contains(&has) && !known.contains(&lacks)
}

fn implements(source: &str, name: &str) -> bool {
    source.match_indices(name).any(|(at, _)| {
        let line = source[..at].rsplit('\n').next().unwrap_or_default();
        let rest = &source[at + name.len()..];
        line.trim_start().starts_with("impl") && rest.starts_with([' ', '<']) && line.ends_with([' ', ':'])
    })
}

fn zeros(written: &str) -> &'static [&'static str] {
    match written {
        "bool" => &["true", "false"],
        "f32" | "f64" => &["0.0"],
        "String" => &["String::new()"],
        "&'static str" | "&str" => &["\"\""],
        _ if NUMBERS.contains(&written) => &["0"],
        _ if written.starts_with("Option<") => &["None"],
        _ if written.starts_with("Vec<") => &["Vec::new()"],
        _ => &[],
    }
}
