//! Cleaning texts that test frameworks print.

/// Characters of a message that are kept.
const LIMIT: usize = 2000;

/// Without terminal colours.
pub(super) fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\u{1b}') {
        plain.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        if let Some(sequence) = rest.strip_prefix('[') {
            let end = sequence.find(|c: char| ('@'..='~').contains(&c)).map_or(sequence.len(), |end| end + 1);
            rest = &sequence[end..];
        }
    }
    plain.push_str(rest);
    plain
}

/// The first lines of a failure, for people; `None` when there is nothing to read.
pub(super) fn message(text: &str) -> Option<String> {
    let text = plain(text);
    let text = text.trim();
    (!text.is_empty()).then(|| text.chars().take(LIMIT).collect())
}

/// Seconds as some reports write them (`1,234.5`), in milliseconds; 0 for what is no number.
pub(super) fn milliseconds(seconds: &str) -> u64 {
    let seconds: f64 = seconds.trim().replace(',', "").parse().unwrap_or(0.0);
    std::time::Duration::try_from_secs_f64(seconds)
        .map_or(0, |time| u64::try_from(time.as_millis()).unwrap_or(u64::MAX))
}

/// A path as seen from `root`; other paths stay as they are.
pub(super) fn below(path: &str, root: &std::path::Path) -> String {
    let path = path.strip_prefix("file://").unwrap_or(path);
    std::path::Path::new(path).strip_prefix(root).map_or_else(|_| path.to_owned(), |rest| rest.display().to_string())
}
