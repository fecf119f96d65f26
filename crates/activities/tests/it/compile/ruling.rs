//! What a toolchain says of a mutant.

/// What a toolchain says of a mutant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Ruling {
    /// It was seen with the mutant in it and found nothing wrong.
    Accepted,
    /// It refuses the mutant, which was alone in code that is accepted without it.
    Refused {
        /// What it says.
        message: String,
    },
    /// Nothing: there is no such toolchain at hand, it refuses the unchanged code too, or time ran out.
    Unknown,
}
