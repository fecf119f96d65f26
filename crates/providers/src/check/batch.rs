//! Compiles many mutants at once, and finds those that the compiler refuses with few calls of it.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs, io,
    ops::Range,
    path::Path,
};

use tinybug_model::Mutant;

use super::{
    Compiler, Place, Ruling,
    compiler::Package,
    complaint::{Complaint, Distance, complaints},
};
use crate::ProviderError;

/// Notes what a compiler says of the mutants of its language. None is refused that was not alone in the code when it
/// was, so that no mutant is blamed for another.
pub(super) async fn rule(
    place: &impl Place,
    compiler: &Compiler,
    mutants: &[Mutant],
    rulings: &mut [Ruling],
) -> Result<(), ProviderError> {
    let mut packages: BTreeMap<Package, Vec<usize>> = BTreeMap::new();
    for (at, mutant) in mutants.iter().enumerate() {
        if let Some(package) = compiler.package(place.project(), mutant) {
            packages.entry(package).or_default().push(at);
        }
    }
    for (package, members) in packages {
        let files =
            originals(place.project(), mutants, &members).map_err(ProviderError::io("reading what to compile"))?;
        let command = compiler.command(place.project(), &package, place.temporary());
        let batch = Batch { place, compiler, package, command, mutants, files };
        for (at, ruling) in batch.rulings(&members).await? {
            rulings[at] = ruling;
        }
    }
    Ok(())
}

/// The mutants of one package.
struct Batch<'a, P> {
    place: &'a P,
    compiler: &'a Compiler,
    package: Package,
    command: String,
    mutants: &'a [Mutant],
    /// The unchanged files with mutants, by their paths from the project.
    files: BTreeMap<String, Vec<u8>>,
}

/// What a compiler said.
enum Said {
    Accepted,
    Refused(String),
    /// Nothing that tells anything about the mutants.
    Nothing,
}

