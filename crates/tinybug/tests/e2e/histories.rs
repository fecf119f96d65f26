//! What measurements leave in Temporal: histories that stay short and small, so that they stay readable and cheap.
//!
//! `RECORD_HISTORIES=1 cargo test -p tinybug --test e2e histories` renews the histories that
//! `crates/workflows` replays.

use std::{collections::BTreeSet, fs, path::Path};

use futures::StreamExt;
use serde_json::{Value, json};
use temporalio_client::{Client, ClientOptions, Connection, ConnectionOptions};
use temporalio_common::UntypedWorkflow;

use crate::{
    api::{Dev, Org},
    project::Project,
    world::{Home, say, wait_until},
};

const MUTANTS: usize = 6;
const MOST_EVENTS_OF_A_RUN: i64 = 1000;
const MOST_EVENTS_OF_A_MUTANT: i64 = 45;
const LARGEST_PAYLOAD: usize = 4096;

/// The namespace of an org.
pub(crate) fn namespace(org: &Org) -> String {
    format!("tb-{}", org.id.strip_prefix("org_").unwrap())
}

/// A run of a workflow that has come to its end.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) kind: String,
    id: String,
    events: i64,
}

/// Every workflow run of a namespace, once all of them have ended.
pub(crate) fn runs_in(dev: &Dev, home: &Home, namespace: &str) -> Vec<Run> {
    let list = || {
        dev.block_on(async {
            let client = client(home, namespace).await;
            let listed = client.list_workflows("", temporalio_client::WorkflowListOptions::default());
            let runs = listed.map(|run| {
                let run = run.unwrap();
                run.close_time()?;
                Some(Run { kind: run.workflow_type().into(), id: run.id().into(), events: run.history_length() })
            });
            runs.collect::<Vec<Option<Run>>>().await.into_iter().collect::<Option<Vec<Run>>>()
        })
    };
    let mut found = None;
    // What can be listed follows what has happened, at a small distance.
    wait_until("the workflows are listed as ended", || {
        found = list().filter(|runs| !runs.is_empty());
        found.is_some()
    });
    found.unwrap_or_default()
}

async fn client(home: &Home, namespace: &str) -> Client {
    let url: url::Url = format!("http://{}", home.temporal_address()).parse().unwrap();
    let connection = Connection::connect(ConnectionOptions::new(url).build()).await.unwrap();
    Client::new(connection, ClientOptions::new(namespace).build()).unwrap()
}

/// The history of a workflow, as the SDK writes it.
fn history(dev: &Dev, home: &Home, namespace: &str, id: &str) -> Value {
    let json = dev.block_on(async {
        let client = client(home, namespace).await;
        let handle = client.get_workflow_handle::<UntypedWorkflow>(id);
        handle.fetch_history(temporalio_client::WorkflowFetchHistoryOptions::default()).to_json().await.unwrap()
    });
    serde_json::from_slice(json.as_ref()).unwrap()
}

fn events(history: &Value) -> usize {
    history["events"].as_array().unwrap().len()
}

/// Lengths of all payloads inside.
fn payloads(value: &Value) -> Vec<usize> {
    match value {
        Value::Array(all) => all.iter().flat_map(payloads).collect(),
        Value::Object(fields) => {
            // In base64: four characters are up to three bytes.
            let data = fields.get("metadata").and(fields.get("data")).and_then(Value::as_str);
            let own = data.map(|text| text.len() / 4 * 3);
            own.into_iter().chain(fields.values().flat_map(payloads)).collect()
        }
        _ => Vec::new(),
    }
}

#[test]
fn histories_stay_short_and_their_payloads_small() {
    let (home, project) = (Home::new(), Project::sample("go-bank"));
    let dev = Dev::start(&home);
    let org = dev.create_org(&dev.operator_token().unwrap(), "acme");
    let repository = dev.register(&org, &project);
    let plan = json!({ "mutants": MUTANTS });
    let measurement = dev.request(&org, &repository, &plan);
    dev.until_completed(&org, &measurement);

    let namespace = namespace(&org);
    let parent = history(&dev, &home, &namespace, &format!("measurement/{measurement}/1"));
    let trials: Vec<Value> =
        (0..MUTANTS).map(|trial| history(&dev, &home, &namespace, &format!("trial/{measurement}/1/{trial}"))).collect();
    let provision = history(&dev, &home, "tinybug-system", &format!("org/{}", org.id));
    let first_child = position(&parent, "StartChildWorkflowExecutionInitiated");
    let share = (events(&parent) - first_child).div_ceil(MUTANTS);
    let sizes: Vec<usize> = trials.iter().map(events).collect();
    let largest = trials.iter().chain([&parent, &provision]).flat_map(payloads).max().unwrap();
    say(&format!(
        "events of RunMeasurement with {MUTANTS} trials: {} ({first_child} before the trials, {share} for each); of \
         RunMutationTrial: {sizes:?}; of ProvisionOrg: {}; largest payload: {largest} bytes",
        events(&parent),
        events(&provision)
    ));
    assert!(largest <= LARGEST_PAYLOAD, "{largest}");
    if std::env::var_os("RECORD_HISTORIES").is_some() {
        let longest = trials.into_iter().max_by_key(events).unwrap();
        record("run_measurement", parent);
        record("run_mutation_trial", longest);
        record("provision_org", provision);
    }
    dev.stop();
}

