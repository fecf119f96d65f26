//! C#. Its compiler refuses variables without a definite value and paths without a result.

use tinybug_model::Language;

use super::{Arid, Canary, Declares, Dialect, LanguageSpec, Plus, Syntax, TestFiles};
use crate::{grammar::Field, operators::Op, role::Role, site::Site, types::Guess};

/// C#.
pub(super) static SPEC: LanguageSpec = LanguageSpec {
    language: Language::CSharp,
    dialects: &[Dialect { number: 10, extensions: &["cs"], grammar: || tree_sitter_c_sharp::LANGUAGE.into() }],
    tests: TestFiles {
        directories: &["test", "tests", "Tests", "Test", "UnitTests", "IntegrationTests"],
        prefixes: &[],
        suffixes: &["Test.cs", "Tests.cs", "Spec.cs", "Specs.cs", "Fixture.cs"],
        names: &[],
    },
    build_files: &["AssemblyInfo.cs", "GlobalUsings.cs"],
    syntax: Syntax { line_comment: "//", not: "!", bools: ["true", "false"], null: "null", nothing: ";", strict: true },
    plus: Plus::IfNumber,
    roles: &[
        (
            Role::Skip,
            &[
                "using_directive",
                "attribute_list",
                "attribute",
                "global_attribute",
                "enum_declaration",
                "type_argument_list",
                "type_parameter_list",
                "array_rank_specifier",
                "typeof_expression",
                "sizeof_expression",
                "generic_name",
                "preproc_pragma",
                "preproc_region",
                "fixed_statement",
                "stackalloc_expression",
                "array_type",
                "nullable_type",
            ],
        ),
        (Role::Arm, &["switch_expression_arm", "switch_section"]),
        (Role::Handler, &["catch_clause"]),
        (Role::List, &["initializer_expression", "collection_expression"]),
        (Role::Comment, &["comment"]),
        (
            Role::Function,
            &[
                "method_declaration",
                "constructor_declaration",
                "local_function_statement",
                "operator_declaration",
                "accessor_declaration",
                "destructor_declaration",
                "conversion_operator_declaration",
            ],
        ),
        (Role::Lambda, &["lambda_expression", "anonymous_method_expression"]),
        (
            Role::Class,
            &[
                "class_declaration",
                "struct_declaration",
                "interface_declaration",
                "record_declaration",
                "property_declaration",
                "namespace_declaration",
            ],
        ),
        (Role::Block, &["block"]),
        (Role::Binary, &["binary_expression"]),
        (Role::Unary, &["prefix_unary_expression"]),
        (Role::Assign, &["assignment_expression"]),
        (Role::Update, &["postfix_unary_expression"]),
        (Role::Ternary, &["conditional_expression"]),
        (Role::Call, &["invocation_expression"]),
        (Role::New, &["object_creation_expression", "with_expression"]),
        (Role::Index, &["element_access_expression"]),
        (Role::Paren, &["parenthesized_expression"]),
        (Role::Member, &["member_access_expression"]),
        (Role::Name, &["identifier"]),
        (Role::Bool, &["boolean_literal"]),
        (Role::Number, &["integer_literal", "real_literal"]),
        (Role::Char, &["character_literal"]),
        (Role::Str, &["string_literal"]),
        (Role::Template, &["interpolated_string_expression", "verbatim_string_literal", "raw_string_literal"]),
        (Role::Null, &["null_literal"]),
        (Role::Arguments, &["argument_list"]),
        (Role::ExprStmt, &["expression_statement"]),
        (Role::Return, &["return_statement"]),
        (Role::If, &["if_statement"]),
        (Role::While, &["while_statement"]),
        (Role::DoWhile, &["do_statement"]),
        (Role::For, &["for_statement"]),
        (Role::ForEach, &["foreach_statement"]),
        (Role::Switch, &["switch_statement"]),
        (Role::Guard, &["when_clause"]),
        (
            Role::Pattern,
            &[
                "constant_pattern",
                "relational_pattern",
                "and_pattern",
                "or_pattern",
                "negated_pattern",
                "recursive_pattern",
                "declaration_pattern",
                "list_pattern",
                "var_pattern",
            ],
        ),
        (Role::Break, &["break_statement"]),
        (Role::Continue, &["continue_statement"]),
        (Role::Throw, &["throw_statement"]),
        (Role::Declaration, &["variable_declarator"]),
    ],
    declares: &[
        Declares { kind: "parameter", name: Field::Name, types: Some(Field::Type), value: None },
        Declares { kind: "property_declaration", name: Field::Name, types: Some(Field::Type), value: None },
        Declares { kind: "method_declaration", name: Field::Name, types: Some(Field::Returns), value: None },
        Declares { kind: "foreach_statement", name: Field::Left, types: Some(Field::Type), value: None },
    ],
    divides_exactly: false,
    lengths: &[".Length", ".Count", ".Count()"],
    type_guess,
    arid: Arid {
        callees: &["nameof", "GC.Collect", "Environment.Exit"],
        receivers: &["Console", "Debug", "Trace", "Guard", "Requires", "Log", "_logger", "Thread"],
        methods: &[
            "WriteLine",
            "ThrowIfNull",
            "ThrowIfNullOrEmpty",
            "LogInformation",
            "LogWarning",
            "LogError",
            "LogDebug",
            "LogTrace",
            "ConfigureAwait",
            "GetHashCode",
            "Delay",
            "NotNull",
        ],
    },
    swaps: &[
        ("StartsWith", "EndsWith"),
        ("EndsWith", "StartsWith"),
        ("ToUpper", "ToLower"),
        ("ToLower", "ToUpper"),
        ("ToUpperInvariant", "ToLowerInvariant"),
        ("ToLowerInvariant", "ToUpperInvariant"),
        ("IndexOf", "LastIndexOf"),
        ("LastIndexOf", "IndexOf"),
        ("Min", "Max"),
        ("Max", "Min"),
        ("Floor", "Ceiling"),
        ("Ceiling", "Floor"),
        ("TrimStart", "TrimEnd"),
        ("TrimEnd", "TrimStart"),
        ("PadLeft", "PadRight"),
        ("PadRight", "PadLeft"),
        ("First", "Last"),
        ("Last", "First"),
        ("FirstOrDefault", "LastOrDefault"),
        ("LastOrDefault", "FirstOrDefault"),
        ("OrderBy", "OrderByDescending"),
        ("OrderByDescending", "OrderBy"),
    ],
    regexes: &[
        ("Regex", 0),
        ("Regex.IsMatch", 1),
        ("Regex.Match", 1),
        ("Regex.Matches", 1),
        ("Regex.Replace", 1),
        ("Regex.Split", 1),
    ],
    items: initializer_items,
    skips,
    allows,
    may_lose_names: None,
    zeros,
    canary: Canary::Brace(" throw new System.Exception(\"tinybug canary\");"),
};

