//! One process that is kept running: started, watched, started again when it dies, stopped when asked.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::Context;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tokio::process::{Child, Command};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, timeout};

use crate::exec::{ExecPlan, RunAs};
use crate::leftovers;
use crate::services::Process;

const SHORTEST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_LOG: u64 = 16 * 1024 * 1024;
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
/// A process that lived this long failed for a new reason: it is started again at once.
const HEALTHY_LIFE: Duration = Duration::from_secs(20);

/// How to run a service.
#[derive(Debug, Clone)]
pub(crate) struct ServiceSpec {
    pub(crate) name: &'static str,
    pub(crate) program: PathBuf,
    pub(crate) args: Vec<String>,
    pub(crate) env: Environment,
    pub(crate) user: Option<RunAs>,
    pub(crate) log: PathBuf,
    /// Asks it to stop.
    pub(crate) stop_signal: Signal,
    /// How long it may take to stop before it is killed.
    pub(crate) stop_limit: Duration,
    /// What the kernel sends when the supervisor dies.
    pub(crate) death_signal: Signal,
    /// The cluster directory whose leftovers must be out of the way before each start.
    pub(crate) cluster: Option<PathBuf>,
}

/// The environment of a service.
#[derive(Debug, Clone)]
pub(crate) enum Environment {
    /// The few variables that any program needs, so that nobody's settings change how a service works.
    Clean,
    /// The supervisor's, with these besides.
    Inherit(Vec<(&'static str, String)>),
}

/// How the supervisor calls its own executable to run a service.
#[derive(Debug, Clone)]
pub(crate) struct ExecCommand {
    pub(crate) program: PathBuf,
    pub(crate) args: Vec<String>,
}

impl ExecCommand {
    /// This executable, also after its file was replaced by a newer one.
    pub(crate) fn of_this_process(args: Vec<String>) -> anyhow::Result<Self> {
        let program = if cfg!(target_os = "linux") { "/proc/self/exe".into() } else { std::env::current_exe()? };
        Ok(Self { program, args })
    }

    /// A command that runs the program through [`crate::exec_service`].
    pub(crate) fn command(
        &self,
        program: &Path,
        args: &[String],
        user: Option<&RunAs>,
        death_signal: Signal,
    ) -> anyhow::Result<Command> {
        let plan = ExecPlan {
            parent: std::process::id().cast_signed(),
            death_signal: death_signal as i32,
            user: user.cloned(),
            program: program.to_owned(),
            args: args.to_vec(),
        };
        let mut command = Command::new(&self.program);
        command.args(&self.args).arg(serde_json::to_string(&plan).context("failed to pass on a path")?);
        command.stdin(Stdio::null());
        Ok(command)
    }
}

/// Who runs with which process id, for the services file.
#[derive(Debug, Clone)]
pub(crate) struct Board {
    processes: Arc<Mutex<BTreeMap<String, Process>>>,
    changed: watch::Sender<()>,
}

impl Board {
    pub(crate) fn new() -> Self {
        Self { processes: Arc::default(), changed: watch::Sender::new(()) }
    }

    /// Wakes at every change.
    pub(crate) fn changes(&self) -> watch::Receiver<()> {
        self.changed.subscribe()
    }

    pub(crate) fn processes(&self) -> BTreeMap<String, Process> {
        self.processes.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn update(&self, name: &str, change: impl FnOnce(&mut Process)) {
        change(self.processes.lock().unwrap_or_else(PoisonError::into_inner).entry(name.into()).or_default());
        self.changed.send_replace(());
    }
}

/// A service that is being kept running.
#[derive(Debug)]
pub(crate) struct Running {
    pub(crate) name: &'static str,
    pub(crate) log: PathBuf,
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Running {
    /// Starts to keep the service running. Must be called on the thread that lives as long as the supervisor: the
    /// kernel's signal at the parent's death goes by thread.
    pub(crate) fn start(spec: ServiceSpec, exec: ExecCommand, board: Board) -> Self {
        board.update(spec.name, |_| ());
        let (stop, stopped) = watch::channel(false);
        let (name, log) = (spec.name, spec.log.clone());
        Self { name, log, stop, task: tokio::spawn(keep_running(spec, exec, board, stopped)) }
    }

    /// Stops it and waits until it has ended.
    pub(crate) async fn stop(self) {
        self.stop.send_replace(true);
        if let Err(error) = self.task.await {
            tracing::error!(service = self.name, %error, "the task that watches the service failed");
        }
    }
}

async fn keep_running(spec: ServiceSpec, exec: ExecCommand, board: Board, mut stopped: watch::Receiver<bool>) {
    let mut pause = SHORTEST_PAUSE;
    loop {
        let started = Instant::now();
        if let Err(error) = run_once(&spec, &exec, &board, &mut stopped).await {
            tracing::error!(service = spec.name, error = format!("{error:#}"), "the service cannot be started");
        }
        board.update(spec.name, |process| process.pid = None);
        if started.elapsed() > HEALTHY_LIFE {
            pause = SHORTEST_PAUSE;
        }
        tokio::select! {
            biased;
            () = asked_to_stop(&mut stopped) => return,
            () = sleep(pause) => pause = (pause * 2).min(LONGEST_PAUSE),
        }
        board.update(spec.name, |process| process.restarts += 1);
    }
}

/// Returns when the service is to be stopped, also when nobody is left who could say so.
async fn asked_to_stop(stopped: &mut watch::Receiver<bool>) {
    let _said_or_gone = stopped.wait_for(|stop| *stop).await;
}

/// Runs the service until it ends by itself or is stopped.
async fn run_once(
    spec: &ServiceSpec,
    exec: &ExecCommand,
    board: &Board,
    stopped: &mut watch::Receiver<bool>,
) -> anyhow::Result<()> {
    if let Some(cluster) = &spec.cluster {
        tokio::select! {
            () = asked_to_stop(stopped) => return Ok(()),
            () = leftovers::clear(cluster) => {}
        }
    }
    let mut child = spawn(spec, exec)?;
    board.update(spec.name, |process| process.pid = child.id());
    tracing::info!(service = spec.name, pid = child.id(), "started");
    tokio::select! {
        status = child.wait() => tracing::warn!(service = spec.name, status = ?status, "ended by itself"),
        () = asked_to_stop(stopped) => terminate(spec, &mut child).await?,
    }
    Ok(())
}

/// Sets a log aside that has grown long; the one set aside before it goes.
fn rotate(log: &Path) -> io::Result<()> {
    match fs::metadata(log) {
        Ok(found) if found.len() > LONGEST_LOG => fs::rename(log, log.with_extension("log.1")),
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn spawn(spec: &ServiceSpec, exec: &ExecCommand) -> anyhow::Result<Child> {
    rotate(&spec.log).with_context(|| format!("failed to rotate {}", spec.log.display()))?;
    let log = OpenOptions::new()
        .create(true)
        .append(true)
        .open(&spec.log)
        .with_context(|| format!("failed to open {}", spec.log.display()))?;
    let copy: File = log.try_clone()?;
    let mut command = exec.command(&spec.program, &spec.args, spec.user.as_ref(), spec.death_signal)?;
    match &spec.env {
        Environment::Clean => clean_environment(&mut command),
        Environment::Inherit(more) => command.envs(more.iter().map(|(name, value)| (name, value))),
    };
    command.stdout(log).stderr(copy).kill_on_drop(true).spawn().context("failed to start")
}

/// Leaves the few variables that any program needs.
pub(crate) fn clean_environment(command: &mut Command) -> &mut Command {
    let kept = ["PATH", "HOME", "TMPDIR"].into_iter().filter_map(|name| Some((name, std::env::var_os(name)?)));
    command.env_clear().envs(kept).env("LC_ALL", "C")
}

async fn terminate(spec: &ServiceSpec, child: &mut Child) -> anyhow::Result<()> {
    // None once it has been waited for: then there is nothing left to stop.
    let Some(pid) = child.id() else { return Ok(()) };
    tracing::info!(service = spec.name, pid, "stopping");
    // Fails only when it has just ended, which the wait sees.
    let _ended = kill(Pid::from_raw(pid.cast_signed()), spec.stop_signal);
    if timeout(spec.stop_limit, child.wait()).await.is_err() {
        tracing::warn!(service = spec.name, pid, "did not stop in time, killing it");
        child.kill().await?;
    }
    Ok(())
}
