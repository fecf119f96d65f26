//! Draws the mutants of a measurement from the code in its scope.

use tinybug_model::Plan;
use tinybug_mutate::{Source, draw, enumerate_all};
use tinybug_providers::Mirror;
use tinybug_store::Drawing;

use crate::{scope::Scope, source::product_files, strata::Strata};

pub(crate) async fn draw_mutants(
    mirror: &Mirror,
    sha: &str,
    plan: &Plan,
    scope: &Scope<'_>,
) -> anyhow::Result<Drawing> {
    let files = product_files(mirror, sha, scope).await?;
    let tier = plan.tier;
    // Reading and parsing a large code base takes seconds of all cores.
    let mut mutants = tokio::task::spawn_blocking(move || {
        let sources: Vec<Source<'_>> = files.iter().map(|(path, bytes)| Source { path, bytes }).collect();
        enumerate_all(&sources, tier).mutants
    })
    .await?;
    mutants.retain(|mutant| scope.holds(mutant));
    let drawn = draw(&mutants, plan.mutants as usize, plan.seed);
    Ok(Drawing {
        population: drawn.population as u64,
        strata: serde_json::to_value(Strata::from(&drawn))?,
        mutants: drawn.chosen,
    })
}
