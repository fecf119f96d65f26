//! What a Postgres that was killed leaves behind: server processes that have not noticed yet, and a pid file that may
//! name a process which has nothing to do with it.

use std::fs;
use std::path::Path;
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tokio::time::{Instant, sleep};

use crate::progress::remove_if_there;

const POLL: Duration = Duration::from_millis(20);
/// Server processes notice the death of their parent within this time.
const NOTICE_LIMIT: Duration = Duration::from_secs(2);
const QUIT_LIMIT: Duration = Duration::from_secs(7);

/// Waits until no process uses the cluster, ending those that don't go by themselves, so that a new server can start.
pub(crate) async fn clear(cluster: &Path) {
    let begin = Instant::now();
    let mut asked = false;
    loop {
        let left = processes_in(cluster);
        if left.is_empty() {
            break;
        }
        if begin.elapsed() > QUIT_LIMIT {
            signal_all(&left, Signal::SIGKILL);
        } else if begin.elapsed() > NOTICE_LIMIT && !asked {
            tracing::warn!(?left, "ending what an earlier server left");
            signal_all(&left, Signal::SIGQUIT);
            asked = true;
        }
        sleep(POLL).await;
    }
    remove_pid_file_of_a_stranger(cluster);
}

fn signal_all(pids: &[i32], signal: Signal) {
    for pid in pids {
        // It may have ended in the meantime.
        let _gone = kill(Pid::from_raw(*pid), signal);
    }
}

/// All server processes work in the cluster directory, and nothing else does.
fn processes_in(cluster: &Path) -> Vec<i32> {
    let Ok(entries) = fs::read_dir("/proc") else { return Vec::new() };
    entries
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse::<i32>().ok())
        .filter(|pid| {
            fs::read_link(format!("/proc/{pid}/cwd")).is_ok_and(|cwd| cwd == cluster)
                && fs::read_to_string(format!("/proc/{pid}/comm")).is_ok_and(|name| name.trim() == "postgres")
        })
        .collect()
}

/// Postgres itself forgives a pid file of a dead process (and cleans up by it); one whose number now belongs to
/// another program of the same user would keep it from starting for ever.
fn remove_pid_file_of_a_stranger(cluster: &Path) {
    let pid_file = cluster.join("postmaster.pid");
    let Ok(text) = fs::read_to_string(&pid_file) else { return };
    let alive = text
        .lines()
        .next()
        .and_then(|line| line.trim().parse::<i32>().ok())
        .is_some_and(|pid| kill(Pid::from_raw(pid), None).is_ok());
    // Where there is no /proc, nobody knows whose process it is.
    if alive && Path::new("/proc/self").exists() {
        tracing::warn!(file = %pid_file.display(), "removing a pid file that names another program");
        if let Err(error) = remove_if_there(&pid_file) {
            tracing::warn!(%error, "cannot remove it");
        }
    }
}
