//! A mutant: one small one-line bug.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::Language;

/// A mutant's stable name: a hash of what it changes and where it stands in the code's structure, not of its line
/// number, so that results carry over between commits.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MutantId(pub String);

impl fmt::Display for MutantId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// How eagerly mutants are made: `extended` includes `default`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Tier {
    /// Operators whose survivors are worth a developer's time.
    #[default]
    Default,
    /// More operators, more noise.
    Extended,
}

impl Tier {
    /// The name that scripts see; the same word as in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::Extended => "extended",
        }
    }
}

/// One mutant. Its JSON, in this order of fields, is a contract with scripts.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Mutant {
    /// Stable name.
    pub id: MutantId,
    /// Language of the file.
    pub language: Language,
    /// Path inside the repository, with forward slashes.
    pub path: String,
    /// Operator, as `family.name` of the catalogue.
    pub operator: String,
    /// Tier that the operator belongs to at this place.
    pub tier: Tier,
    /// Line, from 1.
    pub line: u32,
    /// Column, from 1, in Unicode scalar values.
    pub column: u32,
    /// First byte replaced, from 0, into the file.
    pub start_byte: u64,
    /// Byte after the last one replaced.
    pub end_byte: u64,
    /// Text replaced.
    pub original: String,
    /// Text put there.
    pub replacement: String,
    /// Enclosing symbol, such as `Cart.total`; empty at the top level of a file.
    pub function: String,
}
