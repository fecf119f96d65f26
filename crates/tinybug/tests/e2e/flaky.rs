//! A flaky test that fails on mutants by accident, in a repository that is measured twice.

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{
    api::{Dev, Org},
    project::Project,
    report::Report,
    world::Home,
};

const GREET: &str = "def greet(count):\n    return \"hello \" * (count + 1)\n";
const PRICE: &str = "def price(count):\n    return count * 3\n";
const OTHER_PRICE: &str = "def price(count):\n    return count * 3  # euros\n";
const TEST_PRICE: &str = "from price import price\n\n\ndef test_price():\n    assert price(2) == 6\n";
const FLAKY: &str = "test_greet::test_greet";

/// A test that checks nothing of `greet` and fails by a schedule, whatever the code does: in some of the first runs of
/// the unchanged code, and whenever it meets a mutant for the first time. What it has met lies outside of the project.
fn flaky_test(met: &TempDir) -> String {
    std::fs::write(met.path().join("unchanged-code"), [GREET, PRICE, GREET, OTHER_PRICE].concat()).unwrap();
    format!(
        r#"import hashlib
import os
import pathlib

import greet
import price

MET = {met:?}


def run_of_this_code():
    code = b"".join(pathlib.Path(module.__file__).read_bytes() for module in (greet, price))
    kind = "unchanged" if code in pathlib.Path(MET, "unchanged-code").read_bytes() else hashlib.sha1(code).hexdigest()
    for number in range(1, 1000):
        try:
            os.close(os.open(os.path.join(MET, f"{{kind}}-{{number}}"), os.O_CREAT | os.O_EXCL))
        except FileExistsError:
            continue
        return kind, number


def test_greet():
    greet.greet(2)
    kind, number = run_of_this_code()
    fails = number in (2, 4, 5) if kind == "unchanged" else number == 1
    assert not fails, "the server did not answer in time"
"#,
        met = met.path().to_str().unwrap()
    )
}

/// Measures, and returns the report with the explanation of each survivor and the notes.
fn measure(dev: &Dev, org: &Org, repository: &str) -> (Report, Vec<Value>) {
    let plan = json!({ "mutants": 4, "baseline_runs": 4, "baseline_runs_when_flaky": 10 });
    let measurement = dev.request(org, repository, &plan);
    let report: Report = serde_json::from_value(dev.until_completed(org, &measurement)).unwrap();
    report.assert_consistent();
    let shown = report
        .mutants
        .iter()
        .map(|mutant| dev.get(org, &format!("/measurements/{measurement}/mutants/{}", mutant.id)).expect(200))
        .collect();
    (report, shown)
}

fn assert_no_accident_counts(report: &Report) {
    let of_greet: Vec<_> = report.mutants.iter().filter(|mutant| mutant.path == "greet.py").collect();
    assert!(!of_greet.is_empty(), "{report:?}");
    for mutant in of_greet {
        assert!(mutant.verdict == "survived" && mutant.caught_by.is_empty(), "{mutant:?}");
        assert!(mutant.attempts >= 2, "the accident was doubted: {mutant:?}");
    }
    let of_price: Vec<_> = report.mutants.iter().filter(|mutant| mutant.path == "price.py").collect();
    assert!(of_price.iter().any(|mutant| mutant.verdict == "detected"), "{report:?}");
}

