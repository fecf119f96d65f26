//! Two measurements of a repository beside each other, and two test commands on the same mutants.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::{
    project::Project,
    world::{Ended, Home},
};

/// A project whose test looks at the first of two functions (`half.sh`) or at both (`whole.sh`).
fn project() -> Project {
    let source = "function one(x) {\n  return x + 1;\n}\n\nfunction two(x) {\n  return x + 2;\n}\n\nfunction \
                  three(x) {\n  return x + 3;\n}\n\nfunction four(x) {\n  return x + 4;\n}\n\nfunction five(x) \
                  {\n  return x + 5;\n}\n\nfunction six(x) {\n  return x + 6;\n}\n\nfunction seven(x) {\n  \
                  return x + 7;\n}\n";
    let suite =
        |inner: &str| format!("<testsuite><testcase classname=\"lib\" name=\"all\">{inner}</testcase></testsuite>");
    let (passed, failed) = (suite(""), suite("<failure message=\"no\"/>"));
    let answer = "then cp passed.xml \"$1\"; else cp failed.xml \"$1\"; exit 1; fi\n";
    let half = format!("if [ \"$(head -n 2 lib.js)\" = \"$(head -n 2 original.txt)\" ]; {answer}");
    let whole = format!("if cmp -s lib.js original.txt; {answer}");
    let files = [
        ("lib.js", source),
        ("original.txt", source),
        ("passed.xml", &passed),
        ("failed.xml", &failed),
        ("half.sh", &half),
        ("whole.sh", &whole),
    ];
    Project::of("seven", &files)
}

fn args<'a>(command: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    [&["--command", command, "--baseline-runs", "2", "--mutants", "12", "--include", "lib.js"], more].concat()
}

fn json(ended: &Ended) -> Value {
    assert_eq!(ended.code, Some(0), "{ended:?}");
    serde_json::from_str(ended.last_line()).unwrap()
}

#[test]
fn of_two_commands_the_one_that_detects_more_of_the_same_mutants_is_named() {
    let (home, project) = (Home::new(), project());
    let args = args("sh half.sh {report}", &["--versus", "sh whole.sh {report}"]);
    let both = json(&home.start_try(&project, &args).until_ended());
    home.assert_nothing_left();
    let (first, second, comparison) = (&both["first"], &both["second"], &both["comparison"]);
    let mutants = second["mutants"].as_array().unwrap().len();
    assert_eq!(mutants, 12, "{both}");
    assert_eq!(first["mutants"].as_array().unwrap().len(), mutants);
    assert_eq!(second["detected"], mutants, "{both}");
    assert_eq!(comparison["same_commit"], true);
    let paired = &comparison["paired"];
    assert_eq!((&paired["pairs"], &paired["only_before"]), (&mutants.into(), &0.into()), "{comparison}");
    assert_eq!(paired["only_after"], first["survived"], "{comparison}");
    assert!(paired["p_value"].as_f64().unwrap() < 0.05, "{comparison}");
    let words = comparison["summary"].as_array().unwrap().last().unwrap().as_str().unwrap();
    assert!(words.contains("the second is better"), "{words}");

    // The same two once more, by their ids.
    let id = |report: &Value| report["measurement"].as_str().unwrap().to_owned();
    let compared = home.run(&["compare", &id(first), &id(second), "--json"]);
    assert_eq!(&json(&compared), comparison);
    let refused = home.run(&["compare", &id(first), "msr_00000000000000000000000000000000"]);
    assert_eq!(refused.code, Some(2), "{refused:?}");
    home.assert_nothing_left();
}

#[test]
fn a_comparison_of_two_commits_tells_new_mutants_from_those_that_ended_differently() {
    let (home, project) = (Home::new(), project());
    let before = home.measure(&project, &args("sh half.sh {report}", &[]));
    let source = std::fs::read_to_string(project.path().join("lib.js")).unwrap();
    let grown = format!("{source}\nfunction eight(x) {{\n  return x + 8;\n}}\n");
    project.write("lib.js", &grown);
    project.write("original.txt", &grown);
    project.commit();
    let after = home.measure(&project, &args("sh whole.sh {report}", &[]));
    let ended = home.run(&["compare", &before.measurement, &after.measurement, "--json"]);
    let comparison = json(&ended);
    assert_eq!((&comparison["same_commit"], &comparison["paired"]), (&false.into(), &Value::Null));
    let number = |name: &str| usize::try_from(comparison[name].as_u64().unwrap()).unwrap();
    assert_eq!(number("same") + number("gone"), before.mutants.len(), "{comparison}");
    assert_eq!(number("same") + number("new"), after.mutants.len(), "{comparison}");
    assert!(number("same") > 0 && number("new") > 0, "{comparison}");
    let now: BTreeSet<&str> = after.mutants.iter().map(|mutant| mutant.id.as_str()).collect();
    let turned = before.with_verdict("survived").filter(|mutant| now.contains(mutant.id.as_str())).count();
    let changes = comparison["changes"].as_array().unwrap();
    assert_eq!(changes.len(), turned, "{comparison}");
    assert!(changes.iter().all(|change| change["cause"] == "tests_or_code"), "{comparison}");
    assert_eq!(comparison["is_real"], true, "{comparison}");
    let text = home.run(&["compare", &before.measurement, &after.measurement]);
    assert!(text.stdout.contains("The score rose by") && text.stdout.contains("survived -> detected"), "{text:?}");
    home.assert_nothing_left();
}
