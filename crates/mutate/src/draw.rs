//! Drawing: which mutants a measurement tries, and in which order.
//!
//! The population is the mutable lines. Each stands with one mutant, chosen by the seed; when all lines are used up,
//! second mutants follow in a second round, and so on. Lines come in an order that takes from every stratum (directory
//! and operator family) in proportion, and that does not depend on how many are asked for. Every choice is a rank by a
//! hash, so that the order is the same on every machine and in every version.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};
use tinybug_model::Mutant;

/// A part of the population.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stratum {
    /// Directory and operator family.
    pub key: String,
    /// How many mutable lines it has.
    pub lines: usize,
}

/// Mutants drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drawing {
    /// The mutants, in the order of the draw.
    pub chosen: Vec<Mutant>,
    /// How many mutable lines there are.
    pub population: usize,
    /// The strata of the population, by key.
    pub strata: Vec<Stratum>,
    /// For each chosen mutant the index of its stratum.
    pub stratum_of: Vec<usize>,
}

/// Draws up to `n` mutants. A draw of more with the same seed begins with the same ones.
pub fn draw(mutants: &[Mutant], n: usize, seed: u64) -> Drawing {
    let mut lines: BTreeMap<(&str, u32), Vec<(u64, &Mutant)>> = BTreeMap::new();
    for mutant in mutants {
        let rank = rank(seed, "mutant", &mutant.id.0);
        lines.entry((&mutant.path, mutant.line)).or_default().push((rank, mutant));
    }
    for line in lines.values_mut() {
        line.sort_by(|one, other| one.0.cmp(&other.0).then_with(|| one.1.id.cmp(&other.1.id)));
    }
    let first: Vec<_> = lines.values().filter_map(|line| line.first()).map(|(_, mutant)| *mutant).collect();
    let strata = strata(&first);
    let index = |mutant: &Mutant| strata.iter().position(|stratum| stratum.key == key(mutant));

    let mut chosen = Vec::new();
    let mut stratum_of = Vec::new();
    for round in 0.. {
        let candidates: Vec<_> = lines.values().filter_map(|line| line.get(round)).map(|(_, mutant)| *mutant).collect();
        if candidates.is_empty() || chosen.len() >= n {
            break;
        }
        // A second mutant belongs to the stratum of its line's first one: strata are parts of the lines.
        let homes: BTreeMap<_, _> =
            lines.iter().filter_map(|(at, line)| Some((*at, index(line.first()?.1)?))).collect();
        for mutant in ordered(&candidates, &homes, seed) {
            if chosen.len() == n {
                break;
            }
            stratum_of.push(homes.get(&(mutant.path.as_str(), mutant.line)).copied().unwrap_or_default());
            chosen.push(mutant.clone());
        }
    }
    Drawing { chosen, population: first.len(), strata, stratum_of }
}

fn key(mutant: &Mutant) -> String {
    let directory = mutant.path.rsplit_once('/').map_or("", |(directory, _)| directory);
    let family = mutant.operator.split('.').next().unwrap_or_default();
    format!("{directory} {family}")
}

fn strata(first: &[&Mutant]) -> Vec<Stratum> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for mutant in first {
        *counts.entry(key(mutant)).or_default() += 1;
    }
    counts.into_iter().map(|(key, lines)| Stratum { key, lines }).collect()
}

/// The candidates of a round, interleaved: the j-th of a stratum of size s comes at (j + u) / s, where u is the
/// stratum's own start between 0 and 1.
fn ordered<'m>(candidates: &[&'m Mutant], homes: &BTreeMap<(&str, u32), usize>, seed: u64) -> Vec<&'m Mutant> {
    let mut by_stratum: BTreeMap<usize, Vec<(u64, &'m Mutant)>> = BTreeMap::new();
    for mutant in candidates {
        let home = homes.get(&(mutant.path.as_str(), mutant.line)).copied().unwrap_or_default();
        by_stratum.entry(home).or_default().push((rank(seed, "line", &mutant.id.0), mutant));
    }
    let mut placed = Vec::with_capacity(candidates.len());
    for (stratum, mut members) in by_stratum {
        members.sort_by(|one, other| one.0.cmp(&other.0).then_with(|| one.1.id.cmp(&other.1.id)));
        let Some((_, some)) = members.first() else { continue };
        let _ = stratum;
        let start = u128::from(rank(seed, "stratum", &key(some)));
        let size = members.len() as u128;
        for (at, (rank, mutant)) in members.into_iter().enumerate() {
            // In units of 2^-64 of the round; whole numbers, so that no machine rounds otherwise.
            let place = (((at as u128) << 64) + start) / size;
            placed.push((place, rank, mutant));
        }
    }
    placed.sort_by(|one, other| (one.0, one.1).cmp(&(other.0, other.1)).then_with(|| one.2.id.cmp(&other.2.id)));
    placed.into_iter().map(|(_, _, mutant)| mutant).collect()
}

/// A number between 0 and 2^64 that only the seed and the name decide.
fn rank(seed: u64, purpose: &str, name: &str) -> u64 {
    let mut hasher = Sha256::new();
    hasher.update(seed.to_be_bytes());
    hasher.update(purpose.as_bytes());
    hasher.update([0]);
    hasher.update(name.as_bytes());
    let digest = hasher.finalize();
    u64::from_be_bytes(digest[..8].try_into().expect("a digest has 32 bytes"))
}
