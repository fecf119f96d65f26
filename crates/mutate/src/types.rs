//! What an expression probably is, as far as one file can tell: enough to keep operators from making nonsense.

use std::collections::HashMap;

use foldhash::fast::RandomState;
use tree_sitter::Node;

use crate::{
    grammar::{Field, Grammar},
    languages::Declares,
    plain,
    role::Role,
    site::{only_named_child, text},
};

/// What a value probably is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Guess {
    /// A text.
    Text,
    /// A number.
    Number,
    /// A whole number of a type that knows none below zero.
    Natural,
    /// A number of a type that knows fractions.
    Fraction,
    /// A truth value.
    Bool,
    /// A list, a map, an object: neither of the others.
    Other,
    /// A text in one place of the file, something else in another.
    Mixed,
    /// Anything.
    Unknown,
}

impl Guess {
    /// Whether it is a number of any kind.
    pub(crate) fn is_number(self) -> bool {
        matches!(self, Self::Number | Self::Natural | Self::Fraction)
    }
}

/// How deep guesses look into an expression.
const DEPTH: u8 = 6;

const NUMBERS: &[&str] = &[
    "len",
    "cap",
    "length",
    "size",
    "count",
    "int",
    "abs",
    "round",
    "floor",
    "ceil",
    "pow",
    "indexOf",
    "lastIndexOf",
    "ord",
    "hash",
    "hashCode",
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
    "Int",
    "Number",
    "parseInt",
    "Length",
    "Count",
    "Size",
    "Len",
    "IndexOf",
    "LastIndexOf",
    "Abs",
    "Floor",
    "Ceil",
    "Round",
    "nextInt",
    "intValue",
    "longValue",
    "currentTimeMillis",
    "nanoTime",
    "strlen",
    "to_i",
    "find",
    "Index",
    "IndexByte",
    "LastIndex",
    "RuneCountInString",
    "Atoi",
    "ordinal",
    "codePointAt",
    "bit_length",
];

/// What gives numbers that are hardly ever whole.
const FRACTIONS: &[&str] = &[
    "float",
    "sqrt",
    "Sqrt",
    "random",
    "to_f",
    "Float",
    "parseFloat",
    "doubleValue",
    "floatValue",
    "float32",
    "float64",
    "perf_counter",
];

const TEXTS: &[&str] = &[
    "str",
    "repr",
    "format",
    "join",
    "strip",
    "lstrip",
    "rstrip",
    "lower",
    "upper",
    "replace",
    "toString",
    "String",
    "Sprintf",
    "Sprint",
    "Itoa",
    "FormatInt",
    "FormatUint",
    "FormatFloat",
    "Quote",
    "TrimSpace",
    "Trim",
    "TrimLeft",
    "TrimRight",
    "TrimPrefix",
    "TrimSuffix",
    "ToLower",
    "ToUpper",
    "Repeat",
    "Join",
    "Replace",
    "ReplaceAll",
    "Error",
    "substring",
    "Substring",
    "trim",
    "charAt",
    "concat",
    "toUpperCase",
    "toLowerCase",
    "padStart",
    "padEnd",
    "repeat",
    "to_string",
    "to_owned",
    "to_uppercase",
    "to_lowercase",
    "from_utf8_lossy",
    "ToString",
    "Format",
    "to_s",
    "inspect",
    "decode",
    "encode",
    "title",
    "capitalize",
    "substr",
    "getName",
    "getMessage",
    "toFixed",
    "stringify",
    "string",
    "name",
    "Name",
    "valueOf",
    "dirname",
    "basename",
    "chr",
    "gettext",
    "readline",
    "read_to_string",
];

/// What the names of a file probably hold.
#[derive(Debug, Default)]
pub(crate) struct Names<'s> {
    guesses: HashMap<&'s str, Guess, RandomState>,
}

impl<'s> Names<'s> {
    /// Notes that a name was seen to hold something. A name that holds different things is unknown.
    pub(crate) fn note(&mut self, name: &'s str, guess: Guess) {
        self.guesses.entry(name).and_modify(|known| *known = merge(*known, guess)).or_insert(guess);
    }

