//! Rules that end the trials before all drawn mutants are tried: gates, and intervals that are narrow enough.

use crate::{
    project::Project,
    report::Report,
    world::{Ended, Home},
};

/// A project of many functions, whose one test notices every change (`strict.sh`) or only code that throws
/// (`blind.sh`).
fn project() -> Project {
    let functions: Vec<String> =
        (0..60).map(|number| format!("function f{number}(x) {{\n  return x + {number};\n}}\n")).collect();
    let functions = functions.concat();
    let suite =
        |inner: &str| format!("<testsuite><testcase classname=\"lib\" name=\"all\">{inner}</testcase></testsuite>");
    let (passed, failed) = (suite(""), suite("<failure message=\"no\"/>"));
    let answer = "then cp passed.xml \"$1\"; else cp failed.xml \"$1\"; exit 1; fi\n";
    let strict = format!("if cmp -s lib.js original.txt; {answer}");
    let blind = format!("if ! grep -q canary lib.js; {answer}");
    let files = [
        ("lib.js", functions.as_str()),
        ("original.txt", &functions),
        ("passed.xml", &passed),
        ("failed.xml", &failed),
        ("strict.sh", &strict),
        ("blind.sh", &blind),
    ];
    Project::of("many", &files)
}

fn tried(home: &Home, project: &Project, script: &str, rule: &[&str]) -> Ended {
    let command = format!("sh {script} {{report}}");
    let args = [&["--command", &command, "--baseline-runs", "2", "--mutants", "60"], rule].concat();
    let ended = home.start_try(project, &args).until_ended();
    home.assert_nothing_left();
    ended
}

fn report(ended: &Ended) -> Report {
    let report: Report = serde_json::from_str(ended.last_line()).unwrap_or_else(|error| panic!("{error}: {ended:?}"));
    report.assert_consistent();
    report
}

#[test]
fn a_gate_ends_the_trials_once_it_is_decided_and_tells_scripts_by_the_exit_code() {
    let (home, project) = (Home::new(), project());
    let blind = tried(&home, &project, "blind.sh", &["--gate", "80%"]);
    assert_eq!(blind.code, Some(1), "{blind:?}");
    let (missed, said) = (report(&blind), stop_of(&blind));
    assert_eq!((&said["answer"], &said["after"]), (&"not_reached".into(), &6.into()), "Wald's bound for six misses");
    assert_tried_in_draw_order(&missed, 6);
    assert_eq!((missed.score, missed.low), (Some(0.0), Some(0.0)));
    assert!(missed.high.unwrap() < 0.8, "the interval holds although the trials were stopped: {blind:?}");

    let strict = tried(&home, &project, "strict.sh", &["--gate", "0.8"]);
    assert_eq!(strict.code, Some(0), "{strict:?}");
    assert_eq!(stop_of(&strict)["answer"], "reached");
    assert_tried_in_draw_order(&report(&strict), 24);
}

#[test]
fn trials_end_when_the_interval_is_as_narrow_as_asked_for() {
    let (home, project) = (Home::new(), project());
    let ended = tried(&home, &project, "blind.sh", &["--stop-when-narrower", "25%"]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let (narrow, said) = (report(&ended), stop_of(&ended));
    assert_eq!(said["answer"], "narrow", "{ended:?}");
    assert_tried_in_draw_order(&narrow, usize::try_from(said["after"].as_u64().unwrap()).unwrap());
    assert!(narrow.high.unwrap() - narrow.low.unwrap() <= 0.25, "{ended:?}");
}

fn stop_of(ended: &Ended) -> serde_json::Value {
    serde_json::from_str::<serde_json::Value>(ended.last_line()).unwrap()["stop"].take()
}

/// Fails unless what was tried is the first of the draw, with no more behind the deciding one than ran already.
fn assert_tried_in_draw_order(report: &Report, decided_after: usize) {
    let tried = report.mutants.iter().take_while(|mutant| mutant.verdict != "skipped").count();
    assert!(report.mutants[tried..].iter().all(|mutant| mutant.verdict == "skipped" && mutant.attempts == 0));
    assert!((decided_after..decided_after + 16).contains(&tried), "{tried} were tried, {decided_after} sufficed");
}
