//! Activities on a build.

mod execute;
mod facts;
mod publish;
mod retract;
mod spec;

use std::sync::Arc;

use temporalio_common::ActivityError;
use temporalio_macros::activities;
use temporalio_sdk::activities::ActivityContext;
use tinybug_model::BuildRef;
use tinybug_workflows::contract::{AttemptRef, definitions};

pub(crate) use execute::COVERAGE_RUN;
pub(crate) use facts::run_facts;
pub(crate) use spec::spec_at;

use crate::{Services, alive::run, failure::Patience};

/// Implements `BuildActivities`.
pub struct Builds(pub Arc<Services>);

#[activities]
impl Builds {
    #[activity(definition = definitions::build::Publish)]
    pub async fn publish(self: Arc<Self>, ctx: ActivityContext, build: BuildRef) -> Result<(), ActivityError> {
        run(&ctx, build.measurement.org, Patience::Bounded, |_| publish::publish(&self.0, build)).await
    }

    #[activity(definition = definitions::build::Execute)]
    pub async fn execute(self: Arc<Self>, ctx: ActivityContext, attempt: AttemptRef) -> Result<(), ActivityError> {
        let org = attempt.build.measurement.org;
        run(&ctx, org, Patience::Bounded, |cancel| execute::execute(&self.0, attempt, cancel)).await
    }

    #[activity(definition = definitions::build::Retract)]
    pub async fn retract(self: Arc<Self>, ctx: ActivityContext, build: BuildRef) -> Result<(), ActivityError> {
        run(&ctx, build.measurement.org, Patience::Bounded, |_| retract::retract(&self.0, build)).await
    }
}
