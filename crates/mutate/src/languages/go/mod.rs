//! Go. Its compiler refuses unused variables and imports, repeated cases and constants that do not fit.

mod uses;

pub(crate) use uses::Uses;

use tinybug_model::Language;

use super::{Arid, Canary, Declares, Dialect, LanguageSpec, Plus, Syntax, TestFiles};
use crate::{grammar::Field, operators::Op, role::Role, site::Site, types::Guess};

/// Go.
pub(super) static SPEC: LanguageSpec = LanguageSpec {
    language: Language::Go,
    dialects: &[Dialect { number: 4, extensions: &["go"], grammar: || tree_sitter_go::LANGUAGE.into() }],
    tests: TestFiles {
        directories: &["testdata", "testutil", "testutils"],
        prefixes: &[],
        suffixes: &["_test.go"],
        names: &["magefile.go"],
    },
    build_files: &["tools.go"],
    syntax: Syntax { line_comment: "//", not: "!", bools: ["true", "false"], null: "nil", nothing: "", strict: true },
    plus: Plus::IfNumber,
    roles: &[
        (
            Role::Skip,
            &[
                "import_declaration",
                "package_clause",
                "array_type",
                "type_declaration",
                "goto_statement",
                "interface_type",
                "struct_type",
                "imaginary_literal",
            ],
        ),
        (Role::Comment, &["comment"]),
        (Role::Function, &["function_declaration", "method_declaration"]),
        (Role::Lambda, &["func_literal"]),
        (Role::Block, &["block", "statement_list"]),
        (Role::Binary, &["binary_expression"]),
        (Role::Unary, &["unary_expression"]),
        (Role::Assign, &["assignment_statement"]),
        (Role::Update, &["inc_statement", "dec_statement"]),
        (Role::Call, &["call_expression"]),
        (Role::Index, &["index_expression", "slice_expression"]),
        (Role::Paren, &["parenthesized_expression"]),
        (Role::Member, &["selector_expression"]),
        (Role::Name, &["identifier"]),
        (Role::Bool, &["true", "false"]),
        (Role::Number, &["int_literal", "float_literal"]),
        (Role::Char, &["rune_literal"]),
        (Role::Str, &["interpreted_string_literal", "raw_string_literal"]),
        (Role::Null, &["nil"]),
        (Role::Dict, &["composite_literal"]),
        (Role::Keyword, &["keyed_element"]),
        (Role::Arguments, &["argument_list"]),
        (Role::ExprStmt, &["expression_statement"]),
        (Role::Return, &["return_statement"]),
        (Role::If, &["if_statement"]),
        (Role::For, &["for_statement"]),
        (Role::Switch, &["expression_switch_statement", "type_switch_statement", "select_statement"]),
        (Role::Case, &["expression_case"]),
        (Role::Break, &["break_statement"]),
        (Role::Continue, &["continue_statement"]),
        (Role::Defer, &["defer_statement"]),
        (Role::Const, &["const_spec"]),
        (Role::Declaration, &["var_spec", "short_var_declaration"]),
    ],
    declares: &[
        Declares { kind: "parameter_declaration", name: Field::Name, types: Some(Field::Type), value: None },
        Declares { kind: "field_declaration", name: Field::Name, types: Some(Field::Type), value: None },
        Declares { kind: "var_spec", name: Field::Name, types: Some(Field::Type), value: Some(Field::Value) },
        Declares { kind: "const_spec", name: Field::Name, types: Some(Field::Type), value: Some(Field::Value) },
        Declares { kind: "short_var_declaration", name: Field::Left, types: None, value: Some(Field::Right) },
        Declares { kind: "function_declaration", name: Field::Name, types: Some(Field::Result), value: None },
        Declares { kind: "method_declaration", name: Field::Name, types: Some(Field::Result), value: None },
    ],
    divides_exactly: false,
    lengths: &["len(", "cap(", "utf8.RuneCountInString(", "strings.Count("],
    type_guess,
    arid: Arid {
        callees: &["panic", "print", "println", "make", "recover", "close", "delete", "new"],
        receivers: &["fmt.Print", "testing", "debug", "atomic"],
        methods: &[
            "Println",
            "Printf",
            "Print",
            "Fprintf",
            "Fprintln",
            "Fprint",
            "Errorf",
            "Sleep",
            "SetDeadline",
            "WithTimeout",
            "After",
            "NewTimer",
            "NewTicker",
            "Debugf",
            "Infof",
            "Warnf",
            "Fatal",
            "Fatalf",
            "Lock",
            "Unlock",
            "RLock",
            "RUnlock",
            "Exit",
        ],
    },
    swaps: &[
        ("HasPrefix", "HasSuffix"),
        ("HasSuffix", "HasPrefix"),
        ("ToUpper", "ToLower"),
        ("ToLower", "ToUpper"),
        ("TrimLeft", "TrimRight"),
        ("TrimRight", "TrimLeft"),
        ("TrimPrefix", "TrimSuffix"),
        ("TrimSuffix", "TrimPrefix"),
        ("Index", "LastIndex"),
        ("LastIndex", "Index"),
        ("Floor", "Ceil"),
        ("Ceil", "Floor"),
        ("Min", "Max"),
        ("Max", "Min"),
        ("min", "max"),
        ("max", "min"),
    ],
    regexes: &[("regexp.MustCompile", 0), ("regexp.Compile", 0), ("regexp.MatchString", 0)],
    items: typed_items,
    skips: |_| false,
    allows,
    may_lose_names: Some(may_lose_names),
    zeros,
    canary: Canary::Brace(" panic(\"tinybug canary\");"),
};

