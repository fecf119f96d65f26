//! The Temporal workers of one process: one for each org's namespace, and one for the system's. Takes on a new org
//! while it runs.

use std::{collections::BTreeSet, rc::Rc, sync::Arc, time::Duration};

use anyhow::Context;
use temporalio_client::Connection;
use temporalio_sdk::{Runtime, Worker, WorkerOptions, WorkerOptionsBuilder, runtime::PollerBehavior};
use tinybug_activities::{Builds, Measurements, Orgs, Services, Trials};
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

/// Pause before a worker that ended is started again.
const RETRY: Duration = Duration::from_secs(5);

/// Serves all orgs until told to stop. Must run inside a `LocalSet`: workflow code is not `Send`.
pub(crate) async fn serve(
    store: Store,
    connection: Connection,
    services: Arc<Services>,
    stop: CancellationToken,
) -> anyhow::Result<()> {
    let runtime = Runtime::from_current_tokio(temporalio_sdk::runtime::RuntimeOptions::default())
        .context("failed to start the Temporal SDK")?;
    let fleet = Rc::new(Fleet { runtime, connection, services, stop: stop.clone() });
    let mut workers = JoinSet::new();
    let mut served = BTreeSet::new();
    workers.spawn_local(fleet.clone().keep_serving(SYSTEM_NAMESPACE.to_owned(), Fleet::system_options));
    while !stop.is_cancelled() {
        match store.system().orgs().await {
            Ok(orgs) => {
                for org in orgs.into_iter().filter(|org| org.state == OrgState::Ready) {
                    if served.insert(org.id) {
                        tracing::info!(org = %org.id, "serving");
                        workers.spawn_local(fleet.clone().keep_serving(org.id.namespace(), Fleet::org_options));
                    }
                }
            }
            Err(error) => tracing::warn!("failed to list the orgs: {error}"),
        }
        tokio::select! {
            () = tokio::time::sleep(LOOK) => {}
            () = stop.cancelled() => {}
            Some(ended) = workers.join_next() => ended.context("a worker panicked")?,
        }
    }
    while let Some(ended) = workers.join_next().await {
        ended.context("a worker panicked")?;
    }
    Ok(())
}

struct Fleet {
    runtime: Runtime,
    connection: Connection,
    services: Arc<Services>,
    stop: CancellationToken,
}

type Options = fn(&Fleet) -> anyhow::Result<WorkerOptions>;

impl Fleet {
    /// Serves one namespace. A worker that ends, because its namespace is gone for instance, concerns no other.
    async fn keep_serving(self: Rc<Self>, namespace: String, options: Options) {
        while !self.stop.is_cancelled() {
            if let Err(error) = self.serve_once(&namespace, options).await {
                tracing::warn!("{error:#}; trying again");
                tokio::select! {
                    () = tokio::time::sleep(RETRY) => {}
                    () = self.stop.cancelled() => {}
                }
            }
        }
    }

    async fn serve_once(&self, namespace: &str, options: Options) -> anyhow::Result<()> {
        let client = temporal::client(&self.connection, namespace)?;
        let mut worker = Worker::new(&self.runtime, client, options(self)?)
            .map_err(|error| anyhow::anyhow!("failed to make a worker for {namespace}: {error}"))?;
        let shutdown = worker.shutdown_handle();
        let run = worker.run();
        tokio::pin!(run);
        let ended = tokio::select! {
            ended = &mut run => ended,
            () = self.stop.cancelled() => {
                shutdown();
                run.await
            }
        };
        ended.map_err(|error| anyhow::anyhow!("the worker of {namespace} ended: {error}"))
    }

    fn system_options(&self) -> anyhow::Result<WorkerOptions> {
        let options = WorkerOptions::new(TASK_QUEUE)
            .register_activities(Orgs(self.services.clone()))
            .register_workflow::<ProvisionOrg>()?;
        Ok(configure(options))
    }

    fn org_options(&self) -> anyhow::Result<WorkerOptions> {
        let options = WorkerOptions::new(TASK_QUEUE)
            .register_activities(Measurements(self.services.clone()))
            .register_activities(Builds(self.services.clone()))
            .register_activities(Trials(self.services.clone()))
            .register_workflow::<RunMeasurement>()?
            .register_workflow::<RunMutationTrial>()?;
        Ok(configure(options))
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
