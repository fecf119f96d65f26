//! Draws the mutants of a measurement from the code in its scope.

use std::collections::HashMap;

use tinybug_model::{Mutant, Plan};
use tinybug_mutate::{Source, describe_all, draw, enumerate_all};
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
    let (files, mut mutants) = tokio::task::spawn_blocking(move || {
        let sources: Vec<Source<'_>> = files.iter().map(|(path, bytes)| Source { path, bytes }).collect();
        let mutants = enumerate_all(&sources, tier).mutants;
        (files, mutants)
    })
    .await?;
    mutants.retain(|mutant| scope.holds(mutant));
    let drawn = draw(&mutants, plan.mutants as usize, plan.seed);
    let strata = serde_json::to_value(Strata::from(&drawn))?;
    let population = drawn.population as u64;
    let (mutants, descriptions) = tokio::task::spawn_blocking(move || {
        let sources = files.iter().map(|(path, bytes)| Source { path, bytes });
        let descriptions = descriptions(sources, &drawn.chosen);
        (drawn.chosen, descriptions)
    })
    .await?;
    Ok(Drawing { population, strata, mutants, descriptions })
}

/// A sentence about each mutant, in their order; each file is parsed once.
fn descriptions<'a>(sources: impl Iterator<Item = Source<'a>>, mutants: &[Mutant]) -> Vec<String> {
    let mut places: HashMap<&str, Vec<usize>> = HashMap::new();
    for (place, mutant) in mutants.iter().enumerate() {
        places.entry(&mutant.path).or_default().push(place);
    }
    let mut descriptions = vec![String::new(); mutants.len()];
    for source in sources {
        let Some(places) = places.get(source.path) else { continue };
        let of_file: Vec<_> = places.iter().map(|place| &mutants[*place]).collect();
        for (place, description) in places.iter().zip(describe_all(source, &of_file)) {
            descriptions[*place] = description;
        }
    }
    descriptions
}
