//! Which failures are worth another try. Retrying is the default: what is permanent says so.

use temporalio_common::ActivityError;
use temporalio_sdk::{ApplicationFailure, activities::ActivityContext};
use tinybug_providers::ProviderError;
use tinybug_store::StoreError;

/// How long to go on in the face of a failure that nobody expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Patience {
    /// For about two minutes: then the measurement says what is wrong instead of waiting for ever.
    Bounded,
    /// For as long as it takes: what must happen in the end, such as writing the final state.
    Endless,
}

/// Tries of the bounded kind. Retries pause up to 15 seconds.
const TRIES: u32 = 12;
/// What a failure may put into a workflow's history.
const MAX_TEXT: usize = 500;

/// An error whose repetition is certain.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Permanent(pub(crate) String);

/// What the user has to mend does not mend itself by trying again.
pub(crate) fn of_the_user(error: ProviderError) -> anyhow::Error {
    if error.is_transient() { error.into() } else { Permanent(error.to_string()).into() }
}

/// Turns what an activity's body returned into what Temporal should do about it.
pub(crate) fn settle<T>(
    ctx: &ActivityContext,
    patience: Patience,
    result: anyhow::Result<T>,
) -> Result<T, ActivityError> {
    result.map_err(|error| {
        let attempt = ctx.info().attempt;
        tracing::warn!(activity = %ctx.info().activity_type, attempt, "{error:#}");
        let text: String = format!("{error:#}").chars().take(MAX_TEXT).collect();
        ActivityError::application(if is_final(&error, patience, attempt) {
            ApplicationFailure::non_retryable(text)
        } else {
            ApplicationFailure::new(text)
        })
    })
}

fn is_final(error: &anyhow::Error, patience: Patience, attempt: u32) -> bool {
    let permanent = error.chain().any(<dyn std::error::Error>::is::<Permanent>);
    // A database that is away comes back, however long that takes.
    let transient = error.chain().any(|cause| cause.downcast_ref::<StoreError>().is_some_and(StoreError::is_transient));
    permanent || (patience == Patience::Bounded && attempt >= TRIES && !transient)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_permanent_is_not_tried_again_even_below_a_context() {
        let error = anyhow::Error::new(Permanent("gone".into())).context("while looking");
        assert!(is_final(&error, Patience::Endless, 1));
    }

    #[test]
    fn an_unexpected_failure_ends_bounded_patience_only() {
        let error = anyhow::anyhow!("the disk is full");
        assert!(!is_final(&error, Patience::Bounded, TRIES - 1));
        assert!(is_final(&error, Patience::Bounded, TRIES));
        assert!(!is_final(&error, Patience::Endless, 10_000));
    }
}
