//! Measurements and their life.

use serde::{Deserialize, Serialize};

use crate::{MeasurementId, OrgId};

/// Names a pass over a measurement. Controls on a completed measurement start a new pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct MeasurementRef {
    /// Whose.
    pub org: OrgId,
    /// Which.
    pub id: MeasurementId,
    /// Which pass over it, from 1.
    pub pass: u32,
}

impl MeasurementRef {
    /// The id of the workflow that runs this pass.
    pub fn workflow_id(&self) -> String {
        format!("measurement/{}/{}", self.id, self.pass)
    }

    /// The id of the workflow that runs one trial of this pass.
    pub fn trial_workflow_id(&self, trial: u32) -> String {
        format!("trial/{}/{}/{trial}", self.id, self.pass)
    }
}

/// Where a measurement stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MeasurementState {
    /// Accepted, not begun.
    Queued,
    /// The code is fetched, the commands found, the mutants drawn.
    Preparing,
    /// The unchanged code is being run.
    Baseline,
    /// The mutants are being tried.
    Trials,
    /// The score is being reckoned.
    Reporting,
    /// Done.
    Completed,
    /// The unchanged code does not give a result to compare with; the reason says what to mend.
    BaselineBroken,
    /// Told to stop; what runs is being ended and cleaned up.
    Cancelling,
    /// Stopped on demand.
    Cancelled,
    /// The infrastructure failed for good; the reason says what to mend.
    Failed,
}

impl MeasurementState {
    /// Every state, in the order of a measurement's life.
    pub const ALL: [Self; 10] = [
        Self::Queued,
        Self::Preparing,
        Self::Baseline,
        Self::Trials,
        Self::Reporting,
        Self::Completed,
        Self::BaselineBroken,
        Self::Cancelling,
        Self::Cancelled,
        Self::Failed,
    ];

    /// The name that scripts see; the same word as in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Preparing => "preparing",
            Self::Baseline => "baseline",
            Self::Trials => "trials",
            Self::Reporting => "reporting",
            Self::Completed => "completed",
            Self::BaselineBroken => "baseline_broken",
            Self::Cancelling => "cancelling",
            Self::Cancelled => "cancelled",
            Self::Failed => "failed",
        }
    }

    /// The state of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }

    /// Whether nothing more will happen in this pass.
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Completed | Self::BaselineBroken | Self::Cancelled | Self::Failed)
    }
}

impl std::fmt::Display for MeasurementState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_the_words_of_the_json() {
        for state in MeasurementState::ALL {
            assert_eq!(serde_json::to_value(state).unwrap(), state.name());
            assert_eq!(MeasurementState::from_name(state.name()), Some(state));
        }
    }
}
