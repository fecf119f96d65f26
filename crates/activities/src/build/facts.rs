//! From stored attempts to what the judge wants to know.

use tinybug_model::BuildEnd;
use tinybug_store::AttemptFacts;
use tinybug_verdict::{RunEnd, RunFacts};

/// One attempt, as the judge sees it. `confirmed_limit`: it ran with twice the usual time limit.
pub(crate) fn run_facts(attempt: &AttemptFacts, confirmed_limit: bool) -> RunFacts {
    let end = match &attempt.end {
        BuildEnd::Exited { code: 0 } => RunEnd::Passed,
        BuildEnd::Exited { .. } => RunEnd::Failed,
        BuildEnd::TimedOut => RunEnd::TimedOut { confirmed_limit },
        BuildEnd::OutOfMemory => RunEnd::OutOfMemory,
        BuildEnd::DoesNotBuild => RunEnd::DoesNotBuild,
        BuildEnd::Infrastructure { .. } => RunEnd::Infrastructure,
        BuildEnd::Cancelled => RunEnd::Cancelled,
    };
    let ran = attempt.ran.iter().collect();
    let failed = attempt.failures.iter().map(|failure| failure.ordinal).collect();
    let messages = attempt.failures.iter().filter_map(|failure| Some((failure.ordinal, failure.message.as_deref()?)));
    RunFacts::new(end, ran, failed, attempt.duration_ms).with_messages(messages)
}
