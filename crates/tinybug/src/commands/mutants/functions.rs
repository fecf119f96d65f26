//! Functions that a measurement is to be confined to: whether they are there is known before anything runs.

use std::path::{Path, PathBuf};

use tinybug_model::Tier;
use tinybug_mutate::{WantedFunctions, enumerate_stream};

use super::files::Files;
use crate::exit::UsageError;

/// Refuses names that no function of the project has.
pub(crate) fn check_functions(project: &Path, names: &[String]) -> anyhow::Result<()> {
    let mut wanted = WantedFunctions::new(names);
    let paths: [PathBuf; 1] = [project.to_owned()];
    // What .gitignore names may be in the repository all the same: looked at only where it matters.
    for list in [Files::find, Files::find_all] {
        let files = list(&paths)?;
        let mut found = enumerate_stream(files.sources(|_| true), Tier::Default);
        while !wanted.are_met()
            && let Some(file) = found.next()
        {
            file.functions.names().for_each(|function| wanted.meet(function));
        }
    }
    wanted.sentence().map_or(Ok(()), |missing| Err(UsageError::because(format!("--function: {missing}"))))
}
