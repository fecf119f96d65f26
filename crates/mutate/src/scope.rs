//! Scope: which lines mutants may stand on, when only a change, a file or a function is meant.

use std::{collections::BTreeMap, ops::RangeInclusive};

use crate::paths::unquoted;

/// Why a diff cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DiffError {
    /// The text is no unified diff: give the output of `git diff`.
    #[error("line {line} of the diff is no part of a unified diff: {text:?}")]
    NotUnified {
        /// Which line of the diff, from 1.
        line: usize,
        /// What it says.
        text: String,
    },
}

/// Lines of files, by the paths and numbers of the new version.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ChangedLines {
    /// Of each file the first and last lines of its changed parts.
    files: BTreeMap<String, BTreeMap<u32, u32>>,
}

impl ChangedLines {
    /// Reads a unified diff, as `git diff` writes it. Renamed files count under their new name; a merge's combined diff
    /// counts the lines that no parent has.
    pub fn from_unified(diff: &str) -> Result<Self, DiffError> {
        let mut changed = Self::default();
        let mut path: Option<String> = None;
        let mut old = "";
        let mut hunk = Hunk::default();
        let mut is_diff = diff.trim().is_empty();
        for (at, line) in diff.lines().enumerate() {
            if hunk.is_open() {
                if let Some(number) = hunk.take(line)
                    && let Some(path) = &path
                {
                    changed.add(path, number..=number);
                }
            } else if let Some(name) = line.strip_prefix("+++ ") {
                is_diff = true;
                path = new_path(old, name);
            } else if let Some(name) = line.strip_prefix("--- ") {
                old = name;
            } else if line.starts_with("diff ") {
                is_diff = true;
            } else if line.starts_with("@@") {
                hunk = Hunk::read(line).ok_or_else(|| DiffError::NotUnified { line: at + 1, text: line.to_owned() })?;
            }
        }
        // Text that is none at all, and a diff that was cut off, would silently mean that nothing changed.
        if !is_diff || hunk.is_open() {
            let (line, text) = diff.lines().enumerate().last().map_or((0, ""), |(at, text)| (at + 1, text));
            return Err(DiffError::NotUnified { line, text: text.to_owned() });
        }
        Ok(changed)
    }

    /// Adds lines of a file.
    pub fn add(&mut self, path: &str, lines: RangeInclusive<u32>) {
        let (mut first, mut last) = lines.into_inner();
        let parts = match self.files.get_mut(path) {
            Some(parts) => parts,
            None => self.files.entry(path.to_owned()).or_default(),
        };
        // What they overlap or touch becomes one part with them.
        while let Some((&start, &end)) = parts.range(..=last.saturating_add(1)).next_back()
            && end.saturating_add(1) >= first
        {
            parts.remove(&start);
            (first, last) = (first.min(start), last.max(end));
        }
        parts.insert(first, last);
    }

    /// How many files have any such line.
    pub fn file_count(&self) -> usize {
        self.files.len()
    }

    /// Whether a file has any such line.
    pub fn has_file(&self, path: &str) -> bool {
        self.files.contains_key(path)
    }

    /// Whether a line is one of them.
    pub fn contains(&self, path: &str, line: u32) -> bool {
        let parts = self.files.get(path);
        parts.and_then(|parts| parts.range(..=line).next_back()).is_some_and(|(_, last)| line <= *last)
    }
}

/// What is left of a hunk.
#[derive(Debug, Default)]
struct Hunk {
    /// Lines left of each old version.
    old: Vec<u32>,
    new: u32,
    next: u32,
}

impl Hunk {
    /// Reads `@@ -1,2 +3,4 @@`, or of a merge `@@@ -1,2 -1,2 +3,4 @@@`.
    fn read(line: &str) -> Option<Self> {
        let mut hunk = Self::default();
        let mut found = false;
        for word in line.split_whitespace().skip(1).take_while(|word| !word.starts_with('@')) {
            let numbers = word.strip_prefix(['-', '+'])?;
            let (start, count) = match numbers.split_once(',') {
                Some((start, count)) => (start.parse().ok()?, count.parse().ok()?),
                None => (numbers.parse().ok()?, 1),
            };
            if word.starts_with('-') {
                hunk.old.push(count);
            } else {
                found = true;
                (hunk.next, hunk.new) = (start, count);
            }
        }
        (found && !hunk.old.is_empty()).then_some(hunk)
    }

    fn is_open(&self) -> bool {
        self.new > 0 || self.old.iter().any(|left| *left > 0)
    }

    /// Takes a line of the hunk; gives its number in the new version when every old version lacks it.
    fn take(&mut self, line: &str) -> Option<u32> {
        if line.starts_with('\\') {
            return None;
        }
        let marks: Vec<_> = line.chars().chain(std::iter::repeat(' ')).take(self.old.len()).collect();
        for (left, mark) in self.old.iter_mut().zip(&marks) {
            // In a merge a removed line is only in the versions that mark it.
            let in_old = if marks.contains(&'-') { *mark == '-' } else { *mark != '+' };
            *left = left.saturating_sub(u32::from(in_old));
        }
        if marks.contains(&'-') {
            return None;
        }
        let number = self.next;
        self.next = self.next.saturating_add(1);
        self.new = self.new.saturating_sub(1);
        marks.iter().all(|mark| *mark == '+').then_some(number)
    }
}

