//! Pieces of code inside sentences.

/// Longest piece of code in a sentence, in characters.
const LONGEST: usize = 60;

/// A piece of code as a sentence shows it: on one line, shortened, in backticks.
pub(super) fn code(text: &str) -> String {
    let mut plain = String::with_capacity(text.len().min(400));
    for word in text.split_whitespace() {
        if plain.len() > 4 * LONGEST {
            break;
        }
        if !plain.is_empty() {
            plain.push(' ');
        }
        plain.push_str(word);
    }
    if plain.chars().count() > LONGEST {
        let head: String = plain.chars().take(LONGEST - 3).collect();
        plain = format!("{}...", head.trim_end());
    }
    // Code that holds backticks of its own stands between two of them, as in Markdown, unless one of a pair is cut off.
    match plain.matches('`').count() {
        0 => format!("`{plain}`"),
        count if count % 2 == 0 => format!("`` {plain} ``"),
        _ => format!("`{}`", plain.replace('`', "'")),
    }
}

/// A value as a sentence shows it: truth values and empty texts in words, all else as code.
pub(super) fn value(text: &str) -> String {
    match text.trim() {
        "true" | "True" | "TRUE" | "Boolean.TRUE" => "true".to_owned(),
        "false" | "False" | "FALSE" | "Boolean.FALSE" => "false".to_owned(),
        "\"\"" | "''" | "``" | "String::new()" => "an empty text".to_owned(),
        text => code(text),
    }
}

/// An expression without the parentheses around it.
pub(super) fn bare(text: &str) -> &str {
    let mut text = text.trim();
    while let Some(inner) = text.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) {
        let mut depth = 0_i32;
        let closes_early = inner.chars().any(|c| {
            depth += i32::from(c == '(') - i32::from(c == ')');
            depth < 0
        });
        if closes_early {
            break;
        }
        text = inner.trim();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_is_shown_on_one_line_and_short() {
        assert_eq!(code("a\n    + b"), "`a + b`");
        assert_eq!(code("`id ${a}`"), "`` `id ${a}` ``");
        let long = code(&"word ".repeat(40));
        assert!(long.chars().count() <= LONGEST + 2 && long.ends_with("...`"), "{long}");
    }

    #[test]
    fn only_parentheses_around_the_whole_are_taken_away() {
        assert_eq!(bare("((a))"), "a");
        assert_eq!(bare("(a) + (b)"), "(a) + (b)");
    }
}
