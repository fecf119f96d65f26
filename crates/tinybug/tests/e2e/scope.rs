//! A measurement of part of the code: what changed, one function, what the tests execute.

use crate::{project::Project, world::Home};

/// The Python sample without its flaky test.
fn cart() -> Project {
    let project = Project::sample("python-cart");
    std::fs::remove_file(project.path().join("tests/test_checkout.py")).unwrap();
    project.commit();
    project
}

#[test]
fn only_lines_that_changed_on_this_branch_are_mutated_and_uncovered_ones_left_out_on_request() {
    let (home, project) = (Home::new(), cart());
    project.git(&["checkout", "--quiet", "-b", "feature"]);
    let pricing = std::fs::read_to_string(project.path().join("cart/pricing.py")).unwrap();
    let untested = "\n\ndef gift(total):\n    return total > 5000\n";
    project.write("cart/pricing.py", pricing.replace("total > 20000", "total >= 20001") + untested);
    project.commit();
    project.git(&["checkout", "--quiet", "main"]);
    project.write("cart/shipping.py", "def fee(weight, express):\n    return 400 + weight * 2\n");
    project.commit();
    project.git(&["checkout", "--quiet", "feature"]);
    let changed = |needle: &str| {
        let lines = pricing.replace("total > 20000", "total >= 20001") + untested;
        u32::try_from(lines.lines().position(|line| line.contains(needle)).unwrap() + 1).unwrap()
    };
    let (tested, untested) = (changed("20001"), changed("5000"));

    let args = ["--since", "main", "--mutants", "40", "--baseline-runs", "1"];
    let report = home.measure(&project, &args);
    assert!(report.mutants.iter().all(|mutant| mutant.path == "cart/pricing.py"), "{report:?}");
    assert!(report.mutants.iter().all(|mutant| [tested, untested].contains(&mutant.line)), "{report:?}");
    assert!(report.with_verdict("detected").any(|mutant| mutant.line == tested), "{report:?}");
    assert!(report.with_verdict("no_coverage").any(|mutant| mutant.line == untested), "{report:?}");

    let covered = home.measure(&project, &[&args[..], &["--covered-only"]].concat());
    assert!(!covered.mutants.is_empty(), "{covered:?}");
    assert!(covered.mutants.iter().all(|mutant| mutant.line == tested), "{covered:?}");
}

#[test]
fn only_the_named_function_is_mutated_and_a_revision_that_is_not_there_is_a_mistake_of_usage() {
    let (home, project) = (Home::new(), Project::sample("go-bank"));
    let args = ["--function", "TransferFee", "--mutants", "3", "--baseline-runs", "1"];
    let report = home.measure(&project, &args);
    assert!(
        !report.mutants.is_empty() && report.mutants.iter().all(|mutant| mutant.path == "fees.go" && mutant.line > 13),
        "{report:?}"
    );
    let refused = home.start_try(&project, &["--since", "nowhere"]).until_ended();
    assert_eq!(refused.code, Some(2), "{refused:?}");
    assert!(refused.stderr.contains("nowhere"), "{}", refused.stderr);
}
