//! Activities on a build.

mod execute;
mod facts;
mod publish;
mod retract;

use std::sync::Arc;

use temporalio_common::ActivityError;
use temporalio_macros::activities;
use temporalio_sdk::activities::ActivityContext;
use tinybug_model::{AttemptSummary, BuildRef};
use tinybug_workflows::contract::{AttemptRef, definitions};

pub(crate) use execute::COVERAGE_RUN;
pub(crate) use facts::run_facts;

use crate::{Services, failure::settle};

/// Implements `BuildActivities`.
pub struct Builds(pub Arc<Services>);

#[activities]
impl Builds {
    #[activity(definition = definitions::build::Publish)]
    pub async fn publish(self: Arc<Self>, ctx: ActivityContext, build: BuildRef) -> Result<(), ActivityError> {
        settle(&ctx, publish::publish(&self.0, build).await)
    }

    #[activity(definition = definitions::build::Execute)]
    pub async fn execute(
        self: Arc<Self>,
        ctx: ActivityContext,
        attempt: AttemptRef,
    ) -> Result<AttemptSummary, ActivityError> {
        let executed = crate::alive::while_alive(&ctx, |cancel| execute::execute(&self.0, attempt, cancel)).await?;
        settle(&ctx, executed)
    }

    #[activity(definition = definitions::build::Retract)]
    pub async fn retract(self: Arc<Self>, ctx: ActivityContext, build: BuildRef) -> Result<(), ActivityError> {
        settle(&ctx, retract::retract(&self.0, build).await)
    }
}
