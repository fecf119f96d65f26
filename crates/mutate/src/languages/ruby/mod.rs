//! Ruby. Operators are methods, and the last value of a method is what it returns.

use tinybug_model::Language;

use super::{Arid, Canary, Declares, Dialect, LanguageSpec, Plus, Syntax, TestFiles};
use crate::{grammar::Field, operators::Op, role::Role, site::Site, types::Guess};

/// Ruby.
pub(super) static SPEC: LanguageSpec = LanguageSpec {
    language: Language::Ruby,
    dialects: &[Dialect { number: 7, extensions: &["rb", "rake"], grammar: || tree_sitter_ruby::LANGUAGE.into() }],
    tests: TestFiles {
        directories: &["test", "tests", "spec", "features", "factories"],
        prefixes: &["test_"],
        suffixes: &["_test.rb", "_spec.rb"],
        names: &["test_helper.rb", "spec_helper.rb"],
    },
    build_files: &["extconf.rb", "schema.rb", "version.rb", "application.rb", "environment.rb", "boot.rb"],
    syntax: Syntax {
        line_comment: "#",
        not: "!",
        bools: ["true", "false"],
        null: "nil",
        nothing: "nil",
        strict: false,
    },
    plus: Plus::UnlessText,
    roles: &[
        (Role::Skip, &["alias", "undef", "heredoc_body", "subshell", "superclass", "begin_block", "end_block"]),
        (Role::Regex, &["regex"]),
        (Role::Comment, &["comment"]),
        (Role::Function, &["method", "singleton_method"]),
        (Role::Lambda, &["lambda"]),
        (Role::Class, &["class", "module"]),
        (Role::Block, &["body_statement", "then", "block_body", "do", "else", "begin", "ensure"]),
        (Role::Binary, &["binary"]),
        (Role::Unary, &["unary"]),
        (Role::AugAssign, &["operator_assignment"]),
        (Role::Assign, &["assignment"]),
        (Role::Range, &["range"]),
        (Role::Ternary, &["conditional"]),
        (Role::Call, &["call"]),
        (Role::Index, &["element_reference"]),
        (Role::Paren, &["parenthesized_statements"]),
        (Role::Member, &["scope_resolution"]),
        (Role::Name, &["identifier", "constant", "instance_variable", "class_variable", "global_variable", "self"]),
        (Role::Bool, &["true", "false"]),
        (Role::Number, &["integer", "float"]),
        (Role::Str, &["string"]),
        (Role::Template, &["chained_string"]),
        (Role::Null, &["nil"]),
        (Role::List, &["array"]),
        (Role::Dict, &["hash"]),
        (Role::Keyword, &["pair", "keyword_parameter", "optional_parameter"]),
        (Role::Arguments, &["argument_list"]),
        (Role::Return, &["return"]),
        (Role::If, &["if", "elsif", "unless", "if_modifier", "unless_modifier"]),
        (Role::While, &["while", "until", "while_modifier", "until_modifier"]),
        (Role::ForEach, &["for"]),
        (Role::Switch, &["case", "case_match"]),
        (Role::Arm, &["when"]),
        (Role::Handler, &["rescue"]),
        (Role::Guard, &["if_guard", "unless_guard"]),
        (Role::Pattern, &["pattern", "array_pattern", "hash_pattern", "find_pattern"]),
        (Role::Break, &["break"]),
        (Role::Continue, &["next"]),
    ],
    declares: &[Declares { kind: "assignment", name: Field::Left, types: None, value: Some(Field::Right) }],
    divides_exactly: false,
    lengths: &[".length", ".size", ".count"],
    type_guess: |_| Guess::Unknown,
    arid: Arid {
        callees: &[
            "puts",
            "p",
            "pp",
            "print",
            "warn",
            "sleep",
            "require",
            "require_relative",
            "exit",
            "abort",
            "autoload",
            "attr_reader",
            "attr_writer",
            "attr_accessor",
            "private",
            "public",
            "protected",
            "module_function",
            "private_constant",
            "include",
            "extend",
            "prepend",
            "deprecate",
        ],
        receivers: &["Rails.logger", "$stderr", "$stdout", "Logger"],
        methods: &["freeze", "instrument"],
    },
    swaps: &[
        ("min", "max"),
        ("max", "min"),
        ("first", "last"),
        ("last", "first"),
        ("any?", "all?"),
        ("all?", "any?"),
        ("start_with?", "end_with?"),
        ("end_with?", "start_with?"),
        ("upcase", "downcase"),
        ("downcase", "upcase"),
        ("lstrip", "rstrip"),
        ("rstrip", "lstrip"),
        ("floor", "ceil"),
        ("ceil", "floor"),
        ("select", "reject"),
        ("reject", "select"),
        ("push", "unshift"),
        ("shift", "pop"),
        ("pop", "shift"),
        ("min_by", "max_by"),
        ("max_by", "min_by"),
        ("index", "rindex"),
        ("ljust", "rjust"),
        ("rjust", "ljust"),
        ("take_while", "drop_while"),
    ],
    regexes: &[("Regexp.new", 0), ("Regexp.compile", 0)],
    items: |site| Some(site.node),
    skips,
    allows,
    may_lose_names: None,
    zeros: |_| &["nil"],
    canary: Canary::Statement("raise \"tinybug canary\""),
};

