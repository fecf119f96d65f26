//! Mutants of two commits: which are the same, which changed, which are gone or new.

use std::collections::HashMap;

use tinybug_model::{Mutant, MutantId};

/// How a mutant of one commit relates to another commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Match {
    /// The same change to the same line of the same function.
    Same(MutantId),
    /// The same change in the same function, but the line around it reads differently.
    Changed {
        /// In the earlier commit.
        before: MutantId,
        /// In the later commit.
        after: MutantId,
    },
    /// Only the earlier commit has it.
    Gone(MutantId),
    /// Only the later commit has it.
    New(MutantId),
}

/// Matches the mutants of two commits. `renamed` holds pairs of an earlier path and its later one. First come the
/// later commit's mutants in their order, then those that are gone in theirs.
pub fn match_mutants(before: &[Mutant], after: &[Mutant], renamed: &[(String, String)]) -> Vec<Match> {
    let later_path = |path: &str| -> String {
        renamed.iter().find(|(old, _)| old == path).map_or_else(|| path.to_owned(), |(_, new)| new.clone())
    };
    let ids: HashMap<&MutantId, usize> = before.iter().enumerate().map(|(at, mutant)| (&mutant.id, at)).collect();
    let mut taken = vec![false; before.len()];
    let mut matches: Vec<Option<Match>> = after
        .iter()
        .map(|mutant| {
            let at = *ids.get(&mutant.id)?;
            taken[at] = true;
            Some(Match::Same(mutant.id.clone()))
        })
        .collect();
    // What is left pairs up in order by what it does and where.
    let mut left: HashMap<Place<'_>, Vec<usize>> = HashMap::new();
    for (at, mutant) in before.iter().enumerate().rev().filter(|(at, _)| !taken[*at]) {
        left.entry(place(mutant, later_path(&mutant.path))).or_default().push(at);
    }
    for (mutant, found) in after.iter().zip(&mut matches).filter(|(_, found)| found.is_none()) {
        let twin = left.get_mut(&place(mutant, mutant.path.clone())).and_then(Vec::pop);
        *found = Some(match twin {
            Some(at) => {
                taken[at] = true;
                Match::Changed { before: before[at].id.clone(), after: mutant.id.clone() }
            }
            None => Match::New(mutant.id.clone()),
        });
    }
    let gone = before.iter().zip(taken).filter(|(_, taken)| !taken).map(|(mutant, _)| Match::Gone(mutant.id.clone()));
    matches.into_iter().flatten().chain(gone).collect()
}

type Place<'m> = (String, &'m str, &'m str, &'m str, &'m str);

fn place(mutant: &Mutant, path: String) -> Place<'_> {
    (path, &mutant.function, &mutant.operator, &mutant.original, &mutant.replacement)
}

#[cfg(test)]
mod tests {
    use tinybug_model::Tier;

    use super::*;
    use crate::{Source, enumerate};

    fn mutants(path: &str, text: &str) -> Vec<Mutant> {
        enumerate(Source { path, bytes: text.as_bytes() }, Tier::Default).mutants
    }

    #[test]
    fn lines_that_only_moved_keep_their_mutants() {
        let before = mutants("a.py", "def f(a):\n    return a < 3\n");
        let after = mutants("a.py", "import os\n\n\ndef f(a):\n    # why\n    return a < 3\n");
        let matches = match_mutants(&before, &after, &[]);
        assert!(!matches.is_empty());
        assert!(matches.iter().all(|found| matches!(found, Match::Same(_))), "{matches:?}");
    }

    #[test]
    fn a_line_that_reads_differently_changes_its_mutants() {
        let before = mutants("a.py", "def f(a):\n    x = a < 3\n");
        let after = mutants("a.py", "def f(a):\n    y = a < 3\n");
        let matches = match_mutants(&before, &after, &[]);
        assert!(matches.iter().all(|found| matches!(found, Match::Changed { .. })), "{matches:?}");
    }

    #[test]
    fn what_has_no_counterpart_is_gone_or_new() {
        let before = mutants("a.py", "def f(a):\n    return a < 3\n");
        let after = mutants("a.py", "def g(a):\n    return a + b\n");
        let matches = match_mutants(&before, &after, &[]);
        assert!(matches.iter().any(|found| matches!(found, Match::Gone(_))));
        assert!(matches.iter().any(|found| matches!(found, Match::New(_))));
    }

    #[test]
    fn a_renamed_file_keeps_its_mutants_as_changed() {
        let before = mutants("a.py", "def f(a):\n    return a < 3\n");
        let after = mutants("b.py", "def f(a):\n    return a < 3\n");
        let matches = match_mutants(&before, &after, &[("a.py".into(), "b.py".into())]);
        assert!(matches.iter().all(|found| matches!(found, Match::Changed { .. })), "{matches:?}");
    }
}
