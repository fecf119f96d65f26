//! The shim: parent of a build's command, in a process of its own, that ends all descendants at a limit, when the
//! command ends, or when the worker that holds its standard input goes away.

use std::{
    collections::VecDeque,
    fs::{self, File},
    io::{self, BufRead, Read, Write},
    os::{fd::AsFd, unix::process::CommandExt},
    path::PathBuf,
    process::{Command, ExitCode, Stdio},
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use nix::{
    poll::{PollFd, PollFlags, PollTimeout, poll},
    sys::{
        prctl,
        signal::{SigSet, Signal},
        signalfd::{SfdFlags, SignalFd},
    },
    unistd::Pid,
};
use serde::{Deserialize, Serialize};

use super::processes;

/// How often memory and time are looked at.
const TICK: Duration = Duration::from_millis(100);
/// Bytes kept of the end of an output that outgrew its file.
const TAIL: usize = 16 * 1024;

/// The first line of the shim's standard input.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Order {
    /// For a POSIX shell.
    pub(super) command: String,
    /// Where it runs.
    pub(super) directory: PathBuf,
    /// Receives its output.
    pub(super) output: PathBuf,
    /// Bytes that this file may hold.
    pub(super) output_limit: u64,
    /// Held while processes of the build may live.
    pub(super) lock: PathBuf,
    /// Wall time.
    pub(super) time_limit_ms: u64,
    /// Resident memory of all processes together.
    pub(super) memory_limit_bytes: u64,
}

/// The one line of the shim's standard output.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Ended {
    /// How.
    pub(super) how: How,
    /// After how long.
    pub(super) duration_ms: u64,
}

/// How a supervised command ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(super) enum How {
    /// By itself.
    Exited { code: i32 },
    /// At the time limit.
    TimedOut,
    /// At the memory limit.
    OutOfMemory,
    /// The worker went away or asked for it.
    Cancelled,
    /// The shim could not do its work.
    Failed { reason: String },
}

