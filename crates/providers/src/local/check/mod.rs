//! Asks the tools of a language which mutants they refuse, before any build is spent on them. An optimisation: where
//! nobody can tell (no tool, code that does not compile unchanged, no time left), the build decides.

mod compilers;
mod compiling;
mod parsers;

use std::{
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use tinybug_model::Mutant;
use tokio_util::sync::CancellationToken;

use super::{
    environment,
    prepare::Prepared,
    runner::{LocalRunner, Step},
    shim::How,
    slot::{Ready, Slot},
    spec::BuildSpec,
};
use crate::ProviderError;

/// A check that goes on in a slot at the measured commit.
pub(super) struct Check<'a> {
    runner: &'a LocalRunner,
    slot: &'a Slot,
    spec: &'a BuildSpec,
    ready: &'a Ready,
    cancel: &'a CancellationToken,
    until: Instant,
}

/// How a tool ended by itself.
struct Answer {
    accepted: bool,
    output: String,
}

impl LocalRunner {
    /// For each mutant what the tools of its language say against it; `None` where they take it and where nobody can
    /// tell. Mutants' paths start at the project.
    pub async fn refusals(
        &self,
        spec: &BuildSpec,
        mutants: &[Mutant],
        limit: Duration,
        cancel: &CancellationToken,
    ) -> Result<Vec<Option<String>>, ProviderError> {
        let none = || Ok(vec![None; mutants.len()]);
        let Some((slot, _permit)) = self.hold(spec, cancel).await? else { return none() };
        let Prepared::Ready(ready) = self.prepare(&slot, spec, cancel).await? else { return none() };
        let until = Instant::now() + limit;
        let check = Check { runner: self, slot: &slot, spec, ready: &ready, cancel, until };
        let mut refusals = vec![None; mutants.len()];
        parsers::ask(&check, mutants, &mut refusals).await?;
        compiling::ask(&check, mutants, &mut refusals).await?;
        slot.reset(&spec.source.mirror, &spec.sha, &ready.keep).await?;
        Ok(refusals)
    }
}

impl Check<'_> {
    /// The project's directory in the slot.
    fn project(&self) -> PathBuf {
        self.slot.tree().join(&self.spec.source.prefix)
    }

    /// Runs a command there; `None` when it did not come to its own end.
    async fn run(&self, command: &str, directory: &Path) -> Result<Option<Answer>, ProviderError> {
        let time_limit = self.until.saturating_duration_since(Instant::now());
        if time_limit.is_zero() || self.cancel.is_cancelled() {
            return Ok(None);
        }
        let environment = environment::for_check(self.slot, self.ready);
        let step = Step { command, directory, time_limit, environment };
        let ended = self.runner.run(self.slot, self.spec, step, self.cancel).await?;
        let How::Exited { code } = ended.how else { return Ok(None) };
        let output =
            tokio::fs::read(self.slot.output()).await.map_err(ProviderError::io("reading what a tool said"))?;
        // The shell's own words for a program that is not there.
        let ran = !matches!(code, 126 | 127);
        Ok(ran.then(|| Answer { accepted: code == 0, output: String::from_utf8_lossy(&output).into_owned() }))
    }
}
