//! TypeScript, with TSX. Its expressions are JavaScript's; types are left alone.

use tinybug_model::Language;

use super::{Canary, Declares, Dialect, LanguageSpec, Plus, Syntax, TestFiles, javascript};
use crate::{grammar::Field, operators::Op, role::Role, site::Site, types::Guess};

/// TypeScript.
pub(super) static SPEC: LanguageSpec = LanguageSpec {
    language: Language::TypeScript,
    dialects: &[
        Dialect {
            number: 2,
            extensions: &["ts", "mts", "cts"],
            grammar: || tree_sitter_typescript::LANGUAGE_TYPESCRIPT.into(),
        },
        Dialect { number: 3, extensions: &["tsx"], grammar: || tree_sitter_typescript::LANGUAGE_TSX.into() },
    ],
    tests: TestFiles {
        directories: javascript::TEST_DIRECTORIES,
        prefixes: &["test-", "test_"],
        suffixes: &[
            ".test.ts",
            ".test.tsx",
            ".test.mts",
            ".test.cts",
            ".spec.ts",
            ".spec.tsx",
            ".spec.mts",
            ".spec.cts",
            "-test.ts",
            "_test.ts",
            ".stories.ts",
            ".stories.tsx",
            ".cy.ts",
            ".bench.ts",
            ".test-d.ts",
        ],
        names: &["test.ts", "tests.ts"],
    },
    build_files: &[],
    // The compiler takes no `;` as the body of an `if`.
    syntax: Syntax { nothing: "{}", ..javascript::SYNTAX },
    plus: Plus::UnlessText,
    roles: &[
        (
            Role::Skip,
            &[
                "import_statement",
                "decorator",
                "hash_bang_line",
                "debugger_statement",
                "type_annotation",
                "type_alias_declaration",
                "interface_declaration",
                "ambient_declaration",
                "type_arguments",
                "type_parameters",
                "enum_declaration",
                "union_type",
                "intersection_type",
                "literal_type",
                "function_signature",
                "abstract_method_signature",
                "implements_clause",
                "import_alias",
                "object_type",
                "array_type",
                "tuple_type",
                "function_type",
                "conditional_type",
                "generic_type",
                "type_predicate_annotation",
                "asserts_annotation",
                "template_literal_type",
                "lookup_type",
                "index_type_query",
                "type_query",
                "method_signature",
                "index_signature",
            ],
        ),
        (Role::Regex, &["regex"]),
        // A leaf with a name of its own.
        (Role::Token, &["optional_chain"]),
        (Role::Comment, &["comment", "html_comment"]),
        (Role::Function, &["function_declaration", "generator_function_declaration", "method_definition"]),
        (Role::Lambda, &["arrow_function", "function_expression", "generator_function"]),
        (Role::Class, &["class_declaration", "class", "abstract_class_declaration", "internal_module", "module"]),
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
        (
            Role::Keyword,
            &["pair", "assignment_pattern", "object_assignment_pattern", "jsx_attribute", "public_field_definition"],
        ),
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
        Declares {
            kind: "variable_declarator",
            name: Field::Name,
            types: Some(Field::Type),
            value: Some(Field::Value),
        },
        Declares {
            kind: "required_parameter",
            name: Field::Pattern,
            types: Some(Field::Type),
            value: Some(Field::Value),
        },
        Declares {
            kind: "optional_parameter",
            name: Field::Pattern,
            types: Some(Field::Type),
            value: Some(Field::Value),
        },
        Declares {
            kind: "public_field_definition",
            name: Field::Name,
            types: Some(Field::Type),
            value: Some(Field::Value),
        },
        Declares { kind: "property_signature", name: Field::Name, types: Some(Field::Type), value: None },
        Declares { kind: "assignment_expression", name: Field::Left, types: None, value: Some(Field::Right) },
    ],
    divides_exactly: true,
    lengths: &[".length", ".size"],
    type_guess,
    arid: javascript::ARID,
    swaps: javascript::SWAPS,
    regexes: javascript::REGEXES,
    items: |site| Some(site.node),
    skips: javascript::skips,
    allows,
    may_lose_names: None,
    zeros,
    canary: Canary::Brace(" throw new Error(\"tinybug canary\");"),
};

fn type_guess(written: &str) -> Guess {
    match written {
        "string" | "string | undefined" | "string | null" => Guess::Text,
        "number" | "bigint" => Guess::Number,
        "boolean" => Guess::Bool,
        _ if written.ends_with("[]") => Guess::Other,
        _ => Guess::Unknown,
    }
}

fn allows(site: &Site<'_, '_>, op: Op, span: (usize, usize), replacement: &str) -> bool {
    // An assertion changes nothing at run time, and `as const` needs its literal.
    let in_assertion =
        site.parent().is_some_and(|parent| matches!(parent.node.kind(), "as_expression" | "satisfies_expression"));
    if in_assertion && matches!(op, Op::LitCollection | Op::LitItemDrop | Op::LitStringEmpty) {
        return false;
    }
    javascript::allows(site, op, span, replacement)
}

fn zeros(written: &str) -> &'static [&'static str] {
    match written {
        "boolean" => &["true", "false"],
        "number" => &["0"],
        "string" => &["\"\""],
        "bigint" => &["0n"],
        "void" | "never" | "this" => &[],
        _ if written.ends_with("[]") || written.starts_with("Array<") || written.starts_with("ReadonlyArray<") => {
            &["[]"]
        }
        _ if written.contains("undefined") || matches!(written, "any" | "unknown") => &["undefined"],
        _ if written.contains("null") => &["null"],
        _ => &[],
    }
}
