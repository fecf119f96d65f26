//! The code that is measured: which files of the commit are in scope.

use anyhow::Context;
use ignore::gitignore::{Gitignore, GitignoreBuilder};
use tinybug_model::Plan;
use tinybug_mutate::{Classified, classify};
use tinybug_providers::{Mirror, Source};
use tinybug_store::Measurement;

use crate::{Services, effective::Effective, failure::Permanent, services::Subject};

/// The measured commit.
pub(crate) fn base_sha(measurement: &Measurement) -> anyhow::Result<&str> {
    Ok(&measurement.commit.as_ref().context("the measurement is not prepared")?.sha)
}

/// Where the code of a measurement's builds comes from.
pub(crate) async fn source(services: &Services, subject: &Subject, effective: &Effective) -> anyhow::Result<Source> {
    Ok(Source {
        mirror: services.mirror(subject.repository.id).await?,
        toplevel: effective.toplevel.clone(),
        prefix: effective.project.clone(),
    })
}

/// The product code of the project at that commit, as far as the plan asks for it. Paths are the project's, without
/// what leads to it from the top of the repository: what a directory above is called says nothing about the code.
pub(crate) async fn product_files(
    mirror: &Mirror,
    sha: &str,
    project: &str,
    plan: &Plan,
) -> anyhow::Result<Vec<(String, Vec<u8>)>> {
    let scope = Scope::new(plan)?;
    let files = mirror.files(sha).await?;
    let paths: Vec<String> = files
        .iter()
        .filter(|file| !file.symlink)
        .filter_map(|file| file.path.strip_prefix(project))
        .filter(|path| scope.holds(path))
        .map(str::to_owned)
        .collect();
    let contents = read(mirror, sha, project, &paths).await?;
    let files = paths.into_iter().zip(contents);
    Ok(files
        .filter_map(|(path, bytes)| Some((path, bytes?)))
        .filter(|(path, bytes)| matches!(classify(path, bytes), Classified::Product(_)))
        .collect())
}

/// Files of the project, by its own paths.
pub(crate) async fn read(
    mirror: &Mirror,
    sha: &str,
    project: &str,
    paths: &[String],
) -> anyhow::Result<Vec<Option<Vec<u8>>>> {
    let whole: Vec<String> = paths.iter().map(|path| format!("{project}{path}")).collect();
    Ok(mirror.read(sha, &whole).await?)
}

struct Scope {
    include: Option<Gitignore>,
    exclude: Gitignore,
}

impl Scope {
    fn new(plan: &Plan) -> anyhow::Result<Self> {
        let include = if plan.include.is_empty() { None } else { Some(globs(&plan.include)?) };
        Ok(Self { include, exclude: globs(&plan.exclude)? })
    }

    /// Whether a file is in scope. Globs are relative to the project.
    fn holds(&self, path: &str) -> bool {
        // The name alone tells of most files that they need not be read.
        matches!(classify(path, b""), Classified::Product(_))
            && self.include.as_ref().is_none_or(|include| include.matched_path_or_any_parents(path, false).is_ignore())
            && !self.exclude.matched_path_or_any_parents(path, false).is_ignore()
    }
}

fn globs(patterns: &[String]) -> anyhow::Result<Gitignore> {
    let mut builder = GitignoreBuilder::new("");
    for pattern in patterns {
        builder.add_line(None, pattern).map_err(|error| Permanent(format!("the plan's glob {pattern:?}: {error}")))?;
    }
    builder.build().map_err(|error| Permanent(format!("the plan's globs: {error}")).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(include: &[&str], exclude: &[&str], path: &str) -> bool {
        let strings = |globs: &[&str]| globs.iter().map(|glob| (*glob).to_owned()).collect();
        let plan = Plan { include: strings(include), exclude: strings(exclude), ..Plan::default() };
        Scope::new(&plan).unwrap().holds(path)
    }

    #[test]
    fn without_globs_all_product_code_is_in_scope() {
        assert!(holds(&[], &[], "src/cart.py"));
        assert!(!holds(&[], &[], "README.md"));
    }

    #[test]
    fn globs_are_those_of_gitignore() {
        assert!(holds(&["src/"], &[], "src/deep/cart.py"));
        assert!(!holds(&["src/"], &[], "tools/cart.py"));
        assert!(!holds(&["*.py"], &["cart.py"], "src/cart.py"));
    }
}
