//! Activities on a measurement as a whole.

mod assess_baseline;
mod check_mutants;
mod clean;
mod close;
mod flakiness;
mod judge_canary;
mod open_trials;
mod prepare;
mod report;

use std::sync::Arc;

use temporalio_common::ActivityError;
use temporalio_macros::activities;
use temporalio_sdk::activities::ActivityContext;
use tinybug_model::MeasurementRef;
use tinybug_workflows::contract::{BaselineStep, Closing, Prepared, definitions};

use crate::{Services, alive::run, failure::Patience};

/// Implements `MeasurementActivities`.
pub struct Measurements(pub Arc<Services>);

#[activities]
impl Measurements {
    #[activity(definition = definitions::measurement::Prepare)]
    pub async fn prepare(
        self: Arc<Self>,
        ctx: ActivityContext,
        measurement: MeasurementRef,
    ) -> Result<Prepared, ActivityError> {
        run(&ctx, measurement.org, Patience::Bounded, |_| prepare::prepare(&self.0, measurement)).await
    }

    #[activity(definition = definitions::measurement::AssessBaseline)]
    pub async fn assess_baseline(
        self: Arc<Self>,
        ctx: ActivityContext,
        measurement: MeasurementRef,
    ) -> Result<BaselineStep, ActivityError> {
        run(&ctx, measurement.org, Patience::Bounded, |_| assess_baseline::assess_baseline(&self.0, measurement)).await
    }

    #[activity(definition = definitions::measurement::JudgeCanary)]
    pub async fn judge_canary(
        self: Arc<Self>,
        ctx: ActivityContext,
        measurement: MeasurementRef,
    ) -> Result<bool, ActivityError> {
        run(&ctx, measurement.org, Patience::Bounded, |_| judge_canary::judge_canary(&self.0, measurement)).await
    }

    #[activity(definition = definitions::measurement::CheckMutants)]
    pub async fn check_mutants(
        self: Arc<Self>,
        ctx: ActivityContext,
        measurement: MeasurementRef,
    ) -> Result<(), ActivityError> {
        let check = |cancel| check_mutants::check_mutants(&self.0, measurement, cancel);
        run(&ctx, measurement.org, Patience::Bounded, check).await
    }

    #[activity(definition = definitions::measurement::OpenTrials)]
    pub async fn open_trials(
        self: Arc<Self>,
        ctx: ActivityContext,
        measurement: MeasurementRef,
    ) -> Result<u32, ActivityError> {
        run(&ctx, measurement.org, Patience::Bounded, |_| open_trials::open_trials(&self.0, measurement)).await
    }

    #[activity(definition = definitions::measurement::Report)]
    pub async fn report(
        self: Arc<Self>,
        ctx: ActivityContext,
        measurement: MeasurementRef,
    ) -> Result<(), ActivityError> {
        run(&ctx, measurement.org, Patience::Bounded, |_| report::report(&self.0, measurement)).await
    }

    #[activity(definition = definitions::measurement::Clean)]
    pub async fn clean(
        self: Arc<Self>,
        ctx: ActivityContext,
        measurement: MeasurementRef,
    ) -> Result<(), ActivityError> {
        run(&ctx, measurement.org, Patience::Bounded, |_| clean::clean(&self.0, measurement)).await
    }

    #[activity(definition = definitions::measurement::Close)]
    pub async fn close(self: Arc<Self>, ctx: ActivityContext, closing: Closing) -> Result<(), ActivityError> {
        run(&ctx, closing.measurement.org, Patience::Endless, |_| close::close(&self.0, closing)).await
    }
}
