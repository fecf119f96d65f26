//! Finding and ending process trees through /proc.

use std::{
    collections::BTreeMap,
    fs,
    os::unix::ffi::OsStrExt,
    path::Path,
    time::{Duration, Instant},
};

use nix::{
    errno::Errno,
    sys::{
        signal::{Signal, kill},
        wait::{WaitPidFlag, WaitStatus, waitpid},
    },
    unistd::Pid,
};

/// Environment variable that names, to all processes of a build, the slot that they run in. It is the same for whoever
/// takes the slot next, so that they can be found when worker and shim were both killed.
pub(super) const MARK: &str = "TINYBUG_BUILD";

/// How long ending a tree may take before it is left to the kernel: a process in an uninterruptible call cannot be ended.
const PATIENCE: Duration = Duration::from_secs(5);

/// Every living descendant of a process, zombies not yet reaped included.
pub(super) fn descendants(root: Pid) -> Vec<Pid> {
    if !fs::exists("/proc/thread-self/children").unwrap_or(false) {
        return descendants_by_parent(root);
    }
    let mut found = Vec::new();
    let mut open = vec![root];
    while let Some(pid) = open.pop() {
        let children = children(pid);
        open.extend(&children);
        found.extend(children);
    }
    found
}

fn children(pid: Pid) -> Vec<Pid> {
    let Ok(tasks) = fs::read_dir(format!("/proc/{pid}/task")) else {
        return Vec::new();
    };
    let lists = tasks.flatten().filter_map(|task| fs::read_to_string(task.path().join("children")).ok());
    lists.flat_map(|list| list.split_whitespace().filter_map(parse_pid).collect::<Vec<_>>()).collect()
}

fn parse_pid(text: &str) -> Option<Pid> {
    text.parse().ok().map(Pid::from_raw)
}

/// For kernels that do not list children: the whole process table.
fn descendants_by_parent(root: Pid) -> Vec<Pid> {
    let mut by_parent: BTreeMap<i32, Vec<Pid>> = BTreeMap::new();
    for pid in all() {
        let Ok(stat) = fs::read_to_string(format!("/proc/{pid}/stat")) else {
            continue;
        };
        // The program's name stands in parentheses and may hold anything.
        let parent = stat.rsplit_once(')').and_then(|(_, rest)| rest.split_whitespace().nth(1)?.parse().ok());
        if let Some(parent) = parent {
            by_parent.entry(parent).or_default().push(pid);
        }
    }
    let mut found = Vec::new();
    let mut open = vec![root];
    while let Some(pid) = open.pop() {
        for child in by_parent.remove(&pid.as_raw()).unwrap_or_default() {
            found.push(child);
            open.push(child);
        }
    }
    found
}

fn all() -> Vec<Pid> {
    let Ok(entries) = fs::read_dir("/proc") else {
        return Vec::new();
    };
    entries.flatten().filter_map(|entry| parse_pid(entry.file_name().to_str()?)).collect()
}

/// Resident memory of these processes together, in bytes; shared pages count once per process.
pub(super) fn resident_memory(pids: &[Pid]) -> u64 {
    pids.iter().filter_map(|pid| resident(*pid)).sum()
}

fn resident(pid: Pid) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok().map(|kibibytes| kibibytes * 1024)
}

/// Takes note of ended children, and tells the exit status of `wanted` when it is among them.
pub(super) fn reap(wanted: Pid) -> Option<i32> {
    let mut code = None;
    loop {
        match waitpid(None, Some(WaitPidFlag::WNOHANG)) {
            Ok(WaitStatus::Exited(pid, status)) if pid == wanted => code = Some(status),
            Ok(WaitStatus::Signaled(pid, signal, _)) if pid == wanted => code = Some(128 + signal as i32),
            Ok(WaitStatus::StillAlive) | Err(_) => return code,
            Ok(_) => {}
        }
    }
}

/// Ends all descendants of this process, which must be their reaper, and returns how many it could not end.
pub(super) fn end_descendants() -> usize {
    let own = Pid::this();
    let begun = Instant::now();
    loop {
        reap(own);
        let living = descendants(own);
        if living.is_empty() || begun.elapsed() > PATIENCE {
            return living.len();
        }
        for pid in living {
            let _ = kill(pid, Signal::SIGKILL);
        }
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// Ends every process of this user that is marked as a build's in this slot, and returns how many it could not end:
/// for a tree whose shim was itself ended.
pub(super) fn end_marked(slot: &Path) -> usize {
    let own = Pid::this();
    let entry = [MARK.as_bytes(), b"=", slot.as_os_str().as_bytes()].concat();
    let begun = Instant::now();
    loop {
        let marked: Vec<Pid> = all()
            .into_iter()
            .filter(|pid| *pid != own)
            .filter(|pid| {
                fs::read(format!("/proc/{pid}/environ"))
                    .is_ok_and(|environment| environment.split(|byte| *byte == 0).any(|held| held == entry))
            })
            .collect();
        let ended = marked.iter().filter(|pid| kill(**pid, Signal::SIGKILL) != Err(Errno::EPERM)).count();
        if ended == 0 || begun.elapsed() > PATIENCE {
            return marked.len();
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}
