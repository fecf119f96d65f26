//! kill -9 in the middle of the trials: the measurement goes on by itself and comes to the same end.

use std::{sync::LazyLock, time::Instant};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};

use crate::{
    project::Project,
    report::Report,
    world::{Home, say, wait_until},
};

const ARGS: [&str; 6] = ["--mutants", "8", "--seed", "7", "--baseline-runs", "2"];

/// What a run says that nothing disturbed.
static UNDISTURBED: LazyLock<Report> = LazyLock::new(|| Home::new().measure(&Project::sample("go-bank"), &ARGS));

#[test]
fn a_killed_worker_comes_back_and_no_trial_is_lost_or_judged_twice() {
    survives_the_kill_of("worker");
}

#[test]
fn a_killed_temporal_server_comes_back_and_no_trial_is_lost_or_judged_twice() {
    survives_the_kill_of("temporal");
}

#[test]
fn a_killed_postgres_comes_back_and_no_trial_is_lost_or_judged_twice() {
    survives_the_kill_of("postgres");
}

#[test]
fn the_services_of_a_killed_try_stop_and_what_it_left_is_cleaned_up_by_the_next() {
    let (home, project) = (Home::new(), Project::sample("go-bank"));
    let mut measuring = home.start_try(&project, &["--mutants", "30", "--baseline-runs", "1"]);
    measuring.until_it_says("Trying 30 mutants");
    home.until_a_build_runs();
    measuring.signal(Signal::SIGKILL);
    assert_eq!(measuring.until_ended().code, None);
    wait_until("nothing runs for nobody", || home.processes().is_empty());
    let report = home.measure(&project, &["--mutants", "2", "--baseline-runs", "2"]);
    assert_eq!(report.mutants.len(), 2);
}

fn survives_the_kill_of(service: &str) {
    let undisturbed = &*UNDISTURBED;
    let (home, project) = (Home::new(), Project::sample("go-bank"));
    let before = project.snapshot();
    let mut measuring = home.start_try(&project, &ARGS);
    measuring.until_it_says("Trying 8 mutants");
    home.until_a_build_runs();
    let killed = kill_9(&home, service);
    let begun = Instant::now();
    wait_until("the service is back", || home.pid_of(service).is_some_and(|pid| pid != killed));
    let back = begun.elapsed();
    let report = measuring.until_ended().report();
    say(&format!("{service} was back {back:?} after the kill, the measurement done after {:?}", begun.elapsed()));
    project.assert_untouched_since(&before);
    home.assert_nothing_left();
    assert_eq!(report.outcome(), undisturbed.outcome());
    // An attempt that the kill cut off is made anew under its old number, so there are no more than without.
    assert_eq!(report.builds, undisturbed.builds);
}

fn kill_9(home: &Home, service: &str) -> Pid {
    let pid = home.pid_of(service).unwrap_or_else(|| panic!("{service} does not run"));
    kill(pid, Signal::SIGKILL).unwrap();
    pid
}
