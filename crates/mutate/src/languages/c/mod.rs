//! C. Its rules serve C++ as well.

use tinybug_model::Language;

use super::{Arid, Canary, Declares, Dialect, LanguageSpec, Plus, Syntax, TestFiles};
use crate::{grammar::Field, operators::Op, role::Role, site::Site, types::Guess};

/// Calls to leave alone.
pub(super) const ARID: Arid = Arid {
    callees: &[
        "printf",
        "puts",
        "perror",
        "assert",
        "static_assert",
        "_Static_assert",
        "abort",
        "exit",
        "malloc",
        "calloc",
        "realloc",
        "free",
        "sizeof",
        "memset",
        "va_start",
        "va_end",
        "signal",
        "srand",
        "std::terminate",
        "std::abort",
    ],
    receivers: &["std::cout", "std::cerr", "std::clog", "spdlog"],
    methods: &[
        "fprintf",
        "fputs",
        "vfprintf",
        "fflush",
        "fclose",
        "syslog",
        "usleep",
        "nanosleep",
        "reserve",
        "shrink_to_fit",
        "sleep_for",
        "sleep_until",
        "GOOGLE_CHECK",
        "CHECK",
    ],
};

/// C.
pub(super) static SPEC: LanguageSpec = LanguageSpec {
    language: Language::C,
    dialects: &[Dialect { number: 8, extensions: &["c", "h"], grammar: || tree_sitter_c::LANGUAGE.into() }],
    tests: TestFiles {
        directories: &["test", "tests", "testing", "unittest", "fuzz"],
        prefixes: &["test_", "test-"],
        suffixes: &["_test.c", "_tests.c", "-test.c", "_unittest.c"],
        names: &["test.c", "tests.c"],
    },
    build_files: &["config.h"],
    syntax: Syntax { line_comment: "//", not: "!", bools: ["true", "false"], null: "NULL", nothing: ";", strict: true },
    plus: Plus::UnlessText,
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
            ],
        ),
        (Role::Comment, &["comment"]),
        (Role::Function, &["function_definition"]),
        (Role::Block, &["compound_statement"]),
        (Role::Binary, &["binary_expression"]),
        (Role::Unary, &["unary_expression"]),
        (Role::Assign, &["assignment_expression"]),
        (Role::Update, &["update_expression"]),
        (Role::Ternary, &["conditional_expression"]),
        (Role::Call, &["call_expression"]),
        (Role::Index, &["subscript_expression"]),
        (Role::Paren, &["parenthesized_expression"]),
        (Role::Member, &["field_expression"]),
        (Role::Name, &["identifier"]),
        (Role::Bool, &["true", "false"]),
        (Role::Number, &["number_literal"]),
        (Role::Char, &["char_literal"]),
        (Role::Str, &["string_literal"]),
        (Role::Template, &["concatenated_string"]),
        (Role::Null, &["null"]),
        (Role::Arguments, &["argument_list"]),
        (Role::ExprStmt, &["expression_statement"]),
        (Role::Return, &["return_statement"]),
        (Role::If, &["if_statement"]),
        (Role::While, &["while_statement"]),
        (Role::DoWhile, &["do_statement"]),
        (Role::For, &["for_statement"]),
        (Role::Switch, &["switch_statement"]),
        (Role::Case, &["case_statement"]),
        (Role::Break, &["break_statement"]),
        (Role::Continue, &["continue_statement"]),
        (Role::Declaration, &["init_declarator"]),
        // The compiler may have to know the value.
        (Role::Const, &["preproc_if", "preproc_elif"]),
    ],
    declares: &[
        Declares { kind: "parameter_declaration", name: Field::Declarator, types: Some(Field::Type), value: None },
        Declares { kind: "declaration", name: Field::Declarator, types: Some(Field::Type), value: None },
        Declares { kind: "field_declaration", name: Field::Declarator, types: Some(Field::Type), value: None },
    ],
    divides_exactly: false,
    lengths: &["strlen("],
    type_guess,
    arid: ARID,
    swaps: &[
        ("floor", "ceil"),
        ("ceil", "floor"),
        ("fmin", "fmax"),
        ("fmax", "fmin"),
        ("toupper", "tolower"),
        ("tolower", "toupper"),
        ("strchr", "strrchr"),
        ("strrchr", "strchr"),
    ],
    regexes: &[("regcomp", 1)],
    items: |site| Some(site.node),
    skips,
    allows,
    may_lose_names: None,
    zeros,
    canary: Canary::Brace(
        " { extern int puts(const char *); extern void abort(void); puts(\"tinybug canary\"); abort(); }",
    ),
};

