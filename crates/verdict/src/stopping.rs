//! What a stopping rule said, in plain words for reports.

use tinybug_model::{StopAnswer, StopRule, Stopping};

/// What is known now that the rule has answered: for the report, and for mutants that were not tried because of it.
/// `None` while there is no answer.
pub fn known(stopping: &Stopping) -> Option<String> {
    let after = stopping.after;
    Some(match (stopping.answer, stopping.rule) {
        (StopAnswer::Narrow, StopRule::NarrowerThan { width, .. }) => {
            format!("the score is known to within {} points after {after} mutants", number(width))
        }
        (StopAnswer::Reached, StopRule::AtLeast { score, .. }) => {
            format!("the score is at least {} %: known after {after} mutants{}", number(score), errors(stopping.rule))
        }
        (StopAnswer::NotReached, StopRule::AtLeast { score, .. }) => {
            format!("the score is below {} %: known after {after} mutants{}", number(score), errors(stopping.rule))
        }
        _ => return None,
    })
}

/// One sentence for the report, whatever the answer. `tried_all`: whether the rule came too late to save anything.
pub fn sentence(stopping: &Stopping, tried_all: bool) -> String {
    let after = stopping.after;
    match (known(stopping), stopping.rule) {
        (Some(known), _) if tried_all => capital(&format!("{known}.")),
        (Some(known), _) => format!("Stopped early: {known}, in the order of the draw."),
        (None, StopRule::NarrowerThan { width, .. }) => {
            format!("{after} mutants do not tell the score to within {} points: draw more.", number(width))
        }
        (None, StopRule::AtLeast { score, .. }) => {
            format!("{after} mutants do not tell whether the score is at least {} %: draw more.", number(score))
        }
    }
}

fn errors(rule: StopRule) -> String {
    let StopRule::AtLeast { margin, alpha, .. } = rule else { return String::new() };
    let near = if margin > 0.0 {
        format!("; scores less than {} points from that may be put on either side", number(margin))
    } else {
        String::new()
    };
    format!(" (wrong in {} % of such measurements at most{near})", number(alpha))
}

/// A share as a percentage with no more digits than it has.
fn number(share: f64) -> String {
    let text = format!("{:.3}", 100.0 * share);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    const GATE: StopRule = StopRule::AtLeast { score: 0.8, margin: 0.05, alpha: 0.05 };

    #[test]
    fn an_answer_says_what_is_known_after_how_many_mutants_and_how_surely() {
        let stopping = Stopping { rule: GATE, answer: StopAnswer::NotReached, after: 84 };
        assert_eq!(
            sentence(&stopping, false),
            "Stopped early: the score is below 80 %: known after 84 mutants (wrong in 5 % of such measurements at \
             most; scores less than 5 points from that may be put on either side), in the order of the draw."
        );
        let rule = StopRule::NarrowerThan { width: 0.125, alpha: 0.05 };
        let stopping = Stopping { rule, answer: StopAnswer::Narrow, after: 7 };
        assert_eq!(sentence(&stopping, true), "The score is known to within 12.5 points after 7 mutants.");
    }

    #[test]
    fn without_an_answer_it_says_what_to_do() {
        let stopping = Stopping { rule: GATE, answer: StopAnswer::Undecided, after: 20 };
        assert_eq!(known(&stopping), None);
        assert_eq!(sentence(&stopping, true), "20 mutants do not tell whether the score is at least 80 %: draw more.");
    }
}
