//! Java. Its compiler refuses unreachable code and variables without a definite value.

mod checked;

use tinybug_model::Language;

use super::{Arid, Canary, Declares, Dialect, LanguageSpec, Plus, Syntax, TestFiles};
use crate::{grammar::Field, operators::Op, role::Role, site::Site, types::Guess};

/// Java.
pub(super) static SPEC: LanguageSpec = LanguageSpec {
    language: Language::Java,
    dialects: &[Dialect { number: 6, extensions: &["java"], grammar: || tree_sitter_java::LANGUAGE.into() }],
    tests: TestFiles {
        directories: &["test", "tests", "testFixtures", "androidTest", "integrationTest", "jmh"],
        prefixes: &[],
        suffixes: &["Test.java", "Tests.java", "TestCase.java", "IT.java", "Spec.java"],
        names: &[],
    },
    build_files: &["package-info.java", "module-info.java"],
    syntax: Syntax { line_comment: "//", not: "!", bools: ["true", "false"], null: "null", nothing: ";", strict: true },
    plus: Plus::IfNumber,
    roles: &[
        (
            Role::Skip,
            &[
                "import_declaration",
                "package_declaration",
                "marker_annotation",
                "annotation",
                "assert_statement",
                "annotation_type_declaration",
                "dimensions_expr",
                "type_arguments",
                "type_parameters",
                "generic_type",
                "enum_constant",
            ],
        ),
        (Role::Arm, &["switch_rule", "switch_block_statement_group"]),
        (Role::List, &["array_initializer"]),
        (Role::Comment, &["line_comment", "block_comment"]),
        (Role::Function, &["method_declaration", "constructor_declaration", "compact_constructor_declaration"]),
        (Role::Lambda, &["lambda_expression"]),
        (Role::Class, &["class_declaration", "interface_declaration", "enum_declaration", "record_declaration"]),
        (Role::Block, &["block", "constructor_body"]),
        (Role::Binary, &["binary_expression"]),
        (Role::Unary, &["unary_expression"]),
        (Role::Assign, &["assignment_expression"]),
        (Role::Update, &["update_expression"]),
        (Role::Ternary, &["ternary_expression"]),
        (Role::Call, &["method_invocation"]),
        (Role::New, &["object_creation_expression"]),
        (Role::Index, &["array_access"]),
        (Role::Paren, &["parenthesized_expression"]),
        (Role::Member, &["field_access"]),
        (Role::Name, &["identifier", "this"]),
        (Role::Bool, &["true", "false"]),
        (
            Role::Number,
            &[
                "decimal_integer_literal",
                "hex_integer_literal",
                "binary_integer_literal",
                "octal_integer_literal",
                "decimal_floating_point_literal",
            ],
        ),
        (Role::Char, &["character_literal"]),
        (Role::Str, &["string_literal"]),
        (Role::Null, &["null_literal"]),
        (Role::Arguments, &["argument_list"]),
        (Role::ExprStmt, &["expression_statement"]),
        (Role::Return, &["return_statement"]),
        (Role::If, &["if_statement"]),
        (Role::While, &["while_statement"]),
        (Role::DoWhile, &["do_statement"]),
        (Role::For, &["for_statement"]),
        (Role::ForEach, &["enhanced_for_statement"]),
        (Role::Switch, &["switch_expression"]),
        (Role::Pattern, &["switch_label", "pattern"]),
        (Role::Guard, &["guard"]),
        (Role::Break, &["break_statement"]),
        (Role::Continue, &["continue_statement"]),
        (Role::Throw, &["throw_statement"]),
        (Role::Declaration, &["variable_declarator"]),
    ],
    declares: &[
        Declares { kind: "formal_parameter", name: Field::Name, types: Some(Field::Type), value: None },
        Declares { kind: "local_variable_declaration", name: Field::Declarator, types: Some(Field::Type), value: None },
        Declares { kind: "field_declaration", name: Field::Declarator, types: Some(Field::Type), value: None },
        Declares { kind: "enhanced_for_statement", name: Field::Name, types: Some(Field::Type), value: None },
        Declares { kind: "method_declaration", name: Field::Name, types: Some(Field::Type), value: None },
        Declares { kind: "constant_declaration", name: Field::Declarator, types: Some(Field::Type), value: None },
    ],
    divides_exactly: false,
    lengths: &[".length", ".length()", ".size()"],
    type_guess,
    arid: Arid {
        callees: &["System.exit", "System.gc", "Objects.requireNonNull", "Objects.hash"],
        receivers: &[
            "System.out",
            "System.err",
            "Preconditions",
            "Assert",
            "Validate",
            "Thread",
            "Logger",
            "LogFactory",
        ],
        methods: &[
            "println",
            "printStackTrace",
            "requireNonNull",
            "checkNotNull",
            "checkArgument",
            "hashCode",
            "getLogger",
        ],
    },
    swaps: &[
        ("startsWith", "endsWith"),
        ("endsWith", "startsWith"),
        ("toUpperCase", "toLowerCase"),
        ("toLowerCase", "toUpperCase"),
        ("anyMatch", "allMatch"),
        ("allMatch", "anyMatch"),
        ("indexOf", "lastIndexOf"),
        ("lastIndexOf", "indexOf"),
        ("isPresent", "isEmpty"),
        ("min", "max"),
        ("max", "min"),
        ("floor", "ceil"),
        ("ceil", "floor"),
    ],
    regexes: &[("Pattern.compile", 0), ("Pattern.matches", 0)],
    items: |site| Some(site.node),
    skips,
    allows,
    may_lose_names: None,
    zeros,
    canary: Canary::Brace(" if (true) throw new RuntimeException(\"tinybug canary\");"),
};

