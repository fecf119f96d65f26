//! What can't be measured is said in one clear sentence, with the exit code that scripts rely on.

use crate::{
    project::Project,
    world::{Ended, Home},
};

const USAGE: Option<i32> = Some(2);
const BASELINE_BROKEN: Option<i32> = Some(3);

const CODE: &str = "def double(x):\n    return x * 2\n";
const TEST: &str = "from lib import double\n\n\ndef test_double():\n    assert double(2) == 4\n";

/// The sentence it ended with.
fn sentence(ended: &Ended) -> &str {
    if ended.code == USAGE {
        assert_eq!(ended.stdout, "", "{ended:?}");
    } else {
        ended.assert_judged_nothing();
    }
    let lines: Vec<&str> = ended.stderr.lines().collect();
    let begins = |line: &&&str| line.starts_with("error: ") || line.starts_with("The baseline is broken: ");
    let said: Vec<_> = lines.iter().filter(begins).collect();
    assert_eq!(said.len(), 1, "one sentence says what is wrong: {ended:?}");
    assert!(!ended.stderr.contains("panicked"), "{ended:?}");
    said[0]
}

fn broken(home: &Home, project: &Project, args: &[&str]) -> Ended {
    let before = project.snapshot();
    let ended = home.start_try(project, args).until_ended();
    assert_eq!(ended.code, BASELINE_BROKEN, "{ended:?}");
    project.assert_untouched_since(&before);
    home.assert_nothing_left();
    ended
}

#[test]
fn what_no_service_is_needed_for_is_refused_before_any_starts() {
    let home = Home::new();
    let plain = tempfile::tempdir().unwrap();
    let project = Project::of("lib", &[("lib.py", CODE)]);
    let path = project.path().to_str().unwrap();
    for (args, words) in [
        (vec!["try", plain.path().to_str().unwrap()], "is not inside a git repository"),
        (vec!["try", "/no/such/directory"], "/no/such/directory: No such file or directory"),
        (vec!["try", path, "--mutants", "0"], "--mutants"),
        (vec!["try", path, "--no-such-option"], "--no-such-option"),
        (vec!["measure-everything"], "unrecognized subcommand"),
    ] {
        let ended = home.run(&args);
        assert_eq!(ended.code, USAGE, "{ended:?}");
        assert!(sentence(&ended).contains(words), "{words:?} is not in {ended:?}");
    }
    assert!(!home.data().exists(), "something was started");
}

#[test]
fn a_project_without_tests_is_told_so() {
    let (home, project) = (Home::new(), Project::of("lib", &[("lib.py", CODE)]));
    let ended = broken(&home, &project, &[]);
    assert!(sentence(&ended).contains("no tests"), "{ended:?}");
}

#[test]
fn tests_that_fail_on_the_unchanged_code_are_named() {
    let failing = "from lib import double\n\n\ndef test_wrong():\n    assert double(2) == 5\n";
    let files = [("lib.py", CODE), ("test_lib.py", TEST), ("test_wrong.py", failing)];
    let (home, project) = (Home::new(), Project::of("lib", &files));
    let ended = broken(&home, &project, &[]);
    assert!(sentence(&ended).contains("test_wrong"), "{ended:?}");
}

#[test]
fn a_syntax_error_is_shown_with_its_file() {
    let files = [("lib.py", "def double(x:\n    return\n"), ("test_lib.py", TEST)];
    let (home, project) = (Home::new(), Project::of("lib", &files));
    let ended = broken(&home, &project, &[]);
    sentence(&ended);
    assert!(ended.stderr.contains("lib.py"), "{ended:?}");
}

#[test]
fn a_command_that_is_not_there_is_said_to_be_missing() {
    let (home, project) = (Home::new(), Project::of("lib", &[("lib.py", CODE), ("test_lib.py", TEST)]));
    let ended = broken(&home, &project, &["--command", "frobnicate --all"]);
    let said = sentence(&ended);
    assert!(said.contains("frobnicate") && said.contains("not found"), "{ended:?}");
}
