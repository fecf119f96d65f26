//! Heartbeats around long work: they tell Temporal that it goes on, and bring word of a cancel.

use std::time::Duration;

use temporalio_common::ActivityError;
use temporalio_sdk::activities::ActivityContext;
use tokio_util::sync::CancellationToken;

const INTERVAL: Duration = Duration::from_millis(500);

/// Runs the work with heartbeats. On a cancel the work is told, waited for, and its result dropped: what it did must
/// not outlive the activity.
pub(crate) async fn while_alive<T, F>(
    ctx: &ActivityContext,
    work: impl FnOnce(CancellationToken) -> F,
) -> Result<anyhow::Result<T>, ActivityError>
where
    F: Future<Output = anyhow::Result<T>>,
{
    let cancel = CancellationToken::new();
    let work = work(cancel.clone());
    tokio::pin!(work);
    loop {
        ctx.record_heartbeat(()).await?;
        tokio::select! {
            done = &mut work => return Ok(done),
            () = tokio::time::sleep(INTERVAL) => {}
            () = ctx.cancelled() => {
                cancel.cancel();
                if let Err(error) = work.await {
                    tracing::info!("cancelled: {error:#}");
                }
                return Err(ActivityError::cancelled());
            }
        }
    }
}
