//! One measurement: prepare, baseline, trials, report; and whatever happens, clean up and close.

use serde::{Deserialize, Serialize};
use temporalio_macros::{workflow, workflow_methods};
use temporalio_workflow::{
    ChildWorkflowOptions, ContinueAsNewOptions, ParentClosePolicy, WorkflowContext, WorkflowContextView,
    WorkflowResult, WorkflowTermination,
};
use tinybug_model::{BuildRef, BuildRole, MeasurementRef, MeasurementState, RepositoryId, RerunScope, Verdict};

use crate::{
    RunMutationTrial, TrialInput,
    contract::{
        AbandonedTrial, AttemptRef, BaselineStep, BuildActivities, Closing, MeasurementActivities, TrialActivities,
    },
    lanes::lanes,
    options,
    search_attributes::{PHASE, REPOSITORY},
};

/// Trials that one run holds at most.
const TRIALS_PER_RUN: u32 = 100;

/// A run whose history is this long starts no more trials and is continued by another, so that no history reaches
/// 1,000 events: a trial costs 3 events and its share of workflow tasks, 9 at the worst.
const LONG_HISTORY: u32 = 600;

/// Which measurement to run, and for a later run of the same pass where to go on.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct MeasurementInput {
    /// The measurement.
    pub measurement: MeasurementRef,
    /// The repository measured, for operators to search by.
    pub repository: RepositoryId,
    /// Set by continue-as-new.
    #[serde(default)]
    pub resume: Option<Resume>,
}

/// Where a continued run goes on.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Resume {
    /// First trial to start.
    pub next: u32,
    /// Trials in all.
    pub trials: u32,
    /// Builds at once.
    pub parallelism: u32,
}

/// What the query `progress` answers.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Progress {
    /// Where the measurement stands.
    pub phase: MeasurementState,
    /// Trials that came to an end.
    pub done: u32,
    /// Trials in all; 0 while not known.
    pub trials: u32,
}

/// Runs one pass over a measurement.
#[workflow]
pub struct RunMeasurement {
    input: MeasurementInput,
    progress: Progress,
    /// The plan's stopping rule has its answer: no more trials are started.
    enough: bool,
}

#[workflow_methods]
impl RunMeasurement {
    /// Restores what a continued run knows already.
    #[init]
    pub fn new(_ctx: &WorkflowContextView, input: MeasurementInput) -> Self {
        let (done, trials) = input.resume.map_or((0, 0), |resume| (resume.next, resume.trials));
        let phase = if input.resume.is_some() { MeasurementState::Trials } else { MeasurementState::Preparing };
        Self { input, progress: Progress { phase, done, trials }, enough: false }
    }

    /// The workflow.
    #[run(name = "RunMeasurement")]
    pub async fn run(ctx: &mut WorkflowContext<Self>) -> WorkflowResult<MeasurementState> {
        let input = ctx.state(|s| s.input.clone());
        let measured = Self::measure(ctx, &input).await;
        if let Err(WorkflowTermination::ContinueAsNew(_) | WorkflowTermination::Evicted) = measured {
            return measured;
        }
        let cancelled = ctx.cancellation_token().is_cancelled();
        let (state, mut reason) = match measured {
            Ok(state) => (state, None),
            Err(_) if cancelled => (MeasurementState::Cancelled, ctx.cancellation_token().reason()),
            Err(termination) => (MeasurementState::Failed, Some(options::root_cause(&termination))),
        };
        let measurement = input.measurement;
        // What cannot be cleaned up is said; a measurement that has ended must not look as if it went on.
        if let Err(left) = ctx.execute_activity(MeasurementActivities::clean, measurement, options::detached()).await {
            let why = reason.take().map_or_else(String::new, |reason| format!("{reason}; "));
            reason = Some(format!("{why}the clean-up failed: {}", options::root_cause(&left)));
        }
        ctx.execute_activity(MeasurementActivities::close, Closing { measurement, state, reason }, options::detached())
            .await?;
        Self::enter(ctx, state);
        if cancelled { Err(WorkflowTermination::cancelled()) } else { Ok(state) }
    }

    /// Where the measurement stands.
    #[query]
    pub fn progress(&self, _ctx: &WorkflowContextView) -> Progress {
        self.progress
    }
}

impl RunMeasurement {
    async fn measure(
        ctx: &WorkflowContext<Self>,
        input: &MeasurementInput,
    ) -> Result<MeasurementState, WorkflowTermination> {
        let measurement = input.measurement;
        let resume = match input.resume {
            Some(resume) => resume,
            None => match Self::up_to_trials(ctx, input).await? {
                Some(resume) => resume,
                None => return Ok(MeasurementState::BaselineBroken),
            },
        };
        Self::trials(ctx, input, resume).await?;
        Self::enter(ctx, MeasurementState::Reporting);
        ctx.execute_activity(MeasurementActivities::report, measurement, options::short()).await?;
        Ok(MeasurementState::Completed)
    }

    /// Everything before the trials; `None` when there is nothing to compare mutants with.
    async fn up_to_trials(
        ctx: &WorkflowContext<Self>,
        input: &MeasurementInput,
    ) -> Result<Option<Resume>, WorkflowTermination> {
        let measurement = input.measurement;
        ctx.upsert_search_attributes([REPOSITORY.value_set(input.repository.to_string())]);
        Self::enter(ctx, MeasurementState::Preparing);
        let prepared = ctx
            .execute_activity(MeasurementActivities::prepare, measurement, options::long("prepare".to_owned()))
            .await?;
        if prepared.broken {
            return Ok(None);
        }
        let parallelism = prepared.parallelism;
        Self::enter(ctx, MeasurementState::Baseline);
        // Code that does not parse has no mutants: its tests must have been seen to pass before that is a result.
        if !Self::baseline(ctx, measurement, parallelism).await? {
            return Ok(None);
        }
        if prepared.mutants > 0 {
            if !Self::canary(ctx, measurement).await? {
                return Ok(None);
            }
            let check = options::long("check mutants".to_owned());
            ctx.execute_activity(MeasurementActivities::check_mutants, measurement, check).await?;
        }
        let trials = ctx.execute_activity(MeasurementActivities::open_trials, measurement, options::short()).await?;
        Ok(Some(Resume { next: 0, trials, parallelism }))
    }

