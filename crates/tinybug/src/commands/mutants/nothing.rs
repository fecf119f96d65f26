//! Why there is no mutant: what was looked at, and what of it was left out.

use super::{files::Files, scope::Scope};
use crate::cli::{MutantsArgs, TierArg};

/// What was looked at, and why nothing of it remains.
pub(super) fn why(args: &MutantsArgs, files: &Files, scope: &Scope<'_>) -> String {
    let paths = joined(args.paths.iter().map(|path| path.display().to_string()));
    if files.count(|_| true) == 0 {
        return format!("there is no product code in {paths}{}", left_out(files));
    }
    let wanted = files.count(|path| scope.holds_file(path));
    let new_lines = match &args.since {
        Some(revision) => format!("new lines since {revision}"),
        None => "new lines in the diff".to_owned(),
    };
    let lines = match scope.changed_files() {
        Some(0) => return format!("there are no {new_lines}"),
        Some(1) if wanted == 0 => return format!("one file has {new_lines}, and it is no product code in {paths}"),
        Some(changed) if wanted == 0 => {
            return format!("{changed} files have {new_lines}, and none of them is product code in {paths}");
        }
        Some(_) => format!("the {new_lines} of {}", count(wanted, "product file")),
        None => count(wanted, "product file"),
    };
    let functions = joined(args.function.iter().map(|name| format!("`{name}`")));
    let inside = if functions.is_empty() { String::new() } else { format!("inside {functions} ") };
    match args.tier {
        TierArg::Default => {
            format!("the default tier changes nothing {inside}in {lines}; --tier extended may change more")
        }
        TierArg::Extended => format!("no operator changes anything {inside}in {lines}"),
    }
}

fn left_out(files: &Files) -> String {
    let left_out = files.left_out();
    let parts = [
        (left_out.tests, "test file"),
        (left_out.others, "source file from elsewhere, of tools, examples or configuration"),
    ];
    let parts = joined(parts.into_iter().filter(|(number, _)| *number > 0).map(|(number, what)| count(number, what)));
    if parts.is_empty() { parts } else { format!("; left out: {parts}") }
}

/// A number of things; the first word that says `file` becomes several.
fn count(number: usize, thing: &str) -> String {
    if number == 1 { format!("1 {thing}") } else { format!("{number} {}", thing.replacen("file", "files", 1)) }
}

fn joined(parts: impl Iterator<Item = String>) -> String {
    parts.collect::<Vec<_>>().join(", ")
}
