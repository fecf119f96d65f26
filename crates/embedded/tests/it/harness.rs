//! Users of the services as processes of their own, so that a test can end them in any way.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;
use tempfile::TempDir;
use tinybug_embedded::Services;

/// Ends a test that would hang; no test passes by being faster.
const HANG: Duration = Duration::from_mins(2);

/// The executable that stands for `tinybug`.
pub(crate) fn executable() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    test.parent().unwrap().parent().unwrap().join("examples").join("supervise")
}

/// A data directory of its own; whatever a test left running ends with it.
pub(crate) struct DataDir {
    dir: TempDir,
}

impl DataDir {
    pub(crate) fn new() -> Self {
        Self { dir: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.dir.path().join("data")
    }

    /// What the supervisor says it runs.
    pub(crate) fn services(&self) -> Option<Services> {
        serde_json::from_slice(&fs::read(self.path().join("run/services.json")).ok()?).ok()
    }

    pub(crate) fn user_command(&self) -> Command {
        user_command(Command::new(executable()), &self.path())
    }

    pub(crate) fn user(&self) -> User {
        User::spawn(&mut self.user_command())
    }

    /// The pid of a running service.
    pub(crate) fn pid(&self, service: &str) -> u32 {
        self.services().unwrap().processes[service].pid.unwrap()
    }

    /// Whether a supervisor holds its lock; a killed one may do so for a moment after its main thread is gone.
    pub(crate) fn is_supervised(&self) -> bool {
        File::open(self.path().join("run/supervisor.lock")).unwrap().try_lock_shared().is_err()
    }

    /// All pids: services and supervisor.
    pub(crate) fn pids(&self) -> Vec<u32> {
        let services = self.services().unwrap();
        let pids = services.processes.values().map(|process| process.pid.unwrap());
        pids.chain([services.supervisor]).collect()
    }
}

impl Drop for DataDir {
    fn drop(&mut self) {
        if let Some(services) = self.services() {
            // It may be about to end by itself.
            let _ended = kill(Pid::from_raw(services.supervisor.cast_signed()), Signal::SIGKILL);
            let pids = services.processes.values().filter_map(|process| process.pid);
            pids.for_each(|pid| wait_until("a service ends with its supervisor", || !lives(pid)));
        }
    }
}

/// Completes the command that runs a user.
pub(crate) fn user_command(mut command: Command, data_dir: &Path) -> Command {
    command.arg("user").arg(data_dir).env_remove("DATABASE_URL").env_remove("TEMPORAL_ADDRESS");
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// A process that uses the services until it is told to leave.
pub(crate) struct User {
    child: Child,
    stdout: BufReader<ChildStdout>,
    events: Vec<Value>,
}

impl User {
    pub(crate) fn spawn(command: &mut Command) -> Self {
        let mut child = command.spawn().unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        Self { child, stdout, events: Vec::new() }
    }

    /// Waits until it is attached and gives what it was told.
    pub(crate) fn attached(&mut self) -> Value {
        let mut line = String::new();
        while self.stdout.read_line(&mut line).unwrap() > 0 {
            let value: Value = serde_json::from_str(&line).unwrap();
            if value.get("database_url").is_some() {
                return value;
            }
            self.events.push(value);
            line.clear();
        }
        panic!("the user did not attach: {}", self.stderr());
    }

    /// The parts whose work it was told of.
    pub(crate) fn parts_worked_on(&self) -> Vec<&str> {
        self.events.iter().filter(|event| event["event"] == "started").map(|e| e["part"].as_str().unwrap()).collect()
    }

    /// Leaves the way a program ends, which waits for the services when it is the last.
    pub(crate) fn leave(mut self) {
        drop(self.child.stdin.take());
        assert!(self.child.wait().unwrap().success(), "{}", self.stderr());
    }

    /// Waits for a user that cannot attach, and gives what it says.
    pub(crate) fn fails(mut self) -> String {
        assert!(!self.child.wait().unwrap().success());
        self.stderr()
    }

    pub(crate) fn kill_9(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    fn stderr(&mut self) -> String {
        let mut text = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut text).unwrap();
        text
    }
}

impl Drop for User {
    fn drop(&mut self) {
        // It may have ended long ago.
        let _ended = self.child.kill().and_then(|()| self.child.wait());
    }
}

pub(crate) fn kill_9(pid: u32) {
    kill(Pid::from_raw(pid.cast_signed()), Signal::SIGKILL).unwrap();
}

/// Whether a process runs; one that only waits for its parent to notice does not.
pub(crate) fn lives(pid: u32) -> bool {
    fs::read_to_string(format!("/proc/{pid}/stat"))
        .is_ok_and(|stat| !stat.rsplit(')').next().unwrap().trim_start().starts_with(['Z', 'X']))
}

pub(crate) fn wait_until(what: &str, condition: impl Fn() -> bool) {
    let begin = Instant::now();
    while !condition() {
        assert!(begin.elapsed() < HANG, "never came true: {what}");
        thread::sleep(Duration::from_millis(10));
    }
}

/// Whether Postgres asks a client for its password.
pub(crate) fn postgres_serves(database_url: &str) -> bool {
    let address = database_url.rsplit('@').next().unwrap().split('/').next().unwrap();
    let Ok(mut stream) = TcpStream::connect(address) else { return false };
    let mut answer = [0];
    stream.write_all(b"\x00\x00\x00\x17\x00\x03\x00\x00user\0somebody\0\0").unwrap();
    stream.read_exact(&mut answer).is_ok() && answer == *b"R"
}

pub(crate) fn accepts(address: &str) -> bool {
    TcpStream::connect(address).is_ok()
}
