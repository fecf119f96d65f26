//! Source texts with several mutants in them at once.

use std::{
    collections::{BTreeMap, HashMap},
    fs,
    path::Path,
};

use tinybug_model::Mutant;

/// Files by path.
pub(crate) type Files = BTreeMap<String, Vec<u8>>;

/// The unchanged files of some mutants.
pub(crate) struct Texts(HashMap<String, Vec<u8>>);

impl Texts {
    /// Reads them; files that cannot be read are left out.
    pub(crate) fn read(project: &Path, mutants: &[&Mutant]) -> Self {
        let mut texts = HashMap::new();
        for mutant in mutants {
            if !texts.contains_key(&mutant.path)
                && let Ok(text) = fs::read(project.join(&mutant.path))
            {
                texts.insert(mutant.path.clone(), text);
            }
        }
        Self(texts)
    }

    /// Whether a mutant fits its file.
    pub(crate) fn fit(&self, mutant: &Mutant) -> bool {
        let span = span(mutant);
        self.0
            .get(&mutant.path)
            .and_then(|text| text.get(span))
            .is_some_and(|found| found == mutant.original.as_bytes())
    }

    /// The files with these mutants in them, which must fit and lie on different lines.
    pub(crate) fn with<'a>(&self, mutants: impl Iterator<Item = &'a Mutant>) -> Files {
        let mut mutants: Vec<_> = mutants.collect();
        // From the end, so that no mutant moves another.
        mutants.sort_by_key(|mutant| std::cmp::Reverse(mutant.start_byte));
        let mut files = Files::new();
        for mutant in mutants {
            let file = files.entry(mutant.path.clone()).or_insert_with(|| self.0[&mutant.path].clone());
            file.splice(span(mutant), mutant.replacement.bytes());
        }
        files
    }
}

fn span(mutant: &Mutant) -> std::ops::Range<usize> {
    let offset = |byte: u64| usize::try_from(byte).unwrap_or(usize::MAX);
    offset(mutant.start_byte)..offset(mutant.end_byte)
}
