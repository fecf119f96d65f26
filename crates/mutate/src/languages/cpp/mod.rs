//! C++.

use tinybug_model::Language;

use super::{Canary, Declares, Dialect, LanguageSpec, Plus, Syntax, TestFiles, c};
use crate::{grammar::Field, operators::Op, role::Role, site::Site, types::Guess};

/// C++.
pub(super) static SPEC: LanguageSpec = LanguageSpec {
    language: Language::Cpp,
    dialects: &[Dialect {
        number: 9,
        extensions: &["cc", "cpp", "cxx", "c++", "hpp", "hh", "hxx", "ipp", "tpp"],
        grammar: || tree_sitter_cpp::LANGUAGE.into(),
    }],
    tests: TestFiles {
        directories: &["test", "tests", "testing", "unittest", "unittests", "fuzz"],
        prefixes: &["test_", "test-"],
        suffixes: &[
            "_test.cc",
            "_test.cpp",
            "_tests.cc",
            "_tests.cpp",
            "_unittest.cc",
            "-test.cc",
            "-test.cpp",
            "Test.cpp",
            "Tests.cpp",
            ".test.cpp",
        ],
        names: &["test.cpp", "tests.cpp", "test.cc"],
    },
    build_files: &[],
    syntax: Syntax {
        line_comment: "//",
        not: "!",
        bools: ["true", "false"],
        null: "nullptr",
        nothing: ";",
        strict: true,
    },
    plus: Plus::IfNumber,
    roles: &[
        (
            Role::Skip,
            &[
                "preproc_include",
                "preproc_def",
                "preproc_function_def",
                "preproc_call",
                "enum_specifier",
                "attribute_specifier",
                "attribute_declaration",
                "type_definition",
                "bitfield_clause",
                "gnu_asm_expression",
                "sizeof_expression",
                "alignof_expression",
                "offsetof_expression",
                "type_descriptor",
                "generic_expression",
                "array_declarator",
                "preproc_defined",
                "preproc_params",
                "ms_declspec_modifier",
                "subscript_designator",
                "static_assert_declaration",
                "template_argument_list",
                "template_parameter_list",
                "using_declaration",
                "alias_declaration",
                "noexcept",
                "requires_clause",
                "concept_definition",
                "decltype",
                "requires_expression",
                "friend_declaration",
                "fold_expression",
                "operator_name",
            ],
        ),
        (Role::Comment, &["comment"]),
        (Role::Function, &["function_definition"]),
        (Role::Lambda, &["lambda_expression"]),
        (Role::Class, &["class_specifier", "struct_specifier", "namespace_definition"]),
        (Role::Block, &["compound_statement"]),
        (Role::Binary, &["binary_expression"]),
        (Role::Unary, &["unary_expression"]),
        (Role::Assign, &["assignment_expression"]),
        (Role::Update, &["update_expression"]),
        (Role::Ternary, &["conditional_expression"]),
        (Role::Call, &["call_expression"]),
        (Role::New, &["new_expression"]),
        (Role::Index, &["subscript_expression"]),
        (Role::Paren, &["parenthesized_expression"]),
        (Role::Member, &["field_expression", "qualified_identifier"]),
        (Role::Name, &["identifier", "this"]),
        (Role::Bool, &["true", "false"]),
        (Role::Number, &["number_literal"]),
        (Role::Char, &["char_literal"]),
        (Role::Str, &["string_literal"]),
        (Role::Template, &["concatenated_string", "raw_string_literal"]),
        (Role::Null, &["null"]),
        (Role::Arguments, &["argument_list"]),
        (Role::ExprStmt, &["expression_statement"]),
        (Role::Return, &["return_statement"]),
        (Role::If, &["if_statement"]),
        (Role::While, &["while_statement"]),
        (Role::DoWhile, &["do_statement"]),
        (Role::For, &["for_statement"]),
        (Role::ForEach, &["for_range_loop"]),
        (Role::Switch, &["switch_statement"]),
        (Role::Case, &["case_statement"]),
        (Role::Break, &["break_statement"]),
        (Role::Continue, &["continue_statement"]),
        (Role::Throw, &["throw_statement"]),
        (Role::Declaration, &["init_declarator"]),
        (Role::Const, &["preproc_if", "preproc_elif"]),
    ],
    declares: &[
        Declares { kind: "parameter_declaration", name: Field::Declarator, types: Some(Field::Type), value: None },
        Declares {
            kind: "optional_parameter_declaration",
            name: Field::Declarator,
            types: Some(Field::Type),
            value: None,
        },
        Declares { kind: "declaration", name: Field::Declarator, types: Some(Field::Type), value: None },
        Declares { kind: "field_declaration", name: Field::Declarator, types: Some(Field::Type), value: None },
    ],
    divides_exactly: false,
    lengths: &[".size()", ".length()", "->size()", "->length()", "strlen(", "std::strlen("],
    type_guess,
    arid: c::ARID,
    swaps: &[
        ("floor", "ceil"),
        ("ceil", "floor"),
        ("min", "max"),
        ("max", "min"),
        ("toupper", "tolower"),
        ("tolower", "toupper"),
        ("any_of", "all_of"),
        ("all_of", "any_of"),
        ("front", "back"),
        ("back", "front"),
        ("lower_bound", "upper_bound"),
        ("upper_bound", "lower_bound"),
    ],
    regexes: &[("std::regex", 0), ("regcomp", 1)],
    items: |site| Some(site.node),
    skips,
    allows,
    may_lose_names: None,
    zeros,
    canary: Canary::Brace(" throw \"tinybug canary\";"),
};

