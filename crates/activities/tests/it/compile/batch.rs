//! Many mutants in few compilations: one of each line together, and the blamed ones alone.

use std::{collections::HashMap, path::Path};

use tinybug_model::Mutant;

use super::{Complaint, Ruling, texts::Texts};

/// Changed files by their path in the project.
pub(crate) type Edited = super::texts::Files;

/// Something that compiles a whole project.
pub(crate) trait Toolchain {
    /// Compiles it with some files changed.
    fn compile(&self, edited: &Edited) -> Compiled;
}

/// How a compilation went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Compiled {
    /// Whether there was nothing to complain of.
    pub(crate) accepted: bool,
    /// What there was.
    pub(crate) complaints: Vec<Complaint>,
}

/// Says of each mutant whether the toolchain refuses it. None is refused that was not alone in the code when it was,
/// so that no mutant is blamed for another.
pub(crate) fn rule(toolchain: &impl Toolchain, project: &Path, mutants: &[&Mutant]) -> Vec<Ruling> {
    let mut rulings = vec![Ruling::Unknown; mutants.len()];
    let texts = Texts::read(project, mutants);
    if !toolchain.compile(&Edited::new()).accepted {
        return rulings;
    }
    let mut waiting = layers(mutants, &texts);
    while let Some(together) = waiting.pop() {
        let compiled = toolchain.compile(&texts.with(together.iter().map(|at| mutants[*at])));
        if compiled.accepted {
            for at in together {
                rulings[at] = Ruling::Accepted;
            }
        } else if let [alone] = together[..] {
            rulings[alone] = Ruling::Refused { message: message(compiled.complaints, mutants[alone]) };
        } else {
            waiting.extend(split(&together, mutants, &compiled.complaints));
        }
    }
    rulings
}

/// Sets of mutants of which no two share a line. Those that do not fit their file are in none.
fn layers(mutants: &[&Mutant], texts: &Texts) -> Vec<Vec<usize>> {
    let mut layers: Vec<Vec<usize>> = Vec::new();
    let mut depths: HashMap<(&str, u32), usize> = HashMap::new();
    for (at, mutant) in mutants.iter().enumerate().filter(|(_, mutant)| texts.fit(mutant)) {
        let depth = depths.entry((&mutant.path, mutant.line)).or_default();
        if *depth == layers.len() {
            layers.push(Vec::new());
        }
        layers[*depth].push(at);
        *depth += 1;
    }
    layers
}

/// Smaller sets to try in place of one that was refused.
fn split(together: &[usize], mutants: &[&Mutant], complaints: &[Complaint]) -> Vec<Vec<usize>> {
    let is_blamed = |at: &usize| {
        let mutant = mutants[*at];
        complaints.iter().any(|complaint| complaint.line == mutant.line && complaint.is_of(&mutant.path))
    };
    let (blamed, rest): (Vec<usize>, Vec<usize>) = together.iter().partition(|at| is_blamed(at));
    if !blamed.is_empty() {
        let mut sets: Vec<_> = blamed.into_iter().map(|at| vec![at]).collect();
        sets.extend((!rest.is_empty()).then_some(rest));
        return sets;
    }
    // The error shows elsewhere, such as where a variable is declared that is no longer used: the mutants that took
    // the name away are the first suspects, then those close by.
    let suspicion = |at: &usize| {
        let mutant = mutants[*at];
        let of_file = complaints.iter().filter(|complaint| complaint.is_of(&mutant.path));
        let ranks = of_file.map(|complaint| (!complaint.names(&mutant.original), complaint.line.abs_diff(mutant.line)));
        ranks.min().unwrap_or((true, u32::MAX))
    };
    let mut sorted = together.to_vec();
    sorted.sort_by_cached_key(suspicion);
    let named = sorted.iter().take_while(|at| !suspicion(at).0).count();
    let in_file = sorted.iter().filter(|at| suspicion(at).1 < u32::MAX).count();
    let near = match (named, in_file) {
        (0, 0) => sorted.len() / 2,
        (0, in_file) => (in_file / 8).max(4),
        (named, _) => named.min(8),
    };
    let far = sorted.split_off(if near < sorted.len() { near } else { sorted.len() / 2 });
    vec![far, sorted]
}

/// What is said about the mutant's own file, or else the first that is said.
fn message(complaints: Vec<Complaint>, mutant: &Mutant) -> String {
    let own = complaints.iter().position(|complaint| complaint.is_of(&mutant.path)).unwrap_or(0);
    complaints.into_iter().nth(own).map_or_else(String::new, |complaint| complaint.message)
}

#[cfg(test)]
#[path = "batch_tests.rs"]
mod tests;