const NUMBERS: &[&str] =
    &["int", "long", "short", "byte", "double", "float", "decimal", "char", "uint", "ulong", "ushort", "sbyte", "nint"];

fn type_guess(written: &str) -> Guess {
    match written {
        "string" | "String" | "string?" => Guess::Text,
        "bool" => Guess::Bool,
        "double" | "float" | "decimal" => Guess::Fraction,
        "byte" | "uint" | "ulong" | "ushort" | "nuint" => Guess::Natural,
        _ if NUMBERS.contains(&written) => Guess::Number,
        _ => Guess::Other,
    }
}

/// Methods that only show or hash an object.
fn skips(site: &Site<'_, '_>) -> bool {
    site.role == Role::Function
        && matches!(site.child(Field::Name).map_or("", |name| site.text(name)), "GetHashCode" | "ToString" | "Dispose")
}

fn allows(site: &Site<'_, '_>, op: Op, _span: (usize, usize), replacement: &str) -> bool {
    match op {
        // The grammar takes `(a) - b` for a cast of `-b`.
        Op::ArithNegDrop if site.parent().is_some_and(|cast| cast.node.kind() == "cast_expression") => false,
        // What a condition proves about a variable is lost with it.
        Op::CondTrue | Op::CondFalse | Op::RelFalseTrue => !proves(site) && !site.place().loop_head,
        Op::LogicAndOr | Op::LogicNotDrop | Op::LogicNegateCond => {
            !site.parent().is_some_and(|parent| {
                let text = site.text(parent.node);
                text.contains(" is ") || text.contains("out ")
            }) && !proves(site)
        }
        // A method of such a name may be the program's own.
        Op::CallMethodSwap if matches!(replacement, "Min" | "Max" | "Floor" | "Ceiling") => {
            site.own_text().starts_with("Math.")
        }
        Op::LitInt => !is_compile_time(site),
        Op::CondNullish => !may_miss_a_value(site, replacement),
        // Behind `??` there may be a value that cannot be missing.
        Op::CondOptionalChain => !site.stack.iter().rev().take(4).any(|frame| {
            frame.role == Role::Binary && frame.node.child(1).is_some_and(|token| site.text(token) == "??")
        }),
        Op::RetZero | Op::RetBool => {
            let function = if site.role == Role::Function { Some(site.node) } else { site.function().map(|f| f.node) };
            function.is_some_and(|node| {
                matches!(node.kind(), "method_declaration" | "local_function_statement") && !gives_a_task(site, node)
            })
        }
        Op::StmtAssignDrop => site.function().is_some_and(|function| function.node.kind() == "method_declaration"),
        Op::FlowEarlyReturn => {
            site.node.kind() == "method_declaration"
                && !site.own_text().contains("yield ")
                && !gives_a_task(site, site.node)
        }
        _ => true,
    }
}

