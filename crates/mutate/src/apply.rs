//! A mutant put into a file, and shown.

use similar::TextDiff;
use tinybug_model::Mutant;

use crate::paths::quoted;

/// Why a mutant cannot be put into a file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ApplyError {
    /// The file is another one than the mutant was made for: enumerate again.
    #[error("mutant {id} does not fit the file: expected {expected:?} at byte {at}")]
    OtherText {
        /// The mutant.
        id: String,
        /// What should stand there.
        expected: String,
        /// Where.
        at: u64,
    },
}

/// The file with the mutant in it.
pub fn apply(bytes: &[u8], mutant: &Mutant) -> Result<Vec<u8>, ApplyError> {
    let (start, end) = span(bytes, mutant)?;
    Ok([&bytes[..start], mutant.replacement.as_bytes(), &bytes[end..]].concat())
}

/// Where a mutant changes a file.
fn span(bytes: &[u8], mutant: &Mutant) -> Result<(usize, usize), ApplyError> {
    let span = usize::try_from(mutant.start_byte).ok().zip(usize::try_from(mutant.end_byte).ok());
    span.filter(|(start, end)| start <= end && bytes.get(*start..*end) == Some(mutant.original.as_bytes())).ok_or_else(
        || ApplyError::OtherText {
            id: mutant.id.to_string(),
            expected: mutant.original.clone(),
            at: mutant.start_byte,
        },
    )
}

/// How many lines a patch shows around the changed one.
const CONTEXT: usize = 3;

/// The unified diff that a mutant makes. It looks only at the lines around: the size of the file does not matter.
pub fn patch(bytes: &[u8], mutant: &Mutant) -> Result<String, ApplyError> {
    let (start, end) = span(bytes, mutant)?;
    let line_start = memchr::memrchr(b'\n', &bytes[..start]).map_or(0, |at| at + 1);
    let line_end = memchr::memchr(b'\n', &bytes[end..]).map_or(bytes.len(), |at| end + at + 1);
    let mut first = line_start;
    let mut above = 0;
    while above < CONTEXT && first > 0 {
        first = memchr::memrchr(b'\n', &bytes[..first - 1]).map_or(0, |at| at + 1);
        above += 1;
    }
    let below: Vec<_> = bytes[line_end..].split_inclusive(|byte| *byte == b'\n').take(CONTEXT).collect();
    let changed = [&bytes[line_start..start], mutant.replacement.as_bytes(), &bytes[end..line_end]].concat();
    let from = mutant.line as usize - above;
    let count = above + 1 + below.len();
    let range = if count == 1 { from.to_string() } else { format!("{from},{count}") };
    let [old, new] = ["a", "b"].map(|side| side_name(side, &mutant.path));
    let mut patch = format!("--- {old}\n+++ {new}\n@@ -{range} +{range} @@\n");
    let mut push = |mark: char, line: &[u8]| {
        patch.push(mark);
        patch.push_str(&String::from_utf8_lossy(line));
        if !line.ends_with(b"\n") {
            patch.push_str("\n\\ No newline at end of file\n");
        }
    };
    for line in bytes[first..line_start].split_inclusive(|byte| *byte == b'\n') {
        push(' ', line);
    }
    push('-', &bytes[line_start..line_end]);
    push('+', &changed);
    for line in below {
        push(' ', line);
    }
    Ok(patch)
}

/// The name of a side of a diff, as git writes it: a tab ends a name with spaces, so that `patch` reads all of it.
fn side_name(side: &str, path: &str) -> String {
    let name = quoted(&format!("{side}/{path}")).into_owned();
    if name.contains(' ') { name + "\t" } else { name }
}

/// The unified diff between two versions of a file.
pub fn diff(path: &str, before: &[u8], after: &[u8]) -> String {
    let before = String::from_utf8_lossy(before);
    let after = String::from_utf8_lossy(after);
    TextDiff::from_lines(before.as_ref(), after.as_ref())
        .unified_diff()
        .context_radius(3)
        .header(&side_name("a", path), &side_name("b", path))
        .to_string()
}
