//! What compilers complain of, read from their output.

use std::path::Path;

use tinybug_model::Mutant;

/// A place that a compiler names.
pub(super) struct Complaint<'a> {
    path: &'a str,
    line: u32,
    /// What is wrong there.
    message: &'a str,
    /// The whole line of output.
    pub(super) said: &'a str,
}

/// How a complaint may lie to a mutant on another line: the closer, the smaller.
pub(super) type Distance = (bool, u32);

/// The errors of an output. Where errors say so, all else is left out.
pub(super) fn complaints(output: &str, errors_say_so: bool) -> Vec<Complaint<'_>> {
    let is_error = |complaint: &Complaint<'_>| {
        !errors_say_so || complaint.message.starts_with("error") || complaint.message.starts_with("fatal error")
    };
    output.lines().filter_map(|line| read(line.trim())).filter(is_error).collect()
}

/// `path:line: …`, `path:line:column: …` or `path(line,column): …`.
fn read(said: &str) -> Option<Complaint<'_>> {
    let bracketed = said.split_once("): ").and_then(|(place, rest)| {
        let (path, place) = place.split_once('(')?;
        Some((path, place.split(',').next()?.parse().ok()?, rest))
    });
    let (path, line, rest) = bracketed.or_else(|| {
        let (path, rest) = said.split_once(':')?;
        let (line, rest) = rest.split_once(':')?;
        let rest = match rest.split_once(':') {
            Some((column, rest)) if column.parse::<u32>().is_ok() => rest,
            _ => rest,
        };
        Some((path, line.parse().ok()?, rest))
    })?;
    let path = path.strip_prefix("./").unwrap_or(path);
    Some(Complaint { path, line, message: rest.trim_start(), said })
}

impl Complaint<'_> {
    /// Whether it names the line of a mutant. Compilers name paths from where they please, so that the shorter of the
    /// two need only end the longer: whom it blames wrongly is acquitted later.
    pub(super) fn blames(&self, mutant: &Mutant) -> bool {
        self.line == mutant.line && self.is_of(mutant)
    }

    /// How far off it is, in the file of a mutant: one that took the name away that it is about comes first, such as the
    /// only use of a variable.
    pub(super) fn distance(&self, mutant: &Mutant) -> Option<Distance> {
        self.is_of(mutant).then(|| (!self.names(&mutant.original), self.line.abs_diff(mutant.line)))
    }

    fn is_of(&self, mutant: &Mutant) -> bool {
        let (one, other) = (Path::new(self.path), Path::new(&mutant.path));
        one.ends_with(other) || other.ends_with(one)
    }

    /// Whether a text uses the name that it is about: the last word, or the end of an import in quotes.
    fn names(&self, text: &str) -> bool {
        let name = match self.message.split_once('"') {
            Some((_, rest)) => rest.split('"').next().and_then(|path| path.rsplit('/').next()),
            None => self.message.rsplit([' ', '`', '\'']).find(|word| !word.is_empty()),
        };
        let mut words = text.split(|c: char| !c.is_alphanumeric() && c != '_');
        name.is_some_and(|name| !name.is_empty() && words.any(|word| word == name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(output: &str, errors_say_so: bool) -> Vec<(&str, u32)> {
        complaints(output, errors_say_so).iter().map(|complaint| (complaint.path, complaint.line)).collect()
    }

    #[test]
    fn errors_are_told_from_other_lines_and_from_warnings() {
        let go = "# example.com/bank\n./fees.go:6:10: undefined: x\nnote: module requires Go 1.99\n";
        assert_eq!(places(go, false), [("fees.go", 6)]);
        let rust =
            "src/lib.rs:2:5: warning: unused\nsrc/lib.rs:3:5: error[E0308]: mismatched types\nerror: could not compile";
        assert_eq!(places(rust, true), [("src/lib.rs", 3)]);
        let java = "./a/B.java:7: error: incompatible types\n    return 1;\n1 error\n";
        assert_eq!(places(java, true), [("a/B.java", 7)]);
        let bracketed = "src/a.ts(12,3): error TS2322: Type (a): b\na.cs(3,1): warning CS0162: Unreachable code\n";
        assert_eq!(places(bracketed, true), [("src/a.ts", 12)]);
        let c = "In file included from a.c:1:\na.h:2:1: note: here\na.c:9:4: fatal error: no.h: No such file\n";
        assert_eq!(places(c, true), [("a.c", 9)]);
    }

    #[test]
    fn the_name_that_a_complaint_is_about_is_known() {
        let names = |said: &str, text: &str| read(said).unwrap().names(text);
        assert!(names("a.go:1:2: declared and not used: err", "if err != nil"));
        assert!(!names("a.go:1:2: declared and not used: err", "if errs != nil"));
        assert!(names("a.go:1:2: \"net/url\" imported and not used", "url.Parse(a)"));
    }
}
