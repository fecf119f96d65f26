//! Checks on text that several requests share.

use crate::problem::FieldError;

/// First words of the dashboard's and the server's own paths: an org of that name could not be reached.
const RESERVED_SLUGS: [&str; 44] = [
    "about", "account", "admin", "api", "app", "assets", "auth", "badge", "badges", "billing", "blog", "ci", "docs",
    "download", "events", "favicon", "health", "healthz", "help", "hooks", "legal", "login", "logout", "metrics",
    "new", "oauth", "openapi", "org", "orgs", "pricing", "privacy", "public", "readyz", "robots", "security",
    "settings", "signup", "static", "status", "support", "system", "tinybug", "user", "webhooks",
];
const LONGEST_SLUG: usize = 39;

/// What is wrong with an org's name in URLs.
pub(crate) fn slug(pointer: &str, slug: &str) -> Option<FieldError> {
    let inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let ends = !slug.starts_with('-') && !slug.ends_with('-');
    if !(2..=LONGEST_SLUG).contains(&slug.len()) || !slug.bytes().all(inner) || !ends {
        let detail = format!(
            "must be 2 to {LONGEST_SLUG} characters from a to z, 0 to 9 and the hyphen, which may not stand first or last"
        );
        return Some(FieldError::new(pointer, "invalid_slug", detail));
    }
    let detail = || format!("{slug} is a word of Tinybug's own paths; choose another");
    RESERVED_SLUGS.contains(&slug).then(|| FieldError::new(pointer, "reserved_slug", detail()))
}

/// What is wrong with a name for people.
pub(crate) fn name(pointer: &str, name: &str) -> Option<FieldError> {
    line(pointer, name, 100).or_else(|| {
        let detail = "must not begin or end with a space";
        (name.trim() != name).then(|| FieldError::new(pointer, "invalid_value", detail))
    })
}

/// What is wrong with a text that must be one line of at most this many characters.
pub(crate) fn line(pointer: &str, text: &str, longest: usize) -> Option<FieldError> {
    if text.trim().is_empty() {
        Some(FieldError::new(pointer, "empty", "must not be empty"))
    } else if text.chars().count() > longest {
        Some(FieldError::new(pointer, "too_long", format!("must not be longer than {longest} characters")))
    } else if text.chars().any(char::is_control) {
        Some(FieldError::new(pointer, "control_character", "must be one line without control characters"))
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(error: Option<FieldError>) -> Option<&'static str> {
        error.map(|error| error.code)
    }

    #[test]
    fn slugs_are_short_lower_case_words_that_no_path_uses() {
        for good in ["ab", "acme", "acme-2", "4chan", &"a".repeat(39)] {
            assert_eq!(slug("/slug", good), None, "{good}");
        }
        for bad in ["", "a", "Acme", "ac me", "-acme", "acme-", "ac_me", "äcme", "ac/me", &"a".repeat(40)] {
            assert_eq!(code(slug("/slug", bad)), Some("invalid_slug"), "{bad}");
        }
        for reserved in RESERVED_SLUGS.into_iter().filter(|word| word.len() > 1) {
            assert_eq!(code(slug("/slug", reserved)), Some("reserved_slug"), "{reserved}");
        }
    }

    #[test]
    fn names_are_one_line() {
        assert_eq!(name("/name", "Müller & Söhne"), None);
        assert_eq!(code(name("/name", " ")), Some("empty"));
        assert_eq!(code(name("/name", "a\nb")), Some("control_character"));
        assert_eq!(code(name("/name", " a")), Some("invalid_value"));
        assert_eq!(code(name("/name", &"a".repeat(101))), Some("too_long"));
    }
}
