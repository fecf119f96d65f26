//! Draws the mutants of a measurement from the code in its scope.

use std::collections::{HashMap, HashSet};

use tinybug_model::{Mutant, MutantId, Plan, Tier};
use tinybug_mutate::{Population, Source, describe_all, enumerate_all};
use tinybug_providers::Mirror;
use tinybug_store::Drawing;

use crate::{
    scope::Scope,
    source::{product_paths, read},
    strata::Strata,
};

/// So many files are in memory at a time: a repository may be larger than that.
const WINDOW: usize = 128;

pub(crate) async fn draw_mutants(
    mirror: &Mirror,
    sha: &str,
    plan: &Plan,
    scope: &Scope<'_>,
) -> anyhow::Result<Drawing> {
    let code = Code { mirror, sha, tier: plan.tier, scope };
    let mut population = Population::default();
    for paths in product_paths(mirror, sha, scope).await?.chunks(WINDOW) {
        for mutant in code.mutants(paths).await?.into_iter().filter(|mutant| scope.holds(mutant)) {
            population.add(&mutant);
        }
    }
    let drawn = population.draw(plan.mutants as usize, plan.seed);
    // The population only knows their names: their files are read once more.
    let chosen: HashSet<MutantId> = drawn.chosen.iter().map(|(_, id)| id.clone()).collect();
    let paths: Vec<String> = drawn.paths().into_iter().map(str::to_owned).collect();
    let mut found: HashMap<MutantId, (Mutant, String)> = HashMap::new();
    for paths in paths.chunks(WINDOW) {
        let described = code.described(paths, chosen.clone()).await?;
        found.extend(described.into_iter().map(|(mutant, sentence)| (mutant.id.clone(), (mutant, sentence))));
    }
    let drawn = drawn.filled(|id| found.get(id).map(|(mutant, _)| mutant.clone()));
    let sentence = |mutant: &Mutant| found.get(&mutant.id).map(|(_, sentence)| sentence.clone()).unwrap_or_default();
    Ok(Drawing {
        population: drawn.population as u64,
        strata: serde_json::to_value(Strata::from(&drawn))?,
        descriptions: drawn.chosen.iter().map(sentence).collect(),
        mutants: drawn.chosen,
    })
}

/// The code to draw from.
struct Code<'a> {
    mirror: &'a Mirror,
    sha: &'a str,
    tier: Tier,
    scope: &'a Scope<'a>,
}

impl Code<'_> {
    /// The mutants of some files.
    async fn mutants(&self, paths: &[String]) -> anyhow::Result<Vec<Mutant>> {
        let files = self.files(paths).await?;
        let tier = self.tier;
        // Parsing takes all cores.
        Ok(tokio::task::spawn_blocking(move || enumerate_all(&sources(&files), tier).mutants).await?)
    }

    /// Those of the mutants of some files that were chosen, each with a sentence about it.
    async fn described(&self, paths: &[String], chosen: HashSet<MutantId>) -> anyhow::Result<Vec<(Mutant, String)>> {
        let files = self.files(paths).await?;
        let tier = self.tier;
        let described = tokio::task::spawn_blocking(move || {
            let mut described = Vec::new();
            for source in sources(&files) {
                let mut mutants = enumerate_all(&[source], tier).mutants;
                mutants.retain(|mutant| chosen.contains(&mutant.id));
                let sentences: Vec<String> = describe_all(source, &mutants.iter().collect::<Vec<_>>());
                described.extend(mutants.into_iter().zip(sentences));
            }
            described
        });
        Ok(described.await?)
    }

    async fn files(&self, paths: &[String]) -> anyhow::Result<Vec<(String, Option<Vec<u8>>)>> {
        let contents = read(self.mirror, self.sha, self.scope.project(), paths).await?;
        Ok(paths.iter().cloned().zip(contents).collect())
    }
}

fn sources(files: &[(String, Option<Vec<u8>>)]) -> Vec<Source<'_>> {
    files.iter().filter_map(|(path, bytes)| Some(Source { path, bytes: bytes.as_deref()? })).collect()
}
