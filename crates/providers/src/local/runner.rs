//! The local runner itself: a slot, a permit, a preparation, a command, its results.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use tinybug_model::{BuildEnd, BuildResult, RerunOptions};
use tokio_util::sync::CancellationToken;

use super::{
    collect, environment,
    environment::Plugins,
    permits::{Permit, Permits},
    prepare,
    prepare::Prepared,
    shim::{Ended, How, Order, tail_of},
    slot::{self, Ready, Slot},
    spec::{BuildOutcome, BuildRun, BuildSpec, LocalRunnerConfig, SetupFailure},
    supervise::supervise,
};
use crate::{ProviderError, git::Mirror, private::make_private};

/// Bytes that the output of one command may fill on disk.
const OUTPUT_LIMIT: u64 = 64 * 1024 * 1024;

/// Runs builds on this machine. Clones share everything.
#[derive(Debug, Clone)]
pub struct LocalRunner {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    config: LocalRunnerConfig,
    permits: Permits,
    plugins: Plugins,
}

/// A command to run in a slot.
pub(super) struct Step<'a> {
    pub(super) command: &'a str,
    pub(super) directory: &'a Path,
    pub(super) time_limit: Duration,
    pub(super) environment: environment::Environment,
}

impl LocalRunner {
    /// A runner on its root directory, which is made when it is not there.
    pub fn new(config: LocalRunnerConfig) -> Result<Self, ProviderError> {
        let doing = "making the local runner's directory";
        make_private(&config.root).map_err(ProviderError::io(doing))?;
        let root = config.root.canonicalize().map_err(ProviderError::io(doing))?;
        let config = LocalRunnerConfig { root, ..config };
        let plugins = Plugins::install(&config.root).map_err(ProviderError::io(doing))?;
        let permits = Permits::new(config.root.clone(), config.permits);
        Ok(Self { inner: Arc::new(Inner { config, permits, plugins }) })
    }

    /// Builds at once over all measurements.
    pub fn permits(&self) -> u32 {
        self.inner.config.permits
    }

    /// What it can run again: whole builds. A command has no jobs, and knows of no list of tests.
    pub fn reruns(&self) -> RerunOptions {
        RerunOptions { failed_jobs: false, failed_tests: false }
    }

    /// Runs one build; waits for a slot and a permit first. Dropping the future or cancelling ends all its processes.
    pub async fn execute(&self, spec: &BuildSpec, cancel: &CancellationToken) -> Result<BuildOutcome, ProviderError> {
        let Some((slot, _permit)) = self.hold(spec, cancel).await? else { return Ok(cancelled()) };
        let ready = match self.prepare(&slot, spec, cancel).await? {
            Prepared::Ready(ready) => ready,
            Prepared::Failed(failure) => return Ok(BuildOutcome::SetupFailed(failure)),
            Prepared::Cancelled => return Ok(cancelled()),
        };
        self.build(&slot, spec, &ready, cancel).await
    }

    /// Removes all slots of a measurement once no build runs in them any more. That one still does after a while is an
    /// error, and nothing is removed then.
    pub async fn release(&self, key: &str, mirror: &Mirror) -> Result<(), ProviderError> {
        slot::release(&self.inner.config.root, key, mirror).await
    }

    /// Keys of the measurements that still have slots.
    pub fn leftovers(&self) -> Vec<String> {
        slot::leftovers(&self.inner.config.root)
    }

    /// Waits for a slot and for the right to use it; `None` when that is cancelled.
    pub(super) async fn hold(
        &self,
        spec: &BuildSpec,
        cancel: &CancellationToken,
    ) -> Result<Option<(Slot, Permit)>, ProviderError> {
        let waiting = async {
            let slot = Slot::acquire(&self.inner.config.root, &spec.key, &spec.source, spec.parallelism).await?;
            let permit = self.inner.permits.acquire(&spec.key).await?;
            Ok::<_, ProviderError>((slot, permit))
        };
        tokio::select! {
            biased;
            () = cancel.cancelled() => Ok(None),
            held = waiting => held.map(Some),
        }
    }

