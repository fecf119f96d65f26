//! What was found out about one mutant.

use serde::{Deserialize, Serialize};

/// The end of a trial.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The tests catch it.
    Detected,
    /// The tests run it and pass.
    Survived,
    /// No test executes the line; no build was spent.
    NoCoverage,
    /// The build ran out of time, and again with twice the time: counts as detected.
    Timeout,
    /// The evidence does not suffice: widens the bounds of the score.
    Inconclusive,
    /// Does not build, so it tells nothing about the tests.
    Invalid,
    /// The infrastructure failed, again and again.
    Error,
    /// Not tried: budget or cancel.
    Skipped,
}

impl Verdict {
    /// Every verdict, in the order that lists show.
    pub const ALL: [Self; 8] = [
        Self::Detected,
        Self::Survived,
        Self::NoCoverage,
        Self::Timeout,
        Self::Inconclusive,
        Self::Invalid,
        Self::Error,
        Self::Skipped,
    ];

    /// The name that scripts see; the same word as in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Detected => "detected",
            Self::Survived => "survived",
            Self::NoCoverage => "no_coverage",
            Self::Timeout => "timeout",
            Self::Inconclusive => "inconclusive",
            Self::Invalid => "invalid",
            Self::Error => "error",
            Self::Skipped => "skipped",
        }
    }

    /// The verdict of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|verdict| verdict.name() == name)
    }
}

impl std::fmt::Display for Verdict {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_the_words_of_the_json() {
        for verdict in Verdict::ALL {
            assert_eq!(serde_json::to_value(verdict).unwrap(), verdict.name());
            assert_eq!(Verdict::from_name(verdict.name()), Some(verdict));
        }
    }
}
