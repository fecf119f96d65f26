//! Literals: truth values, numbers, texts, collections.

use tinybug_model::{Language, Tier};

use super::{Drafts, Op, twins};
use crate::{
    grammar::Field,
    role::Role,
    site::{Frame, Site, Twin, named_children, only_named_child},
    types::last_name,
};

/// Proposes other literals.
pub(super) fn literal<'t>(site: &Site<'_, 't>, drafts: &mut Drafts<'_, 't>) {
    match site.role {
        Role::Bool => boolean(site, drafts),
        Role::Number => number(site, drafts),
        Role::Str => string(site, drafts),
        Role::List | Role::Dict => collection(site, drafts),
        _ => {}
    }
}

fn boolean<'t>(site: &Site<'_, 't>, drafts: &mut Drafts<'_, 't>) {
    let [yes, no] = site.spec().syntax.bools;
    let other = match site.own_text() {
        text if text == yes => no,
        text if text == no => yes,
        _ => return,
    };
    // `while (true)` never ends on purpose; its opposite is dead code that compilers refuse.
    let endless = matches!(site.parent_role(), Role::While | Role::DoWhile)
        || site.parent_role() == Role::Paren
            && site.above(2).is_some_and(|frame| matches!(frame.role, Role::While | Role::DoWhile));
    let in_pattern = site.place().pattern && site.spec().syntax.strict;
    if !endless && !in_pattern {
        drafts.replace_unless(site, Op::LitBool, site.node, other, |new| twins::of_side(site, new));
    }
}

fn number<'t>(site: &Site<'_, 't>, drafts: &mut Drafts<'_, 't>) {
    let text = site.own_text();
    let strict = site.spec().syntax.strict;
    let Some(number) = Number::read(text) else {
        if let Some(other) = other_float(text).filter(|_| !site.place().pattern) {
            drafts.replace_unless(site, Op::LitFloat, site.node, other, |new| twins::of_side(site, new));
        }
        return;
    };
    if site.place().pattern && strict || is_setting(site) {
        return;
    }
    if !(strict && number.is_limit()) {
        let next = number.value + 1;
        drafts.replace_unless(site, Op::LitInt, site.node, number.with(next), |new| of_number(site, next, new));
    }
    if number.value == 1 && !is_divisor(site) && !is_returned_negative(site) {
        let stands_still = matches!(site.parent_role(), Role::AugAssign | Role::Assign)
            && site
                .parent()
                .and_then(|parent| site.child_of(parent.node, Field::Left))
                .is_some_and(|left| site.steers_loop(left));
        let tier = if stands_still { Tier::Extended } else { Tier::Default };
        let span = (site.node.start_byte(), site.node.end_byte());
        drafts.offer(site, Op::LitInt, tier, span, number.with(0).into(), None, |new| of_number(site, 0, new));
    }
}

/// The value of a number, however it is written; none when it cannot be read.
pub(super) fn value(text: &str) -> Option<f64> {
    if let Some(whole) = Number::read(text) {
        return u32::try_from(whole.value).ok().map(f64::from);
    }
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let digits = ["f32", "f64"].into_iter().find_map(|suffix| text.strip_suffix(suffix)).unwrap_or(digits);
    digits.trim_end_matches('_').replace('_', "").parse().ok()
}

fn of_number<'t>(site: &Site<'_, 't>, value: u64, written: &str) -> Option<Twin<'t>> {
    twins::of_number(site, value).or_else(|| twins::of_side(site, written))
}

/// Whether it is the one of a returned `-1` whose like that returns zero is a mutant already.
fn is_returned_negative(site: &Site<'_, '_>) -> bool {
    let mut above = site.stack.iter().rev().map(|frame| frame.role).filter(|role| *role != Role::Other);
    site.spec().is_compiled() && above.next() == Some(Role::Unary) && above.next() == Some(Role::Return)
}