#[test]
fn a_flaky_test_catches_nothing_by_accident_and_the_next_measurement_knows_it_although_its_baseline_is_green() {
    let (home, met) = (Home::new(), TempDir::with_prefix("tinybug-met-").unwrap());
    let test = flaky_test(&met);
    let project = Project::of(
        "greeting",
        &[("greet.py", GREET), ("price.py", PRICE), ("test_price.py", TEST_PRICE), ("test_greet.py", &test)],
    );
    let dev = Dev::start(&home);
    let org = dev.create_org(&dev.operator_token().unwrap(), "acme");
    let repository = dev.register(&org, &project);
    let (first, shown) = measure(&dev, &org, &repository);
    assert_no_accident_counts(&first);
    for mutant in &shown {
        let strongest = &mutant["provenance"]["strongest"];
        assert!(strongest.is_null() || strongest["earlier_runs"] == 0, "{mutant}");
    }

    let profiles = dev.get(&org, &format!("/repositories/{repository}/tests?state=flaky")).expect(200);
    let [profile] = profiles["data"].as_array().unwrap().as_slice() else { panic!("one is flaky: {profiles}") };
    assert_eq!((&profile["test"]["suite"], &profile["test"]["name"]), (&json!("test_greet"), &json!("test_greet")));
    // The test cannot see mutants of the price: its failing there is as good as on unchanged code.
    let blind: Vec<_> = first.mutants.iter().filter(|mutant| mutant.path == "price.py").collect();
    let failures = 3 + u32::try_from(blind.len()).unwrap();
    let runs = 10 + blind.iter().map(|mutant| mutant.attempts).sum::<u32>();
    assert_eq!((&profile["failures"], &profile["runs"]), (&json!(f64::from(failures)), &json!(f64::from(runs))));
    assert_eq!(profile["taint"], 0, "no detection rests on it: {profile}");
    assert_eq!(profile["proof"]["commit"], project.git(&["rev-parse", "HEAD"]).trim(), "{profile}");
    let all = dev.get(&org, &format!("/repositories/{repository}/tests")).expect(200);
    assert_eq!(all["data"].as_array().unwrap().len(), 2, "{all}");

    forget_mutants(&met);
    let (second, shown) = measure(&dev, &org, &repository);
    assert_no_accident_counts(&second);
    let of_greet: Vec<&Value> = shown.iter().filter(|mutant| mutant["path"] == "greet.py").collect();
    for mutant in of_greet {
        let (strongest, why) =
            (&mutant["provenance"]["strongest"], mutant["provenance"]["explanation"].as_str().unwrap());
        assert_eq!(
            (&strongest["baseline_failures"], &strongest["earlier_failures"]),
            (&json!(0), &json!(failures)),
            "{why}"
        );
        let known = format!("0 of 4 unchanged runs here and {failures} of {runs} in earlier measurements");
        assert!(why.contains(&format!("failed `{FLAKY}`, which failed {known}")), "{why}");
    }
    assert!(second.builds < first.builds, "a test that is known well asks for no more runs of the unchanged code");
    dev.stop();
    home.assert_nothing_left();
}

/// The test fails again when it meets a mutant, and no more on unchanged code.
fn forget_mutants(met: &TempDir) {
    for entry in std::fs::read_dir(met.path()).unwrap().flatten() {
        if !entry.file_name().to_string_lossy().starts_with("unchanged-") {
            std::fs::remove_file(entry.path()).unwrap();
        }
    }
}

#[test]
fn counts_fade_when_the_tests_file_changes() {
    let (home, met) = (Home::new(), TempDir::with_prefix("tinybug-met-").unwrap());
    let test = flaky_test(&met);
    let project = Project::of("greeting", &[("greet.py", GREET), ("price.py", PRICE), ("test_greet.py", &test)]);
    let dev = Dev::start(&home);
    let org = dev.create_org(&dev.operator_token().unwrap(), "acme");
    let repository = dev.register(&org, &project);
    let failures = || {
        let plan = json!({ "mutants": 1, "baseline_runs": 2, "baseline_runs_when_flaky": 5, "include": ["greet.py"] });
        let measurement = dev.request(&org, &repository, &plan);
        dev.until_completed(&org, &measurement);
        let profiles = dev.get(&org, &format!("/repositories/{repository}/tests?state=flaky")).expect(200);
        profiles["data"][0]["failures"].clone()
    };
    assert_eq!(failures(), json!(3.0));
    project.write("price.py", OTHER_PRICE);
    project.commit();
    assert_eq!(failures(), json!(3.0));
    project.write("test_greet.py", format!("{test}\n# rewritten\n"));
    project.commit();
    assert_eq!(failures(), json!(0.75));
    dev.stop();
    home.assert_nothing_left();
}
