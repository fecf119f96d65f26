//! JavaScript, with JSX. TypeScript shares its roles and rules.

use tinybug_model::Language;

use super::{Arid, Canary, Declares, Dialect, LanguageSpec, Plus, Syntax, TestFiles};
use crate::{grammar::Field, operators::Op, role::Role, site::Site, types::Guess};

/// Directories of tests.
pub(super) const TEST_DIRECTORIES: &[&str] =
    &["test", "tests", "__tests__", "__mocks__", "__fixtures__", "spec", "e2e", "cypress", "playwright"];

/// Files that only set up tools.
pub(super) const BUILD_FILES: &[&str] = &["gulpfile.js", "Gruntfile.js", "gruntfile.js", "karma.conf.js"];

/// How JavaScript is written.
pub(super) const SYNTAX: Syntax =
    Syntax { line_comment: "//", not: "!", bools: ["true", "false"], null: "undefined", nothing: ";", strict: false };

/// Calls to leave alone.
pub(super) const ARID: Arid = Arid {
    callees: &[
        "require",
        "import",
        "debug",
        "Symbol",
        "invariant",
        "assert",
        "alert",
        "describe",
        "it",
        "clearTimeout",
        "clearInterval",
    ],
    receivers: &["assert", "debug", "performance", "Object.freeze"],
    methods: &[
        "addEventListener",
        "removeEventListener",
        "setTimeout",
        "setInterval",
        "preventDefault",
        "stopPropagation",
        "unref",
    ],
};

/// Opposite methods.
pub(super) const SWAPS: &[(&str, &str)] = &[
    ("startsWith", "endsWith"),
    ("endsWith", "startsWith"),
    ("min", "max"),
    ("max", "min"),
    ("every", "some"),
    ("some", "every"),
    ("toUpperCase", "toLowerCase"),
    ("toLowerCase", "toUpperCase"),
    ("trimStart", "trimEnd"),
    ("trimEnd", "trimStart"),
    ("padStart", "padEnd"),
    ("padEnd", "padStart"),
    ("floor", "ceil"),
    ("ceil", "floor"),
    ("indexOf", "lastIndexOf"),
    ("lastIndexOf", "indexOf"),
    ("reduce", "reduceRight"),
    ("shift", "pop"),
    ("pop", "shift"),
    ("push", "unshift"),
    ("unshift", "push"),
];

/// What compiles regular expressions.
pub(super) const REGEXES: &[(&str, u32)] = &[("RegExp", 0)];

/// JavaScript.
pub(super) static SPEC: LanguageSpec = LanguageSpec {
    language: Language::JavaScript,
    dialects: &[Dialect {
        number: 1,
        extensions: &["js", "jsx", "mjs", "cjs"],
        grammar: || tree_sitter_javascript::LANGUAGE.into(),
    }],
    tests: TestFiles {
        directories: TEST_DIRECTORIES,
        prefixes: &["test-", "test_"],
        suffixes: &[
            ".test.js",
            ".test.jsx",
            ".test.mjs",
            ".test.cjs",
            ".spec.js",
            ".spec.jsx",
            ".spec.mjs",
            ".spec.cjs",
            "-test.js",
            "_test.js",
            ".stories.js",
            ".stories.jsx",
            ".cy.js",
            ".bench.js",
        ],
        names: &["test.js", "tests.js", "test.mjs", "test.cjs"],
    },
    build_files: BUILD_FILES,
    syntax: SYNTAX,
    plus: Plus::UnlessText,
    roles: &[
        (Role::Skip, &["import_statement", "decorator", "hash_bang_line", "jsx_text", "debugger_statement"]),
        (Role::Regex, &["regex"]),
        // A leaf with a name of its own.
        (Role::Token, &["optional_chain"]),
        (Role::Comment, &["comment", "html_comment"]),
        (Role::Function, &["function_declaration", "generator_function_declaration", "method_definition"]),
        (Role::Lambda, &["arrow_function", "function_expression", "generator_function"]),
        (Role::Class, &["class_declaration", "class"]),
        (Role::Block, &["statement_block"]),
        (Role::Binary, &["binary_expression"]),
        (Role::Unary, &["unary_expression"]),
        (Role::AugAssign, &["augmented_assignment_expression"]),
        (Role::Assign, &["assignment_expression"]),
        (Role::Update, &["update_expression"]),
        (Role::Ternary, &["ternary_expression"]),
        (Role::Call, &["call_expression"]),
        (Role::New, &["new_expression"]),
        (Role::Index, &["subscript_expression"]),
        (Role::Paren, &["parenthesized_expression"]),
        (Role::Member, &["member_expression"]),
        (Role::Name, &["identifier"]),
        (Role::Bool, &["true", "false"]),
        (Role::Number, &["number"]),
        (Role::Str, &["string"]),
        (Role::Template, &["template_string"]),
        (Role::Null, &["null", "undefined"]),
        (Role::List, &["array"]),
        (Role::Dict, &["object"]),
        (Role::Keyword, &["pair", "assignment_pattern", "object_assignment_pattern", "jsx_attribute"]),
        (Role::Arguments, &["arguments"]),
        (Role::ExprStmt, &["expression_statement"]),
        (Role::Return, &["return_statement"]),
        (Role::If, &["if_statement"]),
        (Role::While, &["while_statement"]),
        (Role::DoWhile, &["do_statement"]),
        (Role::For, &["for_statement"]),
        (Role::ForEach, &["for_in_statement"]),
        (Role::Switch, &["switch_statement"]),
        (Role::Case, &["switch_case"]),
        (Role::Break, &["break_statement"]),
        (Role::Continue, &["continue_statement"]),
        (Role::Throw, &["throw_statement"]),
        (Role::Declaration, &["variable_declarator"]),
    ],
    declares: &[
        Declares { kind: "variable_declarator", name: Field::Name, types: None, value: Some(Field::Value) },
        Declares { kind: "assignment_expression", name: Field::Left, types: None, value: Some(Field::Right) },
        Declares { kind: "assignment_pattern", name: Field::Left, types: None, value: Some(Field::Right) },
    ],
    divides_exactly: true,
    lengths: &[".length", ".size"],
    type_guess: |_| Guess::Unknown,
    arid: ARID,
    swaps: SWAPS,
    regexes: REGEXES,
    items: |site| Some(site.node),
    skips,
    allows,
    may_lose_names: None,
    zeros: |_| &["undefined"],
    canary: Canary::Brace(" throw new Error(\"tinybug canary\");"),
};

