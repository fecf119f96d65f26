//! What compilers complain of, read from their output.

/// An error and its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Complaint {
    /// The file, as the compiler names it.
    pub(crate) path: String,
    /// The line, from 1.
    pub(crate) line: u32,
    /// What is wrong.
    pub(crate) message: String,
}

impl Complaint {
    /// Reads `path:line: message` or `path:line:column: message`.
    pub(crate) fn read(line: &str) -> Option<Self> {
        let (path, rest) = line.split_once(':')?;
        let (number, rest) = rest.split_once(':')?;
        let message = match rest.split_once(':') {
            Some((column, message)) if column.parse::<u32>().is_ok() => message,
            _ => rest,
        };
        let path = path.strip_prefix("./").unwrap_or(path);
        Some(Self { path: path.to_owned(), line: number.parse().ok()?, message: message.trim().to_owned() })
    }

    /// Whether a text uses the name that the message is about: the last word, or the one in quotes.
    pub(crate) fn names(&self, text: &str) -> bool {
        let name = match self.message.split_once('"') {
            Some((_, rest)) => rest.split(['"', '/']).take_while(|part| !part.contains(' ')).last(),
            None => self.message.rsplit([' ', '`', '\'']).find(|word| !word.is_empty()),
        };
        let mut words = text.split(|c: char| !c.is_alphanumeric() && c != '_');
        name.is_some_and(|name| !name.is_empty() && words.any(|word| word == name))
    }

    /// Whether it is of that file. A compiler may start from a directory above the project, or below.
    pub(crate) fn is_of(&self, path: &str) -> bool {
        let ends = |long: &str, short: &str| long.strip_suffix(short).is_some_and(|rest| rest.ends_with('/'));
        self.path == path || ends(&self.path, path) || ends(path, &self.path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Option<(String, u32, String)> {
        Complaint::read(line).map(|complaint| (complaint.path, complaint.line, complaint.message))
    }

    #[test]
    fn the_place_is_read_with_and_without_a_column() {
        let at = |message: &str| Some(("a/b.go".to_owned(), 12, message.to_owned()));
        assert_eq!(read("./a/b.go:12:3: declared and not used: x"), at("declared and not used: x"));
        assert_eq!(read("a/b.go:12: error: missing return"), at("error: missing return"));
        assert_eq!(read("# example.com/a"), None);
        assert_eq!(read("note: something"), None);
    }

    #[test]
    fn the_name_that_a_message_is_about_is_known() {
        let of = |message: &str| Complaint { path: "a.go".into(), line: 1, message: message.into() };
        assert!(of("declared and not used: err").names("if err != nil"));
        assert!(!of("declared and not used: err").names("if errs != nil"));
        assert!(of("\"net/url\" imported and not used").names("url.Parse(a)"));
    }

    #[test]
    fn a_compiler_may_start_from_elsewhere() {
        let complaint = Complaint::read("core/src/lib.rs:1:1: error").unwrap();
        assert!(complaint.is_of("core/src/lib.rs") && complaint.is_of("src/lib.rs"));
        assert!(complaint.is_of("deep/core/src/lib.rs"));
        assert!(!complaint.is_of("b.rs") && !complaint.is_of("rc/lib.rs"));
    }
}
