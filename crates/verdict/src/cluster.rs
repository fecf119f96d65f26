//! Clusters: flaky tests that fail together on unchanged code. Their failing together again is one piece of evidence.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::run::RunFacts;

/// Tests that were seen to fail together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cluster {
    /// Which, sorted; at least two.
    pub tests: Vec<u32>,
    /// Runs in which any of them failed.
    pub failures: u32,
}

/// Finds clusters in the runs of the unchanged code: two tests belong together when at least half of the runs in
/// which one of them failed are runs in which both did. Tests in `left_out` (sorted) take no part.
pub fn clusters(runs: &[&RunFacts], left_out: &[u32]) -> Vec<Cluster> {
    let mut failing = BTreeMap::<u32, Vec<usize>>::new();
    for (index, run) in runs.iter().enumerate() {
        for &test in run.failed.iter().filter(|test| left_out.binary_search(test).is_err()) {
            failing.entry(test).or_default().push(index);
        }
    }
    let mut groups: Vec<(Vec<u32>, Vec<usize>)> = Vec::new();
    // The most telling histories first, so that a cluster grows around them.
    let mut tests: Vec<(u32, Vec<usize>)> = failing.into_iter().collect();
    tests.sort_by_key(|(test, runs)| (std::cmp::Reverse(runs.len()), *test));
    for (test, runs) in tests {
        match groups.iter_mut().find(|(_, others)| overlaps(&runs, others)) {
            Some((group, _)) => group.push(test),
            None => groups.push((vec![test], runs)),
        }
    }
    groups.retain(|(tests, _)| tests.len() > 1);
    let mut clusters: Vec<Cluster> = groups
        .into_iter()
        .map(|(mut tests, _)| {
            tests.sort_unstable();
            let failed = |run: &&&RunFacts| tests.iter().any(|test| run.failed.binary_search(test).is_ok());
            let failures = u32::try_from(runs.iter().filter(failed).count()).unwrap_or(u32::MAX);
            Cluster { tests, failures }
        })
        .collect();
    clusters.sort_by(|a, b| a.tests.cmp(&b.tests));
    clusters
}

/// Whether two sorted lists share at least half of what they hold together.
fn overlaps(some: &[usize], others: &[usize]) -> bool {
    let both = some.iter().filter(|run| others.binary_search(run).is_ok()).count();
    let either = some.len() + others.len() - both;
    both * 2 >= either
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::RunEnd;

    fn runs(failed: &[&[u32]]) -> Vec<RunFacts> {
        failed.iter().map(|failed| RunFacts::new(RunEnd::Failed, (0..9).collect(), failed.to_vec(), 1)).collect()
    }

    fn found(failed: &[&[u32]], left_out: &[u32]) -> Vec<Cluster> {
        let runs = runs(failed);
        clusters(&runs.iter().collect::<Vec<_>>(), left_out)
    }

    #[test]
    fn tests_that_fail_together_are_a_cluster() {
        let found = found(&[&[1, 2, 3], &[], &[1, 2, 3, 7], &[5], &[1, 3]], &[]);
        assert_eq!(found, [Cluster { tests: vec![1, 2, 3], failures: 3 }]);
    }

    #[test]
    fn tests_that_fail_apart_are_none_and_broken_ones_take_no_part() {
        assert_eq!(found(&[&[1], &[2], &[3]], &[]), []);
        assert_eq!(found(&[&[1, 4], &[4, 2], &[4]], &[4]), []);
    }
}