/// Directives, and the exports of modules.
pub(super) fn skips(site: &Site<'_, '_>) -> bool {
    match site.role {
        Role::ExprStmt => site.node.named_child(0).is_some_and(|child| site.role_of(child) == Role::Str),
        // `"use strict"` aside, `typeof x` compares with a fixed set of words.
        Role::Unary => site.node.child(0).is_some_and(|token| matches!(site.text(token), "void" | "delete")),
        _ => false,
    }
}

/// Rules of JavaScript.
pub(super) fn allows(site: &Site<'_, '_>, op: Op, span: (usize, usize), replacement: &str) -> bool {
    match op {
        Op::LogicAndOr => {
            // `a && b ?? c` must not mix without parentheses.
            !site.parent().is_some_and(|parent| {
                let text = site.text(parent.node);
                text.contains("??")
            }) && !site.above(2).is_some_and(|above| above.role == Role::Binary && site.text(above.node).contains("??"))
        }
        // A function of such a name is the program's own, and has no opposite.
        Op::CallMethodSwap => {
            site.child(Field::Function).is_some_and(|function| function.kind() == "member_expression")
        }
        Op::CondNullish => site.parent().is_none_or(|parent| !site.text(parent.node).contains("||")),
        // `a?.b = c` is no assignment, `new a?.b()` no call; both are rare, but `delete a?.b` is fine.
        Op::CondOptionalChain => !replacement.is_empty() || span.1 - span.0 == 2,
        // A constructor that returns a value returns another object.
        Op::RetZero | Op::RetBool => {
            let is_constructor = site.function().is_some_and(|function| {
                site.child_of(function.node, Field::Name).is_some_and(|name| site.text(name) == "constructor")
            });
            // An object as the body of an arrow function stands in parentheses, which stay.
            !is_constructor && !site.bytes[span.0..span.1].starts_with(b"<")
        }
        // A label in front of a `:` in an object is no expression.
        Op::LitStringEmpty | Op::LitStringFill => {
            !site.is_field(Field::Key)
                && !matches!(
                    site.parent().map(|p| p.node.kind()),
                    Some("export_statement" | "import" | "import_attribute" | "jsx_attribute")
                )
        }
        Op::LitCollection | Op::LitItemDrop => !site.own_text().starts_with('{') || !is_exported(site),
        Op::ArithNegDrop => site.node.named_child(0).is_none_or(|operand| site.role_of(operand) != Role::Unary),
        _ => true,
    }
}

/// Whether an object is what a module exports.
fn is_exported(site: &Site<'_, '_>) -> bool {
    match site.parent() {
        Some(parent) if parent.role == Role::Assign => {
            site.child_of(parent.node, Field::Left).is_some_and(|left| site.text(left).contains("exports"))
        }
        Some(parent) => parent.node.kind() == "export_statement",
        None => false,
    }
}