/// The path of a `+++` line, by that of the `---` line before it; none for a file that is gone.
fn new_path(old: &str, new: &str) -> Option<String> {
    let new = name(new);
    if new == "/dev/null" {
        return None;
    }
    // Both have a prefix or none; git may be configured to name the sides instead of `a` and `b`.
    let old = name(old);
    let prefixed = new.starts_with("b/")
        || ["i/", "w/", "c/", "o/"].iter().any(|prefix| new.starts_with(prefix))
            && (old == "/dev/null"
                || ["i/", "w/", "c/", "o/"].iter().any(|prefix| old.starts_with(prefix)) && old[..2] != new[..2]);
    Some(if prefixed { new[2..].to_owned() } else { new })
}

/// The name on a line of a diff, without what may follow it.
fn name(written: &str) -> String {
    let written = written.split('\t').next().unwrap_or(written);
    unquoted(written).unwrap_or_else(|| written.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn added_and_changed_lines_count_under_the_new_name() {
        let diff = "diff --git a/old.py b/new.py\nsimilarity index 90%\nrename from old.py\nrename to new.py\n\
                    --- a/old.py\n+++ b/new.py\n@@ -1,3 +1,4 @@ def f\n a\n-b\n+c\n+--- d\n e\n";
        let changed = ChangedLines::from_unified(diff).unwrap();
        assert!(!changed.has_file("old.py"));
        assert!(changed.contains("new.py", 2) && changed.contains("new.py", 3));
        assert!(!changed.contains("new.py", 1) && !changed.contains("new.py", 4));
    }

    #[test]
    fn a_merge_counts_the_lines_that_no_parent_has() {
        let diff = "diff --cc a.py\n--- a/a.py\n+++ b/a.py\n@@@ -1,2 -1,2 +1,3 @@@\n  a\n- b\n+ c\n++d\n";
        let changed = ChangedLines::from_unified(diff).unwrap();
        assert!(changed.contains("a.py", 3));
        assert!(!changed.contains("a.py", 2));
    }

    #[test]
    fn a_removed_file_has_no_lines_and_a_quoted_name_is_read() {
        let diff =
            "--- a/a.py\n+++ /dev/null\n@@ -1 +0,0 @@\n-a\n--- /dev/null\n+++ \"b/\\303\\244.py\"\n@@ -0,0 +1 @@\n+a\n";
        let changed = ChangedLines::from_unified(diff).unwrap();
        assert!(changed.has_file("\u{e4}.py") && !changed.has_file("a.py"));
    }

    #[test]
    fn what_is_no_diff_or_not_the_whole_of_one_is_refused() {
        for text in ["garbage", "--- a/a.py\n+++ b/a.py\n@@ -3,5 +300,1 @@\n-a\n"] {
            assert!(ChangedLines::from_unified(text).is_err(), "{text:?}");
        }
        let renamed = "diff --git a/a.py b/b.py\nsimilarity index 100%\nrename from a.py\nrename to b.py\n";
        for nothing in ["", "\n", renamed] {
            assert_eq!(ChangedLines::from_unified(nothing), Ok(ChangedLines::default()));
        }
    }

    #[test]
    fn sides_may_have_other_names_or_none() {
        let new = |old: &str, new: &str| new_path(old, new);
        assert_eq!(new("a/x.py", "b/x.py").unwrap(), "x.py");
        assert_eq!(new("i/x.py", "w/x.py").unwrap(), "x.py");
        assert_eq!(new("/dev/null", "w/x.py").unwrap(), "x.py");
        assert_eq!(new("c/x.py", "c/x.py").unwrap(), "c/x.py");
        assert_eq!(new("x.py", "x.py").unwrap(), "x.py");
        assert_eq!(new("x.py\t2026-01-01", "x.py\t2026-01-02").unwrap(), "x.py");
    }

    #[test]
    fn lines_that_touch_are_one_part() {
        let mut changed = ChangedLines::default();
        for lines in [5..=7, 1..=2, 9..=9, 3..=3, 6..=8, 20..=u32::MAX] {
            changed.add("a", lines);
        }
        assert_eq!(changed.files["a"], BTreeMap::from([(1, 3), (5, 9), (20, u32::MAX)]));
        let held: Vec<_> = (0..12).filter(|line| changed.contains("a", *line)).collect();
        assert_eq!(held, [1, 2, 3, 5, 6, 7, 8, 9]);
    }

    #[test]
    fn a_broken_hunk_is_named() {
        let refused = ChangedLines::from_unified("+++ b/a\n@@ nonsense @@\n").unwrap_err();
        assert_eq!(refused.to_string(), "line 2 of the diff is no part of a unified diff: \"@@ nonsense @@\"");
        for hunk in ["@@ \u{e9} @@", "@@ -1 \u{e9}2 @@", "@@ -1 12 @@", "@@ -1 +\u{e9} @@", "@@ - + @@"] {
            let refused = ChangedLines::from_unified(&format!("+++ b/a\n{hunk}\n"));
            assert_eq!(refused, Err(DiffError::NotUnified { line: 2, text: hunk.to_owned() }));
        }
    }

    #[test]
    fn lines_beyond_the_last_number_are_the_last() {
        let changed = ChangedLines::from_unified("--- a/a\n+++ b/a\n@@ -0,0 +4294967295,2 @@\n+a\n+b\n").unwrap();
        assert!(changed.contains("a", u32::MAX) && !changed.contains("a", u32::MAX - 1));
    }
}