/// Scripts' entry points, and methods that only show an object.
fn skips(site: &Site<'_, '_>) -> bool {
    match site.role {
        Role::If => site.child(Field::Condition).is_some_and(|condition| {
            site.text(condition).contains("$0") || site.text(condition).contains("PROGRAM_NAME")
        }),
        Role::Function => matches!(site.child(Field::Name).map_or("", |name| site.text(name)), "inspect" | "hash"),
        _ => false,
    }
}

fn allows(site: &Site<'_, '_>, op: Op, span: (usize, usize), replacement: &str) -> bool {
    let text = std::str::from_utf8(&site.bytes[span.0..span.1]).unwrap_or_default();
    match op {
        // `<<` appends unless a number is shifted, `===` asks a case, `&` and `|` join sets and types.
        Op::BitShift => site.parent().is_some_and(|parent| {
            site.child_of(parent.node, Field::Left).is_some_and(|left| site.role_of(left) == Role::Number)
        }),
        Op::RelStrictEq => false,
        // A method of such a name may be the object's own, and have no opposite.
        Op::CallMethodSwap => site.child(Field::Receiver).is_some(),
        Op::BitAndOr => site.parent().is_some_and(|parent| {
            [Field::Left, Field::Right]
                .into_iter()
                .filter_map(|field| site.child_of(parent.node, field))
                .any(|side| site.role_of(side) == Role::Number)
        }),
        // Values that follow a name without parentheses would become its arguments.
        Op::CondTrue | Op::CondFalse | Op::LogicNegateCond | Op::CondLoopZero => !text.is_empty(),
        // Symbols and words of `%w` have no commas between them; a hash without braces has no brackets.
        Op::LitCollection => !text.starts_with('%'),
        Op::LitItemDrop => site.own_text().starts_with(['[', '{']),
        Op::LitStringFill | Op::LitStringEmpty => {
            !text.starts_with(['%', '?']) && !matches!(site.parent_role(), Role::Template)
        }
        Op::ArithModMul => site
            .parent()
            .and_then(|parent| site.child_of(parent.node, Field::Left))
            .is_none_or(|left| !matches!(site.role_of(left), Role::Str | Role::Template)),
        Op::LitRange => text.len() + replacement.len() == 5,
        // A command call without parentheses cannot stand inside another expression.
        Op::RetZero | Op::RetBool => !text.starts_with("yield") && !text.starts_with("super"),
        _ => true,
    }
}
