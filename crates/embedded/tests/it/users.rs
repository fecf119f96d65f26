//! Users come and go: the first starts, the last stops.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::Command;

use crate::harness::{DataDir, User, accepts, executable, lives, postgres_serves, user_command, wait_until};

#[test]
fn the_first_user_starts_the_services_and_the_last_one_out_stops_them() {
    let data = DataDir::new();
    let mut first = data.user();
    let addresses = first.attached();
    assert!(postgres_serves(addresses["database_url"].as_str().unwrap()));
    assert!(accepts(addresses["temporal_address"].as_str().unwrap()));
    assert!(page(addresses["temporal_ui_url"].as_str().unwrap()).starts_with("HTTP/1.1 200 OK"));
    assert!(first.parts_worked_on().contains(&"temporal-schema"));
    let pids = data.pids();
    let password = addresses["database_url"].as_str().unwrap().split([':', '@']).nth(2).unwrap();
    for pid in &pids {
        let arguments = std::fs::read_to_string(format!("/proc/{pid}/cmdline")).unwrap();
        assert!(!arguments.contains(password), "everybody on the machine can read {arguments}");
    }
    assert_eq!(complaints_about_settings(&data), "");

    let mut second = data.user();
    assert_eq!(second.attached(), addresses);
    assert_eq!(data.pids(), pids);

    first.leave();
    assert!(pids.iter().all(|pid| lives(*pid)), "the second user needs them");
    second.leave();
    assert!(pids.iter().all(|pid| !lives(*pid)), "nobody needs them");
    assert_eq!(data.services(), None);

    let mut later = data.user();
    assert_eq!(later.attached(), addresses, "the same places as before");
    assert_eq!(later.parts_worked_on(), ["services"], "nothing is made a second time");
    later.leave();
}

#[test]
fn users_that_come_at_the_same_moment_share_one_supervisor_and_other_directories_are_not_touched() {
    let (data, other) = (DataDir::new(), DataDir::new());
    let (mut one, mut two, mut elsewhere) = (data.user(), data.user(), other.user());
    let (addresses, others) = (one.attached(), elsewhere.attached());
    assert_eq!(addresses, two.attached());
    assert_ne!(addresses["temporal_address"], others["temporal_address"]);
    one.leave();
    two.leave();
    assert!(other.pids().iter().all(|pid| lives(*pid)));
    elsewhere.leave();
}

#[test]
fn the_extra_process_runs_beside_services_of_the_users_own() {
    let data = DataDir::new();
    let mut user = User::spawn(
        data.user_command()
            .env("DATABASE_URL", "postgres://somewhere/else")
            .env("TEMPORAL_ADDRESS", "somewhere:7233")
            .env("TINYBUG_CACHE_DIR", data.path().join("no-cache")),
    );
    let addresses = user.attached();
    assert_eq!(addresses["database_url"], "postgres://somewhere/else");
    let services = data.services().unwrap();
    assert_eq!(services.processes.keys().collect::<Vec<_>>(), ["worker"]);
    let log = data.path().join("logs/worker.log");
    wait_until("the extra process says that it got what it needs", || {
        std::fs::read_to_string(&log).is_ok_and(|text| text.contains("extra"))
    });
    assert!(data.user().fails().contains("already run with other settings: DATABASE_URL"));
    user.leave();
}

#[test]
fn a_user_that_wants_the_extra_process_otherwise_is_refused_and_one_of_a_newer_build_is_not() {
    let data = DataDir::new();
    let with = |program: std::path::PathBuf, arguments: &[&str]| {
        let mut command = user_command(Command::new(program), &data.path());
        command.env("DATABASE_URL", "postgres://somewhere/else").env("TEMPORAL_ADDRESS", "somewhere:7233");
        User::spawn(command.args(arguments))
    };
    let mut first = with(executable(), &["--builds", "2"]);
    let addresses = first.attached();
    let mut same = with(executable(), &["--builds", "2"]);
    assert_eq!(same.attached(), addresses);
    same.leave();
    let said = with(executable(), &["--builds", "4"]).fails();
    assert!(said.contains("their worker runs with `extra --builds 2`, not with `extra --builds 4`"), "{said}");
    let newer = data.path().with_file_name("newer");
    std::fs::hard_link(executable(), &newer).or_else(|_| std::fs::copy(executable(), &newer).map(drop)).unwrap();
    let mut newer = with(newer, &["--builds", "2"]);
    assert_eq!(newer.attached(), addresses);
    newer.leave();
    first.leave();
}

/// What the server itself says about the settings it was given: names it does not know, values of another type.
fn complaints_about_settings(data: &DataDir) -> String {
    let server = std::fs::read_link(format!("/proc/{}/exe", data.pid("temporal"))).unwrap();
    let file = data.path().join("temporal/dynamic.yaml");
    let checked = std::process::Command::new(server).arg("validate-dynamic-config").arg(&file).output().unwrap();
    assert!(checked.status.success());
    let said = String::from_utf8(checked.stdout).unwrap();
    said.trim().strip_prefix(file.to_str().unwrap()).unwrap().trim().to_owned()
}

fn page(url: &str) -> String {
    let address = url.trim_start_matches("http://");
    let mut stream = TcpStream::connect(address).unwrap();
    write!(stream, "GET / HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}