    /// Notes the names that a node declares.
    pub(crate) fn note_declaration(
        &mut self,
        grammar: &'static Grammar,
        bytes: &'s [u8],
        (declares, node): (&Declares, Node<'_>),
    ) {
        let Some(name) = grammar.child(node, declares.name) else { return };
        let written = declares.types.and_then(|field| grammar.child(node, field));
        let value = declares.value.and_then(|field| grammar.child(node, field));
        let guess = match (written, value) {
            (Some(written), _) if !matches!(text(bytes, written), "var" | "auto") => {
                (grammar.spec.type_guess)(text(bytes, written).trim_start_matches([':', ' ']))
            }
            (_, Some(value)) => self.guess_value(grammar, bytes, value),
            _ => Guess::Unknown,
        };
        // Several names share a declaration only where types are written; then it has more parts than a name and one more.
        let bare = written.is_none() && value.is_none();
        let several = declares.types.is_some() && (bare || node.named_child_count() > 2);
        let names: Vec<_> = match std::num::NonZero::new(grammar.field_id(declares.name)) {
            Some(field) if several => {
                let mut cursor = node.walk();
                node.children_by_field_id(field, &mut cursor).take(20).collect()
            }
            _ => vec![name],
        };
        let mut values = value.map(|value| listed(value).into_iter()).into_iter().flatten();
        for name in names {
            for name in listed(name) {
                // A list of names with a list of values: each name its own, where they pair up.
                let own = match (written, values.next()) {
                    (None, Some(value)) => self.guess_value(grammar, bytes, value),
                    _ => guess,
                };
                if let Some(name) = last_name(grammar, bytes, name) {
                    self.note(name, own);
                }
            }
        }
    }

    /// Whether an expression surely is no whole number.
    pub(crate) fn is_fraction(&self, grammar: &'static Grammar, bytes: &[u8], node: Node<'_>) -> bool {
        self.guess(grammar, bytes, node, DEPTH) == Guess::Fraction
    }

    /// Whether the value of an expression surely is never below zero: a length, or of a type that knows no such numbers.
    pub(crate) fn is_never_negative(&self, grammar: &'static Grammar, bytes: &[u8], node: Node<'_>) -> bool {
        let inner = only_named_child(node).filter(|_| grammar.role(node) == Role::Paren).unwrap_or(node);
        is_length(grammar, bytes, inner) || self.guess(grammar, bytes, inner, DEPTH) == Guess::Natural
    }

    /// Guesses what an expression is.
    pub(crate) fn guess(&self, grammar: &'static Grammar, bytes: &[u8], node: Node<'_>, depth: u8) -> Guess {
        let Some(depth) = depth.checked_sub(1) else { return Guess::Unknown };
        let again = |node| self.guess(grammar, bytes, node, depth);
        match grammar.role(node) {
            Role::Str | Role::Template => Guess::Text,
            Role::Number if is_written_as_fraction(text(bytes, node)) => Guess::Fraction,
            Role::Number | Role::Char => Guess::Number,
            Role::Bool => Guess::Bool,
            Role::List | Role::Dict => Guess::Other,
            Role::Paren => only_named_child(node).map_or(Guess::Unknown, again),
            Role::Name | Role::Member => {
                let Some(name) = last_name(grammar, bytes, node) else { return Guess::Unknown };
                match self.guesses.get(name) {
                    Some(guess) => *guess,
                    None if matches!(name, "length" | "Length" | "Count") => Guess::Number,
                    None => Guess::Unknown,
                }
            }
            Role::Call => self.guess_call(grammar, bytes, node),
            Role::Macro => match text(bytes, node).split('!').next() {
                Some("format" | "concat" | "stringify" | "env") => Guess::Text,
                Some("vec") => Guess::Other,
                Some("matches" | "cfg") => Guess::Bool,
                _ => Guess::Unknown,
            },
            Role::Unary => {
                let operand = u32::try_from(node.named_child_count())
                    .ok()
                    .and_then(|count| node.named_child(count.checked_sub(1)?));
                match node.child(0).map_or("", |token| text(bytes, token)) {
                    "!" | "not" => match operand.map_or(Guess::Unknown, again) {
                        number if number.is_number() => number,
                        _ => Guess::Bool,
                    },
                    "-" | "+" if operand.map(again) == Some(Guess::Fraction) => Guess::Fraction,
                    "-" | "+" | "~" => Guess::Number,
                    _ => Guess::Unknown,
                }
            }
            Role::Binary => Self::guess_binary(grammar, bytes, node, again),
            Role::Ternary => match (
                grammar.child(node, Field::Consequence).map_or(Guess::Unknown, again),
                grammar.child(node, Field::Alternative).map_or(Guess::Unknown, again),
            ) {
                (Guess::Unknown, other) | (other, Guess::Unknown) => other,
                (one, other) => merge(one, other),
            },
            _ => Guess::Unknown,
        }
    }

    /// Guesses what a name is that begins with a value: one that is not below zero may become so.
    fn guess_value(&self, grammar: &'static Grammar, bytes: &[u8], value: Node<'_>) -> Guess {
        match self.guess(grammar, bytes, value, DEPTH) {
            Guess::Natural => Guess::Number,
            guess => guess,
        }
    }

    fn guess_call(&self, grammar: &'static Grammar, bytes: &[u8], node: Node<'_>) -> Guess {
        let Some(name) = callee(grammar, node).and_then(|callee| last_name(grammar, bytes, callee)) else {
            return Guess::Unknown;
        };
        match self.guesses.get(name) {
            Some(guess) if *guess != Guess::Unknown => *guess,
            _ if NUMBERS.contains(&name) => Guess::Number,
            _ if FRACTIONS.contains(&name) => Guess::Fraction,
            _ if TEXTS.contains(&name) => Guess::Text,
            _ => Guess::Unknown,
        }
    }

    fn guess_binary<'t>(
        grammar: &'static Grammar,
        bytes: &[u8],
        node: Node<'t>,
        again: impl Fn(Node<'t>) -> Guess,
    ) -> Guess {
        let count = node.child_count();
        let (Some(left), Some(token), Some(right)) =
            (node.child(0), node.child(1), node.child(count.saturating_sub(1)))
        else {
            return Guess::Unknown;
        };
        match text(bytes, token) {
            "<" | ">" | "<=" | ">=" | "==" | "!=" | "===" | "!==" | "is" | "is not" | "in" | "not in"
            | "instanceof" => Guess::Bool,
            "&&" | "||" | "and" | "or" => match (again(left), again(right)) {
                (Guess::Bool, Guess::Bool) => Guess::Bool,
                _ => Guess::Unknown,
            },
            "+" => match (again(left), again(right)) {
                (Guess::Text, _) | (_, Guess::Text) => Guess::Text,
                (Guess::Mixed, _) | (_, Guess::Mixed) => Guess::Mixed,
                (left, right) if left.is_number() || right.is_number() => reckoned(left, right),
                (left, right) => merge(left, right),
            },
            "*" | "%" => match (again(left), again(right)) {
                (Guess::Text, _) => Guess::Text,
                (Guess::Other, _) | (_, Guess::Other) => Guess::Other,
                (_, Guess::Text) => Guess::Text,
                (left, right) => reckoned(left, right),
            },
            "-" => match (again(left), again(right)) {
                (Guess::Other, _) => Guess::Other,
                (Guess::Fraction, _) | (_, Guess::Fraction) => Guess::Fraction,
                _ => Guess::Number,
            },
            "//" | "**" | "<<" | ">>" => match again(left) {
                Guess::Other => Guess::Other,
                _ => Guess::Number,
            },
            "/" => match (again(left), again(right)) {
                (Guess::Text, _) | (_, Guess::Text) => Guess::Text,
                // Of whole numbers as well.
                _ if grammar.spec.divides_exactly => Guess::Fraction,
                (left, right) => reckoned(left, right),
            },
            _ => Guess::Unknown,
        }
    }
}

fn merge(one: Guess, other: Guess) -> Guess {
    match (one, other) {
        _ if one == other => one,
        _ if one.is_number() && other.is_number() => Guess::Number,
        (Guess::Text | Guess::Mixed, _) | (_, Guess::Text | Guess::Mixed) => Guess::Mixed,
        _ => Guess::Unknown,
    }
}

/// The sum, product or quotient of two values of which one is a number.
fn reckoned(one: Guess, other: Guess) -> Guess {
    match (one, other) {
        (Guess::Fraction, _) | (_, Guess::Fraction) => Guess::Fraction,
        (Guess::Natural, Guess::Natural) => Guess::Natural,
        _ => Guess::Number,
    }
}

/// Whether a number is written with a point or an exponent.
fn is_written_as_fraction(text: &str) -> bool {
    let exponent = |pair: &[u8]| pair[0].is_ascii_digit() && matches!(pair[1], b'e' | b'E');
    text.contains('.') || !text.starts_with("0x") && !text.starts_with("0X") && text.as_bytes().windows(2).any(exponent)
}

/// Whether an expression asks how much something holds.
fn is_length(grammar: &'static Grammar, bytes: &[u8], node: Node<'_>) -> bool {
    let written = text(bytes, node);
    // What is missing has no length.
    let missing = written.contains("?.") || written.contains("&.");
    if missing || !matches!(grammar.role(node), Role::Call | Role::Member) {
        return false;
    }
    grammar.spec.lengths.iter().any(|form| match form.strip_suffix('(') {
        Some(name) => callee(grammar, node).is_some_and(|callee| text(bytes, callee) == name),
        None => written.ends_with(form),
    })
}

/// The expression that a call calls.
pub(crate) fn callee<'t>(grammar: &'static Grammar, call: Node<'t>) -> Option<Node<'t>> {
    [Field::Function, Field::Method, Field::Name, Field::Macro].into_iter().find_map(|field| grammar.child(call, field))
}

/// The last name of a path of names: `c` of `a.b.c`.
pub(crate) fn last_name<'s>(grammar: &'static Grammar, bytes: &'s [u8], node: Node<'_>) -> Option<&'s str> {
    let mut node = node;
    for _ in 0..8 {
        let written = text(bytes, node);
        if node.child_count() == 0 {
            return Some(written);
        }
        if written.len() <= plain::LONGEST && plain::is_path(written) {
            return written.rsplit(['.', ':', '>']).next();
        }
        node = [
            Field::Property,
            Field::Member,
            Field::Name,
            Field::Declarator,
            Field::Method,
            Field::Function,
            Field::Pattern,
        ]
        .into_iter()
        .find_map(|field| grammar.child(node, field))
        .or_else(|| {
            let last = u32::try_from(node.named_child_count()).ok()?.checked_sub(1)?;
            node.named_child(last)
        })?;
    }
    None
}

/// The members of a list of expressions without brackets; of anything else itself.
fn listed(node: Node<'_>) -> Vec<Node<'_>> {
    match node.kind() {
        "expression_list" | "pattern_list" => crate::site::named_children(node),
        _ => vec![node],
    }
}