/// What a written type says; a pointer is no number, and what is pointed to does not tell.
pub(super) fn type_guess(written: &str) -> Guess {
    match written.trim_start_matches("const ").trim_start_matches("std::") {
        "double" | "float" | "long double" => Guess::Fraction,
        "size_t" | "unsigned" | "uint8_t" | "uint16_t" | "uint32_t" | "uint64_t" => Guess::Natural,
        plain if plain.starts_with("unsigned ") => Guess::Natural,
        _ => Guess::Unknown,
    }
}

/// Conditions of the preprocessor hold what they guard, but are no code themselves; what libraries call their macros
/// for assertions at compile time ends alike.
pub(super) fn skips(site: &Site<'_, '_>) -> bool {
    site.parent_role() == Role::Const && site.is_field(Field::Condition)
        || site.role == Role::Call && is_static_assertion(site.own_text())
}

fn is_static_assertion(call: &str) -> bool {
    let callee = call.split('(').next().unwrap_or_default().trim_end();
    callee.to_ascii_lowercase().ends_with("static_assert")
}

/// Rules of C.
pub(super) fn allows(site: &Site<'_, '_>, op: Op, _span: (usize, usize), _replacement: &str) -> bool {
    let sides = || {
        site.parent().into_iter().flat_map(|parent| {
            [Field::Left, Field::Right].into_iter().filter_map(move |field| site.child_of(parent.node, field))
        })
    };
    match op {
        // Outside functions the compiler must know the value.
        _ if site.function().is_none() && site.role != Role::Function => {
            matches!(op, Op::LitInt | Op::LitFloat | Op::LitRegex)
        }
        // `true` and `false` may not be known here.
        Op::CondTrue | Op::CondFalse | Op::RelFalseTrue | Op::RetBool | Op::CondLoopZero | Op::CondGuard => {
            site.spec().language != Language::C || is_bool_known(site)
        }
        // A pointer minus a pointer is a number, their sum is nothing.
        Op::ArithSubAdd => sides().any(|side| is_number(site, side)),
        Op::LitInt => !matches!(
            site.parent().map(|parent| parent.node.kind()),
            Some("array_declarator" | "initializer_pair" | "enumerator" | "bitfield_clause")
        ),
        // An address that the grammar takes for a conjunction.
        Op::BitAndOr => !site.bytes[..site.node.start_byte()].trim_ascii_end().ends_with(b","),
        Op::LitCollection | Op::LitItemDrop => false,
        Op::LitStringEmpty | Op::LitStringFill => !is_array_value(site),
        _ => true,
    }
}

/// Whether `true` and `false` are words of this file.
fn is_bool_known(site: &Site<'_, '_>) -> bool {
    *site
        .memo
        .knows_bool
        .get_or_init(|| site.stack.first().is_some_and(|root| site.text(root.node).contains("stdbool.h")))
}

fn is_array_value(site: &Site<'_, '_>) -> bool {
    site.parent_role() == Role::Declaration
}

/// Whether an expression surely is a number, no pointer.
fn is_number<'t>(site: &Site<'_, 't>, node: tree_sitter::Node<'t>) -> bool {
    match site.role_of(node) {
        Role::Number | Role::Char => true,
        Role::Paren => site.inside_parentheses(node) != node && is_number(site, site.inside_parentheses(node)),
        Role::Binary => {
            node.child(1).is_some_and(|token| matches!(site.text(token), "*" | "/" | "%" | "&" | "<<" | ">>"))
        }
        _ => node.kind() == "sizeof_expression",
    }
}

/// Empty values of the types of C.
pub(super) fn zeros(written: &str) -> &'static [&'static str] {
    match written {
        "bool" | "_Bool" => &["true", "false"],
        "int" | "long" | "short" | "char" | "unsigned" | "size_t" | "ssize_t" | "unsigned int" | "unsigned long"
        | "unsigned char" | "long long" | "unsigned long long" | "uint8_t" | "uint16_t" | "uint32_t" | "uint64_t"
        | "int8_t" | "int16_t" | "int32_t" | "int64_t" | "ptrdiff_t" | "intptr_t" | "uintptr_t" | "*" => &["0"],
        "float" | "double" => &["0.0"],
        _ => &[],
    }
}