const INTEGERS: &[&str] = &[
    "int",
    "int8",
    "int16",
    "int32",
    "int64",
    "uint",
    "uint8",
    "uint16",
    "uint32",
    "uint64",
    "byte",
    "rune",
    "uintptr",
    "time.Duration",
];

fn type_guess(written: &str) -> Guess {
    match written {
        "string" => Guess::Text,
        "float32" | "float64" => Guess::Fraction,
        "bool" => Guess::Bool,
        "byte" => Guess::Natural,
        _ if written.starts_with("uint") && INTEGERS.contains(&written) => Guess::Natural,
        _ if INTEGERS.contains(&written) => Guess::Number,
        _ if written.starts_with(['[', '*', '(']) || written.starts_with("map[") || written.starts_with("func") => {
            Guess::Other
        }
        _ => Guess::Unknown,
    }
}

fn allows(site: &Site<'_, '_>, op: Op, _span: (usize, usize), replacement: &str) -> bool {
    let constant = || {
        site.parent().is_some_and(|parent| {
            [Field::Left, Field::Right]
                .into_iter()
                .filter_map(|field| site.child_of(parent.node, field))
                .all(|side| is_constant(site, side))
        })
    };
    match op {
        // Constants that do not fit their type are refused, as are negative shifts.
        Op::ArithAddSub | Op::ArithSubAdd | Op::ArithMulDiv | Op::ArithDivMul | Op::ArithModMul | Op::BitShift => {
            !site.place().constant && !constant()
        }
        Op::BitNotDrop | Op::ArithNegDrop => !site.place().constant,
        _ if op.info().family() == "lit" && is_beside_an_error(site) => false,
        Op::LitInt => {
            number_fits(site) && !leaves_an_array(site, replacement) && !repeats_a_comparison(site, replacement)
        }
        Op::LogicAndOr => !is_suspect(site),
        Op::CallMethodSwap => site.child(Field::Function).is_some_and(|function| {
            matches!(site.text(function).split('.').next(), Some("strings" | "bytes" | "math" | "min" | "max"))
        }),
        Op::LitStringEmpty => site.parent_role() != Role::Arguments,
        Op::CondTrue | Op::CondFalse => site.function().is_some_and(|function| function.role != Role::Lambda),
        Op::FlowEarlyReturn => site.child(Field::Result).is_none(),
        _ => true,
    }
}

/// Changes that may take away the last use of a name.
fn may_lose_names(op: Op) -> bool {
    matches!(
        op,
        Op::LitCollection
            | Op::LitItemDrop
            | Op::CallUnwrap
            | Op::CondCaseDrop
            | Op::RetZero
            | Op::RetBool
            | Op::RetErrNil
            | Op::RelFalseTrue
            | Op::CondTrue
            | Op::CondFalse
            | Op::StmtCallDrop
            | Op::StmtAssignDrop
            | Op::StmtDeferDrop
            | Op::CondLoopZero
            | Op::AssignOpPlain
    )
}

/// The items of a slice or a map. Arrays and structs have all their items.
fn typed_items<'t>(site: &Site<'_, 't>) -> Option<tree_sitter::Node<'t>> {
    let written = site.child(Field::Type)?;
    if matches!(written.kind(), "slice_type" | "map_type") { site.child(Field::Body) } else { None }
}

/// Whether the node is returned together with an error: nobody should look at it then.
fn is_beside_an_error(site: &Site<'_, '_>) -> bool {
    let (Some(list), Some(statement)) = (site.parent(), site.above(2)) else { return false };
    if list.node.kind() != "expression_list" || statement.role != Role::Return {
        return false;
    }
    let end = u32::try_from(list.node.named_child_count())
        .ok()
        .and_then(|count| list.node.named_child(count.checked_sub(1)?));
    let result = site.function().and_then(|function| site.child_of(function.node, Field::Result));
    end.is_some_and(|last| last != site.node && site.role_of(last) != Role::Null)
        && result.is_some_and(|result| site.text(result).trim_end_matches(')').ends_with("error"))
}