/// Whether the node divides something.
fn is_divisor(site: &Site<'_, '_>) -> bool {
    let Some(parent) = site.parent() else { return false };
    matches!(parent.role, Role::Binary | Role::AugAssign | Role::Assign)
        && site.is_field(Field::Right)
        && parent.node.child(1).is_some_and(|token| matches!(site.text(token), "/" | "%" | "/=" | "%=" | "//"))
}

/// Words in names of settings whose exact value no test should pin down.
const SETTINGS: &[&str] = &[
    "timeout",
    "version",
    "delay",
    "interval",
    "sleep",
    "level",
    "capacity",
    "bufsize",
    "buffer_size",
    "buffersize",
    "ttl",
    "deadline",
    "backoff",
    "verbosity",
    "priority",
    "stacklevel",
];

/// Whether the number is a setting, told by the name that it is given to.
fn is_setting(site: &Site<'_, '_>) -> bool {
    let Some(parent) = site.parent() else { return false };
    let holder = match parent.role {
        Role::Keyword | Role::Assign | Role::Declaration => Some(parent.node),
        // Go and Rust wrap values once more.
        _ => site
            .above(2)
            .filter(|frame| matches!(frame.role, Role::Keyword | Role::Assign | Role::Declaration | Role::Const))
            .map(|frame| frame.node),
    };
    let Some(holder) = holder else { return false };
    let name = [Field::Name, Field::Key, Field::Left, Field::Member, Field::Pattern]
        .into_iter()
        .find_map(|field| site.child_of(holder, field));
    let Some(name) =
        name.filter(|name| name.id() != site.node.id()).and_then(|name| last_name(site.grammar, site.bytes, name))
    else {
        return false;
    };
    let name = name.to_lowercase();
    name == "port" || name.ends_with("_port") || SETTINGS.iter().any(|word| name.contains(word))
}

/// A whole number as written.
pub(super) struct Number<'a> {
    prefix: &'a str,
    radix: u32,
    /// The number itself.
    pub(super) value: u64,
    suffix: &'a str,
    capital: bool,
    width: usize,
}

impl<'a> Number<'a> {
    /// Reads a whole number of at most 63 bits; octal numbers of the old form are left alone.
    pub(super) fn read(text: &'a str) -> Option<Self> {
        let (prefix, rest, radix) = match text.get(..2) {
            Some("0x" | "0X") => (&text[..2], &text[2..], 16),
            Some("0b" | "0B") => (&text[..2], &text[2..], 2),
            Some("0o" | "0O") => (&text[..2], &text[2..], 8),
            _ => ("", text, 10),
        };
        let end = rest.find(|c: char| !(c.is_digit(radix) || c == '_' || c == '\'')).unwrap_or(rest.len());
        let (digits, suffix) = rest.split_at(end);
        let whole = suffix.is_empty()
            || ["n", "L", "l", "U", "u", "UL", "ul", "LL", "ll", "ULL", "ull", "uL", "Ul"].contains(&suffix)
            || suffix.strip_prefix('_').unwrap_or(suffix).starts_with(['u', 'i'])
                && suffix.trim_start_matches(['_', 'u', 'i', 's', 'z', 'e']).chars().all(|c| c.is_ascii_digit());
        let plain: String = digits.chars().filter(char::is_ascii_alphanumeric).collect();
        let old_octal = radix == 10 && plain.len() > 1 && plain.starts_with('0');
        if !whole || plain.is_empty() || old_octal {
            return None;
        }
        let value = u64::from_str_radix(&plain, radix).ok().filter(|value| *value < u64::MAX / 2)?;
        let capital = plain.chars().any(|c| c.is_ascii_uppercase());
        Some(Self { prefix, radix, value, suffix, capital, width: plain.len() })
    }

