//! One trial: a mutant's way to a verdict.

use serde::{Deserialize, Serialize};
use temporalio_macros::{workflow, workflow_methods};
use temporalio_workflow::{WorkflowContext, WorkflowResult, WorkflowTermination};
use tinybug_model::{BuildRef, Verdict};

use crate::{
    contract::{AbandonedTrial, AttemptRef, BuildActivities, TrialActivities, TrialStep},
    options,
    search_attributes::VERDICT,
};

/// Which trial to run.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TrialInput {
    /// The trial's build.
    pub build: BuildRef,
}

/// Publishes a mutant, runs the tests on it, judges, tries again while in doubt, and always cleans up.
#[workflow]
#[derive(Default)]
pub struct RunMutationTrial;

#[workflow_methods]
impl RunMutationTrial {
    /// The workflow.
    #[run(name = "RunMutationTrial")]
    pub async fn run(ctx: &mut WorkflowContext<Self>, input: TrialInput) -> WorkflowResult<Verdict> {
        let build = input.build;
        let judged = Self::attempts(ctx, build).await;
        if let Err(WorkflowTermination::Evicted) = judged {
            return judged;
        }
        // What stays behind is found by the measurement's own clean-up; the verdict matters more.
        let _ = ctx.execute_activity(BuildActivities::retract, build, options::detached()).await;
        let verdict = match judged {
            Ok(verdict) => verdict,
            Err(termination) => Self::abandon(ctx, build, termination).await?,
        };
        ctx.upsert_search_attributes([VERDICT.value_set(verdict.name().to_owned())]);
        Ok(verdict)
    }
}

impl RunMutationTrial {
    async fn attempts(ctx: &WorkflowContext<Self>, build: BuildRef) -> Result<Verdict, WorkflowTermination> {
        ctx.execute_activity(BuildActivities::publish, build, options::short()).await?;
        let (mut number, mut time_factor) = (1, 1);
        loop {
            let attempt = AttemptRef { build, number, time_factor };
            ctx.execute_activity(BuildActivities::execute, attempt, options::long(format!("attempt {number}"))).await?;
            match ctx.execute_activity(TrialActivities::judge, build, options::short()).await? {
                TrialStep::Judged { verdict } => return Ok(verdict),
                TrialStep::Rerun { time_factor: factor } => (number, time_factor) = (number + 1, factor),
            }
        }
    }

    /// A trial that fails is a mutant without a verdict, not the end of the measurement; a cancelled one is cancelled.
    async fn abandon(
        ctx: &WorkflowContext<Self>,
        build: BuildRef,
        termination: WorkflowTermination,
    ) -> Result<Verdict, WorkflowTermination> {
        let cancelled = ctx.cancellation_token().is_cancelled();
        let (verdict, reason) = if cancelled {
            (Verdict::Skipped, "cancelled".to_owned())
        } else {
            (Verdict::Error, options::root_cause(&termination))
        };
        ctx.execute_activity(TrialActivities::abandon, AbandonedTrial { build, verdict, reason }, options::detached())
            .await?;
        if cancelled { Err(WorkflowTermination::cancelled()) } else { Ok(verdict) }
    }
}
