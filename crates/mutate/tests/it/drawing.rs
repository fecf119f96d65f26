//! The draw: its population, its order, and that it never changes between versions.

use std::collections::HashSet;

use tinybug_model::{Mutant, Tier};
use tinybug_mutate::{draw, enumerate_all};

use crate::corpus::FIXTURES;

fn all() -> Vec<Mutant> {
    let sources: Vec<_> = FIXTURES.iter().map(super::corpus::Fixture::source).collect();
    enumerate_all(&sources, Tier::Default).mutants
}

#[test]
fn a_longer_draw_begins_with_the_shorter_one() {
    let mutants = all();
    let long = draw(&mutants, mutants.len(), 7);
    for n in [0, 1, 10, long.population, long.population + 5] {
        let short = draw(&mutants, n, 7);
        assert_eq!(short.chosen, long.chosen[..n]);
        assert_eq!(short.stratum_of, long.stratum_of[..n]);
        assert_eq!(short.strata, long.strata);
    }
}

#[test]
fn every_line_comes_once_before_any_comes_twice() {
    let mutants = all();
    let drawing = draw(&mutants, mutants.len(), 1);
    let lines: HashSet<_> = mutants.iter().map(|mutant| (&mutant.path, mutant.line)).collect();
    assert_eq!(drawing.population, lines.len());
    assert_eq!(drawing.strata.iter().map(|stratum| stratum.lines).sum::<usize>(), lines.len());
    let first: HashSet<_> =
        drawing.chosen[..drawing.population].iter().map(|mutant| (&mutant.path, mutant.line)).collect();
    assert_eq!(first, lines);
    let ids: HashSet<_> = drawing.chosen.iter().map(|mutant| &mutant.id).collect();
    assert_eq!(ids.len(), mutants.len());
}

#[test]
fn the_strata_are_drawn_in_proportion() {
    let mutants = all();
    let drawing = draw(&mutants, usize::MAX, 3);
    let n = drawing.population / 2;
    for (at, stratum) in drawing.strata.iter().enumerate() {
        let drawn = drawing.stratum_of[..n].iter().filter(|of| **of == at).count();
        assert!(drawn.abs_diff(stratum.lines / 2) <= 1, "{}: {drawn} of {}", stratum.key, stratum.lines);
    }
}

#[test]
fn another_seed_draws_others_and_the_order_given_does_not_matter() {
    let mut mutants = all();
    let one = draw(&mutants, 20, 1);
    assert_ne!(one.chosen, draw(&mutants, 20, 2).chosen);
    mutants.reverse();
    assert_eq!(one, draw(&mutants, 20, 1));
}

#[test]
fn the_same_seed_draws_the_same_in_every_version() {
    let text = "def f(a, b):\n    if a < b:\n        return a + 1\n    return b - 2\n\n\ndef g(c):\n    return not c\n";
    let source = tinybug_mutate::Source { path: "src/a.py", bytes: text.as_bytes() };
    let mutants = tinybug_mutate::enumerate(source, Tier::Default).mutants;
    let drawn: Vec<_> =
        draw(&mutants, 6, 42).chosen.iter().map(|m| format!("{} {} {}", m.id, m.line, m.operator)).collect();
    insta::assert_snapshot!(drawn.join("\n"));
}
