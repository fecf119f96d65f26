//! Which tests execute a mutant's line.

use tinybug_providers::Coverage;
use tinybug_store::{DrawnMutant, MutantCoverage, TestSet};

/// What coverage says of each mutant; mutants of which it says nothing certain are left out. `ordinals` are those of
/// the coverage's tests, `project` leads from the top of the repository to the mutants' paths.
pub(crate) fn of_mutants(
    mutants: &[DrawnMutant],
    project: &str,
    coverage: &Coverage,
    ordinals: &[u32],
) -> Vec<MutantCoverage> {
    mutants.iter().filter_map(|drawn| of_mutant(drawn, project, coverage, ordinals)).collect()
}

fn of_mutant(drawn: &DrawnMutant, project: &str, coverage: &Coverage, ordinals: &[u32]) -> Option<MutantCoverage> {
    let (path, line) = (format!("{project}{}", drawn.mutant.path), drawn.mutant.line);
    let covering = match coverage.line(&path, line) {
        // Any test may depend on what runs at import: then covering tests are not known, one by one.
        Some(cover) if cover.import => return None,
        Some(cover) => cover.tests.iter().filter_map(|place| ordinals.get(*place as usize)).copied().collect(),
        None if coverage.is_complete() => TestSet::new(),
        None => return None,
    };
    Some(MutantCoverage { number: drawn.number, covering })
}
