//! Code that is nothing but names: no operator finds anything in it, so that the walk passes it over unread.

use crate::tokens::is_word;

/// Longer texts are not worth the look.
pub(crate) const LONGEST: usize = 200;

/// Whether a text is a path of names, alone or with a bracket of more such paths behind it: `a.b`, `a(b, c.d)`, `[a]`.
pub(crate) fn is_plain(text: &str) -> bool {
    let bytes = text.as_bytes();
    let at = path(bytes, 0).unwrap_or(0);
    match bytes.get(at) {
        None => at > 0,
        Some(b'(') => list(bytes, at + 1) == Some(b')'),
        Some(b'[') => list(bytes, at + 1) == Some(b']'),
        Some(_) => false,
    }
}

/// Whether a text is a path of names.
pub(crate) fn is_path(text: &str) -> bool {
    path(text.as_bytes(), 0) == Some(text.len())
}

/// Where the paths in a plain text begin, and how long their first names are.
pub(crate) fn first_names(text: &str) -> impl Iterator<Item = (usize, usize)> {
    let parts = text.split(['(', ')', '[', ']', ',', ' ', '\n', '\t', '\r']).filter(|part| !part.is_empty());
    parts.map(move |part| {
        let start = part.as_ptr() as usize - text.as_ptr() as usize;
        (start, part.find('.').unwrap_or(part.len()))
    })
}

/// The end of the path that begins somewhere. Truth values are no names.
fn path(bytes: &[u8], start: usize) -> Option<usize> {
    let mut at = start;
    loop {
        let word = bytes.get(at..)?;
        let length = word.iter().position(|byte| !is_word(*byte)).unwrap_or(word.len());
        let word = &word[..length];
        if word.first().is_none_or(u8::is_ascii_digit) || matches!(word, b"true" | b"false" | b"True" | b"False") {
            return None;
        }
        at += length;
        match bytes.get(at..).unwrap_or_default() {
            [b'.', ..] => at += 1,
            [b':', b':', ..] | [b'-', b'>', ..] => at += 2,
            _ => return Some(at),
        }
    }
}

/// The bracket that closes a list of paths, if nothing follows it.
fn list(bytes: &[u8], start: usize) -> Option<u8> {
    let blank = |at: usize| at + bytes[at..].iter().take_while(|byte| byte.is_ascii_whitespace()).count();
    let mut at = blank(start);
    while let Some(end) = path(bytes, at) {
        at = blank(end);
        if bytes.get(at) != Some(&b',') {
            break;
        }
        at = blank(at + 1);
    }
    bytes.get(at).copied().filter(|_| at + 1 == bytes.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_one_bracket_of_names_are_plain() {
        for text in
            ["a", "a.b", "a::b", "a->b", "f()", "f(a)", "x.f( a, b.c )", "[a, b]", "(a,)", "a[i]", "(\n  a,\n  é\n)"]
        {
            assert!(is_plain(text), "{text}");
        }
        for text in [
            "", "1", "a.0", "true", "f(true)", "f(g(a))", "f(a b)", "f(a)(b)", "f(a", "f a", "(a]", "a.b(1)", "a?.b",
            "-a", "f(*a)", "a:b",
        ] {
            assert!(!is_plain(text), "{text}");
        }
        assert!(is_path("a.b.c") && !is_path("a.b(c)"));
    }

    #[test]
    fn first_names_are_those_before_a_dot() {
        let text = "x.f( a,b.c )";
        let names: Vec<_> = first_names(text).map(|(start, length)| &text[start..start + length]).collect();
        assert_eq!(names, ["x", "a", "b"]);
    }
}