const NUMBERS: &[&str] = &["int", "long", "short", "byte", "double", "float", "char"];

fn type_guess(written: &str) -> Guess {
    match written {
        "String" | "CharSequence" | "StringBuilder" => Guess::Text,
        "boolean" | "Boolean" => Guess::Bool,
        "double" | "float" | "Double" | "Float" => Guess::Fraction,
        "Integer" | "Long" | "Short" | "Byte" => Guess::Number,
        _ if NUMBERS.contains(&written) => Guess::Number,
        _ => Guess::Other,
    }
}

/// `toString` and `hashCode` of classes, whose exact value hardly anybody means to promise.
fn skips(site: &Site<'_, '_>) -> bool {
    site.role == Role::Function
        && matches!(site.child(Field::Name).map_or("", |name| site.text(name)), "hashCode" | "toString" | "clone")
}

fn allows(site: &Site<'_, '_>, op: Op, span: (usize, usize), replacement: &str) -> bool {
    match op {
        // No call is shorter than `f()`.
        _ if span.1 - span.0 > 2 && checked::loses_its_cause(site, span, replacement) => false,
        // A name that the condition binds must be bound where it is used.
        Op::LogicAndOr | Op::LogicNotDrop | Op::LogicNegateCond | Op::CondTrue | Op::CondFalse | Op::CondTernary
            if binds(site) =>
        {
            false
        }
        // A method of such a name may be the program's own.
        Op::CallMethodSwap if matches!(replacement, "min" | "max" | "floor" | "ceil") => {
            site.child(Field::Object).is_some_and(|object| site.text(object) == "Math")
        }
        // The smallest number has no opposite.
        Op::ArithNegDrop => !matches!(site.own_text(), "-2147483648" | "-9223372036854775808L"),
        // A loop that is always or never entered makes code unreachable.
        Op::RelFalseTrue => !site.place().loop_head,
        Op::LitInt => !is_small_array(site),
        Op::RetZero | Op::RetBool => site
            .function()
            .is_some_and(|function| function.role == Role::Function && function.node.kind() == "method_declaration"),
        // Bare `final` fields must be set once.
        Op::StmtAssignDrop => site.function().is_some_and(|function| function.node.kind() == "method_declaration"),
        Op::CondLoopZero => false,
        Op::CondTernary => site.own_text().len() == span.1 - span.0 || !site.own_text().contains("null"),
        Op::FlowEarlyReturn => !declares_result(site),
        _ => true,
    }
}

/// Whether the condition here holds an `o instanceof String s`.
fn binds(site: &Site<'_, '_>) -> bool {
    let whole = site.child(Field::Condition).or_else(|| site.parent().map(|parent| parent.node)).unwrap_or(site.node);
    [site.text(whole), site.own_text()].into_iter().any(|text| {
        text.len() < 1_000
            && text.split(" instanceof ").skip(1).any(|rest| {
                let rest = rest.trim_start().trim_start_matches("final ");
                let of_type = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '<' | '>' | '?' | '[' | ']');
                let name = rest.trim_start_matches(of_type);
                name.starts_with([' ', '(']) && name.trim_start().starts_with(|c: char| c.is_alphabetic() || c == '(')
            })
    })
}

fn declares_result(site: &Site<'_, '_>) -> bool {
    site.node.kind() != "method_declaration"
}

fn is_small_array(site: &Site<'_, '_>) -> bool {
    site.parent().is_some_and(|parent| matches!(parent.node.kind(), "dimensions_expr" | "array_creation_expression"))
}

fn zeros(written: &str) -> &'static [&'static str] {
    match written {
        "boolean" => &["true", "false"],
        "Boolean" => &["Boolean.TRUE", "Boolean.FALSE"],
        "int" | "short" | "byte" | "char" | "Integer" => &["0"],
        "long" | "Long" => &["0L"],
        "double" | "Double" => &["0.0"],
        "float" | "Float" => &["0.0f"],
        "String" | "CharSequence" => &["\"\""],
        "void" | "Void" => &[],
        _ if written.starts_with("Optional<") => &["java.util.Optional.empty()"],
        _ => &["null"],
    }
}