    /// Brings the slot to the commit, after its preparation where that is due.
    pub(super) async fn prepare(
        &self,
        slot: &Slot,
        spec: &BuildSpec,
        cancel: &CancellationToken,
    ) -> Result<Prepared, ProviderError> {
        let fingerprint = prepare::fingerprint(spec);
        let mirror = &spec.source.mirror;
        if let Some(ready) = slot.ready(&fingerprint) {
            match slot.reset(mirror, &spec.sha, &ready.keep).await {
                Ok(()) => return Ok(Prepared::Ready(ready)),
                // A test may have destroyed anything in the slot; the second try tells whether git itself is at fault.
                Err(error) => tracing::warn!(%error, key = spec.key, "a slot is made anew"),
            }
        }
        slot.rebuild(mirror, &spec.base_sha).await?;
        let prepared = prepare::prepare(self, slot, spec, fingerprint, cancel).await?;
        if let Prepared::Ready(ready) = &prepared {
            slot.set_ready(ready).map_err(ProviderError::io("marking a slot as ready"))?;
            slot.reset(mirror, &spec.sha, &ready.keep).await?;
        }
        Ok(prepared)
    }

    async fn build(
        &self,
        slot: &Slot,
        spec: &BuildSpec,
        ready: &Ready,
        cancel: &CancellationToken,
    ) -> Result<BuildOutcome, ProviderError> {
        let environment = environment::for_build(slot, spec, ready, &self.inner.plugins);
        let command = spec.command.run_with_report(&slot.reports());
        let directory = slot.tree().join(&spec.source.prefix);
        let step = Step { command: &command, directory: &directory, time_limit: spec.time_limit, environment };
        let ended = self.run(slot, spec, step, cancel).await?;
        let (framework, reports, output) = (spec.command.framework, slot.reports(), slot.output());
        let (shown, tree, coverage) = (spec.command.command.clone(), slot.tree().to_owned(), slot.coverage());
        let with_coverage = spec.with_coverage;
        let collecting = tokio::task::spawn_blocking(move || {
            let collected = collect::collect(framework, &shown, &ended, &tree, &reports, &output);
            let coverage = with_coverage.then(|| crate::coverage::read_dir(&coverage)).flatten();
            (ended, collected, coverage, tail_of(&output))
        });
        let (ended, collected, coverage, output_tail) = collecting.await.expect("reading results does not panic");
        if let Some(message) = prepare::missing_command(&ended.how, &collected, &spec.command.command) {
            return Ok(BuildOutcome::SetupFailed(SetupFailure { message, output_tail }));
        }
        let result = BuildResult {
            end: if collected.does_not_build { BuildEnd::DoesNotBuild } else { end(ended.how) },
            duration_ms: ended.duration_ms,
            tests: collected.tests,
            output_tail,
        };
        Ok(BuildOutcome::Ran(Box::new(BuildRun { result, coverage })))
    }

    /// Runs one command in a slot under the shim.
    pub(super) async fn run(
        &self,
        slot: &Slot,
        spec: &BuildSpec,
        step: Step<'_>,
        cancel: &CancellationToken,
    ) -> Result<Ended, ProviderError> {
        let order = Order {
            command: step.command.to_owned(),
            directory: step.directory.to_owned(),
            output: slot.output(),
            output_limit: OUTPUT_LIMIT,
            lock: slot.shim_lock(),
            time_limit_ms: u64::try_from(step.time_limit.as_millis()).unwrap_or(u64::MAX),
            memory_limit_bytes: u64::from(spec.memory_limit_mb) * 1024 * 1024,
        };
        supervise(&self.inner.config.shim, slot, &order, &step.environment, cancel).await
    }

    /// The runner's directory.
    pub(super) fn root(&self) -> PathBuf {
        self.inner.config.root.clone()
    }
}

fn cancelled() -> BuildOutcome {
    let result =
        BuildResult { end: BuildEnd::Cancelled, duration_ms: 0, tests: Vec::new(), output_tail: String::new() };
    BuildOutcome::Ran(Box::new(BuildRun { result, coverage: None }))
}

fn end(how: How) -> BuildEnd {
    match how {
        How::Exited { code } => BuildEnd::Exited { code },
        How::TimedOut => BuildEnd::TimedOut,
        How::OutOfMemory => BuildEnd::OutOfMemory,
        How::Cancelled => BuildEnd::Cancelled,
        How::Failed { reason } => BuildEnd::Infrastructure { reason },
    }
}
