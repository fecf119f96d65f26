//! Preparing a slot once: dependencies, then the plan's set-up.

use std::path::Path;

use tokio_util::sync::CancellationToken;

use super::{
    collect::Collected,
    environment, node, python,
    runner::{LocalRunner, Step},
    shim::{How, tail_of},
    slot::{Ready, Slot, hash},
    spec::{BuildSpec, SetupFailure},
};
use crate::ProviderError;

/// How a preparation ended.
pub(super) enum Prepared {
    /// Builds can run.
    Ready(Ready),
    /// They cannot.
    Failed(SetupFailure),
    /// Nobody wants them any more.
    Cancelled,
}

/// Of everything that the preparation of a slot depends on.
pub(super) fn fingerprint(spec: &BuildSpec) -> String {
    let toplevel = spec.source.toplevel.to_string_lossy();
    let setup = spec.setup.as_deref().map_or("-".to_owned(), |setup| format!("+{setup}"));
    hash(&[&spec.base_sha, &toplevel, &spec.source.prefix, &setup])
}

/// Prepares a slot whose worktree is at the measured commit.
pub(super) async fn prepare(
    runner: &LocalRunner,
    slot: &Slot,
    spec: &BuildSpec,
    fingerprint: String,
    cancel: &CancellationToken,
) -> Result<Prepared, ProviderError> {
    let mut commands = Vec::new();
    commands.extend(node::dependencies(slot, spec).await?);
    commands.extend(spec.setup.clone());
    let project = slot.tree().join(&spec.source.prefix);
    for command in commands {
        if let Some(other) = run(runner, slot, spec, &command, &project, cancel).await? {
            return Ok(other);
        }
    }
    let mut ready = Ready { fingerprint, ..Ready::default() };
    if python::is_used(slot.tree(), spec) {
        match python::interpreter(runner, slot, spec, cancel).await? {
            Ok(interpreter) => {
                ready.path = interpreter.path;
                ready.python_path = Some(interpreter.python_path);
            }
            Err(other) => return Ok(other),
        }
    }
    ready.keep = slot.untracked(&spec.source.mirror).await?;
    Ok(Prepared::Ready(ready))
}

/// Runs one command of the preparation; `None` when it succeeded.
pub(super) async fn run(
    runner: &LocalRunner,
    slot: &Slot,
    spec: &BuildSpec,
    command: &str,
    directory: &Path,
    cancel: &CancellationToken,
) -> Result<Option<Prepared>, ProviderError> {
    let environment = environment::for_setup(slot);
    let step = Step { command, directory, time_limit: spec.setup_time_limit, environment };
    let ended = runner.run(slot, spec, step, cancel).await?;
    let reason = match ended.how {
        How::Exited { code: 0 } => return Ok(None),
        How::Cancelled => return Ok(Some(Prepared::Cancelled)),
        How::Exited { code } => format!("exited with status {code}"),
        How::TimedOut => format!("did not end within {} seconds", spec.setup_time_limit.as_secs()),
        How::OutOfMemory => format!("needed more than {} MB of memory", spec.memory_limit_mb),
        How::Failed { reason } => reason,
    };
    let message = format!("the set-up command `{command}` failed: it {reason}");
    Ok(Some(Prepared::Failed(SetupFailure { message, output_tail: tail_of(&slot.output()) })))
}

/// The sentence for a test command that the shell could not find or execute.
pub(super) fn missing_command(how: &How, collected: &Collected, command: &str) -> Option<String> {
    match how {
        How::Exited { code: 127 } if !collected.reported => {
            Some(format!("the test command `{command}` could not be run: command not found"))
        }
        How::Exited { code: 126 } if !collected.reported => {
            Some(format!("the test command `{command}` could not be run: it is not executable"))
        }
        _ => None,
    }
}
