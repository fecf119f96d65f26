//! Delivers the outbox: tells Temporal what a row asks for, until Temporal has confirmed it. Workflow ids make a
//! second delivery harmless, so a crash at any point loses and doubles nothing.

use std::time::Duration;

use anyhow::Context;
use temporalio_client::{
    Client, Connection, WorkflowCancelOptions, WorkflowIdReusePolicy, WorkflowStartOptions,
    errors::{WorkflowInteractionError, WorkflowStartError},
};
use temporalio_common::{UntypedWorkflow, search_attributes::SearchAttributes};
use tinybug_model::{MeasurementRef, MeasurementState, OrgId};
use tinybug_store::{OutboxMessage, OutboxRow, Store};
use tinybug_workflows::{
    MeasurementInput, OrgInput, ProvisionOrg, RunMeasurement, SYSTEM_NAMESPACE, TASK_QUEUE, search_attributes,
};
use tokio_util::sync::CancellationToken;

use super::temporal;

/// Rows claimed at once.
const BATCH: u32 = 20;
/// A claim that a crash orphaned is free again after this.
const LEASE: Duration = Duration::from_secs(30);
/// How often to look without having heard anything: a notification may be lost with its connection.
const LOOK: Duration = Duration::from_secs(2);
/// How long Temporal may take to answer: one that hangs must not hold up what is about others.
const ANSWER: Duration = Duration::from_secs(5);
/// Longest pause between two tries of one row.
const MAX_PAUSE: Duration = Duration::from_secs(15);

/// Delivers until told to stop.
pub(crate) async fn deliver(store: Store, connection: Connection, stop: CancellationToken) {
    let mut signal = None;
    while !stop.is_cancelled() {
        // What is interrupted here is delivered again by whoever comes next.
        let delivered = tokio::select! {
            delivered = deliver_due(&store, &connection) => delivered,
            () = stop.cancelled() => return,
        };
        if let Err(error) = delivered {
            tracing::warn!("failed to read the outbox: {error:#}");
        }
        if signal.is_none() {
            signal = store.system().outbox_signal().await.ok();
        }
        let heard = async {
            match &mut signal {
                Some(heard) => heard.heard().await.is_ok(),
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            alive = heard => if !alive { signal = None; tokio::time::sleep(LOOK).await },
            () = tokio::time::sleep(LOOK) => {}
            () = stop.cancelled() => {}
        }
    }
}

async fn deliver_due(store: &Store, connection: &Connection) -> anyhow::Result<()> {
    loop {
        let rows = store.system().claim_outbox(BATCH, LEASE).await?;
        if rows.is_empty() {
            return Ok(());
        }
        for row in rows {
            let told = tokio::time::timeout(ANSWER, tell(store, connection, &row)).await;
            match told.unwrap_or_else(|_| Err(anyhow::anyhow!("Temporal does not answer"))) {
                Ok(()) => store.system().confirm_outbox(row.org, row.id).await?,
                Err(error) => {
                    tracing::warn!(row = row.id, "failed to deliver {:?}: {error:#}", row.message);
                    let pause = MAX_PAUSE.min(Duration::from_millis(200) * 2_u32.saturating_pow(row.attempts));
                    store.system().defer_outbox(row.org, row.id, &format!("{error:#}"), pause).await?;
                }
            }
        }
    }
}

async fn tell(store: &Store, connection: &Connection, row: &OutboxRow) -> anyhow::Result<()> {
    match row.message {
        OutboxMessage::ProvisionOrg { org } => provision(connection, org).await,
        OutboxMessage::StartMeasurement { measurement } => start(store, connection, measurement).await,
        OutboxMessage::CancelMeasurement { measurement } => cancel(store, connection, measurement).await,
    }
}

async fn provision(connection: &Connection, org: OrgId) -> anyhow::Result<()> {
    let client = temporal::client(connection, SYSTEM_NAMESPACE)?;
    let options = WorkflowStartOptions::new(TASK_QUEUE, format!("org/{org}"))
        .id_reuse_policy(WorkflowIdReusePolicy::AllowDuplicateFailedOnly)
        .static_summary(format!("Provision {org}"))
        .build();
    started(client.start_workflow(ProvisionOrg::run, OrgInput { org }, options).await.map(drop))
}

async fn start(store: &Store, connection: &Connection, measurement: MeasurementRef) -> anyhow::Result<()> {
    let row = store.org(measurement.org).measurement(measurement.id).await?.context("the measurement is gone")?;
    let client = temporal::client(connection, &measurement.org.namespace())?;
    let repository = row.repository;
    let options = WorkflowStartOptions::new(TASK_QUEUE, measurement.workflow_id())
        .id_reuse_policy(WorkflowIdReusePolicy::RejectDuplicate)
        .search_attributes(SearchAttributes::new([search_attributes::REPOSITORY.value_set(repository.to_string())]))
        .static_summary(format!("Measure {repository}"))
        .build();
    let input = MeasurementInput { measurement, repository, resume: None };
    started(client.start_workflow(RunMeasurement::run, input, options).await.map(drop))
}

/// That a workflow of this id runs or ran already means that an earlier delivery was not confirmed.
fn started(result: Result<(), WorkflowStartError>) -> anyhow::Result<()> {
    match result {
        Ok(()) | Err(WorkflowStartError::AlreadyStarted { .. }) => Ok(()),
        Err(error) => Err(error).context("failed to start the workflow"),
    }
}

async fn cancel(store: &Store, connection: &Connection, measurement: MeasurementRef) -> anyhow::Result<()> {
    let client: Client = temporal::client(connection, &measurement.org.namespace())?;
    let handle = client.get_workflow_handle::<UntypedWorkflow>(measurement.workflow_id());
    match handle.cancel(WorkflowCancelOptions::builder().reason("cancelled on request").build()).await {
        Ok(()) => Ok(()),
        // It ended before the cancel came. Should it have ended without a word, it has its last one here.
        Err(WorkflowInteractionError::NotFound(_)) => {
            let reason = "cancelled after its workflow had ended";
            let org = store.org(measurement.org);
            org.set_state(measurement, MeasurementState::Cancelled, Some(reason)).await?;
            Ok(())
        }
        Err(error) => Err(error).context("failed to cancel the workflow"),
    }
}
