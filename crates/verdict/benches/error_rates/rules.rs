//! The rules that are compared: what is usual, and the recipe.

use tinybug_model::{Thresholds, Verdict};
use tinybug_verdict::{Baseline, RunFacts, judge};

/// A rule: sees the attempts so far, gives a verdict or asks for another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rule {
    AnyFailure,
    NeverFailedBefore,
    FailsTwice,
    Recipe,
}

impl Rule {
    pub(crate) const ALL: [Self; 4] = [Self::AnyFailure, Self::NeverFailedBefore, Self::FailsTwice, Self::Recipe];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::AnyFailure => "any failure kills",
            Self::NeverFailedBefore => "unless seen flaky",
            Self::FailsTwice => "must fail twice",
            Self::Recipe => "recipe",
        }
    }

    pub(crate) fn verdict(
        self,
        baseline: &Baseline,
        covering: Option<&[u32]>,
        attempts: &[RunFacts],
    ) -> Option<Verdict> {
        let counted = |test: &u32| covering.is_none_or(|tests| tests.binary_search(test).is_ok());
        let settled = |killed| Some(if killed { Verdict::Detected } else { Verdict::Survived });
        let stable = |test: &u32| baseline.record(*test).is_some_and(|record| record.failures == 0);
        match (self, attempts) {
            (Self::AnyFailure, [first, ..]) => settled(first.failed.iter().any(counted)),
            (Self::NeverFailedBefore, [first, ..]) => {
                settled(first.failed.iter().any(|test| counted(test) && stable(test)))
            }
            (Self::FailsTwice, [first]) => (!first.failed.iter().any(counted)).then_some(Verdict::Survived),
            (Self::FailsTwice, [first, second, ..]) => {
                settled(first.failed.iter().any(|test| counted(test) && second.failed.binary_search(test).is_ok()))
            }
            (Self::Recipe, _) => judge(baseline, covering, attempts, &Thresholds::default()).verdict,
            (_, []) => None,
        }
    }
}
