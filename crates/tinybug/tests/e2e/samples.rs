//! The bundled samples, whose tests are strong in one place and absent in another.

use crate::{
    project::Project,
    report::{Expected, Keys, MutantKeys, Report},
    world::Home,
};

fn measured_as_the_sample_says(sample: &str, args: &[&str]) -> Report {
    let (home, project) = (Home::new(), Project::sample(sample));
    let report = home.measure(&project, args);
    Expected::of(sample).assert_met_by(&report);
    report
}

#[test]
fn in_the_python_sample_the_tested_module_is_strong_and_the_flaky_test_catches_no_survivor() {
    let report = measured_as_the_sample_says("python-cart", &["--mutants", "14"]);
    for flaky in Expected::of("python-cart").flaky {
        for mutant in report.mutants.iter().filter(|mutant| mutant.caught_by.contains(&flaky)) {
            assert_eq!(mutant.verdict, "detected", "{flaky} caught {mutant:?}");
            assert!(mutant.caught_by.len() > 1, "{flaky} alone caught {mutant:?}");
        }
    }
    for uncovered in report.with_verdict("no_coverage") {
        assert_eq!(uncovered.attempts, 0, "no build is spent on {uncovered:?}");
    }
}

#[test]
fn in_the_javascript_sample_mutants_of_weakly_tested_files_survive() {
    measured_as_the_sample_says("js-words", &["--mutants", "10", "--baseline-runs", "2"]);
}

#[test]
fn in_the_go_sample_a_file_whose_results_nobody_checks_lets_mutants_survive_and_the_json_is_as_promised() {
    let (home, project) = (Home::new(), Project::sample("go-bank"));
    let before = project.snapshot();
    let ended = home.start_try(&project, &["--mutants", "8", "--baseline-runs", "2"]).until_ended();
    Expected::of("go-bank").assert_met_by(&ended.report());
    project.assert_untouched_since(&before);
    home.assert_nothing_left();
    let keys: Keys = serde_json::from_str(ended.last_line()).unwrap();
    let promised = "measurement score low high detected survived no_coverage inconclusive timeout invalid error builds \
                    skipped mutants";
    assert_eq!(keys.0, promised.split_whitespace().collect::<Vec<_>>());
    let mutants: MutantKeys = serde_json::from_str(ended.last_line()).unwrap();
    for keys in mutants.mutants {
        let promised = "id path line operator verdict confidence caught_by attempts";
        assert_eq!(keys.0, promised.split_whitespace().collect::<Vec<_>>());
    }
}
