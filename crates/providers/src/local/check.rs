//! Asks the tools at hand which mutants they refuse, in a slot, before any build is spent on them.

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
use crate::{
    ProviderError,
    check::{Answer, Place, Ruling, TOOLS, ask},
};

/// A slot at the measured commit.
struct Check<'a> {
    runner: &'a LocalRunner,
    slot: &'a Slot,
    spec: &'a BuildSpec,
    ready: &'a Ready,
    cancel: &'a CancellationToken,
    until: Instant,
    project: PathBuf,
    temporary: PathBuf,
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
        let (project, temporary) = (slot.tree().join(&spec.source.prefix), slot.temporary());
        let check = Check { runner: self, slot: &slot, spec, ready: &ready, cancel, until, project, temporary };
        let rulings = ask(&check, &TOOLS, mutants).await?;
        slot.reset(&spec.source.mirror, &spec.sha, &ready.keep).await?;
        let refusal = |ruling| if let Ruling::Refused(said) = ruling { Some(said) } else { None };
        Ok(rulings.into_iter().map(refusal).collect())
    }
}

impl Place for Check<'_> {
    fn project(&self) -> &Path {
        &self.project
    }

    fn temporary(&self) -> &Path {
        &self.temporary
    }

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
        Ok(Answer::of_shell(code, &output))
    }
}
