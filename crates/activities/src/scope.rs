//! Which files and lines of the code a plan asks for.

use ignore::gitignore::{Gitignore, GitignoreBuilder};
use tinybug_model::{Mutant, Plan};
use tinybug_mutate::{ChangedLines, Classified, classify, is_in_function};
use tinybug_providers::{Coverage, Mirror};

use crate::failure::{Permanent, of_the_user};

/// What of the code is in scope.
pub(crate) struct Scope<'a> {
    project: &'a str,
    include: Option<Gitignore>,
    exclude: Gitignore,
    changed: Option<ChangedLines>,
    functions: &'a [String],
    covered: Option<&'a Coverage>,
}

impl<'a> Scope<'a> {
    /// The files and functions that a plan asks for, changed or not. `project` leads from the top of the repository to
    /// the project; globs and the paths of mutants start there.
    pub(crate) fn new(project: &'a str, plan: &'a Plan) -> anyhow::Result<Self> {
        let include = if plan.include.is_empty() { None } else { Some(globs(&plan.include)?) };
        let exclude = globs(&plan.exclude)?;
        Ok(Self { project, include, exclude, changed: None, functions: &plan.functions, covered: None })
    }

    /// All that a plan asks for, at that commit.
    pub(crate) async fn at(mirror: &Mirror, sha: &str, project: &'a str, plan: &'a Plan) -> anyhow::Result<Self> {
        let scope = Self::new(project, plan)?;
        let Some(revision) = &plan.since else { return Ok(scope) };
        let diff = mirror.changed_since(revision, sha).await.map_err(of_the_user)?;
        Ok(Self { changed: Some(ChangedLines::from_unified(&diff)?), ..scope })
    }

    /// The same, without the lines of which it is known that no test executes them.
    pub(crate) fn covered_by(self, coverage: &'a Coverage) -> Self {
        Self { covered: Some(coverage), ..self }
    }

    /// What leads from the top of the repository to the project.
    pub(crate) fn project(&self) -> &str {
        self.project
    }

    /// Whether a file may hold mutants, as far as its path tells.
    pub(crate) fn holds_file(&self, path: &str) -> bool {
        // The name alone tells of most files that they need not be read.
        matches!(classify(path, b""), Classified::Product(_))
            && self.include.as_ref().is_none_or(|include| include.matched_path_or_any_parents(path, false).is_ignore())
            && !self.exclude.matched_path_or_any_parents(path, false).is_ignore()
            && self.changed.as_ref().is_none_or(|changed| changed.has_file(&self.in_repository(path)))
    }

    /// Whether a mutant in such a file is in scope.
    pub(crate) fn holds(&self, mutant: &Mutant) -> bool {
        let path = self.in_repository(&mutant.path);
        self.changed.as_ref().is_none_or(|changed| changed.contains(&path, mutant.line))
            && (self.functions.is_empty() || self.functions.iter().any(|name| is_in_function(&mutant.function, name)))
            && self.covered.is_none_or(|coverage| coverage.may_execute(&path, mutant.line))
    }

    fn in_repository(&self, path: &str) -> String {
        format!("{}{path}", self.project)
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

    fn scope(include: &[&str], exclude: &[&str]) -> Scope<'static> {
        let strings = |globs: &[&str]| globs.iter().map(|glob| (*glob).to_owned()).collect::<Vec<_>>();
        let include = (!include.is_empty()).then(|| globs(&strings(include)).unwrap());
        let exclude = globs(&strings(exclude)).unwrap();
        Scope { project: "", include, exclude, changed: None, functions: &[], covered: None }
    }

    #[test]
    fn without_globs_all_product_code_is_in_scope() {
        assert!(scope(&[], &[]).holds_file("src/cart.py"));
        assert!(!scope(&[], &[]).holds_file("README.md"));
    }

    #[test]
    fn globs_are_those_of_gitignore() {
        assert!(scope(&["src/"], &[]).holds_file("src/deep/cart.py"));
        assert!(!scope(&["src/"], &[]).holds_file("tools/cart.py"));
        assert!(!scope(&["*.py"], &["cart.py"]).holds_file("src/cart.py"));
    }

    #[test]
    fn changed_files_are_known_from_the_top_of_the_repository() {
        let mut changed = ChangedLines::default();
        changed.add("shop/cart.py", 3..=3);
        let scope = Scope { project: "shop/", changed: Some(changed), ..scope(&[], &[]) };
        assert!(scope.holds_file("cart.py"));
        assert!(!scope.holds_file("till.py"));
    }
}