fn type_guess(written: &str) -> Guess {
    match written.trim_start_matches("const ").trim_end_matches('&') {
        "std::string" | "string" | "std::string_view" | "std::wstring" => Guess::Text,
        plain => c::type_guess(plain),
    }
}

/// Code that runs while compiling, and conditions of the preprocessor.
fn skips(site: &Site<'_, '_>) -> bool {
    if site.role == Role::Function {
        let text = site.own_text();
        let head = text.split('{').next().unwrap_or(text);
        return head.contains("constexpr") || head.contains("consteval");
    }
    // What a stream to the terminal or a log writes is arid, whatever its numbers.
    if site.role == Role::ExprStmt {
        let logs = ["std::cout", "std::cerr", "std::clog", "cout <<", "cerr <<", "LOG(", "VLOG(", "DLOG("];
        return logs.iter().any(|log| site.own_text().starts_with(log));
    }
    if site.role == Role::If {
        return site.own_text().starts_with("if constexpr");
    }
    c::skips(site)
}

fn allows(site: &Site<'_, '_>, op: Op, span: (usize, usize), replacement: &str) -> bool {
    let sides = || {
        site.parent().into_iter().flat_map(|parent| {
            [Field::Left, Field::Right].into_iter().filter_map(move |field| site.child_of(parent.node, field))
        })
    };
    match op {
        // Streams are shifted into, and texts and iterators added to.
        Op::BitShift => {
            sides().all(|side| {
                matches!(site.role_of(side), Role::Number | Role::Name | Role::Member | Role::Paren | Role::Binary)
            }) && sides().any(|side| matches!(site.role_of(side), Role::Number))
                && !is_stream_chain(site)
        }
        Op::ArithAddSub => {
            sides().any(|side| matches!(site.role_of(side), Role::Number))
                || !sides().any(|side| matches!(site.role_of(side), Role::Call | Role::Str | Role::Template))
        }
        // A function of such a name may be the program's own.
        Op::CallMethodSwap if matches!(replacement, "min" | "max") => site.own_text().starts_with("std::"),
        // `virtual void f() = 0;` has no body; any other number is none.
        Op::LitInt if site.parent().is_some_and(|parent| is_pure(site, parent.node)) => false,
        // The outcome of `<=>` compares with nothing but a zero.
        Op::LitInt if site.parent().is_some_and(|parent| site.text(parent.node).contains("<=>")) => false,
        Op::RetZero | Op::RetBool if site.function().is_some_and(|function| function.role == Role::Lambda) => false,
        _ => c::allows(site, op, span, replacement),
    }
}

fn is_pure<'t>(site: &Site<'_, 't>, declaration: tree_sitter::Node<'t>) -> bool {
    declaration.kind() == "field_declaration" && site.text(declaration).contains(')')
}

fn is_stream_chain(site: &Site<'_, '_>) -> bool {
    site.stack.iter().rev().take_while(|frame| frame.role == Role::Binary).any(|frame| {
        let text = site.text(frame.node);
        text.contains('"')
            || text.contains("cout")
            || text.contains("cerr")
            || text.contains("stream")
            || text.starts_with("os")
            || text.contains("endl")
    })
}

fn zeros(written: &str) -> &'static [&'static str] {
    match written {
        "*" => &["nullptr"],
        "std::string" | "string" => &["\"\""],
        _ => c::zeros(written),
    }
}
