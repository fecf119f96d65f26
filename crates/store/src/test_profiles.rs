//! The list of a repository's tests with their histories.

use tinybug_model::{RepositoryId, TestState};

use crate::{KnownTest, OrgStore, Page, StoreError, TestCase, TestSet};

/// How a test behaved on code that cannot have broken it, over all measurements of the repository.
#[derive(Debug, Clone, PartialEq)]
pub struct TestProfile {
    /// The test.
    pub test: TestCase,
    /// What is known of one that ever failed.
    pub known: Option<KnownTest>,
    /// Runs of one that never did.
    pub quiet_runs: u32,
}

impl OrgStore {
    /// The tests that ran on such code, by ordinal; `after` is the ordinal of the last one of the page before.
    pub async fn test_profiles(
        &self,
        repository: RepositoryId,
        state: Option<TestState>,
        after: Option<u32>,
        limit: u32,
    ) -> Result<Page<TestProfile>, StoreError> {
        let mut history = self.test_history(repository).await?;
        let is_meant = |held| state.is_none_or(|state| state == held);
        let mut tests = if is_meant(TestState::Healthy) { history.quiet().tests() } else { TestSet::new() };
        tests.extend(history.known().iter().filter(|(_, known)| is_meant(known.state)).map(|(test, _)| *test));
        if let Some(after) = after {
            tests.remove_range(..=after);
        }
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let more = tests.iter().nth(limit).is_some();
        let page: TestSet = tests.iter().take(limit).collect();
        let cases = self.test_cases(repository, Some(&page)).await?;
        let items = cases.into_iter().map(|test| TestProfile {
            known: history.forget(test.ordinal),
            quiet_runs: history.quiet().get(test.ordinal),
            test,
        });
        Ok(Page { items: items.collect(), more })
    }
}
