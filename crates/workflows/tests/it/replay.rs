//! Replays histories of real measurements: a change that an open measurement could not go on with fails here, and
//! belongs behind `ctx.patched(..)`.
//!
//! The histories are renewed, when nothing open depends on the old ones any more, by
//! `RECORD_HISTORIES=1 cargo test -p tinybug --test e2e histories`.

use temporalio_client::WorkflowHistory;
use temporalio_sdk::workflow_replayer::{WorkflowReplayer, WorkflowReplayerOptions};
use tinybug_workflows::{ProvisionOrg, RunMeasurement, RunMutationTrial};

async fn replays(history: &[u8]) {
    let history = WorkflowHistory::from_json(history).expect("the file is as the SDK wrote it");
    replay(history).await.unwrap_or_else(|reason| panic!("{reason}"));
}

async fn replay(history: WorkflowHistory) -> Result<(), String> {
    let replayer = replayer().expect("the workflows have different names");
    replayer.replay_workflow(history).await.map_err(|error| format!("{error}: {error:?}"))
}

fn replayer() -> Result<WorkflowReplayer, Box<dyn std::error::Error>> {
    let options = WorkflowReplayerOptions::new()
        .register_workflow::<ProvisionOrg>()?
        .register_workflow::<RunMeasurement>()?
        .register_workflow::<RunMutationTrial>()?
        .build();
    Ok(WorkflowReplayer::new(options)?)
}

#[tokio::test]
async fn a_measurement_of_an_earlier_version_can_go_on() {
    replays(include_bytes!("../histories/run_measurement.json")).await;
}

#[tokio::test]
async fn a_trial_of_an_earlier_version_can_go_on() {
    replays(include_bytes!("../histories/run_mutation_trial.json")).await;
}

#[tokio::test]
async fn the_provisioning_of_an_org_by_an_earlier_version_can_go_on() {
    replays(include_bytes!("../histories/provision_org.json")).await;
}

/// That the replay notices at all: a trial whose attempt was judged before it was made.
#[tokio::test]
async fn a_history_that_the_code_would_not_have_made_is_refused() {
    let text = include_str!("../histories/run_mutation_trial.json");
    assert!(text.contains("\"build.execute\""));
    let other = text.replace("\"build.execute\"", "\"trial.judge\"");
    let history = WorkflowHistory::from_json(other.as_bytes()).expect("only a name was changed");
    let refused = replay(history).await.expect_err("the code runs another activity");
    assert!(refused.contains("TMPRL1100"), "{refused}");
}
