//! What people see: the mutants of each fixture, a diff, a sentence, the JSON.

use std::fmt::Write as _;

use tinybug_model::Tier;
use tinybug_mutate::{CATALOGUE, Source, apply, describe_all, describe_change, diff, enumerate};

use crate::corpus::FIXTURES;

#[test]
fn the_mutants_of_each_fixture_are_as_reviewed() {
    for fixture in FIXTURES {
        let mut listing = String::new();
        for mutant in enumerate(fixture.source(), Tier::Extended).mutants {
            let after = apply(fixture.text.as_bytes(), &mutant).unwrap();
            let after = String::from_utf8(after).unwrap();
            let line = after.lines().nth(mutant.line as usize - 1).unwrap_or_default().trim();
            let tier = if mutant.tier == Tier::Default { "" } else { " (extended)" };
            writeln!(listing, "{:>3} {}{tier} [{}] {line}", mutant.line, mutant.operator, mutant.function).unwrap();
        }
        insta::assert_snapshot!(fixture.name(), listing);
    }
}

#[test]
fn the_sentences_of_each_fixture_are_as_reviewed() {
    for fixture in FIXTURES {
        let mutants = enumerate(fixture.source(), Tier::Extended).mutants;
        let mut listing = String::new();
        for (mutant, sentence) in
            mutants.iter().zip(describe_all(fixture.source(), &mutants.iter().collect::<Vec<_>>()))
        {
            writeln!(listing, "{:>3} {} | {sentence}", mutant.line, mutant.operator).unwrap();
        }
        insta::assert_snapshot!(format!("{}_sentences", fixture.name()), listing);
    }
}

#[test]
fn a_mutant_reads_as_a_sentence_a_diff_and_a_line_of_json() {
    let text = "def f(größe):\n    return größe < 3\n";
    let found = enumerate(Source { path: "a.py", bytes: text.as_bytes() }, Tier::Default);
    let mutant = found.mutants.iter().find(|mutant| mutant.operator == "rel.boundary").unwrap();
    insta::assert_snapshot!(
        describe_change(mutant),
        @"`f` moves the boundary of a comparison by one value: `<` becomes `<=`."
    );
    insta::assert_snapshot!(serde_json::to_string(mutant).unwrap());
    let after = apply(text.as_bytes(), mutant).unwrap();
    insta::assert_snapshot!(diff("a.py", text.as_bytes(), &after), @r"
    --- a/a.py
    +++ b/a.py
    @@ -1,2 +1,2 @@
     def f(größe):
    -    return größe < 3
    +    return größe <= 3
    ");
}

#[test]
fn the_catalogue_is_as_reviewed() {
    let mut table = String::new();
    for operator in CATALOGUE {
        let (id, tier) = (operator.id, operator.tier.name());
        writeln!(table, "{id} ({tier}) {}: {} -> {}", operator.about, operator.before, operator.after).unwrap();
    }
    insta::assert_snapshot!(table);
}
