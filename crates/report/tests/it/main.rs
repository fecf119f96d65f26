//! What scripts and people see of a measurement.

use tinybug_model::{MeasurementId, MutantId, Score, StopAnswer, StopRule, Stopping, Verdict};
use tinybug_report::{MeasurementFacts, MeasurementReport, MutantFacts, summary};

fn mutant(line: u32, verdict: Verdict) -> MutantFacts {
    MutantFacts {
        id: MutantId(format!("m{line}")),
        path: "src/cart.py".to_owned(),
        line,
        operator: "arithmetic.plus_to_minus".to_owned(),
        operator_page: None,
        description: "`+` becomes `-`".to_owned(),
        original: "a + b".to_owned(),
        replacement: "a - b".to_owned(),
        verdict,
        confidence: None,
        caught_by: Vec::new(),
        attempts: 1,
        explanation: None,
    }
}

fn facts() -> MeasurementFacts {
    MeasurementFacts {
        id: "msr_01920000000070008000000000000001".parse::<MeasurementId>().expect("an id of the right form"),
        score: Score { score: Some(0.5), low: Some(0.15), high: Some(0.85) },
        builds: 14,
        population: 340,
        mutants: vec![
            MutantFacts {
                confidence: Some(0.998_1),
                caught_by: ["tests/test_cart.py::test_total", "test_b", "test_c", "test_d"].map(String::from).into(),
                ..mutant(12, Verdict::Detected)
            },
            MutantFacts { confidence: Some(0.999_999), ..mutant(130, Verdict::Survived) },
            MutantFacts { attempts: 0, ..mutant(7, Verdict::NoCoverage) },
            MutantFacts {
                confidence: Some(0.0),
                attempts: 5,
                explanation: Some("5 of 5 runs failed `test_x`, which failed 1 of 5 unchanged runs.".to_owned()),
                ..mutant(9, Verdict::Inconclusive)
            },
            MutantFacts {
                confidence: Some(0.991_4),
                caught_by: vec!["(the time limit)".to_owned()],
                attempts: 2,
                ..mutant(41, Verdict::Timeout)
            },
            mutant(50, Verdict::Invalid),
        ],
        notes: vec!["The working tree had uncommitted changes, which were measured too.".to_owned()],
        stop: None,
    }
}

#[test]
fn scripts_see_the_fields_of_the_contract_in_their_order() {
    insta::assert_json_snapshot!(MeasurementReport::from(&facts()));
}

#[test]
fn what_a_stopping_rule_said_comes_last_and_only_where_there_is_one() {
    let rule = StopRule::AtLeast { score: 0.8, margin: 0.05, alpha: 0.05 };
    let stop = Some(Stopping { rule, answer: StopAnswer::NotReached, after: 5 });
    let json = serde_json::to_string(&MeasurementReport::from(&MeasurementFacts { stop, ..facts() })).unwrap();
    let promised = r#"],"stop":{"rule":{"at_least":0.8,"margin":0.05,"alpha":0.05},"answer":"not_reached","after":5}}"#;
    assert!(json.ends_with(promised), "{json}");
    assert!(!serde_json::to_string(&MeasurementReport::from(&facts())).unwrap().contains("\"stop\""));
}

#[test]
fn people_see_a_table_and_what_the_tests_missed() {
    insta::assert_snapshot!(summary(&facts()));
}

#[test]
fn a_measurement_without_mutants_says_that_there_is_no_score() {
    let facts = MeasurementFacts { score: Score::default(), mutants: Vec::new(), notes: Vec::new(), ..facts() };
    insta::assert_snapshot!(summary(&facts), @r"
    0 mutants; 14 builds
    Score: none, because no mutant could be judged.
    ");
    let json = serde_json::to_value(MeasurementReport::from(&facts)).unwrap();
    assert!(json["score"].is_null() && json["low"].is_null() && json["high"].is_null());
}

#[test]
fn text_of_a_repository_cannot_move_the_cursor() {
    let mut facts = facts();
    facts.mutants[1].original = "x = \"\u{1b}[2J\"".to_owned();
    facts.mutants[1].path = "a\u{7}.py".to_owned();
    let text = summary(&facts);
    assert!(text.chars().all(|c| c == '\n' || !c.is_control()), "{text:?}");
}
