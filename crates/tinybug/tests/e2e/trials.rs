//! Trials that don't end by themselves: cancelled ones, endless ones, ones with processes that hide.

use nix::sys::signal::Signal;
use serde_json::json;

use crate::{
    api::Dev,
    project::Project,
    report::Report,
    world::{Home, processes_of},
};

const DRAIN: &str = "def drain(n):\n    while n > 0:\n        n -= 1\n    return n\n";
/// With steps of two it never comes to an end.
const DRAIN_TO_THE_DROP: &str = "def drain(n):\n    while n != 0:\n        n -= 1\n    return n\n";
const TEST_DRAIN: &str = "from drain import drain\n\n\ndef test_drain():\n    assert drain(3) == 0\n";

#[test]
fn ctrl_c_in_the_middle_of_the_trials_cancels_and_leaves_nothing() {
    let (home, project) = (Home::new(), Project::sample("go-bank"));
    let before = project.snapshot();
    let mut measuring = home.start_try(&project, &["--mutants", "30", "--baseline-runs", "1"]);
    measuring.until_it_says("Trying 30 mutants");
    home.until_a_build_runs();
    measuring.signal(Signal::SIGINT);
    let ended = measuring.until_ended();
    assert_eq!(ended.code, Some(130), "{ended:?}");
    ended.assert_judged_nothing();
    project.assert_untouched_since(&before);
    home.assert_nothing_left();
}

#[test]
fn ctrl_c_while_the_unchanged_code_runs_cancels_and_leaves_nothing() {
    let slow = "import time\n\n\ndef test_slow():\n    time.sleep(1000)\n";
    let (home, project) = (Home::new(), Project::of("slow", &[("drain.py", DRAIN), ("test_slow.py", slow)]));
    let mut measuring = home.start_try(&project, &[]);
    measuring.until_it_says("Running the unchanged code");
    home.until_a_build_runs();
    measuring.signal(Signal::SIGTERM);
    assert_eq!(measuring.until_ended().code, Some(130));
    home.assert_nothing_left();
}

#[test]
fn a_mutant_that_loops_for_ever_is_a_confirmed_timeout_and_leaves_no_process() {
    let (home, project) =
        (Home::new(), Project::of("drain", &[("drain.py", DRAIN_TO_THE_DROP), ("test_drain.py", TEST_DRAIN)]));
    let dev = Dev::start(&home);
    let org = dev.create_org(&dev.operator_token().unwrap(), "acme");
    let repository = dev.register(&org, &project);
    let plan = json!({ "mutants": 3, "baseline_runs": 3, "timeout_factor": 4.0, "timeout_floor_seconds": 2 });
    let measurement = dev.request(&org, &repository, &plan);
    let report: Report = serde_json::from_value(dev.until_completed(&org, &measurement)).unwrap();
    report.assert_consistent();
    let endless: Vec<_> = report.mutants.iter().filter(|mutant| mutant.line == 3).collect();
    assert!(!endless.is_empty(), "{report:?}");
    for mutant in endless {
        assert!(mutant.verdict == "timeout" && mutant.attempts >= 2, "{mutant:?}");
    }
    dev.stop();
    home.assert_nothing_left();
}

#[test]
fn processes_that_a_test_hides_from_its_parents_end_with_the_build() {
    let number = 1_000_000 + std::process::id();
    let hiding = format!(
        "import os, subprocess\n\nfrom drain import drain\n\n\ndef test_drain():\n    assert drain(3) == 0\n    if \
         os.fork() == 0:\n        os.setsid()\n        os.closerange(0, 64)\n        subprocess.Popen([\"sleep\", \
         \"{number}\"], env={{}}, cwd=\"/\", start_new_session=True)\n        os._exit(0)\n"
    );
    let (home, project) = (Home::new(), Project::of("drain", &[("drain.py", DRAIN), ("test_drain.py", &hiding)]));
    let report = home.measure(&project, &["--mutants", "1", "--baseline-runs", "2"]);
    assert_eq!(report.mutants.len(), 1);
    assert_eq!(processes_of(&format!("sleep {number}")), []);
}