/// Whether an expression is known to the compiler: numbers, and names in capitals or of package `math`.
fn is_constant<'t>(site: &Site<'_, 't>, node: tree_sitter::Node<'t>) -> bool {
    match site.role_of(node) {
        Role::Number | Role::Char | Role::Str => true,
        Role::Paren => site.inside_parentheses(node) != node && is_constant(site, site.inside_parentheses(node)),
        Role::Unary => node.named_child(0).is_some_and(|inner| is_constant(site, inner)),
        Role::Member => site.text(node).starts_with("math."),
        Role::Name => {
            let text = site.text(node);
            text == "iota" || text.starts_with(|c: char| c.is_ascii_uppercase())
        }
        Role::Binary => [Field::Left, Field::Right]
            .into_iter()
            .filter_map(|field| site.child_of(node, field))
            .all(|side| is_constant(site, side)),
        Role::Call => node.named_child(1).is_some_and(|arguments| {
            arguments.named_child_count() == 1 && arguments.named_child(0).is_some_and(|inner| is_constant(site, inner))
        }),
        _ => false,
    }
}

fn number_fits(site: &Site<'_, '_>) -> bool {
    let Some(parent) = site.parent() else { return false };
    // Constants of a type of their own are names for cases; two of one value make two equal cases.
    let names_cases = site.stack.iter().rev().find(|frame| frame.role == Role::Const).is_some_and(|frame| {
        site.child_of(frame.node, Field::Type).is_some_and(|written| !type_guess(site.text(written)).is_number())
    });
    let converted = site.place().constant && parent.role == Role::Arguments;
    if names_cases || converted {
        return false;
    }
    match parent.role {
        // A key of an array literal may not come twice.
        Role::Keyword | Role::Dict => false,
        Role::Binary => {
            let shift = parent.node.child(1).is_some_and(|token| matches!(site.text(token), "<<" | ">>"));
            !(site.place().constant || shift && is_constant(site, parent.node))
        }
        _ if parent.node.kind() == "literal_element" => {
            site.above(2).is_none_or(|above| above.role != Role::Keyword) || !site.is_field(Field::Key)
        }
        _ => true,
    }
}

/// Whether an index would be outside an array that is declared in the function with its length.
fn leaves_an_array(site: &Site<'_, '_>, index: &str) -> bool {
    let Some(array) = site.parent().filter(|parent| parent.role == Role::Index) else { return false };
    let (Some(name), Some(function)) = (array.node.named_child(0), site.function()) else { return false };
    let (function, name) = (site.text(function.node), site.text(name));
    let Ok(index) = index.parse::<u64>() else { return false };
    // A longer function is not searched at each of its indices.
    function.len() < 8_000
        && function.match_indices(name).any(|(at, _)| {
            let alone = !function[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_');
            let length = function[at + name.len()..].strip_prefix(" [").and_then(|rest| rest.split_once(']'));
            alone && length.is_some_and(|(length, _)| length.parse::<u64>().is_ok_and(|length| index >= length))
        })
}

/// Whether a comparison with another number would stand beside its like, which `go vet` refuses: `x == 1 || x == 1`.
fn repeats_a_comparison(site: &Site<'_, '_>, replacement: &str) -> bool {
    let (Some(comparison), Some(chain)) = (site.parent(), site.above(2)) else { return false };
    if comparison.role != Role::Binary || chain.role != Role::Binary {
        return false;
    }
    let end = site.node.start_byte();
    let Some(head) = site.bytes.get(comparison.node.start_byte()..end) else { return false };
    let head = std::str::from_utf8(head).unwrap_or_default();
    site.text(chain.node).contains(&format!("{head}{replacement}"))
}

/// Whether `go vet`, which `go test` runs, would find the mutant suspect: `x != 1 || x != 2`.
fn is_suspect(site: &Site<'_, '_>) -> bool {
    let Some(parent) = site.parent() else { return false };
    let compared = |field| {
        let operand = site.inside_parentheses(site.child_of(parent.node, field)?);
        // In a chain the neighbour is the right side of the left operand.
        let operand = if site.role_of(operand) == Role::Binary
            && operand.child(1).is_some_and(|token| matches!(site.text(token), "&&" | "||"))
        {
            site.inside_parentheses(site.child_of(operand, Field::Right)?)
        } else {
            operand
        };
        let token = operand.child(1)?;
        matches!(site.text(token), "==" | "!=").then(|| operand.child(0).map(|name| site.text(name))).flatten()
    };
    matches!((compared(Field::Left), compared(Field::Right)), (Some(left), Some(right)) if left == right)
}

fn zeros(written: &str) -> &'static [&'static str] {
    match written {
        "bool" => &["true", "false"],
        "string" => &["\"\""],
        "error" | "any" | "interface{}" => &["nil"],
        "float32" | "float64" => &["0"],
        _ if INTEGERS.contains(&written) => &["0"],
        _ if written.starts_with(['*'])
            || written.starts_with("[]")
            || written.starts_with("map[")
            || written.starts_with("func(")
            || written.starts_with("chan ") =>
        {
            &["nil"]
        }
        _ => &[],
    }
}
