//! What a measurement will find to mutate, as far as that is known before anything runs.

use std::path::Path;

use tinybug_model::Tier;
use tinybug_mutate::{WantedFunctions, enumerate_stream};

use super::{files::Files, nothing, scope::Scope};
use crate::{
    cli::{MutantsArgs, MutantsFormat, TryArgs},
    exit::UsageError,
};

/// Refuses a project without product code, and names that none of its functions has. Says why nothing will be mutated
/// where no new line is product code: that is no mistake.
pub(crate) async fn check_before(project: &Path, args: &TryArgs) -> anyhow::Result<Option<String>> {
    let asked = MutantsArgs {
        paths: vec![project.to_owned()],
        format: MutantsFormat::Text,
        tier: args.tier,
        diff: None,
        since: args.since.clone(),
        function: Vec::new(),
        explain: None,
    };
    let files = Files::find(&asked.paths)?;
    // What .gitignore names may be in the repository all the same: looked at only where it matters.
    let all = || Files::find_all(&asked.paths);
    let mut wanted = WantedFunctions::new(&args.function);
    meet(&mut wanted, &files);
    if !wanted.are_met() {
        meet(&mut wanted, &all()?);
    }
    let scope = Scope::of(&asked, &files).await?;
    if files.count(|_| true) == 0 && all()?.count(|_| true) == 0 {
        let why = nothing::why(&asked, &files, &scope);
        return Err(UsageError::because(format!("nothing to mutate: {why}")));
    }
    if let Some(missing) = wanted.sentence() {
        return Err(UsageError::because(format!("--function: {missing}")));
    }
    let holds = |path: &str| scope.holds_file(path);
    let is_empty = scope.changed_files().is_some() && files.count(holds) == 0 && all()?.count(holds) == 0;
    Ok(is_empty.then(|| nothing::why(&asked, &files, &scope)))
}

fn meet(wanted: &mut WantedFunctions, files: &Files) {
    let mut found = enumerate_stream(files.sources(|_| true), Tier::Default);
    while !wanted.are_met()
        && let Some(file) = found.next()
    {
        file.functions.names().for_each(|function| wanted.meet(function));
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, process::Command};

    use clap::Parser;

    use super::*;
    use crate::cli::{self, Cli};

    fn git(project: &Path, args: &[&str]) {
        let identity = ["-c", "user.name=t", "-c", "user.email=t@localhost", "-c", "commit.gpgsign=false"];
        let status = Command::new("git").args(identity).args(args).current_dir(project).status().unwrap();
        assert!(status.success(), "{args:?}");
    }

    async fn checked_since_head(project: &Path) -> Option<String> {
        let cli::Command::Try(args) = Cli::parse_from(["tinybug", "try", "--since", "HEAD"]).command else {
            panic!("`try` was asked for");
        };
        check_before(project, &args).await.unwrap()
    }

    #[tokio::test]
    async fn changed_files_that_git_knows_although_they_are_ignored_or_hidden_are_something_to_mutate() {
        for changed in ["made/ignored.py", ".hidden/tool.py"] {
            let dir = tempfile::tempdir().unwrap();
            let project = dir.path();
            for (path, text) in [("lib.py", "A = 1 < 2\n"), (".gitignore", "made/\n"), (changed, "B = 1 < 2\n")] {
                fs::create_dir_all(project.join(path).parent().unwrap()).unwrap();
                fs::write(project.join(path), text).unwrap();
            }
            git(project, &["init", "--quiet"]);
            git(project, &["add", "--force", "."]);
            git(project, &["commit", "--quiet", "--message", "a"]);
            assert_eq!(checked_since_head(project).await.as_deref(), Some("there are no new lines since HEAD"));
            fs::write(project.join(changed), "B = 1 < 2\nC = 1 < 2\n").unwrap();
            assert_eq!(checked_since_head(project).await, None, "{changed}");
        }
    }
}
