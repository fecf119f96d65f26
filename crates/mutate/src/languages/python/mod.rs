//! Python 3.

use tinybug_model::Language;

use super::{Arid, Canary, Declares, Dialect, LanguageSpec, Plus, Syntax, TestFiles};
use crate::{grammar::Field, operators::Op, role::Role, site::Site, types::Guess};

/// Python.
pub(super) static SPEC: LanguageSpec = LanguageSpec {
    language: Language::Python,
    dialects: &[Dialect { number: 0, extensions: &["py", "pyw"], grammar: || tree_sitter_python::LANGUAGE.into() }],
    tests: TestFiles {
        directories: &["tests", "test", "testing"],
        prefixes: &["test_", "tests_"],
        suffixes: &["_test.py", "_tests.py"],
        names: &["conftest.py", "tests.py", "test.py"],
    },
    build_files: &["setup.py", "noxfile.py", "conf.py", "fabfile.py", "tasks.py", "_version.py"],
    syntax: Syntax {
        line_comment: "#",
        not: "not ",
        bools: ["True", "False"],
        null: "None",
        nothing: "pass",
        strict: false,
    },
    plus: Plus::UnlessText,
    roles: &[
        (
            Role::Skip,
            &[
                "import_statement",
                "import_from_statement",
                "future_import_statement",
                "assert_statement",
                "decorator",
                "type",
                "type_alias_statement",
                "type_parameter",
                "global_statement",
                "nonlocal_statement",
                "delete_statement",
                "print_statement",
                "exec_statement",
            ],
        ),
        (Role::Handler, &["except_clause"]),
        (Role::Arm, &["case_clause"]),
        (Role::Comment, &["comment"]),
        (Role::Function, &["function_definition"]),
        (Role::Lambda, &["lambda"]),
        (Role::Class, &["class_definition"]),
        (Role::Block, &["block"]),
        (Role::Binary, &["binary_operator", "boolean_operator", "comparison_operator"]),
        (Role::Unary, &["unary_operator", "not_operator"]),
        (Role::AugAssign, &["augmented_assignment"]),
        (Role::Assign, &["assignment"]),
        (Role::Ternary, &["conditional_expression"]),
        (Role::Call, &["call"]),
        (Role::Index, &["subscript"]),
        (Role::Paren, &["parenthesized_expression"]),
        (Role::Member, &["attribute"]),
        (Role::Name, &["identifier"]),
        (Role::Bool, &["true", "false"]),
        (Role::Number, &["integer", "float"]),
        (Role::Str, &["string"]),
        (Role::Template, &["concatenated_string"]),
        (Role::Null, &["none"]),
        (Role::List, &["list", "tuple", "set"]),
        (Role::Dict, &["dictionary"]),
        (Role::Keyword, &["keyword_argument", "pair", "default_parameter", "typed_default_parameter"]),
        (Role::Arguments, &["argument_list"]),
        (Role::ExprStmt, &["expression_statement"]),
        (Role::Return, &["return_statement"]),
        (Role::If, &["if_statement", "elif_clause"]),
        (Role::While, &["while_statement"]),
        (Role::ForEach, &["for_statement"]),
        (Role::Switch, &["match_statement"]),
        (Role::Pattern, &["case_pattern"]),
        (Role::Guard, &["if_clause"]),
        (Role::Break, &["break_statement"]),
        (Role::Continue, &["continue_statement"]),
        (Role::Throw, &["raise_statement"]),
    ],
    declares: &[
        Declares { kind: "assignment", name: Field::Left, types: Some(Field::Type), value: Some(Field::Right) },
        Declares { kind: "default_parameter", name: Field::Name, types: None, value: Some(Field::Value) },
        Declares {
            kind: "typed_default_parameter",
            name: Field::Name,
            types: Some(Field::Type),
            value: Some(Field::Value),
        },
        Declares { kind: "function_definition", name: Field::Name, types: Some(Field::ReturnType), value: None },
    ],
    divides_exactly: true,
    lengths: &["len("],
    type_guess,
    arid: Arid {
        callees: &[
            "print",
            "warnings.warn",
            "sys.exit",
            "exit",
            "breakpoint",
            "pdb.set_trace",
            "super",
            "TypeVar",
            "NewType",
            "cast",
            "typing.cast",
            "namedtuple",
        ],
        receivers: &["warnings", "argparse", "parser", "click", "traceback", "gc"],
        methods: &["add_argument", "simplefilter", "filterwarnings"],
    },
    swaps: &[
        ("min", "max"),
        ("max", "min"),
        ("any", "all"),
        ("all", "any"),
        ("startswith", "endswith"),
        ("endswith", "startswith"),
        ("upper", "lower"),
        ("lower", "upper"),
        ("lstrip", "rstrip"),
        ("rstrip", "lstrip"),
        ("find", "rfind"),
        ("rfind", "find"),
        ("ljust", "rjust"),
        ("rjust", "ljust"),
        ("partition", "rpartition"),
        ("rpartition", "partition"),
        ("floor", "ceil"),
        ("ceil", "floor"),
        ("bisect_left", "bisect_right"),
        ("bisect_right", "bisect_left"),
        ("union", "intersection"),
        ("intersection", "union"),
        ("issubset", "issuperset"),
        ("issuperset", "issubset"),
        ("appendleft", "append"),
        ("popleft", "pop"),
    ],
    regexes: &[
        ("re.compile", 0),
        ("re.match", 0),
        ("re.search", 0),
        ("re.fullmatch", 0),
        ("re.findall", 0),
        ("re.finditer", 0),
        ("re.split", 0),
        ("re.sub", 0),
        ("re.subn", 0),
    ],
    items: |site| Some(site.node),
    skips,
    allows,
    may_lose_names: None,
    zeros,
    canary: Canary::Indented("raise RuntimeError(\"tinybug canary\")"),
};