    /// Runs the unchanged code until it is known well enough. `false`: no ground to judge on.
    async fn baseline(
        ctx: &WorkflowContext<Self>,
        measurement: MeasurementRef,
        parallelism: u32,
    ) -> Result<bool, WorkflowTermination> {
        // The first run goes alone: most that is wrong with a baseline shows in it, at the price of one build.
        let (mut done, mut total) = (0, 1);
        loop {
            let build = |number| Self::build(ctx, measurement, BuildRole::Baseline, number);
            lanes(parallelism, done..total, || true, build).await?;
            match ctx.execute_activity(MeasurementActivities::assess_baseline, measurement, options::short()).await? {
                BaselineStep::NeedsMoreRuns { total: more } => (done, total) = (total, more),
                BaselineStep::Broken => return Ok(false),
                BaselineStep::Sound => return Ok(true),
            }
        }
    }

    /// Whether the tests run the code of this checkout at all.
    async fn canary(ctx: &WorkflowContext<Self>, measurement: MeasurementRef) -> Result<bool, WorkflowTermination> {
        Self::build(ctx, measurement, BuildRole::Canary, 0).await?;
        Ok(ctx.execute_activity(MeasurementActivities::judge_canary, measurement, options::short()).await?)
    }

    /// One build with one attempt, for which nothing is judged by itself.
    async fn build(
        ctx: &WorkflowContext<Self>,
        measurement: MeasurementRef,
        role: BuildRole,
        number: u32,
    ) -> Result<(), WorkflowTermination> {
        let build = BuildRef { measurement, role, number };
        let attempt = AttemptRef { build, number: 1, time_factor: 1, scope: RerunScope::WholeBuild };
        let executed = async {
            ctx.execute_activity(BuildActivities::publish, build, options::short()).await?;
            let summary = format!("{} {number}", role.name());
            ctx.execute_activity(BuildActivities::execute, attempt, options::long(summary)).await?;
            Ok::<(), WorkflowTermination>(())
        }
        .await;
        if let Err(WorkflowTermination::Evicted) = executed {
            return executed;
        }
        // What stays behind is found by the measurement's own clean-up; how the build went matters more.
        let _ = ctx.execute_activity(BuildActivities::retract, build, options::detached()).await;
        executed
    }

    async fn trials(
        ctx: &WorkflowContext<Self>,
        input: &MeasurementInput,
        resume: Resume,
    ) -> Result<(), WorkflowTermination> {
        Self::enter(ctx, MeasurementState::Trials);
        ctx.state_mut(|s| (s.progress.done, s.progress.trials) = (resume.next, resume.trials));
        let stop = resume.trials.min(resume.next + TRIALS_PER_RUN);
        let enough = || ctx.state(|s| s.enough);
        let goes_on = || ctx.history_length() < LONG_HISTORY && !enough();
        let trial = |number| Self::trial(ctx, input, number);
        let next = lanes(resume.parallelism, resume.next..stop, goes_on, trial).await?;
        if next < resume.trials && !enough() {
            let resume = Some(Resume { next, ..resume });
            ctx.continue_as_new(MeasurementInput { resume, ..input.clone() }, ContinueAsNewOptions::default())?;
        }
        Ok(())
    }

    async fn trial(
        ctx: &WorkflowContext<Self>,
        input: &MeasurementInput,
        number: u32,
    ) -> Result<(), WorkflowTermination> {
        let measurement = input.measurement;
        let options = ChildWorkflowOptions::builder()
            .workflow_id(measurement.trial_workflow_id(number))
            .parent_close_policy(ParentClosePolicy::RequestCancel)
            .static_summary(format!("trial {number}"))
            .build();
        let build = BuildRef { measurement, role: BuildRole::Trial, number };
        let child = ctx.start_child_workflow(RunMutationTrial::run, TrialInput { build }, options).await?;
        let ended = child.result().await;
        if ctx.cancellation_token().is_cancelled() {
            return Err(WorkflowTermination::cancelled());
        }
        // A trial records its own failure as a mutant without a verdict. One that an operator ended could not: that is
        // a mutant lost, not the measurement.
        let enough = match ended {
            Ok(end) => end.stop,
            Err(lost) => {
                let abandoned = AbandonedTrial { build, verdict: Verdict::Error, reason: options::root_cause(&lost) };
                ctx.execute_activity(TrialActivities::abandon, abandoned, options::detached()).await?;
                false
            }
        };
        ctx.state_mut(|s| {
            s.progress.done += 1;
            s.enough |= enough;
        });
        ctx.set_current_details(ctx.state(|s| format!("{} of {} trials", s.progress.done, s.progress.trials)));
        Ok(())
    }

    fn enter(ctx: &WorkflowContext<Self>, phase: MeasurementState) {
        ctx.state_mut(|s| s.progress.phase = phase);
        ctx.upsert_search_attributes([PHASE.value_set(phase.name().to_owned())]);
        ctx.set_current_details(phase.name());
    }
}
