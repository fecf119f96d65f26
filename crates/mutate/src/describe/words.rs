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
    // Code that holds backticks of its own stands between more of them, as in Markdown.
    match longest_run(&plain) {
        _ if plain.is_empty() => "nothing".to_owned(),
        0 => format!("`{plain}`"),
        run => {
            let fence = "`".repeat(run + 1);
            format!("{fence} {plain} {fence}")
        }
    }
}

/// The most backticks in a row.
fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or_default()
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
        // Empty ones are all that there is: an empty tuple.
        if closes_early || inner.trim().is_empty() {
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
        assert_eq!(code("a + ``"), "``` a + `` ```");
        let long = code(&"word ".repeat(40));
        assert!(long.chars().count() <= LONGEST + 2 && long.ends_with("...`"), "{long}");
    }

    #[test]
    fn only_parentheses_around_the_whole_are_taken_away() {
        assert_eq!(bare("((a))"), "a");
        assert_eq!(bare("(a) + (b)"), "(a) + (b)");
        assert_eq!(bare("(())"), "()");
    }
}
