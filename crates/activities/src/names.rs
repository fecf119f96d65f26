//! Names of test cases by their ordinals.

use std::collections::BTreeMap;

use tinybug_model::{RepositoryId, TestId};
use tinybug_store::{OrgStore, TestSet};

/// The test cases of a repository.
pub(crate) struct TestNames(BTreeMap<u32, TestId>);

/// Loads them: these, or all.
pub(crate) async fn test_names(
    org: &OrgStore,
    repository: RepositoryId,
    among: Option<&TestSet>,
) -> anyhow::Result<TestNames> {
    let cases = org.test_cases(repository, among).await?;
    Ok(TestNames(cases.into_iter().map(|case| (case.ordinal, case.id)).collect()))
}

impl TestNames {
    /// The test of that ordinal.
    pub(crate) fn id(&self, ordinal: u32) -> Option<&TestId> {
        self.0.get(&ordinal)
    }

    /// Its name for people.
    pub(crate) fn of(&self, ordinal: u32) -> String {
        self.id(ordinal).map_or_else(|| format!("test {ordinal}"), TestId::to_string)
    }
}
