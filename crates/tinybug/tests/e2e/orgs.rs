//! Measurements over the API: orgs that see nothing of each other, and requests that no crash loses or doubles.

use nix::sys::signal::{Signal, kill};
use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    api::{Dev, Org},
    histories,
    project::Project,
    report::{Expected, Report},
    world::{Home, wait_until, wait_until_or},
};

fn small_plan() -> Value {
    json!({ "mutants": 4, "baseline_runs": 2 })
}

#[test]
fn an_org_measures_over_the_api_and_another_org_sees_nothing_of_it() {
    let (home, project) = (Home::new(), Project::sample("go-bank"));
    let dev = Dev::start(&home);
    let operator = dev.operator_token().expect("the first start shows the operator's token");
    for path in ["/healthz", "/readyz"] {
        dev.call(Method::GET, path, "", None).expect(200);
    }
    let (acme, other) = (dev.create_org(&operator, "acme"), dev.create_org(&operator, "other"));
    let repository = dev.register(&acme, &project);
    let measurement = dev.request(&acme, &repository, &json!({ "mutants": 8, "baseline_runs": 2 }));
    let report: Report = serde_json::from_value(dev.until_completed(&acme, &measurement)).unwrap();
    report.assert_consistent();
    assert_eq!(report.measurement, measurement);
    Expected::of("go-bank").assert_met_by(&report);

    let measured = format!("/measurements/{measurement}");
    let listed = dev.get(&acme, &format!("{measured}/mutants")).expect(200);
    let listed = listed["data"].as_array().unwrap_or_else(|| panic!("{listed}"));
    let ids = |mutants: &[Value]| -> Vec<String> {
        mutants.iter().map(|mutant| mutant["id"].as_str().unwrap().to_owned()).collect()
    };
    let reported: Vec<_> = report.mutants.iter().map(|mutant| mutant.id.clone()).collect();
    assert_eq!(ids(listed), reported);
    let mutant = format!("{measured}/mutants/{}", reported[0]);
    let shown = dev.get(&acme, &mutant).expect(200);
    assert_eq!(shown["history"].as_array().unwrap().len(), usize::try_from(report.mutants[0].attempts).unwrap());

    let repositories = format!("/repositories/{repository}");
    let mutants = format!("{measured}/mutants");
    let report = format!("{measured}/report");
    let cancel = format!("{measured}/cancel");
    let reads = ["", "/repositories", "/measurements", &repositories, &measured, &mutants, &mutant, &report];
    for path in reads {
        let path = format!("/api/v1/orgs/acme{path}");
        dev.call(Method::GET, &path, &other.token, None).expect(404);
    }
    dev.call(Method::POST, &format!("/api/v1/orgs/acme{cancel}"), &other.token, Some(&json!({}))).expect(404);
    for path in [&repositories, &measured, &mutants, &mutant, &report] {
        dev.get(&other, path).expect(404);
    }
    dev.post(&other, &cancel, &json!({})).expect(404);
    let stolen = json!({ "repository": repository, "source": { "revision": "HEAD" } });
    assert_eq!(dev.post(&other, "/measurements", &stolen).status, 422);
    dev.stop();
    home.assert_nothing_left();

    let again = Dev::start(&home);
    assert_eq!(again.operator_token(), None, "the token is shown once");
    assert_eq!(again.get(&acme, &measured).expect(200)["state"], "completed");
    again.stop();
}

#[test]
fn a_measurement_requested_before_a_crash_of_the_worker_starts_once_after_it() {
    let (home, project) = (Home::new(), Project::sample("go-bank"));
    let dev = Dev::start(&home);
    let org = dev.create_org(&dev.operator_token().unwrap(), "acme");
    let repository = dev.register(&org, &project);
    let worker = home.pid_of("worker").unwrap();
    kill(worker, Signal::SIGSTOP).unwrap();
    let measurement = dev.request(&org, &repository, &small_plan());
    assert_eq!(dev.get(&org, &format!("/measurements/{measurement}")).expect(200)["state"], "queued");
    kill(worker, Signal::SIGKILL).unwrap();
    ran_once(&home, dev, &org, &measurement);
}

#[test]
fn a_measurement_requested_while_temporal_hangs_starts_once_although_its_deliverer_is_killed() {
    let (home, project) = (Home::new(), Project::sample("go-bank"));
    let dev = Dev::start(&home);
    let org = dev.create_org(&dev.operator_token().unwrap(), "acme");
    let repository = dev.register(&org, &project);
    let temporal = home.pid_of("temporal").unwrap();
    kill(temporal, Signal::SIGSTOP).unwrap();
    let measurement = dev.request(&org, &repository, &small_plan());
    let ready = || dev.call(Method::GET, "/readyz", "", None);
    wait_until_or("Temporal is said to be away", || ready().status == 503, || ready().body.to_string());
    // The start may have left for Temporal by now, and nobody is left to write down that it did.
    let worker = home.pid_of("worker").unwrap();
    kill(worker, Signal::SIGKILL).unwrap();
    wait_until("the worker is back", || home.pid_of("worker").is_some_and(|pid| pid != worker));
    kill(temporal, Signal::SIGCONT).unwrap();
    ran_once(&home, dev, &org, &measurement);
}

fn ran_once(home: &Home, dev: Dev, org: &Org, measurement: &str) {
    let report: Report = serde_json::from_value(dev.until_completed(org, measurement)).unwrap();
    report.assert_consistent();
    assert_eq!(report.mutants.len(), 4);
    let runs = histories::runs_in(&dev, home, &histories::namespace(org));
    let count = |kind| runs.iter().filter(|run| run.kind == kind).count();
    assert_eq!((count("RunMeasurement"), count("RunMutationTrial")), (1, 4), "{runs:?}");
    dev.stop();
    home.assert_nothing_left();
}
