//! The sentences, one per mutant.

use tinybug_model::{Language, Mutant};
use tree_sitter::Tree;

use super::{choices, place::Place, steps, values, words::code};
use crate::{enumerate::Source, grammar::Grammar, languages, operators::catalogue::Operator};

/// One sentence about a mutant of a file, in plain words: what its code does now, and instead of what.
pub fn describe(source: Source<'_>, mutant: &Mutant) -> String {
    Describer::of(source, mutant.language).describe(mutant)
}

/// A sentence about each of some mutants of one file, in their order. The file is parsed once.
pub fn describe_all(source: Source<'_>, mutants: &[&Mutant]) -> Vec<String> {
    let Some(first) = mutants.first() else { return Vec::new() };
    let describer = Describer::of(source, first.language);
    mutants.iter().map(|mutant| describer.describe(mutant)).collect()
}

/// A file, parsed once, that says sentences about its mutants.
pub struct Describer<'a> {
    bytes: &'a [u8],
    language: Language,
    grammar: &'static Grammar,
    tree: Option<Tree>,
}

impl<'a> Describer<'a> {
    /// Parses the file.
    pub fn of(source: Source<'a>, language: Language) -> Self {
        let grammar = Grammar::of(languages::spec(language), source.path);
        Self { bytes: source.bytes, language, grammar, tree: grammar.parse(source.bytes).ok() }
    }

    /// One sentence about a mutant of the file.
    pub fn describe(&self, mutant: &Mutant) -> String {
        self.tree
            .as_ref()
            .filter(|_| mutant.language == self.language)
            .and_then(|tree| Place::find(self.grammar, tree, self.bytes, mutant))
            .and_then(|place| from_syntax(&place))
            .unwrap_or_else(|| describe_change(mutant))
    }
}

/// One sentence about a mutant whose file is not at hand: what its operator does, and the text that changes.
pub fn describe_change(mutant: &Mutant) -> String {
    let place = if mutant.function.is_empty() { String::from("The top of the file") } else { code(&mutant.function) };
    let about = Operator::find(&mutant.operator).map_or("changes", |operator| operator.about);
    let (original, replacement) = (mutant.original.trim(), mutant.replacement.trim());
    let change = match (original.is_empty(), replacement.is_empty()) {
        (true, _) => format!("{} is put in", code(replacement)),
        (_, true) => format!("{} is gone", code(original)),
        _ => format!("{} becomes {}", code(original), code(replacement)),
    };
    format!("{place} {about}: {change}.")
}

/// The sentence that the syntax allows; none where it allows none.
fn from_syntax(place: &Place<'_, '_>) -> Option<String> {
    let operator = place.mutant.operator.as_str();
    let (family, _) = operator.split_once('.')?;
    if family == "lit" || operator == "decl.struct_field_drop" {
        return values::literal(place);
    }
    let does = match family {
        "arith" | "bit" => values::operation(place),
        "assign" | "update" => values::update(place),
        "rel" | "logic" | "cond" => choices::choice(place),
        "stmt" | "flow" | "call" | "except" => steps::step(place),
        "ret" => Some(values::returned(place)),
        _ => None,
    }?;
    Some(format!("{} {does}.", values::owner(place)))
}