impl<P: Place> Batch<'_, P> {
    /// The members of which the compiler can tell.
    async fn rulings(&self, members: &[usize]) -> Result<Vec<(usize, Ruling)>, ProviderError> {
        if !self.unchanged_compiles().await? {
            return Ok(Vec::new());
        }
        let (mut accepted, mut refused) = (Vec::new(), Vec::new());
        let mut waiting = self.layers(members);
        while let Some(together) = waiting.pop() {
            if together.is_empty() {
                continue;
            }
            let output = match self.compile(&together).await? {
                Said::Accepted => {
                    accepted.extend(together.into_iter().map(|at| (at, Ruling::Accepted)));
                    continue;
                }
                Said::Nothing => break,
                Said::Refused(output) => output,
            };
            let complaints = complaints(&output, self.compiler.errors_say_so);
            if let [only] = together[..] {
                let own = complaints.iter().find(|complaint| complaint.blames(&self.mutants[only]));
                // Without a place in the code it was something else that failed.
                let complaint = own.or(complaints.first());
                refused.extend(complaint.map(|complaint| (only, Ruling::Refused(complaint.said.to_owned()))));
            } else {
                waiting.extend(self.split(&together, &complaints));
            }
        }
        // What broke the machine meanwhile (a full disk) must not condemn mutants.
        if !refused.is_empty() && !self.unchanged_compiles().await? {
            refused.clear();
        }
        accepted.extend(refused);
        Ok(accepted)
    }

    /// Smaller sets to try in place of one that was refused.
    fn split(&self, together: &[usize], complaints: &[Complaint<'_>]) -> Vec<Vec<usize>> {
        let is_blamed = |at: &usize| complaints.iter().any(|complaint| complaint.blames(&self.mutants[*at]));
        let (blamed, rest): (Vec<usize>, Vec<usize>) = together.iter().partition(|at| is_blamed(at));
        if blamed.is_empty() {
            return self.suspects(together, complaints);
        }
        // Errors may have hidden others; and two good mutants may not go together.
        [rest].into_iter().chain(blamed.into_iter().map(|at| vec![at])).collect()
    }

    /// The error shows elsewhere, such as where a variable is declared that is no longer used: those that took the name
    /// away are tried apart from the others, or else those close by.
    fn suspects(&self, together: &[usize], complaints: &[Complaint<'_>]) -> Vec<Vec<usize>> {
        let distance = |at: &usize| -> Distance {
            let distances = complaints.iter().filter_map(|complaint| complaint.distance(&self.mutants[*at]));
            distances.min().unwrap_or((true, u32::MAX))
        };
        let mut sorted = together.to_vec();
        sorted.sort_by_cached_key(distance);
        let named = sorted.iter().take_while(|at| !distance(at).0).count();
        let in_file = sorted.iter().take_while(|at| distance(at).1 < u32::MAX).count();
        let near = match (named, in_file) {
            (0, 0) => sorted.len() / 2,
            (0, in_file) => (in_file / 8).max(4),
            (named, _) => named.min(8),
        };
        let far = sorted.split_off(if near < sorted.len() { near } else { sorted.len() / 2 });
        vec![far, sorted]
    }

    async fn unchanged_compiles(&self) -> Result<bool, ProviderError> {
        Ok(matches!(self.compile(&[]).await?, Said::Accepted))
    }

    /// Compiles with these mutants in place, which stand on different lines, and takes them out again.
    async fn compile(&self, together: &[usize]) -> Result<Said, ProviderError> {
        self.write(&self.mutated(together))?;
        let answer = self.place.run(&self.command, &self.package.home).await;
        let touched = together.iter().map(|at| self.mutants[*at].path.as_str()).collect::<BTreeSet<_>>();
        self.write(&touched.into_iter().filter_map(|path| Some((path, self.files.get(path)?.clone()))).collect())?;
        Ok(match answer? {
            None => Said::Nothing,
            Some(answer) if answer.accepted => Said::Accepted,
            Some(answer) => Said::Refused(answer.output),
        })
    }

    fn mutated(&self, together: &[usize]) -> BTreeMap<&str, Vec<u8>> {
        let mut mutants: Vec<&Mutant> = together.iter().map(|at| &self.mutants[*at]).collect();
        // From the end of a file to its start, so that offsets stay true.
        mutants.sort_by_key(|mutant| std::cmp::Reverse(mutant.start_byte));
        let mut texts: BTreeMap<&str, Vec<u8>> = BTreeMap::new();
        for mutant in mutants {
            let Some(original) = self.files.get(&mutant.path) else { continue };
            let text = texts.entry(&mutant.path).or_insert_with(|| original.clone());
            text.splice(span(mutant), mutant.replacement.bytes());
        }
        texts
    }

    fn write(&self, texts: &BTreeMap<&str, Vec<u8>>) -> Result<(), ProviderError> {
        let write = |(path, text): (&&str, &Vec<u8>)| fs::write(self.place.project().join(path), text);
        texts.iter().try_for_each(write).map_err(ProviderError::io("writing mutants into their files"))
    }

    /// The members in groups in which no line has two mutants. Those that do not fit their file are in none.
    fn layers(&self, members: &[usize]) -> Vec<Vec<usize>> {
        let mut layers: Vec<Vec<usize>> = Vec::new();
        let mut seen: BTreeMap<(&str, u32), usize> = BTreeMap::new();
        for at in members {
            let mutant = &self.mutants[*at];
            let found = self.files.get(&mutant.path).and_then(|text| text.get(span(mutant)));
            if found != Some(mutant.original.as_bytes()) {
                continue;
            }
            let layer = seen.entry((&mutant.path, mutant.line)).or_default();
            if layers.len() == *layer {
                layers.push(Vec::new());
            }
            layers[*layer].push(*at);
            *layer += 1;
        }
        layers
    }
}

fn originals(project: &Path, mutants: &[Mutant], members: &[usize]) -> io::Result<BTreeMap<String, Vec<u8>>> {
    let paths: BTreeSet<&String> = members.iter().map(|at| &mutants[*at].path).collect();
    paths.into_iter().map(|path| Ok((path.clone(), fs::read(project.join(path))?))).collect()
}

fn span(mutant: &Mutant) -> Range<usize> {
    let place = |byte: u64| usize::try_from(byte).unwrap_or(usize::MAX);
    place(mutant.start_byte)..place(mutant.end_byte)
}

#[cfg(test)]
#[path = "batch_tests.rs"]
mod tests;
