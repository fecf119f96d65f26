//! Paths as git writes them in diffs: those with special characters in quotes.

use std::{borrow::Cow, fmt::Write};

/// A path as git quotes it for people and patches: line feeds and other characters that would break a line are escaped.
pub fn quoted(path: &str) -> Cow<'_, str> {
    if !path.contains(|c: char| c.is_control() || matches!(c, '"' | '\\')) {
        return Cow::Borrowed(path);
    }
    let mut quoted = String::with_capacity(path.len() + 8);
    quoted.push('"');
    for c in path.chars() {
        match ESCAPES.iter().find(|(_, means)| *means == c) {
            Some((letter, _)) => quoted.extend(['\\', *letter]),
            None if c.is_control() => {
                for byte in c.encode_utf8(&mut [0; 4]).bytes() {
                    write!(quoted, "\\{byte:03o}").expect("a String takes what is written to it");
                }
            }
            None => quoted.push(c),
        }
    }
    quoted.push('"');
    Cow::Owned(quoted)
}

/// Letters behind a backslash, and what they mean.
const ESCAPES: [(char, char); 9] = [
    ('a', '\u{7}'),
    ('b', '\u{8}'),
    ('t', '\t'),
    ('n', '\n'),
    ('v', '\u{b}'),
    ('f', '\u{c}'),
    ('r', '\r'),
    ('"', '"'),
    ('\\', '\\'),
];

/// The path that git wrote in quotes; nothing when it is in none.
pub(crate) fn unquoted(written: &str) -> Option<String> {
    let inner = written.strip_prefix('"')?.strip_suffix('"')?.as_bytes();
    let mut bytes = Vec::with_capacity(inner.len());
    let mut at = 0;
    while let Some(byte) = inner.get(at) {
        at += 1;
        if *byte != b'\\' {
            bytes.push(*byte);
            continue;
        }
        let octal = inner.get(at..at + 3).filter(|digits| digits.iter().all(u8::is_ascii_digit));
        let octal = octal.and_then(|digits| u8::from_str_radix(std::str::from_utf8(digits).ok()?, 8).ok());
        if let Some(byte) = octal {
            bytes.push(byte);
            at += 3;
            continue;
        }
        let letter = char::from(*inner.get(at)?);
        let means = ESCAPES.iter().find(|(escape, _)| *escape == letter).map_or(letter, |(_, means)| *means);
        bytes.push(u8::try_from(means).ok()?);
        at += 1;
    }
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_breaks_a_line_is_quoted_and_reads_back() {
        assert_eq!(quoted("a b/\u{e4}'.py"), "a b/\u{e4}'.py");
        assert_eq!(quoted("a\nb\t\"\\\u{1b}.py"), r#""a\nb\t\"\\\033.py""#);
        for path in ["\n", "\"", "\\", "a\u{7f}\u{85}b", "\r\u{8}", "a\\\"", "\t1"] {
            assert_eq!(unquoted(&quoted(path)).as_deref(), Some(path), "{path:?}");
        }
        assert_eq!(unquoted(r#""b/\303\244.py""#).as_deref(), Some("b/\u{e4}.py"));
        assert_eq!(unquoted("b/a.py"), None);
    }
}
