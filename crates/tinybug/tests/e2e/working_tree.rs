//! `try` measures the working tree as it is, and leaves it as it is.

use crate::{project::Project, world::Home};

const NEW_CODE: &str = "package bank\n\nfunc Overdrawn(cents int) bool {\n\treturn cents < 0\n}\n";
const NEW_TEST: &str = "package bank\n\nimport \"testing\"\n\nfunc TestOverdrawn(t *testing.T) {\n\tif Overdrawn(0) || \
                        !Overdrawn(-1) {\n\t\tt.Fatal(\"wrong\")\n\t}\n}\n";

#[test]
fn uncommitted_changes_are_measured_and_said_and_left_as_they_were() {
    let (home, project) = (Home::new(), Project::sample("go-bank"));
    let fees = std::fs::read_to_string(project.path().join("fees.go")).unwrap();
    project.write("README.md", "stashed");
    project.git(&["stash", "push", "--quiet"]);
    project.write("fees.go", format!("{fees}\nfunc Twice(cents int) int {{\n\treturn cents * 2\n}}\n"));
    project.write("overdrawn.go", NEW_CODE);
    project.git(&["add", "overdrawn.go"]);
    project.write("overdrawn_test.go", NEW_TEST);
    let before = project.snapshot();
    let twice = u32::try_from(fees.lines().count()).unwrap() + 3;

    let args = ["--mutants", "12", "--baseline-runs", "2", "--include", "overdrawn.go", "--include", "fees.go"];
    let ended = home.start_try(&project, &args).until_ended();
    let report = ended.report();
    assert!(ended.stderr.contains("uncommitted changes included"), "{}", ended.stderr);
    let staged: Vec<_> = report.mutants.iter().filter(|mutant| mutant.path == "overdrawn.go").collect();
    assert!(!staged.is_empty(), "no mutant in the staged file: {report:?}");
    // Only the untracked test calls it.
    assert!(staged.iter().all(|mutant| mutant.verdict == "detected"), "{staged:?}");
    assert!(
        report.mutants.iter().any(|mutant| mutant.path == "fees.go" && mutant.line == twice),
        "no mutant in line {twice} of the modified file: {report:?}"
    );
    project.assert_untouched_since(&before);
    home.assert_nothing_left();
}

#[test]
fn a_clean_checkout_is_measured_at_its_commit() {
    let (home, project) = (Home::new(), Project::sample("go-bank"));
    let commit = project.git(&["rev-parse", "HEAD"]);
    let ended = home.start_try(&project, &["--mutants", "1", "--baseline-runs", "1"]).until_ended();
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(ended.stderr.contains(&format!("Measuring commit {}.", &commit[..12])), "{}", ended.stderr);
}
