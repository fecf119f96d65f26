//! Compiles many mutants at once, and finds those that the compiler refuses with few calls of it.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs, io,
    path::{Path, PathBuf},
};

use tinybug_model::Mutant;

use super::{
    Check,
    compilers::{COMPILERS, Compiler},
};
use crate::ProviderError;

/// Notes what the compilers refuse.
pub(super) async fn ask(
    check: &Check<'_>,
    mutants: &[Mutant],
    refusals: &mut [Option<String>],
) -> Result<(), ProviderError> {
    let project = check.project();
    for compiler in &COMPILERS {
        let mut homes: BTreeMap<PathBuf, Vec<usize>> = BTreeMap::new();
        for (at, mutant) in mutants.iter().enumerate() {
            if let Some(home) = compiler.home(&project, mutant) {
                homes.entry(home).or_default().push(at);
            }
        }
        for (home, members) in homes {
            let files = originals(&project, mutants, &members).map_err(ProviderError::io("reading what to compile"))?;
            let package = Package { check, compiler, home, project: &project, mutants, files };
            for (at, said) in package.refused(&members).await? {
                refusals[at] = Some(said);
            }
        }
    }
    Ok(())
}

/// What one call of a compiler covers.
struct Package<'a> {
    check: &'a Check<'a>,
    compiler: &'a Compiler,
    home: PathBuf,
    project: &'a Path,
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

impl Package<'_> {
    /// The members that the compiler refuses, each by itself, and what it says.
    async fn refused(&self, members: &[usize]) -> Result<Vec<(usize, String)>, ProviderError> {
        if !self.unchanged_compiles().await? {
            return Ok(Vec::new());
        }
        let mut refused = Vec::new();
        let mut waiting = layers(self.mutants, members);
        while let Some(together) = waiting.pop() {
            if together.is_empty() {
                continue;
            }
            let output = match self.compile(&together).await? {
                Said::Accepted => continue,
                Said::Nothing => break,
                Said::Refused(output) => output,
            };
            let complaints = self.compiler.complaints(&output);
            if let [only] = together[..] {
                // Without a place in the code it was something else that failed.
                refused.extend(complaints.first().map(|complaint| (only, complaint.said.to_owned())));
                continue;
            }
            let is_blamed = |at: &usize| complaints.iter().any(|complaint| complaint.blames(&self.mutants[*at]));
            let (blamed, rest): (Vec<usize>, Vec<usize>) = together.iter().partition(|at| is_blamed(at));
            if blamed.is_empty() {
                let (one, other) = together.split_at(together.len() / 2);
                waiting.extend([one.to_vec(), other.to_vec()]);
            } else {
                // Errors may have hidden others; and two good mutants may not go together.
                waiting.push(rest);
                waiting.extend(blamed.into_iter().map(|at| vec![at]));
            }
        }
        // What broke the machine meanwhile (a full disk) must not condemn mutants.
        if !refused.is_empty() && !self.unchanged_compiles().await? {
            refused.clear();
        }
        Ok(refused)
    }

    async fn unchanged_compiles(&self) -> Result<bool, ProviderError> {
        Ok(matches!(self.compile(&[]).await?, Said::Accepted))
    }

    /// Compiles with these mutants in place, which stand on different lines, and takes them out again.
    async fn compile(&self, together: &[usize]) -> Result<Said, ProviderError> {
        self.write(&self.mutated(together))?;
        let temporary = self.check.slot.temporary();
        let command = self.compiler.command.replace("{tmp}", &temporary.display().to_string());
        let answer = self.check.run(&command, &self.home).await;
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
            let place = |byte: u64| usize::try_from(byte).unwrap_or(usize::MAX).min(text.len());
            let span = place(mutant.start_byte)..place(mutant.end_byte);
            text.splice(span, mutant.replacement.bytes());
        }
        texts
    }

    fn write(&self, texts: &BTreeMap<&str, Vec<u8>>) -> Result<(), ProviderError> {
        let write = |(path, text): (&&str, &Vec<u8>)| fs::write(self.project.join(path), text);
        texts.iter().try_for_each(write).map_err(ProviderError::io("writing mutants into a slot"))
    }
}

fn originals(project: &Path, mutants: &[Mutant], members: &[usize]) -> io::Result<BTreeMap<String, Vec<u8>>> {
    let paths: BTreeSet<&String> = members.iter().map(|at| &mutants[*at].path).collect();
    paths.into_iter().map(|path| Ok((path.clone(), fs::read(project.join(path))?))).collect()
}

/// The members in groups in which no line has two mutants.
fn layers(mutants: &[Mutant], members: &[usize]) -> Vec<Vec<usize>> {
    let mut layers: Vec<Vec<usize>> = Vec::new();
    let mut seen: BTreeMap<(&str, u32), usize> = BTreeMap::new();
    for at in members {
        let mutant = &mutants[*at];
        let layer = seen.entry((&mutant.path, mutant.line)).or_default();
        if layers.len() == *layer {
            layers.push(Vec::new());
        }
        layers[*layer].push(*at);
        *layer += 1;
    }
    layers
}
