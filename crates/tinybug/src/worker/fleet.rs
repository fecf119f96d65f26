//! The Temporal workers of one process: one for each org's namespace, and one for the system's. Takes on a new org
//! while it runs.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use anyhow::Context;
use temporalio_client::Connection;
use temporalio_sdk::{Runtime, Worker, WorkerOptions, WorkerOptionsBuilder, runtime::PollerBehavior};
use tinybug_activities::{Builds, Measurements, Orgs, Services, Trials};
use tinybug_model::OrgId;
use tinybug_store::{OrgState, Store};
use tinybug_workflows::{ProvisionOrg, RunMeasurement, RunMutationTrial, SYSTEM_NAMESPACE, TASK_QUEUE};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::temporal;

/// How often to look for new orgs.
const LOOK: Duration = Duration::from_millis(500);
/// Long polls that a worker keeps open, of each kind.
const POLLERS: usize = 2;
/// How long a stop waits for activities to notice it.
const GRACE: Duration = Duration::from_secs(2);
/// A workflow task that its former worker does not take within this goes to any worker.
const STICKY: Duration = Duration::from_secs(3);
/// Heartbeats go out at least this often: a cancel is noticed with them.
const HEARTBEAT_THROTTLE: Duration = Duration::from_millis(500);

/// Serves all orgs until told to stop. Must run inside a `LocalSet`: workflow code is not `Send`.
pub(crate) async fn serve(
    store: Store,
    connection: Connection,
    services: Arc<Services>,
    stop: CancellationToken,
) -> anyhow::Result<()> {
    let runtime = Runtime::from_current_tokio(temporalio_sdk::runtime::RuntimeOptions::default())
        .context("failed to start the Temporal SDK")?;
    let mut fleet =
        Fleet { runtime, connection, services, stop: stop.clone(), served: BTreeSet::new(), workers: JoinSet::new() };
    fleet.add_system()?;
    while !stop.is_cancelled() {
        match store.system().orgs().await {
            Ok(orgs) => {
                for org in orgs.into_iter().filter(|org| org.state == OrgState::Ready) {
                    fleet.add(org.id)?;
                }
            }
            Err(error) => tracing::warn!("failed to list the orgs: {error}"),
        }
        tokio::select! {
            () = tokio::time::sleep(LOOK) => {}
            () = stop.cancelled() => {}
            Some(ended) = fleet.workers.join_next() => ended.context("a worker panicked")??,
        }
    }
    while let Some(ended) = fleet.workers.join_next().await {
        ended.context("a worker panicked")??;
    }
    Ok(())
}

struct Fleet {
    runtime: Runtime,
    connection: Connection,
    services: Arc<Services>,
    stop: CancellationToken,
    served: BTreeSet<OrgId>,
    workers: JoinSet<anyhow::Result<()>>,
}

impl Fleet {
    fn add_system(&mut self) -> anyhow::Result<()> {
        let options = WorkerOptions::new(TASK_QUEUE)
            .register_activities(Orgs(self.services.clone()))
            .register_workflow::<ProvisionOrg>()?;
        self.start(SYSTEM_NAMESPACE, configure(options))
    }

    fn add(&mut self, org: OrgId) -> anyhow::Result<()> {
        if !self.served.insert(org) {
            return Ok(());
        }
        tracing::info!(%org, "serving");
        let options = WorkerOptions::new(TASK_QUEUE)
            .register_activities(Measurements(self.services.clone()))
            .register_activities(Builds(self.services.clone()))
            .register_activities(Trials(self.services.clone()))
            .register_workflow::<RunMeasurement>()?
            .register_workflow::<RunMutationTrial>()?;
        self.start(&org.namespace(), configure(options))
    }

    fn start(&mut self, namespace: &str, options: WorkerOptions) -> anyhow::Result<()> {
        let client = temporal::client(&self.connection, namespace)?;
        let mut worker = Worker::new(&self.runtime, client, options)
            .map_err(|error| anyhow::anyhow!("failed to make a worker for {namespace}: {error}"))?;
        let (shutdown, stop, namespace) = (worker.shutdown_handle(), self.stop.clone(), namespace.to_owned());
        self.workers.spawn_local(async move {
            let run = worker.run();
            tokio::pin!(run);
            let ended = tokio::select! {
                ended = &mut run => ended,
                () = stop.cancelled() => {
                    shutdown();
                    run.await
                }
            };
            ended.map_err(|error| anyhow::anyhow!("the worker of {namespace} ended: {error}"))
        });
        Ok(())
    }
}

fn configure(options: WorkerOptionsBuilder) -> WorkerOptions {
    options
        .workflow_task_poller_behavior(PollerBehavior::SimpleMaximum(POLLERS))
        .activity_task_poller_behavior(PollerBehavior::SimpleMaximum(POLLERS))
        .max_heartbeat_throttle_interval(HEARTBEAT_THROTTLE)
        .default_heartbeat_throttle_interval(HEARTBEAT_THROTTLE)
        .sticky_queue_schedule_to_start_timeout(STICKY)
        .graceful_shutdown_period(GRACE)
        .build()
}
