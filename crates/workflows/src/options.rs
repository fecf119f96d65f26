//! How activities are called: timeouts, retries, and the scope that outlives a cancel.

use std::time::Duration;

use temporalio_common::RetryPolicy;
use temporalio_workflow::{ActivityCancellationType, ActivityOptions, WorkflowCancellationToken};

/// A killed worker is noticed after this; the worker heartbeats several times as often.
const HEARTBEAT: Duration = Duration::from_secs(10);

/// Activities that only read and write the database or this machine's disk.
pub(crate) fn short() -> ActivityOptions {
    ActivityOptions::with_start_to_close_timeout(Duration::from_mins(10))
        .heartbeat_timeout(HEARTBEAT)
        // What cleans up must not overtake what it cleans up after.
        .cancellation_type(ActivityCancellationType::WaitCancellationCompleted)
        .retry_policy(retry())
        .build()
}

/// Activities on Temporal itself.
pub(crate) fn provisioning() -> ActivityOptions {
    ActivityOptions::with_start_to_close_timeout(Duration::from_mins(1)).retry_policy(retry()).build()
}

/// Activities that may take as long as a team's build.
pub(crate) fn long(summary: String) -> ActivityOptions {
    ActivityOptions::with_start_to_close_timeout(Duration::from_hours(24))
        .heartbeat_timeout(HEARTBEAT)
        .cancellation_type(ActivityCancellationType::WaitCancellationCompleted)
        .retry_policy(retry())
        .summary(summary)
        .build()
}

/// Clean-up: runs although the workflow is cancelled.
pub(crate) fn detached() -> ActivityOptions {
    ActivityOptions::with_start_to_close_timeout(Duration::from_mins(10))
        .heartbeat_timeout(HEARTBEAT)
        .cancellation_token(WorkflowCancellationToken::new())
        .retry_policy(retry())
        .build()
}

/// What lies at the bottom of a failure: the layers above say only that something below them failed.
pub(crate) fn root_cause(error: &(dyn std::error::Error + 'static)) -> String {
    let mut cause = error;
    while let Some(below) = cause.source() {
        cause = below;
    }
    cause.to_string()
}

/// Retries go on for as long as it takes: an activity whose failure is permanent says so itself.
fn retry() -> RetryPolicy {
    RetryPolicy::builder()
        .initial_interval(Duration::from_millis(500))
        .backoff_coefficient(2.0)
        .maximum_interval(Duration::from_secs(15))
        .build()
}