    /// Another number written the same way.
    fn with(&self, value: u64) -> String {
        let width = if self.prefix.is_empty() { 0 } else { self.width };
        let digits = match (self.radix, self.capital) {
            (16, true) => format!("{value:0width$X}"),
            (16, false) => format!("{value:0width$x}"),
            (2, _) => format!("{value:0width$b}"),
            (8, _) => format!("{value:0width$o}"),
            _ => value.to_string(),
        };
        format!("{}{digits}{}", self.prefix, self.suffix)
    }

    /// Whether one more may not fit the type, or shift out of it, or leave an array of a round size.
    fn is_limit(&self) -> bool {
        let next = self.value + 1;
        self.value >= 3 && next.is_power_of_two() || self.value >= 128 && self.value.is_power_of_two()
    }
}

/// A fraction changed by one, or swapped between 0 and 1.
fn other_float(text: &str) -> Option<String> {
    let end = text.find(|c: char| !(c.is_ascii_digit() || c == '.' || c == '_')).unwrap_or(text.len());
    let (digits, suffix) = text.split_at(end);
    if !digits.contains('.') || suffix.starts_with(['e', 'E', 'x', 'X']) {
        return None;
    }
    let (whole, fraction) = digits.split_once('.')?;
    let fraction_is_zero = fraction.bytes().all(|b| b == b'0');
    let whole = if whole.is_empty() { 0 } else { whole.parse::<u64>().ok()? };
    let whole = match whole {
        1 if fraction_is_zero => 0,
        n => n.checked_add(1)?,
    };
    Some(format!("{whole}.{fraction}{suffix}"))
}

fn string<'t>(site: &Site<'_, 't>, drafts: &mut Drafts<'_, 't>) {
    let text = site.own_text();
    let Some(quote) = text.find(['"', '\'', '`']) else { return };
    // Byte strings and the like keep their prefix; triple quotes are mostly documents.
    let (prefix, quoted) = text.split_at(quote);
    if quoted.len() < 2 || quoted.starts_with("\"\"\"") || prefix.contains('#') {
        return;
    }
    let mark = &quoted[..1];
    if !quoted.ends_with(mark) || is_left_alone(site) {
        return;
    }
    if quoted.len() == 2 {
        if prefix.is_empty() {
            drafts.replace(site, Op::LitStringFill, site.node, format!("{mark}tinybug{mark}"));
        }
        return;
    }
    if prefix.is_empty() && !quoted.contains('%') && !quoted.contains('{') {
        let empty = format!("{mark}{mark}");
        drafts.replace_unless(site, Op::LitStringEmpty, site.node, empty, |new| twins::of_side(site, new));
    }
}

/// Texts whose change teaches nothing: documents, directives, keys, messages of errors, statements of SQL.
fn is_left_alone(site: &Site<'_, '_>) -> bool {
    if site.place().pattern {
        return true;
    }
    let text = site.own_text();
    let sql = ["SELECT ", "INSERT ", "UPDATE ", "DELETE ", "CREATE ", "ALTER "];
    if sql.iter().any(|word| text.get(1..).is_some_and(|inner| inner.starts_with(word))) {
        return true;
    }
    match site.parent_role() {
        Role::ExprStmt => true,
        // The last text of a block is its value in Ruby.
        Role::Block => site.spec().language != Language::Ruby || site.node.next_named_sibling().is_some(),
        Role::Keyword => site.is_field(Field::Key) || site.is_field(Field::Name),
        Role::Index => site.spec().syntax.strict,
        _ => is_message(site),
    }
}

/// Whether the text is part of what an error says.
fn is_message(site: &Site<'_, '_>) -> bool {
    let lines_up = |frame: &&Frame<'_>| !matches!(frame.role, Role::Block | Role::Function | Role::Lambda);
    site.stack.iter().rev().take(6).take_while(lines_up).any(|frame| match frame.role {
        Role::Throw => true,
        Role::Call | Role::New => {
            let name = super::called(site, frame.node);
            let last = name.rsplit(['.', ':', '>']).next().unwrap_or(name);
            last.ends_with("Error")
                || last.ends_with("Exception")
                || matches!(last, "Err" | "raise" | "fail" | "reject" | "bail" | "ok_or" | "expect" | "runtime_error")
                || name == "errors.New"
        }
        _ => false,
    })
}

