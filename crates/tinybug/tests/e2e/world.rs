//! A machine of one's own for each story: a data directory, the binary on it, and what must be gone afterwards.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::LazyLock,
    time::{Duration, Instant},
};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use serde_json::Value;
use tempfile::TempDir;

use crate::{project::Project, report::Report};

/// Only a test that hangs comes here: no story says how long something may take.
const HUNG: Duration = Duration::from_mins(5);
const POLL: Duration = Duration::from_millis(20);

/// A link to the binary that stays as it is when the binary is built anew while the tests run.
static BINARY: LazyLock<PathBuf> = LazyLock::new(|| {
    let built = Path::new(env!("CARGO_BIN_EXE_tinybug"));
    let link = built.with_file_name(format!("tinybug-e2e-{}", std::process::id()));
    let _ = fs::remove_file(&link);
    fs::hard_link(built, &link).unwrap();
    remove_links_of_ended_tests(built);
    link
});

fn remove_links_of_ended_tests(built: &Path) {
    for entry in fs::read_dir(built.parent().unwrap()).unwrap().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let pid = name.strip_prefix("tinybug-e2e-").and_then(|pid| pid.parse::<u32>().ok());
        if pid.is_some_and(|pid| !Path::new(&format!("/proc/{pid}")).exists()) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// A data directory, and the programs that run on it.
pub(crate) struct Home {
    dir: TempDir,
}

/// A command that was started.
pub(crate) struct Running {
    child: Child,
    stdout: PathBuf,
    stderr: PathBuf,
}

/// A command that came to its end.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Home {
    /// An empty one.
    pub(crate) fn new() -> Self {
        Self { dir: TempDir::with_prefix("tinybug-home-").unwrap() }
    }

    /// The data directory.
    pub(crate) fn data(&self) -> PathBuf {
        self.dir.path().join("data")
    }

    /// The binary with arguments, in this home.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(&*BINARY);
        command.args(args).env("TINYBUG_DATA_DIR", self.data()).stdin(Stdio::null());
        for name in
            ["DATABASE_URL", "TEMPORAL_ADDRESS", "TINYBUG_LISTEN", "TINYBUG_LOCAL_RUNNER_ORGS", "TINYBUG_BUILDS"]
        {
            command.env_remove(name);
        }
        command
    }

    /// Starts the binary with arguments.
    pub(crate) fn start(&self, args: &[&str]) -> Running {
        self.start_command(self.command(args))
    }

    /// Starts a command made by `command`.
    pub(crate) fn start_command(&self, mut command: Command) -> Running {
        let name = format!("out-{}", fs::read_dir(self.dir.path()).unwrap().count());
        let (stdout, stderr) = (self.dir.path().join(&name), self.dir.path().join(format!("{name}-err")));
        command.stdout(File::create_new(&stdout).unwrap()).stderr(File::create_new(&stderr).unwrap());
        Running { child: command.spawn().unwrap(), stdout, stderr }
    }

    /// Runs the binary to its end.
    pub(crate) fn run(&self, args: &[&str]) -> Ended {
        self.start(args).until_ended()
    }

    /// Starts `try --json` on a project.
    pub(crate) fn start_try(&self, project: &Project, args: &[&str]) -> Running {
        let path = project.path().to_str().unwrap();
        self.start(&[&["try", path, "--json"], args].concat())
    }

    /// Measures a project and returns the report; fails unless the measurement finished and left nothing.
    pub(crate) fn measure(&self, project: &Project, args: &[&str]) -> Report {
        let before = project.snapshot();
        let report = self.start_try(project, args).until_ended().report();
        project.assert_untouched_since(&before);
        self.assert_nothing_left();
        report
    }

    /// The process of a service, while it runs.
    pub(crate) fn pid_of(&self, service: &str) -> Option<Pid> {
        let pid = self.services()?.pointer(&format!("/processes/{service}/pid"))?.as_i64()?;
        Some(Pid::from_raw(i32::try_from(pid).unwrap()))
    }

    /// Where Temporal serves.
    pub(crate) fn temporal_address(&self) -> String {
        self.services().unwrap()["temporal_address"].as_str().unwrap().to_owned()
    }

    fn services(&self) -> Option<Value> {
        let text = fs::read_to_string(self.data().join("run/services.json")).ok()?;
        Some(serde_json::from_str(&text).unwrap())
    }

    /// Processes that belong here, by what they were given to work with.
    pub(crate) fn processes(&self) -> Vec<(Pid, String)> {
        processes_of(self.dir.path().to_str().unwrap())
    }

    /// Waits until a build runs: its command's parent is the shim.
    pub(crate) fn until_a_build_runs(&self) {
        wait_until("a build runs", || self.processes().iter().any(|(_, command)| command.ends_with(" shim")));
    }

    /// Fails unless all processes have ended and no worktree, ref or slot is left.
    pub(crate) fn assert_nothing_left(&self) {
        // The last user waits for the services, but the process that supervised them needs a moment to end itself.
        wait_until_or("no process is left", || self.processes().is_empty(), || format!("{:?}", self.processes()));
        self.assert_nothing_left_on_disk();
    }

    /// Fails unless no worktree, ref or slot is left.
    pub(crate) fn assert_nothing_left_on_disk(&self) {
        let entries = |dir: PathBuf| -> Vec<PathBuf> {
            fs::read_dir(dir).into_iter().flatten().map(|entry| entry.unwrap().path()).collect()
        };
        assert_eq!(entries(self.data().join("runner/s")), Vec::<PathBuf>::new(), "slots are left");
        for mirror in entries(self.data().join("mirrors")) {
            let git = |args: &[&str]| {
                let out = Command::new("git").arg("--git-dir").arg(&mirror).args(args).output().unwrap();
                assert!(out.status.success(), "git {args:?} in {}", mirror.display());
                String::from_utf8(out.stdout).unwrap()
            };
            assert_eq!(git(&["for-each-ref", "refs/heads/tinybug"]), "", "refs are left");
            let worktrees = git(&["worktree", "list", "--porcelain"]);
            assert_eq!(worktrees.lines().filter(|line| line.starts_with("worktree ")).count(), 1, "{worktrees}");
        }
    }
}