fn type_guess(written: &str) -> Guess {
    match written {
        "str" | "bytes" | "AnyStr" | "Optional[str]" | "str | None" => Guess::Text,
        "int" => Guess::Number,
        "float" | "complex" | "Decimal" | "Fraction" => Guess::Fraction,
        "bool" => Guess::Bool,
        _ if written.starts_with(['l', 'L', 't', 'T', 'd', 'D', 's', 'S']) && written.contains('[') => Guess::Other,
        "list" | "tuple" | "dict" | "set" => Guess::Other,
        _ => Guess::Unknown,
    }
}

/// Scripts' entry points, code for type checkers, and definitions that only name things.
fn skips(site: &Site<'_, '_>) -> bool {
    match site.role {
        Role::If => {
            let condition = site.child(Field::Condition).map_or("", |condition| site.text(condition));
            condition.contains("__name__") || condition.ends_with("TYPE_CHECKING")
        }
        // The values of an enumeration are names for cases.
        Role::ExprStmt if site.above(2).is_some_and(|class| is_enumeration(site, class.node)) => true,
        Role::ExprStmt => {
            let text = site.own_text();
            // `__all__`, `__version__` and the like at the top of a file.
            site.stack.len() == 1 && text.starts_with("__")
                || site.node.named_child(0).is_some_and(|child| site.role_of(child) == Role::Str)
        }
        Role::Function => matches!(
            site.child(Field::Name).map_or("", |name| site.text(name)),
            "__repr__" | "__str__" | "__del__" | "__sizeof__"
        ),
        _ => false,
    }
}

fn is_enumeration<'t>(site: &Site<'_, 't>, class: tree_sitter::Node<'t>) -> bool {
    class.kind() == "class_definition"
        && class.child_by_field_name("superclasses").is_some_and(|bases| {
            site.text(bases)
                .split(|c: char| !c.is_alphanumeric())
                .any(|base| base.ends_with("Enum") || base.ends_with("Flag"))
        })
}

fn allows(site: &Site<'_, '_>, op: Op, _span: (usize, usize), _replacement: &str) -> bool {
    match op {
        // `Path / "name"`.
        Op::ArithDivMul => !site.parent().is_some_and(|parent| {
            [parent.node.child(0), parent.node.child(2)]
                .into_iter()
                .flatten()
                .any(|side| matches!(site.role_of(side), Role::Str | Role::Template))
        }),
        // A function of such a name is the program's own, unless it is built in or imported.
        Op::CallMethodSwap => {
            const FUNCTIONS: &[&str] = &["min", "max", "any", "all", "floor", "ceil", "bisect_left", "bisect_right"];
            site.child(Field::Function).is_some_and(|function| {
                site.role_of(function) == Role::Member || FUNCTIONS.contains(&site.text(function))
            })
        }
        // A tuple with parentheses only groups; emptying the literal of a `return` is what `ret.zero` does.
        Op::LitCollection => !site.own_text().starts_with('(') && site.parent_role() != Role::Return,
        Op::LitItemDrop => site.node.named_child_count() > 1,
        _ => true,
    }
}

fn zeros(written: &str) -> &'static [&'static str] {
    match written {
        "bool" => &["True", "False"],
        "int" => &["0"],
        "float" => &["0.0"],
        "str" => &["\"\""],
        "bytes" => &["b\"\""],
        _ if written.starts_with("list") || written.starts_with("List") => &["[]"],
        _ if written.starts_with("dict") || written.starts_with("Dict") => &["{}"],
        "None" | "NoReturn" | "Never" => &[],
        _ => &["None"],
    }
}
