//! The last step before a service runs: the process that becomes the service gives up root where it must, and asks the
//! kernel to be ended with its supervisor.
//!
//! Both need code between fork and exec, which safe Rust offers only as a program of its own.

use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, bail};
use nix::sys::signal::Signal;
use nix::unistd::{Gid, Uid, getppid, setgroups, setresgid, setresuid};
use serde::{Deserialize, Serialize};

/// What to become.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct ExecPlan {
    /// The supervisor, to notice that it has gone before the kernel was asked.
    pub(crate) parent: i32,
    /// The signal that the kernel sends when the supervisor dies.
    pub(crate) death_signal: i32,
    /// The user to run as.
    pub(crate) user: Option<RunAs>,
    pub(crate) program: PathBuf,
    pub(crate) args: Vec<String>,
}

/// A user that a service of root runs as.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct RunAs {
    pub(crate) uid: u32,
    pub(crate) gid: u32,
    /// Keep the right to pass through directories that the user could not enter.
    pub(crate) pass_directories: bool,
}

/// Becomes the service that the supervisor described; returns only when that fails.
///
/// To be called by the executable's hidden subcommand (see [`crate::SupervisorCommand`]) with its one argument, before
/// any thread is started.
pub fn exec_service(plan: &str) -> anyhow::Result<std::convert::Infallible> {
    let plan: ExecPlan = serde_json::from_str(plan).context("the argument is written by the supervisor only")?;
    if let Some(user) = &plan.user {
        become_user(user)?;
    }
    // After the change of user, which clears it.
    die_with_parent(plan.death_signal)?;
    if getppid().as_raw() != plan.parent {
        bail!("the supervisor has gone");
    }
    let error = Command::new(&plan.program).args(&plan.args).exec();
    Err(error).with_context(|| format!("failed to run {}", plan.program.display()))
}

#[cfg(target_os = "linux")]
fn die_with_parent(signal: i32) -> anyhow::Result<()> {
    let signal = Signal::try_from(signal).context("no such signal")?;
    nix::sys::prctl::set_pdeathsig(signal).context("failed to ask for a signal at the supervisor's death")
}

#[cfg(not(target_os = "linux"))]
fn die_with_parent(signal: i32) -> anyhow::Result<()> {
    Signal::try_from(signal).context("no such signal").map(|_| ())
}

fn become_user(user: &RunAs) -> anyhow::Result<()> {
    let (uid, gid) = (Uid::from_raw(user.uid), Gid::from_raw(user.gid));
    keep_capabilities(user.pass_directories)?;
    drop_groups(gid)?;
    setresgid(gid, gid, gid).context("failed to change the group")?;
    setresuid(uid, uid, uid).context("failed to change the user")?;
    if user.pass_directories {
        pass_on_directory_access()?;
    }
    Ok(())
}

#[cfg(target_os = "linux")]
fn drop_groups(gid: Gid) -> anyhow::Result<()> {
    setgroups(&[gid]).context("failed to leave the groups of root")
}

#[cfg(not(target_os = "linux"))]
fn drop_groups(_gid: Gid) -> anyhow::Result<()> {
    Ok(())
}

/// Has the kernel leave capabilities alone when the user changes, and count them in `access` for a user who is not
/// root, by which initdb looks for its programs.
#[cfg(target_os = "linux")]
fn keep_capabilities(keep: bool) -> anyhow::Result<()> {
    use rustix::thread::{CapabilitiesSecureBits, capabilities_secure_bits, set_capabilities_secure_bits};
    if keep {
        let bits = capabilities_secure_bits()? | CapabilitiesSecureBits::NO_SETUID_FIXUP;
        set_capabilities_secure_bits(bits).context("failed to keep access to the data directory")?;
    }
    Ok(())
}

#[cfg(not(target_os = "linux"))]
fn keep_capabilities(keep: bool) -> anyhow::Result<()> {
    if keep {
        bail!("the data directory lies below a directory that only root can enter; choose another one");
    }
    Ok(())
}

/// Leaves the process with the two rights to files and nothing else, and has them survive the exec.
#[cfg(target_os = "linux")]
fn pass_on_directory_access() -> anyhow::Result<()> {
    use rustix::thread::{CapabilitySet, CapabilitySets, configure_capability_in_ambient_set, set_capabilities};
    let kept = CapabilitySet::DAC_OVERRIDE | CapabilitySet::DAC_READ_SEARCH;
    // No more permitted than ambient: otherwise the kernel takes the exec for a gain of rights, clears the death
    // signal and makes the loader ignore the library paths relative to the program.
    set_capabilities(None, CapabilitySets { effective: kept, permitted: kept, inheritable: kept })
        .context("failed to keep access to the data directory")?;
    for capability in kept.iter() {
        configure_capability_in_ambient_set(capability, true)
            .context("failed to pass on access to the data directory")?;
    }
    Ok(())
}

#[cfg(not(target_os = "linux"))]
fn pass_on_directory_access() -> anyhow::Result<()> {
    Ok(())
}