/// The whole program of the shim: takes its order from standard input and reports on standard output.
pub fn shim_main() -> ExitCode {
    let mut line = String::new();
    let begun = Instant::now();
    let how = match io::stdin().lock().read_line(&mut line) {
        Ok(_) => serde_json::from_str::<Order>(&line)
            .map_err(|error| format!("the shim was given no order: {error}"))
            .and_then(|order| supervise(&order)),
        Err(error) => Err(format!("the shim could not read its order: {error}")),
    };
    let ended =
        how.unwrap_or_else(|reason| Ended { how: How::Failed { reason }, duration_ms: milliseconds(begun.elapsed()) });
    let mut report = serde_json::to_vec(&ended).expect("an end is always JSON");
    report.push(b'\n');
    match io::stdout().write_all(&report) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

fn supervise(order: &Order) -> Result<Ended, String> {
    let lock = File::create(&order.lock).map_err(|error| format!("the slot's lock cannot be made: {error}"))?;
    // The shim of a build that was just given up may still be ending its processes.
    lock.lock().map_err(|error| format!("the slot's lock cannot be taken: {error}"))?;
    if is_given_up() {
        return Ok(Ended { how: How::Cancelled, duration_ms: 0 });
    }
    prctl::set_child_subreaper(true).map_err(|error| format!("the kernel lends no sub-reaper: {error}"))?;
    let mut ends = SigSet::empty();
    ends.add(Signal::SIGCHLD);
    let signals = ends
        .thread_block()
        .and_then(|()| SignalFd::with_flags(&ends, SfdFlags::SFD_CLOEXEC | SfdFlags::SFD_NONBLOCK))
        .map_err(|error| format!("signals cannot be watched: {error}"))?;
    let begun = Instant::now();
    let (pid, output) = start(order)?;
    let recorder = record(order, output)?;
    let how = watch(order, pid, begun, &signals);
    let duration_ms = milliseconds(begun.elapsed());
    let left = processes::end_descendants();
    // Only a descendant that cannot be ended still holds the pipe; its output is not worth waiting for.
    let _ = recorder.recv_timeout(Duration::from_secs(5));
    if left > 0 {
        return Err(format!("{left} processes of the build could not be ended"));
    }
    Ok(Ended { how, duration_ms })
}

/// Whether the worker went away before anything began.
fn is_given_up() -> bool {
    let stdin = io::stdin();
    let mut watched = [PollFd::new(stdin.as_fd(), PollFlags::POLLIN)];
    poll(&mut watched, PollTimeout::ZERO).is_ok_and(|ready| ready > 0)
}

fn start(order: &Order) -> Result<(Pid, io::PipeReader), String> {
    let refused = |error: io::Error| format!("the shell could not be started: {error}");
    let (reader, writer) = io::pipe().map_err(refused)?;
    let both = writer.try_clone().map_err(refused)?;
    let child = Command::new("/bin/sh")
        .arg("-c")
        .arg(&order.command)
        .current_dir(&order.directory)
        .stdin(Stdio::null())
        .stdout(writer)
        .stderr(both)
        .process_group(0)
        .spawn()
        .map_err(refused)?;
    let pid = i32::try_from(child.id()).map_err(|_| "the kernel gave an odd process id".to_owned())?;
    Ok((Pid::from_raw(pid), reader))
}

/// Waits for the command's end, a limit, or the worker's going away.
fn watch(order: &Order, pid: Pid, begun: Instant, signals: &SignalFd) -> How {
    let limit = Duration::from_millis(order.time_limit_ms);
    let stdin = io::stdin();
    loop {
        if let Some(code) = processes::reap(pid) {
            return How::Exited { code };
        }
        let Some(left) = limit.checked_sub(begun.elapsed()).filter(|left| !left.is_zero()) else {
            return How::TimedOut;
        };
        if processes::resident_memory(&processes::descendants(Pid::this())) > order.memory_limit_bytes {
            return How::OutOfMemory;
        }
        let rest = TICK.min(left) + Duration::from_millis(1);
        let mut watched =
            [PollFd::new(stdin.as_fd(), PollFlags::POLLIN), PollFd::new(signals.as_fd(), PollFlags::POLLIN)];
        let _ = poll(&mut watched, PollTimeout::try_from(rest).unwrap_or(PollTimeout::ZERO));
        let gone = PollFlags::POLLIN | PollFlags::POLLHUP | PollFlags::POLLERR;
        // Nothing is ever sent after the order: whatever can be read there is its end.
        if watched[0].revents().is_some_and(|events| events.intersects(gone)) {
            return How::Cancelled;
        }
        while let Ok(Some(_)) = signals.read_signal() {}
    }
}

/// Copies the command's output to its file in the background; the receiver hears when all of it is there.
fn record(order: &Order, mut output: io::PipeReader) -> Result<mpsc::Receiver<()>, String> {
    let mut file = File::create(&order.output).map_err(|error| format!("the output cannot be kept: {error}"))?;
    let mut room = order.output_limit;
    let (done, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut buffer = vec![0; 64 * 1024];
        let mut tail: VecDeque<u8> = VecDeque::new();
        while let Ok(read @ 1..) = output.read(&mut buffer) {
            let kept = usize::try_from(room).unwrap_or(usize::MAX).min(read);
            // A full disk must not end the tests; the report tells what counts.
            let _ = file.write_all(&buffer[..kept]);
            room -= kept as u64;
            tail.extend(&buffer[kept..read]);
            tail.drain(..tail.len().saturating_sub(TAIL));
        }
        if !tail.is_empty() {
            let (front, back) = tail.as_slices();
            let _ = file.write_all(b"\n[output cut here]\n").and_then(|()| file.write_all(front));
            let _ = file.write_all(back);
        }
        let _ = done.send(());
    });
    Ok(receiver)
}

fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// The last part of an output file, as text.
pub(super) fn tail_of(path: &std::path::Path) -> String {
    let bytes = fs::read(path).unwrap_or_default();
    let from = bytes.len().saturating_sub(TAIL);
    String::from_utf8_lossy(&bytes[from..]).into_owned()
}
