//! Regular expressions, in literals of their own and in texts that are given to what compiles them.

use tinybug_model::Tier;

use super::{Drafts, Op};
use crate::{
    grammar::Field,
    role::Role,
    site::{Frame, Site},
};

/// Proposes other regular expressions in the place of a literal of its own, as `/^a$/`.
pub(super) fn regex<'t>(site: &Site<'_, 't>, drafts: &mut Drafts<'_, 't>) {
    let text = site.own_text();
    if let Some(close) = text.rfind('/').filter(|close| *close > 1 && text.starts_with('/')) {
        weaken(site, drafts, (1, close), true);
    }
}

/// Proposes other regular expressions in the place of a text that is given to what compiles them.
pub(super) fn pattern<'t>(site: &Site<'_, 't>, drafts: &mut Drafts<'_, 't>) {
    // C# wraps each argument once more.
    let (arguments, argument) = match site.parent() {
        Some(parent) if parent.role == Role::Arguments => (parent, site.node),
        Some(parent) if parent.node.kind() == "argument" => match site.above(2) {
            Some(above) => (above, parent.node),
            None => return,
        },
        _ => return,
    };
    let maker = |frame: &Frame<'_>| matches!(frame.role, Role::Call | Role::New | Role::Declaration);
    let Some(at) = site.stack.iter().rposition(maker) else { return };
    let name = match site.stack[at].role {
        // C++: `std::regex id("a")`.
        Role::Declaration => {
            let written = at.checked_sub(1).and_then(|at| site.child_of(site.stack[at].node, Field::Type));
            written.map_or("", |written| site.text(written))
        }
        _ => super::called(site, site.stack[at].node),
    };
    let Some((_, at)) = site.spec().regexes.iter().find(|(known, _)| *known == name) else { return };
    if arguments.node.named_child(*at) != Some(argument) {
        return;
    }
    let text = site.own_text();
    let Some(open) = text.find(['"', '\'', '`']) else { return };
    let Some(close) = text.rfind(&text[open..=open]).filter(|close| *close > open + 1) else { return };
    let raw = text[..open].contains(['r', 'R', '@']) || text[open..].starts_with('`');
    if text[open..].starts_with("\"\"\"") || text[..open].contains(['f', 'F', '$']) {
        return;
    }
    weaken(site, drafts, (open + 1, close), raw);
}

/// Proposes a pattern without its anchors, its first repetition, and with its first class turned around.
fn weaken<'t>(site: &Site<'_, 't>, drafts: &mut Drafts<'_, 't>, (from, to): (usize, usize), raw: bool) {
    let Some(pattern) = site.own_text().as_bytes().get(from..to) else { return };
    let start = site.node.start_byte() + from;
    let mut change = |at: usize, end: usize, replacement: &'static str| {
        if end - at < pattern.len() {
            let span = (start + at, start + end);
            drafts.span(site, Op::LitRegex, Tier::Extended, span, replacement.into(), None);
        }
    };
    let found = Features::of(pattern, raw);
    if pattern.first() == Some(&b'^') && !pattern.get(1).is_some_and(|next| is_quantifier(*next)) {
        change(0, 1, "");
    }
    if let Some(at) = found.repetition {
        change(at, at + 1, "");
    }
    match found.class {
        Some((at, true)) => change(at + 1, at + 2, ""),
        Some((at, false)) => change(at + 1, at + 1, "^"),
        None => {}
    }
    if found.ends {
        change(pattern.len() - 1, pattern.len(), "");
    }
}

fn is_quantifier(byte: u8) -> bool {
    matches!(byte, b'*' | b'+' | b'?' | b'{')
}

/// Where in a pattern there is something to change.
#[derive(Default)]
struct Features {
    /// The first `*`, `+` or `?` that repeats something and is not itself made lazy.
    repetition: Option<usize>,
    /// The first class, and whether it is turned around.
    class: Option<(usize, bool)>,
    /// Whether the last character is an anchor.
    ends: bool,
}

impl Features {
    fn of(pattern: &[u8], raw: bool) -> Self {
        let mut found = Self::default();
        let mut at = 0;
        let mut in_class = false;
        let mut before = None;
        while let Some(byte) = pattern.get(at).copied() {
            let last = at + 1 == pattern.len();
            match byte {
                b'\\' => {
                    // In a text that is not raw a backslash is written as two.
                    let doubled = !raw && pattern.get(at + 1) == Some(&b'\\');
                    at += if doubled { 3 } else { 2 };
                    before = Some(b'x');
                    continue;
                }
                b']' if in_class => in_class = false,
                _ if in_class => {}
                b'[' => {
                    in_class = true;
                    let turned = pattern.get(at + 1) == Some(&b'^');
                    found.class = found.class.or(Some((at, turned)));
                    // A bracket right behind the opening one is a member.
                    let first = at + 1 + usize::from(turned);
                    at += usize::from(turned) + usize::from(pattern.get(first) == Some(&b']'));
                }
                b'*' | b'+' | b'?' if found.repetition.is_none() => {
                    let repeats =
                        before.is_some_and(|before| !is_quantifier(before) && !matches!(before, b'(' | b'|' | b'^'));
                    let alone = !pattern.get(at + 1).is_some_and(|next| is_quantifier(*next));
                    found.repetition = (repeats && alone).then_some(at);
                }
                b'$' if last => found.ends = true,
                _ => {}
            }
            before = Some(byte);
            at += 1;
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_shows_its_parts() {
        let found = Features::of(b"^[^]a]+?x\\+y*$", true);
        assert_eq!((found.repetition, found.class, found.ends), (Some(12), Some((1, true)), true));
        let doubled = Features::of(b"\\\\+$", false);
        assert_eq!((doubled.repetition, doubled.class, doubled.ends), (None, None, true));
        let escaped = Features::of(b"a(?:b)\\$", true);
        assert_eq!((escaped.repetition, escaped.ends), (None, false));
    }
}
