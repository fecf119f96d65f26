//! When a measurement may stop before all drawn mutants are tried, and what came of that.

use serde::{Deserialize, Serialize};

/// When to stop trying mutants. In a plan exactly one of `narrower_than` and `at_least` is given.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Fields", into = "Fields")]
pub enum StopRule {
    /// When the score is known this closely.
    NarrowerThan {
        /// Width of the interval, from 0 to 1.
        width: f64,
        /// Chance that the interval misses the score.
        alpha: f64,
    },
    /// When it is known whether the score is at least so high: a gate.
    AtLeast {
        /// So high, from 0 to 1.
        score: f64,
        /// Scores nearer to it than this may go either way, which makes the answer come much sooner. With 0 every
        /// score is told from every other.
        margin: f64,
        /// Chance of a wrong answer.
        alpha: f64,
    },
}

impl StopRule {
    /// The chance of error that a rule is given where the plan leaves it open.
    pub const ALPHA: f64 = 0.05;
    /// The margin of a gate where the plan leaves it open.
    pub const MARGIN: f64 = 0.05;

    /// Chance that what the rule says is wrong.
    pub const fn alpha(&self) -> f64 {
        match *self {
            Self::NarrowerThan { alpha, .. } | Self::AtLeast { alpha, .. } => alpha,
        }
    }
}

/// A rule as a plan writes it.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Fields {
    #[serde(skip_serializing_if = "Option::is_none")]
    narrower_than: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    at_least: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    margin: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    alpha: Option<f64>,
}

impl TryFrom<Fields> for StopRule {
    type Error = &'static str;

    fn try_from(fields: Fields) -> Result<Self, Self::Error> {
        let alpha = fields.alpha.unwrap_or(Self::ALPHA);
        match (fields.narrower_than, fields.at_least, fields.margin) {
            (Some(width), None, None) => Ok(Self::NarrowerThan { width, alpha }),
            (None, Some(score), margin) => Ok(Self::AtLeast { score, margin: margin.unwrap_or(Self::MARGIN), alpha }),
            (Some(_), None, Some(_)) => Err("a margin belongs to at_least"),
            _ => Err("give either narrower_than or at_least"),
        }
    }
}

impl From<StopRule> for Fields {
    fn from(rule: StopRule) -> Self {
        match rule {
            StopRule::NarrowerThan { width, alpha } => {
                Self { narrower_than: Some(width), alpha: Some(alpha), ..Self::default() }
            }
            StopRule::AtLeast { score, margin, alpha } => {
                Self { at_least: Some(score), margin: Some(margin), alpha: Some(alpha), ..Self::default() }
            }
        }
    }
}

/// What a rule says of the verdicts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StopAnswer {
    /// Nothing yet: more mutants have to be tried.
    Undecided,
    /// The score is known as closely as asked for.
    Narrow,
    /// The score is at least as high as asked for.
    Reached,
    /// The score is lower.
    NotReached,
}

impl StopAnswer {
    /// Every answer.
    pub const ALL: [Self; 4] = [Self::Undecided, Self::Narrow, Self::Reached, Self::NotReached];

    /// The name that scripts see; the same word as in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Undecided => "undecided",
            Self::Narrow => "narrow",
            Self::Reached => "reached",
            Self::NotReached => "not_reached",
        }
    }
}

/// A rule with its answer.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Stopping {
    /// The rule of the plan.
    pub rule: StopRule,
    /// What it says.
    pub answer: StopAnswer,
    /// Drawn mutants that it looked at, from the first of the draw.
    pub after: u32,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Result<StopRule, String> {
        serde_json::from_str(json).map_err(|error| error.to_string())
    }

    #[test]
    fn a_rule_is_one_of_two_and_says_its_defaults() {
        let gate = StopRule::AtLeast { score: 0.8, margin: 0.05, alpha: 0.05 };
        assert_eq!(read(r#"{"at_least": 0.8}"#), Ok(gate));
        let written = serde_json::to_string(&gate).unwrap();
        assert_eq!(written, r#"{"at_least":0.8,"margin":0.05,"alpha":0.05}"#);
        assert_eq!(read(&written), Ok(gate));
        let width = StopRule::NarrowerThan { width: 0.1, alpha: 0.01 };
        assert_eq!(read(r#"{"narrower_than": 0.1, "alpha": 0.01}"#), Ok(width));
        assert_eq!(read(&serde_json::to_string(&width).unwrap()), Ok(width));
    }

    #[test]
    fn what_is_no_rule_is_refused_with_what_to_do() {
        assert_eq!(read("{}").unwrap_err(), "give either narrower_than or at_least");
        assert_eq!(
            read(r#"{"narrower_than":0.1,"at_least":0.8}"#).unwrap_err(),
            "give either narrower_than or at_least"
        );
        assert_eq!(read(r#"{"narrower_than":0.1,"margin":0.1}"#).unwrap_err(), "a margin belongs to at_least");
        assert!(read(r#"{"atleast":0.1}"#).unwrap_err().starts_with("unknown field"));
    }

    #[test]
    fn names_are_the_words_of_the_json() {
        for answer in StopAnswer::ALL {
            assert_eq!(serde_json::to_value(answer).unwrap(), answer.name());
        }
    }
}
