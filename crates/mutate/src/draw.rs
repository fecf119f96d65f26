//! Drawing: which mutants a measurement tries, and in which order.
//!
//! The population is the mutable lines. Each stands with one mutant, chosen by the seed; when all lines are used up,
//! second mutants follow in a second round, and so on. Lines come in an order that takes from every stratum (directory
//! and operator family) in proportion, and that does not depend on how many are asked for. Every choice is a rank by a
//! hash, so that the order is the same on every machine and in every version.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use sha2::{Digest, Sha256};
use tinybug_model::{Mutant, MutantId};

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
    let mut population = Population::default();
    for mutant in mutants {
        population.add(mutant);
    }
    let by_id: HashMap<_, _> = mutants.iter().map(|mutant| (&mutant.id, mutant)).collect();
    population.draw(n, seed).filled(|id| by_id.get(id).copied().cloned())
}

/// What can be drawn from: of each mutant only as much as the draw must know.
#[derive(Debug, Clone, Default)]
pub struct Population {
    paths: Names,
    families: Names,
    members: Vec<Member>,
}

/// Names, each kept once.
#[derive(Debug, Clone, Default)]
struct Names {
    numbers: HashMap<String, u32>,
    list: Vec<String>,
}

impl Names {
    fn number(&mut self, name: &str) -> u32 {
        if let Some(number) = self.numbers.get(name) {
            return *number;
        }
        let number = u32::try_from(self.list.len()).expect("there are fewer files than bytes of memory");
        self.numbers.insert(name.to_owned(), number);
        self.list.push(name.to_owned());
        number
    }
}

/// A mutant that can be drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Member {
    path: u32,
    line: u32,
    id: u64,
    family: u32,
}

/// Mutants drawn from a population that keeps none of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drawn {
    /// File and id of each mutant, in the order of the draw.
    pub chosen: Vec<(String, MutantId)>,
    population: usize,
    strata: Vec<Stratum>,
    stratum_of: Vec<usize>,
}

impl Drawn {
    /// The files of the mutants drawn, by path.
    pub fn paths(&self) -> BTreeSet<&str> {
        self.chosen.iter().map(|(path, _)| path.as_str()).collect()
    }

    /// The drawing, with the mutants that the ids stand for. Those that are not found are left out.
    pub fn filled(self, mut mutant: impl FnMut(&MutantId) -> Option<Mutant>) -> Drawing {
        let found = self.chosen.iter().map(|(_, id)| mutant(id)).zip(self.stratum_of);
        let (chosen, stratum_of) = found.filter_map(|(mutant, of)| Some((mutant?, of))).unzip();
        Drawing { chosen, population: self.population, strata: self.strata, stratum_of }
    }
}

impl Population {
    /// Adds a mutant.
    pub fn add(&mut self, mutant: &Mutant) {
        let family = mutant.operator.split('.').next().unwrap_or_default();
        self.members.push(Member {
            path: self.paths.number(&mutant.path),
            line: mutant.line,
            id: u64::from_str_radix(&mutant.id.0, 16).expect("ids are sixteen hexadecimal digits"),
            family: self.families.number(family),
        });
    }

    /// Draws up to `n` mutants, as `draw` does.
    pub fn draw(mut self, n: usize, seed: u64) -> Drawn {
        self.members.sort_unstable();
        let mut lines: Vec<Vec<Member>> =
            self.members.chunk_by(|a, b| (a.path, a.line) == (b.path, b.line)).map(<[_]>::to_vec).collect();
        for line in &mut lines {
            line.sort_by_cached_key(|member| (rank(seed, "mutant", &name(member.id).0), member.id));
        }
        let keys: Vec<String> = lines.iter().map(|line| self.key(&line[0])).collect();
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for key in &keys {
            *counts.entry(key).or_default() += 1;
        }
        let numbers: HashMap<&str, usize> = counts.keys().enumerate().map(|(number, key)| (*key, number)).collect();
        // A second mutant belongs to the stratum of its line's first one: strata are parts of the lines.
        let homes: Vec<usize> = keys.iter().map(|key| numbers[key.as_str()]).collect();

        let mut chosen = Vec::new();
        let mut stratum_of = Vec::new();
        for round in 0.. {
            let candidates: Vec<_> =
                lines.iter().zip(&homes).filter_map(|(line, home)| Some((*home, *line.get(round)?))).collect();
            if candidates.is_empty() || chosen.len() >= n {
                break;
            }
            for (home, member) in self.ordered(candidates, seed).into_iter().take(n - chosen.len()) {
                stratum_of.push(home);
                chosen.push((self.paths.list[member.path as usize].clone(), name(member.id)));
            }
        }
        let strata = counts.into_iter().map(|(key, lines)| Stratum { key: key.to_owned(), lines }).collect();
        Drawn { chosen, population: lines.len(), strata, stratum_of }
    }

    fn key(&self, member: &Member) -> String {
        let path = &self.paths.list[member.path as usize];
        let directory = path.rsplit_once('/').map_or("", |(directory, _)| directory);
        format!("{directory} {}", self.families.list[member.family as usize])
    }

    /// The candidates of a round, interleaved: the j-th of a stratum of size s comes at (j + u) / s, where u is the
    /// stratum's own start between 0 and 1.
    fn ordered(&self, candidates: Vec<(usize, Member)>, seed: u64) -> Vec<(usize, Member)> {
        let mut by_stratum: BTreeMap<usize, Vec<(u64, u64, Member)>> = BTreeMap::new();
        for (home, member) in candidates {
            let rank = rank(seed, "line", &name(member.id).0);
            by_stratum.entry(home).or_default().push((rank, member.id, member));
        }
        let mut placed = Vec::new();
        for (home, mut members) in by_stratum {
            members.sort_unstable();
            let Some((_, _, first)) = members.first() else { continue };
            let start = u128::from(rank(seed, "stratum", &self.key(first)));
            let size = members.len() as u128;
            for (at, (rank, id, member)) in members.into_iter().enumerate() {
                // In units of 2^-64 of the round; whole numbers, so that no machine rounds otherwise.
                let place = (((at as u128) << 64) + start) / size;
                placed.push((place, rank, id, home, member));
            }
        }
        placed.sort_unstable();
        placed.into_iter().map(|(_, _, _, home, member)| (home, member)).collect()
    }
}

fn name(id: u64) -> MutantId {
    MutantId(format!("{id:016x}"))
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
