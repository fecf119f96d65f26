//! The bundled samples run as they are, and what they promise names lines that they have.

use std::{fs, path::Path};

use serde_json::Value;
use tinybug_model::TestOutcome;
use tinybug_providers::Framework;

use crate::support::{Bench, Repo, outcomes};

#[tokio::test]
async fn every_sample_passes_but_for_its_flaky_test() {
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../samples").canonicalize().unwrap();
    for (name, framework, tests) in [
        ("python-cart", Framework::Pytest, 11),
        ("js-words", Framework::NodeTest, 5),
        ("go-bank", Framework::GoTest, 8),
    ] {
        let repo = Repo::new();
        copy(&samples.join(name), &repo.path);
        let bench = Bench::new().await;
        let spec = bench.spec(&repo.path, None).await;
        assert_eq!(spec.command.framework, framework);
        let run = bench.run(&spec).await;
        let expected: Value =
            serde_json::from_slice(&fs::read(samples.join(name).join("expected.json")).unwrap()).unwrap();
        let flaky: Vec<&str> =
            expected["flaky"].as_array().unwrap().iter().map(|test| test.as_str().unwrap()).collect();
        let found = outcomes(&run);
        assert_eq!(found.len(), tests, "{}", run.result.output_tail);
        for (test, outcome) in &found {
            assert!(*outcome == TestOutcome::Passed || flaky.contains(&test.as_str()), "{test} of {name} failed");
        }
        assert!(flaky.iter().all(|flaky| found.iter().any(|(test, _)| test == flaky)), "{flaky:?}");
        for mutants in expected["mutants"].as_array().unwrap() {
            let text = fs::read_to_string(repo.path.join(mutants["path"].as_str().unwrap())).unwrap();
            let last = mutants["last_line"].as_u64().unwrap();
            assert!(mutants["first_line"].as_u64().unwrap() <= last && last <= text.lines().count() as u64);
        }
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().flatten().filter(|entry| entry.file_name() != "__pycache__") {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}
