//! How every activity runs: for an org of its own namespace, with heartbeats, and with failures told apart.

use std::time::Duration;

use temporalio_common::ActivityError;
use temporalio_sdk::{ApplicationFailure, activities::ActivityContext};
use tinybug_model::OrgId;
use tokio_util::sync::CancellationToken;

use crate::failure::{Patience, settle};

const INTERVAL: Duration = Duration::from_millis(500);

/// Runs the body of an activity of an org. Heartbeats tell Temporal that it goes on, so that a killed worker is
/// noticed, and bring word of a cancel: then the body is told and waited for, since what it does must not outlive it.
pub(crate) async fn run<T, F>(
    ctx: &ActivityContext,
    org: OrgId,
    patience: Patience,
    body: impl FnOnce(CancellationToken) -> F,
) -> Result<T, ActivityError>
where
    F: Future<Output = anyhow::Result<T>>,
{
    // A payload names an org; the namespace that it came through proves it.
    if ctx.info().namespace != org.namespace() {
        let refusal = format!("{org} is not the organisation of {}", ctx.info().namespace);
        return Err(ActivityError::application(ApplicationFailure::non_retryable(refusal)));
    }
    let cancel = CancellationToken::new();
    let body = body(cancel.clone());
    tokio::pin!(body);
    loop {
        tokio::select! {
            done = &mut body => {
                if done.is_err() && cancel.is_cancelled() {
                    return Err(ActivityError::cancelled());
                }
                return settle(ctx, patience, done);
            }
            () = tokio::time::sleep(INTERVAL) => ctx.record_heartbeat(()).await?,
            () = ctx.cancelled(), if !cancel.is_cancelled() => cancel.cancel(),
        }
    }
}
