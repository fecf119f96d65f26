//! One trial: a mutant's way to a verdict.

use serde::{Deserialize, Serialize};
use temporalio_macros::{workflow, workflow_methods};
use temporalio_workflow::{WorkflowContext, WorkflowResult, WorkflowTermination};
use tinybug_model::{BuildRef, RerunScope, Verdict};

use crate::{
    contract::{AbandonedTrial, AttemptRef, BuildActivities, TrialActivities, TrialEnd, TrialStep},
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
    pub async fn run(ctx: &mut WorkflowContext<Self>, input: TrialInput) -> WorkflowResult<TrialEnd> {
        let build = input.build;
        let judged = Self::attempts(ctx, build).await;
        if let Err(WorkflowTermination::Evicted) = judged {
            return judged;
        }
        // What stays behind is found by the measurement's own clean-up; the verdict matters more.
        let _ = ctx.execute_activity(BuildActivities::retract, build, options::detached()).await;
        let end = match judged {
            Ok(end) => end,
            Err(termination) => Self::abandon(ctx, build, termination).await?,
        };
        ctx.upsert_search_attributes([VERDICT.value_set(end.verdict.name().to_owned())]);
        Ok(end)
    }
}

impl RunMutationTrial {
    async fn attempts(ctx: &WorkflowContext<Self>, build: BuildRef) -> Result<TrialEnd, WorkflowTermination> {
        ctx.execute_activity(BuildActivities::publish, build, options::short()).await?;
        let mut attempt = AttemptRef { build, number: 1, time_factor: 1, scope: RerunScope::WholeBuild };
        loop {
            let summary = format!("attempt {}", attempt.number);
            ctx.execute_activity(BuildActivities::execute, attempt, options::long(summary)).await?;
            match ctx.execute_activity(TrialActivities::judge, build, options::short()).await? {
                TrialStep::Judged { verdict, stop } => return Ok(TrialEnd { verdict, stop }),
                TrialStep::Rerun { time_factor, scope } => {
                    attempt = AttemptRef { build, number: attempt.number + 1, time_factor, scope };
                }
            }
        }
    }

    /// A trial that fails is a mutant without a verdict, not the end of the measurement; a cancelled one is cancelled.
    async fn abandon(
        ctx: &WorkflowContext<Self>,
        build: BuildRef,
        termination: WorkflowTermination,
    ) -> Result<TrialEnd, WorkflowTermination> {
        let cancelled = ctx.cancellation_token().is_cancelled();
        let (verdict, reason) = if cancelled {
            (Verdict::Skipped, "cancelled".to_owned())
        } else {
            (Verdict::Error, options::root_cause(&termination))
        };
        ctx.execute_activity(TrialActivities::abandon, AbandonedTrial { build, verdict, reason }, options::detached())
            .await?;
        if cancelled { Err(WorkflowTermination::cancelled()) } else { Ok(TrialEnd { verdict, stop: false }) }
    }
}
