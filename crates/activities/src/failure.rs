//! Which failures are worth another try. Retrying is the default: what is permanent says so.

use temporalio_common::ActivityError;
use temporalio_sdk::{ApplicationFailure, activities::ActivityContext};
use tinybug_store::StoreError;

/// Tries after which a failure that nobody expected counts as permanent, so that the measurement says what is wrong
/// instead of waiting for ever. Retries pause up to 15 seconds: this is about two minutes.
const PATIENCE: u32 = 12;

/// An error whose repetition is certain.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Permanent(pub(crate) String);

/// Turns what an activity's body returned into what Temporal should do about it.
pub(crate) fn settle<T>(ctx: &ActivityContext, result: anyhow::Result<T>) -> Result<T, ActivityError> {
    result.map_err(|error| {
        let attempt = ctx.info().attempt;
        tracing::warn!(activity = %ctx.info().activity_type, attempt, "{error:#}");
        if is_permanent(&error) || (attempt >= PATIENCE && !is_transient(&error)) {
            ActivityError::application(ApplicationFailure::non_retryable(format!("{error:#}")))
        } else {
            ActivityError::application(ApplicationFailure::new(format!("{error:#}")))
        }
    })
}

fn is_permanent(error: &anyhow::Error) -> bool {
    error.chain().any(<dyn std::error::Error>::is::<Permanent>)
}

/// Failures that are known to pass, however long that takes: a database that is away.
fn is_transient(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| cause.downcast_ref::<StoreError>().is_some_and(StoreError::is_transient))
}