/// Whether what stays of `a ?? b` may miss a value where one is needed: beside a default that surely is a plain value,
/// such as a number, the rest alone is of another type, which only comparisons and texts take as well.
fn may_miss_a_value(site: &Site<'_, '_>, rest: &str) -> bool {
    let (Some(left), Some(default)) = (site.node.prev_named_sibling(), site.node.next_named_sibling()) else {
        return false;
    };
    if site.text(left) != rest || !is_plain_value(site, site.inside_parentheses(default)) {
        return false;
    }
    let place = site.stack.iter().rev().skip(1).find(|frame| frame.role != Role::Paren);
    !place.is_some_and(|place| match place.role {
        Role::Binary => {
            place.node.child(1).is_some_and(|token| matches!(site.text(token), "<" | "<=" | ">" | ">=" | "==" | "!="))
        }
        _ => place.node.kind() == "interpolation",
    })
}

/// Whether an expression surely is of a type whose values cannot be missing.
fn is_plain_value<'t>(site: &Site<'_, 't>, node: tree_sitter::Node<'t>) -> bool {
    match site.role_of(node) {
        Role::Number | Role::Bool | Role::Char => true,
        Role::Unary => node.named_child(0).is_some_and(|inner| is_plain_value(site, inner)),
        Role::Member => {
            let of = site.text(node).split('.').next().unwrap_or_default();
            NUMBERS.contains(&of)
                || matches!(of, "TimeSpan" | "DateTime" | "DateTimeOffset" | "Guid" | "CancellationToken")
        }
        _ => false,
    }
}

/// The items of a collection that a type is written for, and of a collection expression. Others tell their type by
/// their items, and initialisers of objects set properties.
fn initializer_items<'t>(site: &Site<'_, 't>) -> Option<tree_sitter::Node<'t>> {
    let typed = site.node.kind() == "collection_expression"
        || site.parent().is_some_and(|parent| parent.node.kind() == "object_creation_expression");
    let plain = crate::site::named_children(site.node).iter().all(|child| site.role_of(*child) != Role::Assign);
    (typed && plain).then_some(site.node)
}

/// Whether a function that is not asynchronous gives back a task: only an asynchronous one wraps what it returns.
fn gives_a_task<'t>(site: &Site<'_, 't>, function: tree_sitter::Node<'t>) -> bool {
    let task = site.child_of(function, Field::Returns).or_else(|| site.child_of(function, Field::Type));
    task.is_some_and(|task| {
        let before = site.bytes.get(function.start_byte()..task.start_byte()).unwrap_or_default();
        site.text(task).contains("Task<") && !before.windows(5).any(|word| word == b"async")
    })
}

fn proves(site: &Site<'_, '_>) -> bool {
    site.child(Field::Condition).is_some_and(|condition| {
        let text = site.text(condition);
        text.contains(" is ") || text.contains("out ")
    })
}

/// Whether the value is a constant's or a label's.
fn is_compile_time(site: &Site<'_, '_>) -> bool {
    site.place().pattern
        || site
            .stack
            .iter()
            .rev()
            .take(6)
            .any(|frame| matches!(frame.node.kind(), "case_switch_label" | "array_creation_expression"))
}

fn zeros(written: &str) -> &'static [&'static str] {
    match written {
        "bool" | "Task<bool>" | "ValueTask<bool>" => &["true", "false"],
        "string" | "Task<string>" => &["\"\""],
        "double" | "float" | "decimal" | "Task<int>" | "Task<long>" => &["0"],
        _ if NUMBERS.contains(&written) => &["0"],
        _ if written.ends_with('?') => &["null"],
        _ => &[],
    }
}
