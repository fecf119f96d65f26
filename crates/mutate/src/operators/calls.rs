//! Calls: the opposite method, a value without its preparation, an argument left out.

use tinybug_model::{Language, Tier};
use tree_sitter::Node;

use super::{Drafts, Op};
use crate::{
    grammar::Field,
    role::Role,
    site::{Site, named_children, only_named_child},
    types::{callee, last_name},
};

/// Methods without arguments that give back a value of the type they were called on.
const SAME_TYPE: &[&str] = &[
    "strip",
    "lower",
    "upper",
    "lstrip",
    "rstrip",
    "title",
    "trim",
    "trimStart",
    "trimEnd",
    "toLowerCase",
    "toUpperCase",
    "reverse",
    "Trim",
    "ToLower",
    "ToUpper",
    "strip!",
    "downcase",
    "upcase",
    "squeeze",
    "chomp",
    "uniq",
    "compact",
    "toLocaleLowerCase",
    "abs",
];

/// Functions of one argument that give back a value of its type.
const UNWRAPPED: &[(Language, &[&str])] = &[
    (Language::Python, &["abs", "round", "sorted", "math.fabs"]),
    (Language::JavaScript, &["Math.abs", "Math.round", "Math.trunc"]),
    (Language::TypeScript, &["Math.abs", "Math.round", "Math.trunc"]),
    (Language::Go, &["strings.TrimSpace", "strings.ToLower", "strings.ToUpper", "math.Abs", "math.Round"]),
    (Language::Java, &["Math.abs"]),
    (Language::C, &["abs", "labs", "fabs", "tolower", "toupper"]),
    (Language::Cpp, &["abs", "labs", "fabs", "tolower", "toupper"]),
    (Language::CSharp, &["Math.Abs"]),
];

/// What is called, and its last name.
fn called_name<'a, 't>(site: &Site<'a, 't>) -> Option<(Node<'t>, &'a str)> {
    let function = callee(site.grammar, site.node)?;
    Some((function, last_name(site.grammar, site.bytes, function)?))
}

/// Proposes to call the opposite.
pub(super) fn opposite<'t>(site: &Site<'_, 't>, drafts: &mut Drafts<'_, 't>) {
    let Some((function, name)) = called_name(site) else { return };
    if let Some((_, other)) = site.spec().swaps.iter().find(|(one, _)| *one == name)
        && !(PLACES.contains(&name) && only_presence_counts(site))
    {
        let end = function.end_byte();
        drafts.span(site, Op::CallMethodSwap, Tier::Default, (end - name.len(), end), (*other).into(), None);
    }
}

/// Functions that say where something is.
const PLACES: &[&str] =
    &["indexOf", "lastIndexOf", "IndexOf", "LastIndexOf", "Index", "LastIndex", "find", "rfind", "index", "rindex"];

/// Whether a place is only compared so as to know whether there is one: then the first is as good as the last.
fn only_presence_counts(site: &Site<'_, '_>) -> bool {
    let Some(comparison) = site.parent().filter(|parent| parent.role == Role::Binary && parent.node.child_count() == 3)
    else {
        return false;
    };
    let [token, other] = [1, 2].map(|at| comparison.node.child(at).map_or("", |child| site.text(child)));
    match other {
        "-1" => matches!(token, "==" | "!=" | "===" | "!==" | ">" | "<="),
        "0" => matches!(token, ">=" | "<"),
        _ => false,
    }
}

/// Proposes a value without the call that prepares it, and a call without an optional argument.
pub(super) fn unwrapped<'t>(site: &Site<'_, 't>, drafts: &mut Drafts<'_, 't>) {
    let Some((function, name)) = called_name(site) else { return };
    let arguments = site.child(Field::Arguments);
    let none = arguments.is_none_or(|arguments| arguments.named_child_count() == 0);
    if none && SAME_TYPE.contains(&name) {
        let object = site
            .child(Field::Object)
            .or_else(|| site.child(Field::Receiver))
            .or_else(|| site.child_of(function, Field::Object))
            .or_else(|| site.child_of(function, Field::Expression))
            .or_else(|| site.child_of(function, Field::Value));
        let stands_alone = |object: &Node<'t>| {
            matches!(
                site.role_of(*object),
                Role::Name | Role::Member | Role::Call | Role::Paren | Role::Index | Role::Str
            ) && site.parent_role() != Role::ExprStmt
        };
        if let Some(object) = object.filter(stands_alone) {
            drafts.replace(site, Op::CallUnwrap, site.node, site.text(object).to_owned());
        }
    }
    let of_language = |(language, _): &&(Language, &[_])| *language == site.spec().language;
    let functions = UNWRAPPED.iter().find(of_language).map_or(&[][..], |(_, functions)| functions);
    if functions.iter().any(|function| function.ends_with(name))
        && functions.contains(&super::called(site, site.node).trim_start_matches("std::"))
        && site.parent_role() != Role::ExprStmt
        && let Some(only) = arguments.and_then(only_named_child)
    {
        // C# wraps each argument once more.
        let only = if only.kind() == "argument" { only_named_child(only).unwrap_or(only) } else { only };
        let plain = matches!(
            site.role_of(only),
            Role::Name | Role::Member | Role::Call | Role::Index | Role::Paren | Role::Number | Role::Str
        );
        let text = site.text(only);
        drafts.replace(site, Op::CallUnwrap, site.node, if plain { text.to_owned() } else { format!("({text})") });
    }
    if matches!(site.spec().language, Language::Python | Language::Ruby)
        && let Some(arguments) = arguments
    {
        keyword_dropped(site, drafts, arguments);
    }
}

/// Proposes to leave out each named argument but a first one.
fn keyword_dropped<'t>(site: &Site<'_, 't>, drafts: &mut Drafts<'_, 't>, arguments: Node<'t>) {
    let children = named_children(arguments);
    for pair in children.windows(2).take(8) {
        if site.role_of(pair[1]) == Role::Keyword && super::literals::are_parted_by_comma(site.bytes, pair) {
            let span = (pair[0].end_byte(), pair[1].end_byte());
            drafts.span(site, Op::CallArgDrop, Tier::Extended, span, "".into(), None);
        }
    }
    if let [only] = children.as_slice()
        && site.role_of(*only) == Role::Keyword
        && arguments.byte_range().len() == only.byte_range().len() + 2
    {
        drafts.replace(site, Op::CallArgDrop, *only, "");
    }
}
