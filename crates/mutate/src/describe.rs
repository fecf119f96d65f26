//! A mutant in one sentence.

use tinybug_model::Mutant;

use crate::operators::catalogue::Operator;

/// One sentence about a mutant, in plain words.
pub fn describe(mutant: &Mutant) -> String {
    let place = if mutant.function.is_empty() {
        String::from("The file's top level")
    } else {
        format!("`{}`", mutant.function)
    };
    let about = Operator::find(&mutant.operator).map_or("changes", |operator| operator.about);
    let original = shortened(&mutant.original);
    let replacement = shortened(&mutant.replacement);
    let change = match (original.is_empty(), replacement.trim().is_empty()) {
        (true, _) => format!("`{}` is put in", replacement.trim()),
        (_, true) => format!("`{original}` is gone"),
        _ => format!("`{original}` becomes `{replacement}`"),
    };
    format!("{place} {about}: {change} in line {}.", mutant.line)
}

fn shortened(text: &str) -> String {
    let text = text.trim();
    if text.chars().count() <= 60 {
        return text.to_owned();
    }
    let head: String = text.chars().take(57).collect();
    format!("{head}...")
}