impl Drop for Home {
    /// A story that failed must not leave its services to the next.
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.show_logs();
        }
        self.kill_until_none_is_left();
    }
}

impl Home {
    fn kill_until_none_is_left(&self) {
        let begun = Instant::now();
        while begun.elapsed() < HUNG {
            let left = self.processes();
            if left.is_empty() {
                return;
            }
            for (pid, _) in left {
                let _ = kill(pid, Signal::SIGKILL);
            }
            std::thread::sleep(POLL);
        }
    }

    fn show_logs(&self) {
        for name in ["worker", "supervisor"] {
            let log = fs::read_to_string(self.data().join(format!("logs/{name}.log"))).unwrap_or_default();
            let lines: Vec<&str> = log.lines().filter(|line| !line.contains("\"level\":\"INFO\"")).collect();
            say(&format!("--- the end of {name}.log\n{}", lines[lines.len().saturating_sub(15)..].join("\n")));
        }
    }
}

impl Running {
    /// Its process.
    pub(crate) fn pid(&self) -> Pid {
        Pid::from_raw(i32::try_from(self.child.id()).unwrap())
    }

    /// What it has said so far on standard error.
    pub(crate) fn stderr(&self) -> String {
        fs::read_to_string(&self.stderr).unwrap()
    }

    /// Waits until it says this on standard error.
    pub(crate) fn until_it_says(&mut self, text: &str) {
        let begun = Instant::now();
        while !self.stderr().contains(text) {
            let ended = self.child.try_wait().unwrap();
            assert!(ended.is_none(), "ended with {ended:?} before it said {text:?}: {}", self.stderr());
            assert!(begun.elapsed() < HUNG, "it does not say {text:?}: {}", self.stderr());
            std::thread::sleep(POLL);
        }
    }

    /// Sends it a signal.
    pub(crate) fn signal(&self, signal: Signal) {
        kill(self.pid(), signal).unwrap();
    }

    /// Waits for its end.
    pub(crate) fn until_ended(mut self) -> Ended {
        let begun = Instant::now();
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            if begun.elapsed() > HUNG {
                let _ = self.child.kill();
                let _ = self.child.wait();
                panic!("it hangs: {}", self.stderr());
            }
            std::thread::sleep(POLL);
        };
        Ended { code: status.code(), stdout: fs::read_to_string(&self.stdout).unwrap(), stderr: self.stderr() }
    }
}

impl Ended {
    /// The report on its last line; fails unless it exited with 0.
    pub(crate) fn report(&self) -> Report {
        assert_eq!(self.code, Some(0), "{self:?}");
        let report: Report = serde_json::from_str(self.last_line()).unwrap();
        report.assert_consistent();
        report
    }

    /// Fails unless its last line is a report that judges nothing: what scripts read when there is no result.
    pub(crate) fn assert_judged_nothing(&self) {
        let report: Report = serde_json::from_str(self.last_line()).unwrap();
        assert_eq!((report.score, report.low, report.high), (None, None, None), "{self:?}");
        assert!(report.mutants.is_empty(), "{self:?}");
    }

    /// The last line of standard output.
    pub(crate) fn last_line(&self) -> &str {
        self.stdout.lines().last().unwrap_or_else(|| panic!("it printed nothing: {}", self.stderr))
    }
}

/// Processes, this one aside, whose arguments, environment or directory name the text, with their command lines.
pub(crate) fn processes_of(text: &str) -> Vec<(Pid, String)> {
    let mut found = Vec::new();
    for entry in fs::read_dir("/proc").unwrap().flatten() {
        let Some(pid) = entry.file_name().to_str().and_then(|name| name.parse::<u32>().ok()) else { continue };
        if pid == std::process::id() {
            continue;
        }
        let read = |name: &str| {
            String::from_utf8_lossy(&fs::read(entry.path().join(name)).unwrap_or_default()).replace('\0', " ")
        };
        let directory = fs::read_link(entry.path().join("cwd")).unwrap_or_default();
        let command = read("cmdline").trim_end().to_owned();
        if command.contains(text) || read("environ").contains(text) || directory.to_string_lossy().contains(text) {
            found.push((Pid::from_raw(i32::try_from(pid).unwrap()), command));
        }
    }
    found
}

/// Waits for something that must come.
pub(crate) fn wait_until(what: &str, reached: impl FnMut() -> bool) {
    wait_until_or(what, reached, String::new);
}

/// As `wait_until`, with words for the case that it does not come.
pub(crate) fn wait_until_or(what: &str, mut reached: impl FnMut() -> bool, found: impl Fn() -> String) {
    let begun = Instant::now();
    while !reached() {
        assert!(begun.elapsed() < HUNG, "waited in vain until {what}: {}", found());
        std::thread::sleep(POLL);
    }
}

/// Says something to whoever reads the tests' output.
#[expect(clippy::print_stderr, reason = "the harness shows it with a failed test, or with --nocapture")]
pub(crate) fn say(text: &str) {
    eprintln!("{text}");
}
