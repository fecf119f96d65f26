//! Any process may be killed at any moment.

use crate::harness::{DataDir, accepts, kill_9, lives, postgres_serves, wait_until};

#[test]
fn a_killed_service_comes_back_at_the_same_place() {
    let data = DataDir::new();
    let mut user = data.user();
    let addresses = user.attached();
    let before = data.services().unwrap();
    let victims: Vec<&str> = before.processes.keys().map(String::as_str).collect();
    assert_eq!(victims, ["postgres", "temporal", "temporal-ui", "worker"]);
    for victim in victims {
        let pid = data.pid(victim);
        kill_9(pid);
        wait_until("it runs again", || {
            let now = data.services().unwrap().processes[victim];
            now.restarts > 0 && now.pid.is_some_and(|again| again != pid && lives(again))
        });
    }
    wait_until("Postgres serves again", || postgres_serves(addresses["database_url"].as_str().unwrap()));
    wait_until("Temporal serves again", || accepts(addresses["temporal_address"].as_str().unwrap()));
    assert_eq!(data.services().unwrap().supervisor, before.supervisor);
    user.leave();
}

#[test]
fn a_killed_supervisor_takes_the_services_along_and_the_next_user_recovers_the_directory() {
    let data = DataDir::new();
    let mut first = data.user();
    let addresses = first.attached();
    let pids = data.pids();
    kill_9(data.services().unwrap().supervisor);
    wait_until("the services end with it", || !data.is_supervised() && pids.iter().all(|pid| !lives(*pid)));
    let mut second = data.user();
    assert_eq!(second.attached(), addresses, "the first user's connections find them again");
    second.leave();
    let pids = data.pids();
    assert!(pids.iter().all(|pid| lives(*pid)), "the first user is still there");
    first.leave();
    assert!(pids.iter().all(|pid| !lives(*pid)));
}

#[test]
fn a_directory_recovers_after_everything_was_killed_at_once_and_stops_when_its_last_user_is_killed() {
    let data = DataDir::new();
    let mut user = data.user();
    let addresses = user.attached();
    let pids = data.pids();
    pids.iter().rev().for_each(|pid| kill_9(*pid));
    user.kill_9();
    wait_until("the supervisor is gone", || !data.is_supervised());
    let mut next = data.user();
    assert_eq!(next.attached(), addresses);
    assert_eq!(next.parts_worked_on(), ["services"]);
    let pids = data.pids();
    next.kill_9();
    wait_until("all have stopped", || !data.is_supervised() && pids.iter().all(|pid| !lives(*pid)));
    assert_eq!(data.services(), None);
}