fn collection<'t>(site: &Site<'_, 't>, drafts: &mut Drafts<'_, 't>) {
    let Some(items) = (site.spec().items)(site) else { return };
    let text = site.text(items);
    let (Some(open), Some(close)) = (text.get(..1), text.len().checked_sub(1).and_then(|last| text.get(last..))) else {
        return;
    };
    if site.place().pattern || !matches!((open, close), ("[", "]") | ("{", "}")) || text.contains('\n') {
        return;
    }
    let children = named_children(items);
    if children.is_empty() {
        return;
    }
    field_drop(site, drafts, &children);
    // A comprehension holds one item that makes many; a spread alone copies.
    if only_named_child(site.node).is_some_and(|only| matches!(only.kind(), "spread_element" | "list_splat")) {
        return;
    }
    drafts.replace(site, Op::LitCollection, items, format!("{open}{close}"));
    // Behind a spread base, `decl.struct_field_drop` drops.
    let own = children.iter().position(is_spread).map_or(children.len(), |base| base + 1);
    for pair in children[..own].windows(2).take(8).filter(|pair| are_parted_by_comma(site.bytes, pair)) {
        let span = (pair[0].end_byte(), pair[1].end_byte());
        drafts.span(site, Op::LitItemDrop, Tier::Extended, span, "".into(), None);
    }
}

/// Whether nothing but a comma parts two neighbours.
pub(super) fn are_parted_by_comma(bytes: &[u8], pair: &[tree_sitter::Node<'_>]) -> bool {
    bytes.get(pair[0].end_byte()..pair[1].start_byte()).is_some_and(|between| between.trim_ascii() == b",")
}

/// Proposes to leave a field at the value of the base that the literal spreads.
fn field_drop<'t>(site: &Site<'_, 't>, drafts: &mut Drafts<'_, 't>, children: &[tree_sitter::Node<'t>]) {
    let Some(base) = children.iter().position(is_spread) else { return };
    // Rust names the base last; elsewhere only what follows it overrides it.
    let last = site.role == Role::New;
    for pair in children[if last { 0 } else { base }..].windows(2).take(8) {
        let (field, span) = if last {
            (pair[0], (pair[0].start_byte(), pair[1].start_byte()))
        } else {
            (pair[1], (pair[0].end_byte(), pair[1].end_byte()))
        };
        if site.role_of(field) == Role::Keyword && are_parted_by_comma(site.bytes, pair) {
            drafts.span(site, Op::DeclStructFieldDrop, Tier::Extended, span, "".into(), None);
        }
    }
}

/// Proposes what can be dropped from the literal of a struct.
pub(super) fn fields<'t>(site: &Site<'_, 't>, drafts: &mut Drafts<'_, 't>) {
    match site.spec().language {
        Language::Rust => {
            if let Some(body) = site.child(Field::Body) {
                field_drop(site, drafts, &named_children(body));
            }
        }
        // `base with { A = 1, B = 2 }`
        Language::CSharp if site.node.kind() == "with_expression" => {
            for pair in named_children(site.node).windows(2).skip(1).take(8) {
                if are_parted_by_comma(site.bytes, pair) {
                    let span = (pair[0].end_byte(), pair[1].end_byte());
                    drafts.span(site, Op::DeclStructFieldDrop, Tier::Extended, span, "".into(), None);
                }
            }
        }
        _ => {}
    }
}

/// Whether an item stands for all items of a base.
fn is_spread(child: &tree_sitter::Node<'_>) -> bool {
    matches!(child.kind(), "spread_element" | "hash_splat_argument" | "base_field_initializer" | "dictionary_splat")
}
