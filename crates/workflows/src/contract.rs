//! The activities, as workflows see them: names, inputs and results. The `activities` crate implements them.
//!
//! Payloads are ids and small facts; everything big is in the database. Names are written, not derived, and payload
//! types only grow, so that renaming code never orphans a running measurement.
#![expect(clippy::unimplemented, clippy::needless_pass_by_value, reason = "the macro wants these bodies")]

use serde::{Deserialize, Serialize};
use temporalio_common::ActivityError;
use temporalio_macros::activity_definitions;
use tinybug_model::{BuildRef, MeasurementRef, MeasurementState, OrgId, RerunScope, Verdict};

/// What `measurement.prepare` found.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Prepared {
    /// Builds at once.
    pub parallelism: u32,
    /// Mutants drawn.
    pub mutants: u32,
    /// Set when there is nothing to compare with: the measurement ends with a broken baseline. Why is in the database.
    #[serde(default)]
    pub broken: bool,
}

/// What the baseline says so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum BaselineStep {
    /// More runs of the unchanged code are needed, up to this number in all.
    NeedsMoreRuns {
        /// Runs in all.
        total: u32,
    },
    /// It is no ground to judge on. Why is in the database.
    Broken,
    /// It is.
    Sound,
}

/// One attempt at a build.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct AttemptRef {
    /// At which build.
    pub build: BuildRef,
    /// Which attempt, from 1.
    pub number: u32,
    /// How many times the usual time limit it gets.
    pub time_factor: u32,
    /// How much of the build is run.
    #[serde(default)]
    pub scope: RerunScope,
}

/// What a trial's attempts say so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum TrialStep {
    /// The verdict stands, in the database too.
    Judged {
        /// The verdict.
        verdict: Verdict,
        /// The plan's stopping rule says that no more mutants need be tried.
        #[serde(default)]
        stop: bool,
    },
    /// In doubt: try again.
    Rerun {
        /// How many times the usual time limit.
        time_factor: u32,
        /// How much of the build.
        #[serde(default)]
        scope: RerunScope,
    },
}

/// How a trial ended, as its measurement sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrialEnd {
    /// The verdict.
    pub verdict: Verdict,
    /// The plan's stopping rule says that no more mutants need be tried.
    #[serde(default)]
    pub stop: bool,
}

/// How a trial ends that cannot be judged.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AbandonedTrial {
    /// Which trial.
    pub build: BuildRef,
    /// `error` or `skipped`.
    pub verdict: Verdict,
    /// Why.
    pub reason: String,
}

/// The end of a measurement.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Closing {
    /// Which measurement.
    pub measurement: MeasurementRef,
    /// Its final state.
    pub state: MeasurementState,
    /// Why, where the database does not hold the reason already.
    #[serde(default)]
    pub reason: Option<String>,
}

/// Activities on a measurement as a whole.
pub struct MeasurementActivities;

#[activity_definitions]
impl MeasurementActivities {
    /// Fetches the code, finds the commands, draws the mutants.
    #[activity(name = "measurement.prepare")]
    pub fn prepare(measurement: MeasurementRef) -> Result<Prepared, ActivityError> {
        unimplemented!()
    }

    /// Says whether the baseline runs so far are a ground to judge on.
    #[activity(name = "measurement.assess_baseline")]
    pub fn assess_baseline(measurement: MeasurementRef) -> Result<BaselineStep, ActivityError> {
        unimplemented!()
    }

    /// Says whether the canary made a test fail: `false` ends the measurement with a broken baseline.
    #[activity(name = "measurement.judge_canary")]
    pub fn judge_canary(measurement: MeasurementRef) -> Result<bool, ActivityError> {
        unimplemented!()
    }

    /// Gives mutants that do not compile their verdict, as far as that can be told without a build.
    #[activity(name = "measurement.check_mutants")]
    pub fn check_mutants(measurement: MeasurementRef) -> Result<(), ActivityError> {
        unimplemented!()
    }

    /// Judges mutants that no test covers and opens a trial for each other one; returns how many trials.
    #[activity(name = "measurement.open_trials")]
    pub fn open_trials(measurement: MeasurementRef) -> Result<u32, ActivityError> {
        unimplemented!()
    }

    /// Reckons the score and writes the report.
    #[activity(name = "measurement.report")]
    pub fn report(measurement: MeasurementRef) -> Result<(), ActivityError> {
        unimplemented!()
    }

    /// Removes everything that the measurement left outside the database.
    #[activity(name = "measurement.clean")]
    pub fn clean(measurement: MeasurementRef) -> Result<(), ActivityError> {
        unimplemented!()
    }

    /// Writes the final state.
    #[activity(name = "measurement.close")]
    pub fn close(closing: Closing) -> Result<(), ActivityError> {
        unimplemented!()
    }
}

/// Activities on a build.
pub struct BuildActivities;

#[activity_definitions]
impl BuildActivities {
    /// Makes the build's commit and ref.
    #[activity(name = "build.publish")]
    pub fn publish(build: BuildRef) -> Result<(), ActivityError> {
        unimplemented!()
    }

    /// Runs the tests on it once and records what they said.
    #[activity(name = "build.execute")]
    pub fn execute(attempt: AttemptRef) -> Result<(), ActivityError> {
        unimplemented!()
    }

    /// Removes its ref.
    #[activity(name = "build.retract")]
    pub fn retract(build: BuildRef) -> Result<(), ActivityError> {
        unimplemented!()
    }
}

/// Activities on a trial.
pub struct TrialActivities;

#[activity_definitions]
impl TrialActivities {
    /// Judges the attempts so far.
    #[activity(name = "trial.judge")]
    pub fn judge(build: BuildRef) -> Result<TrialStep, ActivityError> {
        unimplemented!()
    }

    /// Writes why a trial has no verdict of its own. A verdict that stands already, stands.
    #[activity(name = "trial.abandon")]
    pub fn abandon(trial: AbandonedTrial) -> Result<(), ActivityError> {
        unimplemented!()
    }
}

/// Activities on an org.
pub struct OrgActivities;

#[activity_definitions]
impl OrgActivities {
    /// Creates the org's namespace and its search attributes, and waits until it serves.
    #[activity(name = "org.open_namespace")]
    pub fn open_namespace(org: OrgId) -> Result<(), ActivityError> {
        unimplemented!()
    }

    /// Marks the org as ready, so that a worker serves it.
    #[activity(name = "org.mark_ready")]
    pub fn mark_ready(org: OrgId) -> Result<(), ActivityError> {
        unimplemented!()
    }
}

/// The types that the `activities` crate names when it implements this contract. The macro makes its modules private
/// to this file, hence the globs.
pub mod definitions {
    /// Of `BuildActivities`.
    pub mod build {
        pub use super::super::build_activities::*;
    }
    /// Of `MeasurementActivities`.
    pub mod measurement {
        pub use super::super::measurement_activities::*;
    }
    /// Of `OrgActivities`.
    pub mod org {
        pub use super::super::org_activities::*;
    }
    /// Of `TrialActivities`.
    pub mod trial {
        pub use super::super::trial_activities::*;
    }
}
