//! Activities on a trial.

mod abandon;
mod judge;

use std::sync::Arc;

use temporalio_common::ActivityError;
use temporalio_macros::activities;
use temporalio_sdk::activities::ActivityContext;
use tinybug_model::BuildRef;
use tinybug_workflows::contract::{AbandonedTrial, TrialStep, definitions};

use crate::{Services, alive::run, failure::Patience};

/// Implements `TrialActivities`.
pub struct Trials(pub Arc<Services>);

#[activities]
impl Trials {
    #[activity(definition = definitions::trial::Judge)]
    pub async fn judge(self: Arc<Self>, ctx: ActivityContext, build: BuildRef) -> Result<TrialStep, ActivityError> {
        run(&ctx, build.measurement.org, Patience::Bounded, |_| judge::judge(&self.0, build)).await
    }

    #[activity(definition = definitions::trial::Abandon)]
    pub async fn abandon(self: Arc<Self>, ctx: ActivityContext, trial: AbandonedTrial) -> Result<(), ActivityError> {
        run(&ctx, trial.build.measurement.org, Patience::Endless, |_| abandon::abandon(&self.0, trial)).await
    }
}
