//! The summary of a measurement for people, on a terminal or in a log. Plain text, no colours.

use std::fmt::Write;

use tinybug_model::Verdict;

use crate::facts::{MeasurementFacts, MutantFacts};

/// What a column of the table shows of one text; the rest of a longer one is left out.
const MAX_COLUMN: usize = 96;
/// What a line of its own shows of one text, which only a name of monstrous length exceeds.
const MAX_SENTENCE: usize = 1_000;
/// So many names of tests on one line.
const MAX_NAMES: usize = 2;

/// The whole summary: a line per mutant, then what the tests missed, then the counts, the notes and the score. Ends
/// with a line break.
pub fn summary(facts: &MeasurementFacts) -> String {
    let mut out = String::new();
    table(&mut out, facts);
    missed(&mut out, facts);
    counts(&mut out, facts);
    for note in &facts.notes {
        line(&mut out, &format!("Note: {}", sentence(note)));
    }
    line(&mut out, &score(facts));
    out
}

/// The score in one line: "Score 75.0 % (95 % interval 56.6 to 87.3 %), 28 mutants judged of 340 mutable lines".
pub fn score(facts: &MeasurementFacts) -> String {
    let judged: u64 = [Verdict::Detected, Verdict::Timeout, Verdict::Survived, Verdict::NoCoverage]
        .into_iter()
        .map(|verdict| facts.count(verdict))
        .sum();
    let (Some(low), Some(high)) = (facts.score.low, facts.score.high) else {
        return "Score: none, because no mutant could be judged.".to_owned();
    };
    let interval = format!("95 % interval {:.1} to {:.1} %", 100.0 * low, 100.0 * high);
    let of = format!("{} judged of {}", plural(judged, "mutant"), plural(facts.population, "mutable line"));
    match facts.score.score {
        Some(score) => format!("Score {:.1} % ({interval}), {of}", 100.0 * score),
        None => format!("Score: none ({interval}), {of}"),
    }
}

fn line(out: &mut String, text: &str) {
    out.push_str(text.trim_end());
    out.push('\n');
}

fn plural(count: u64, noun: &str) -> String {
    if count == 1 { format!("{count} {noun}") } else { format!("{count} {noun}s") }
}

/// How a verdict reads in a sentence.
fn words(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::NoCoverage => "no coverage",
        other => other.name(),
    }
}

fn place(mutant: &MutantFacts) -> String {
    format!("{}:{}", printable(&mutant.path), mutant.line)
}

fn table(out: &mut String, facts: &MeasurementFacts) {
    let places: Vec<String> = facts.mutants.iter().map(place).collect();
    let width = places.iter().map(|place| place.chars().count()).max().unwrap_or(0);
    for (mutant, place) in facts.mutants.iter().zip(places) {
        let weighed = matches!(mutant.verdict, Verdict::Detected | Verdict::Survived | Verdict::Timeout);
        let sure = mutant.confidence.filter(|_| weighed).map_or_else(String::new, sure);
        line(
            out,
            &format!(
                "{:<12}  {place:<width$}  {:>9}  {}{}",
                words(mutant.verdict),
                sure,
                column(&mutant.description),
                caught_by(mutant)
            ),
        );
    }
    if !facts.mutants.is_empty() {
        out.push('\n');
    }
}

/// A confidence that never rounds up to certainty.
fn sure(confidence: f64) -> String {
    let percent = 100.0 * confidence;
    if percent < 100.0 && percent > 99.99 {
        ">99.99 %".to_owned()
    } else {
        format!("{:.2} %", (percent * 100.0).floor() / 100.0)
    }
}

fn caught_by(mutant: &MutantFacts) -> String {
    if mutant.caught_by.is_empty() {
        return String::new();
    }
    let names: Vec<String> = mutant.caught_by.iter().take(MAX_NAMES).map(|name| column(name)).collect();
    let rest = match mutant.caught_by.len().saturating_sub(MAX_NAMES) {
        0 => String::new(),
        rest => format!(" and {rest} more"),
    };
    format!("  <- {}{rest}", names.join(", "))
}

/// Survivors and uncovered mutants with the change that went unseen: what a developer does something about.
fn missed(out: &mut String, facts: &MeasurementFacts) {
    for (verdict, title) in [
        (Verdict::Survived, "Survived: no test fails with these changes"),
        (Verdict::NoCoverage, "Not covered: no test runs these lines"),
        (Verdict::Inconclusive, "Inconclusive: the tests' results did not settle it"),
    ] {
        let mut mutants = facts.mutants.iter().filter(|mutant| mutant.verdict == verdict).peekable();
        if mutants.peek().is_none() {
            continue;
        }
        line(out, title);
        for mutant in mutants {
            line(out, &format!("  {}  {}", place(mutant), sentence(&mutant.description)));
            diff(out, '-', &mutant.original);
            diff(out, '+', &mutant.replacement);
            if verdict == Verdict::Inconclusive
                && let Some(explanation) = &mutant.explanation
            {
                line(out, &format!("    {}", sentence(explanation)));
            }
        }
        out.push('\n');
    }
}

fn diff(out: &mut String, sign: char, text: &str) {
    for text in text.lines() {
        line(out, &format!("    {sign} {}", clip(&printable(text), MAX_COLUMN)));
    }
}

fn counts(out: &mut String, facts: &MeasurementFacts) {
    let mut text = plural(facts.mutants.len() as u64, "mutant");
    let mut separator = ": ";
    for verdict in Verdict::ALL {
        let count = facts.count(verdict);
        if count > 0 {
            // Writing to a String cannot fail.
            let _ = write!(text, "{separator}{count} {}", words(verdict));
            separator = ", ";
        }
    }
    line(out, &format!("{text}; {}", plural(facts.builds, "build")));
}

/// Text of a repository in a column, on one line of a terminal.
fn column(text: &str) -> String {
    clip(&one_line(text), MAX_COLUMN)
}

/// Text of a repository or of Tinybug on a line of its own.
fn sentence(text: &str) -> String {
    clip(&one_line(text), MAX_SENTENCE)
}

fn one_line(text: &str) -> String {
    printable(&text.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// Without control characters, which could move a terminal's cursor.
fn printable(text: &str) -> String {
    text.chars().map(|c| if c == '\t' { ' ' } else { c }).map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

fn clip(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let mut clipped: String = text.chars().take(most - 1).collect();
    clipped.push('…');
    clipped
}
