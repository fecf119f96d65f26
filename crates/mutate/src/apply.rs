//! A mutant put into a file, and shown.

use similar::TextDiff;
use tinybug_model::Mutant;

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
    let span = usize::try_from(mutant.start_byte).ok().zip(usize::try_from(mutant.end_byte).ok());
    let Some((start, end)) =
        span.filter(|(start, end)| start <= end && bytes.get(*start..*end) == Some(mutant.original.as_bytes()))
    else {
        return Err(ApplyError::OtherText {
            id: mutant.id.to_string(),
            expected: mutant.original.clone(),
            at: mutant.start_byte,
        });
    };
    Ok([&bytes[..start], mutant.replacement.as_bytes(), &bytes[end..]].concat())
}

/// The unified diff between two versions of a file.
pub fn diff(path: &str, before: &[u8], after: &[u8]) -> String {
    let before = String::from_utf8_lossy(before);
    let after = String::from_utf8_lossy(after);
    TextDiff::from_lines(before.as_ref(), after.as_ref())
        .unified_diff()
        .context_radius(3)
        .header(&format!("a/{path}"), &format!("b/{path}"))
        .to_string()
}