#[test]
fn a_measurement_with_more_trials_than_a_run_holds_is_continued_by_other_runs_that_are_short_too() {
    let functions: Vec<String> =
        (0..120).map(|number| format!("function f{number}(x) {{\n  return x + {number};\n}}\n")).collect();
    let suite =
        |inner: &str| format!("<testsuite><testcase classname=\"lib\" name=\"all\">{inner}</testcase></testsuite>");
    let (passed, failed) = (suite(""), suite("<failure message=\"no\"/>"));
    let files = [("lib.js", functions.concat()), ("passed.xml", passed), ("failed.xml", failed)];
    let files = files.each_ref().map(|(path, content)| (*path, content.as_str()));
    let (home, project) = (Home::new(), Project::of("many", &files));
    let dev = Dev::start(&home);
    let org = dev.create_org(&dev.operator_token().unwrap(), "acme");
    let repository = dev.register(&org, &project);
    let command = "if grep -q canary lib.js; then cp failed.xml {report}; exit 1; else cp passed.xml {report}; fi";
    let plan = json!({ "mutants": 105, "baseline_runs": 2, "command": command });
    let begun = std::time::Instant::now();
    let measurement = dev.request(&org, &repository, &plan);
    let report = dev.until_completed(&org, &measurement);
    say(&format!("105 trials of an instant command took {:?}", begun.elapsed()));
    assert_eq!(report["survived"], 105);
    let runs = runs_in(&dev, &home, &namespace(&org));
    let of_measurement: Vec<i64> =
        runs.iter().filter(|run| run.kind == "RunMeasurement").map(|run| run.events).collect();
    let trials: BTreeSet<&str> =
        runs.iter().filter(|run| run.kind == "RunMutationTrial").map(|run| run.id.as_str()).collect();
    let of_trials: i64 = runs.iter().filter(|run| run.kind == "RunMutationTrial").map(|run| run.events).sum();
    let each = (of_trials + of_measurement.iter().sum::<i64>()) / 105;
    say(&format!("events of the runs of RunMeasurement: {of_measurement:?}; for each mutant in all: {each}"));
    assert_eq!((trials.len(), runs.len() - of_measurement.len()), (105, 105), "each trial ran once");
    assert!(of_measurement.len() > 1, "{of_measurement:?}");
    assert!(of_measurement.iter().all(|events| *events < MOST_EVENTS_OF_A_RUN), "{of_measurement:?}");
    assert!(each <= MOST_EVENTS_OF_A_MUTANT, "{each}");
    dev.stop();
    home.assert_nothing_left();
}

/// Keeps a history for the replay tests, without the names of machines and people.
fn record(name: &str, mut history: Value) {
    forget_identities(&mut history);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../workflows/tests/histories/{name}.json"));
    fs::write(path, serde_json::to_vec(&history).unwrap()).unwrap();
}

fn forget_identities(value: &mut Value) {
    match value {
        Value::Array(all) => all.iter_mut().for_each(forget_identities),
        Value::Object(fields) => {
            for (name, value) in fields {
                match value {
                    Value::String(text) if name.contains("identity") => "someone".clone_into(text),
                    // A worker's own queue is named after its process and machine.
                    Value::String(text) if name == "name" && text.contains('@') => "sticky".clone_into(text),
                    other => forget_identities(other),
                }
            }
        }
        _ => {}
    }
}

/// How many events lie before the first of that kind.
fn position(history: &Value, kind: &str) -> usize {
    let is_of_kind = |event: &Value| {
        let attributes = event["attributes"].as_object().and_then(|attributes| attributes.keys().next());
        attributes.is_some_and(|name| name.starts_with(kind))
    };
    history["events"].as_array().unwrap().iter().position(is_of_kind).unwrap_or_else(|| panic!("no {kind}"))
}
