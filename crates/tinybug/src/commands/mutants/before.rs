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
    let is_empty = scope.changed_files().is_some() && files.count(|path| scope.holds_file(path)) == 0;
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
