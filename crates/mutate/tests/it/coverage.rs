//! Operators by languages: what the catalogue promises and what the fixtures show.

use std::collections::{BTreeMap, BTreeSet};

use tinybug_model::{Language, Tier};
use tinybug_mutate::{CATALOGUE, enumerate};

use crate::corpus::FIXTURES;

/// The languages of the columns below.
const COLUMNS: [Language; 10] = [
    Language::Python,
    Language::JavaScript,
    Language::TypeScript,
    Language::Go,
    Language::Java,
    Language::Rust,
    Language::Ruby,
    Language::C,
    Language::Cpp,
    Language::CSharp,
];

/// Where an operator makes sense: Y everywhere, g under a guard, - nowhere.
const SENSE: &[(&str, &str)] = &[
    ("arith.add_sub", "gggggggYYg"),
    ("arith.sub_add", "YYYYYYYggY"),
    ("arith.mul_div", "gYYYYYgYYY"),
    ("arith.div_mul", "gYYYYYYYYY"),
    ("arith.mod_mul", "gYYYYYgYYY"),
    ("arith.floordiv_div", "Y---------"),
    ("arith.pow_mul", "YYY---Y---"),
    ("arith.neg_drop", "YYYYYYYYYY"),
    ("arith.plus_neg", "YYYYY-YYYY"),
    ("assign.op_swap", "gggggggYYg"),
    ("assign.op_plain", "YYYgggYYYY"),
    ("assign.nullish", "-YY---Y--Y"),
    ("update.swap", "-YYYY--YYY"),
    ("bit.and_or", "gYYYYYgYYY"),
    ("bit.xor_and", "YYYYYYYYYY"),
    ("bit.shift", "YYYYYYgggY"),
    ("bit.ushr", "-YY-Y----Y"),
    ("bit.not_drop", "YYYYYYYYYY"),
    ("rel.boundary", "YYYYYYYYYY"),
    ("rel.negate", "YYYYYYYYYY"),
    ("rel.eq", "YYYYYYYYYY"),
    ("rel.strict_eq", "-YY---g---"),
    ("rel.identity", "Y--------Y"),
    ("rel.member", "Y---------"),
    ("rel.false_true", "YYYggYYYYY"),
    ("rel.spaceship", "------YYY-"),
    ("logic.and_or", "YYYYYgYggg"),
    ("logic.not_drop", "YYYYYgYYYY"),
    ("logic.negate_cond", "YYYYYgYYYY"),
    ("cond.true", "YYYgggYYYg"),
    ("cond.false", "YYYgggYYYg"),
    ("cond.ternary", "YYY-YgYYYY"),
    ("cond.loop_zero", "YYYg-YYYYg"),
    ("cond.nullish", "gYY---g--Y"),
    ("cond.optional_chain", "-YY---Y--g"),
    ("cond.guard", "Y---gYY--Y"),
    ("cond.case_drop", "YYYYgYYYYg"),
    ("lit.bool", "YYYYYYYYYY"),
    ("lit.int", "YYYgggYggg"),
    ("lit.float", "YYYYYYYYYY"),
    ("lit.string_empty", "gggggggggg"),
    ("lit.string_fill", "YYYYYYYYYY"),
    ("lit.collection", "YgggggYggY"),
    ("lit.item_drop", "YgggggYggg"),
    ("lit.regex", "YYYYYYYYYY"),
    ("lit.range", "-----YY---"),
    ("stmt.call_drop", "YYYgYgYYYY"),
    ("stmt.assign_drop", "YYYgYYYYYY"),
    ("stmt.assign_null", "Ygg-g-Y--g"),
    ("stmt.throw_drop", "YYY-g-YYYg"),
    ("stmt.defer_drop", "---Y------"),
    ("flow.break_continue", "YYYYYggYYY"),
    ("flow.early_return", "YYYYgYYYYg"),
    ("ret.bool", "YYYYYYYYYY"),
    ("ret.zero", "YYYgggYggg"),
    ("ret.err_nil", "---Y-g----"),
    ("call.method_swap", "YYYYYgYYYY"),
    ("call.unwrap", "YYYgggYggg"),
    ("call.arg_drop", "YYY---Y--g"),
    ("except.class", "Y---g-Yggg"),
    ("decl.struct_field_drop", "-YY--YY--g"),
];

/// Where an operator would make sense and has no mutants, and why.
const ABSENT: &[(&str, &[Language], &str)] = &[
    ("bit.not_drop", &[Language::Rust], "`!` is one token for truth values and numbers: it is called logic.not_drop"),
    ("rel.strict_eq", &[Language::Ruby], "`===` asks whether a case fits, which has no opposite"),
    ("rel.spaceship", &[Language::C], "C has no such operator"),
    ("cond.ternary", &[Language::Rust], "an `if` with two values has cond.true, cond.false and its negated condition"),
    ("lit.collection", &[Language::Rust, Language::C, Language::Cpp], "the type hangs on the items"),
    ("lit.item_drop", &[Language::Rust, Language::C, Language::Cpp], "the length of the array is part of its type"),
    (
        "stmt.assign_null",
        &[Language::TypeScript, Language::Java, Language::CSharp],
        "only a compiler knows whether the target takes null",
    ),
    ("stmt.throw_drop", &[Language::C], "C throws nothing"),
    (
        "call.arg_drop",
        &[Language::JavaScript, Language::TypeScript, Language::CSharp],
        "the call does not show which arguments are optional",
    ),
    ("except.class", &[Language::Java], "the compiler refuses to catch a checked error that nothing throws"),
    ("except.class", &[Language::C], "C catches nothing"),
    ("except.class", &[Language::Cpp], "there is no type that nothing throws"),
];

fn shown() -> BTreeMap<Language, BTreeSet<String>> {
    let mut shown: BTreeMap<Language, BTreeSet<String>> = BTreeMap::new();
    for fixture in FIXTURES {
        let mutants = enumerate(fixture.source(), Tier::Extended).mutants;
        shown.entry(fixture.language).or_default().extend(mutants.into_iter().map(|mutant| mutant.operator));
    }
    shown
}

#[test]
fn every_operator_shows_in_the_fixtures_of_every_language_where_it_makes_sense() {
    let shown = shown();
    let mut wrong = Vec::new();
    for (operator, marks) in SENSE {
        for (language, mark) in COLUMNS.into_iter().zip(marks.chars()) {
            let absent = ABSENT.iter().any(|(name, languages, _)| name == operator && languages.contains(&language));
            let expected = mark != '-' && !absent;
            if shown[&language].contains(*operator) != expected {
                wrong.push(format!("{operator} in {language}: expected {expected}"));
            }
        }
    }
    assert_eq!(wrong, [] as [&str; 0]);
}

#[test]
fn every_operator_is_in_the_table() {
    let rows: Vec<_> = SENSE.iter().map(|(operator, _)| *operator).collect();
    let operators: Vec<_> = CATALOGUE.iter().map(|operator| operator.id).collect();
    assert_eq!(rows, operators);
}

#[test]
fn the_catalogue_names_the_languages_that_the_fixtures_show() {
    let shown = shown();
    for operator in CATALOGUE {
        for language in COLUMNS {
            let promised = operator.reach.holds(language);
            assert_eq!(shown[&language].contains(operator.id), promised, "{} in {language}", operator.id);
        }
    }
}
