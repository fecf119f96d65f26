//! Python: pytest's results, per-test coverage, and which code is imported.

use std::{collections::BTreeSet, fs, process::Command};

use tinybug_model::{BuildEnd, TestOutcome};
use tinybug_providers::{BuildRun, Coverage, Framework};

use crate::support::{Bench, Repo, outcomes};

const CALC: &str = "\
LIMIT = 10


def add(a, b):
    return a + b


def halve(
    value,
    by=2,
):
    result = dict(
        whole=value // by,
        rest=value % by,
    )
    while True:
        return result


class Shape:
    sides = 4

    def area(self, a):
        return a * a


def unused(x):
    return x - 1
";

const TESTS: &str = "\
import pytest
from pkg import calc


@pytest.fixture(scope='module')
def shared():
    return calc.halve(9)


@pytest.mark.parametrize('a', [1, 'x/y::z[0]'])
def test_add(a):
    assert calc.add(a, a)


class TestShape:
    @pytest.mark.parametrize('side', [2])
    def test_area(self, side):
        assert calc.Shape().area(side) == 4

    class TestInner:
        def test_deep(self, shared):
            assert shared['whole'] == 4


def test_late():
    from pkg import late
    assert late.VALUE
";

fn project() -> Repo {
    Repo::with(&[
        ("pkg/__init__.py", ""),
        ("pkg/calc.py", CALC),
        ("pkg/late.py", "from pkg.calc import add\nVALUE = add(1, 1)\n"),
        ("tests/__init__.py", ""),
        ("tests/unit/__init__.py", ""),
        ("tests/unit/test_calc.py", TESTS),
    ])
}

fn coverage(run: &BuildRun) -> &Coverage {
    run.coverage.as_ref().unwrap_or_else(|| panic!("no coverage\n{}", run.result.output_tail))
}

/// Names of the tests that execute a line, `import` among them; `None` for a line that nothing executes.
fn who(run: &BuildRun, path: &str, line: u32) -> Option<BTreeSet<String>> {
    let coverage = coverage(run);
    let cover = coverage.line(path, line)?;
    let tests = cover.tests.iter().map(|place| coverage.tests[*place as usize].name.clone());
    Some(tests.chain(cover.import.then(|| "import".to_owned())).collect())
}

fn names(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

async fn check_coverage(bench: &Bench, repo: &Repo) {
    let mut spec = bench.spec(&repo.path, None).await;
    assert_eq!(spec.command.framework, Framework::Pytest);
    spec.with_coverage = true;
    let run = bench.run(&spec).await;
    let reported: BTreeSet<_> = run.result.tests.iter().map(|test| test.id.clone()).collect();
    let covered: BTreeSet<_> = coverage(&run).tests.iter().cloned().collect();
    assert_eq!(reported.len(), 5, "{}", run.result.output_tail);
    assert_eq!(reported, covered, "tests have the same ids in the report and in the coverage");
    assert!(!coverage(&run).incomplete);

    let calc = "pkg/calc.py";
    let adds = names(&["test_add[1]", "test_add[x/y::z[0]]", "test_late", "import"]);
    assert_eq!(who(&run, calc, 1).unwrap(), names(&["import"]));
    let add = who(&run, calc, 5).unwrap();
    assert!(add.len() >= 3 && add.is_subset(&adds), "{add:?}");
    assert_eq!(who(&run, calc, 24).unwrap(), names(&["test_area[2]"]));
    assert_eq!(who(&run, calc, 28), None, "nothing calls it");
    for line in [12, 13, 14, 15, 16, 17] {
        assert_eq!(
            who(&run, calc, line).unwrap(),
            names(&["import"]),
            "line {line}: a shared fixture runs it for all tests"
        );
    }
    assert_eq!(who(&run, calc, 21).unwrap(), names(&["import"]));
    assert_eq!(
        who(&run, "pkg/late.py", 2).unwrap(),
        names(&["import"]),
        "a module is executed for whoever comes later"
    );
}

#[tokio::test]
async fn every_line_knows_the_tests_that_execute_it() {
    let (bench, repo) = (Bench::new().await, project());
    check_coverage(&bench, &repo).await;
}

#[tokio::test]
async fn other_interpreters_of_this_machine_record_the_same() {
    for version in ["python3.8", "python3.9", "python3.10", "python3.12", "python3.13", "python3.14"] {
        let Ok(found) = Command::new(version).args(["-c", "import sys; print(sys.executable)"]).output() else {
            continue;
        };
        if !found.status.success() {
            continue;
        }
        let (bench, repo) = (Bench::new().await, project());
        repo.write(".gitignore", ".venv\n");
        let made = Command::new(version).args(["-m", "venv", ".venv"]).current_dir(&repo.path).status().unwrap();
        assert!(made.success());
        // The environment lacks pytest: the runner makes one on top of it.
        check_coverage(&bench, &repo).await;
    }
}

#[tokio::test]
async fn a_mutant_is_seen_however_quickly_it_follows_and_bytecode_is_not_trusted() {
    let (bench, repo) = (Bench::new().await, project());
    repo.write(".gitignore", "__pycache__\n");
    let spec = bench
        .spec(
            &repo.path,
            Some("python -c 'import compileall; compileall.compile_dir(\"pkg\", quiet=1)'; python -m pytest -q"),
        )
        .await;
    for _ in 0..3 {
        let good = bench.run(&spec).await;
        assert_eq!(good.result.end, BuildEnd::Exited { code: 0 }, "{}", good.result.output_tail);
        let trial = bench.mutated(&spec, "pkg/calc.py", &CALC.replace("a * a", "a + 1")).await;
        let bad = bench.run(&trial).await;
        let failed: Vec<_> =
            outcomes(&bad).into_iter().filter(|(_, outcome)| *outcome == TestOutcome::Failed).collect();
        assert_eq!(failed, [("tests.unit.test_calc.TestShape::test_area[2]".to_owned(), TestOutcome::Failed)]);
    }
}

#[tokio::test]
async fn an_editable_install_of_the_original_checkout_is_not_what_is_tested() {
    let (bench, repo) = (
        Bench::new().await,
        Repo::with(&[
            (".gitignore", ".venv\n"),
            ("src/pkg/__init__.py", "def where():\n    return __file__\n"),
            (
                "tests/test_where.py",
                "import os, pkg\ndef test_where():\n    assert pkg.where().startswith(os.getcwd())\n",
            ),
        ]),
    );
    let arguments = ["-m", "venv", "--system-site-packages", ".venv"];
    assert!(Command::new("python3").args(arguments).current_dir(&repo.path).status().unwrap().success());
    let site =
        fs::read_dir(repo.path.join(".venv/lib")).unwrap().flatten().next().unwrap().path().join("site-packages");
    fs::write(site.join("editable.pth"), repo.path.join("src").display().to_string()).unwrap();
    for command in ["pytest -q", "python -m pytest -q"] {
        let spec = bench.spec(&repo.path, Some(command)).await;
        let run = bench.run(&spec).await;
        assert_eq!(run.result.end, BuildEnd::Exited { code: 0 }, "{}", run.result.output_tail);
        assert_eq!(outcomes(&run).len(), 1);
    }
}

#[tokio::test]
async fn requirements_of_a_project_without_environment_are_installed_once() {
    let (bench, repo) = (
        Bench::new().await,
        Repo::with(&[
            (".gitignore", ".venv\n"),
            ("test_dep.py", "def test_dep():\n    import iniconfig\n"),
            (
                "pyproject.toml",
                "[project]\nname = 'x'\nversion = '1'\n[project.optional-dependencies]\ntest = ['iniconfig>=1']\n",
            ),
        ]),
    );
    assert!(Command::new("python3").args(["-m", "venv", ".venv"]).current_dir(&repo.path).status().unwrap().success());
    let spec = bench.spec(&repo.path, None).await;
    let run = bench.run(&spec).await;
    assert_eq!(outcomes(&run), [("test_dep::test_dep".to_owned(), TestOutcome::Passed)], "{}", run.result.output_tail);
    let venvs = bench.dir.path().join("runner/venvs");
    let complete =
        || fs::read_dir(&venvs).unwrap().flatten().filter(|entry| entry.path().join("complete").exists()).count();
    assert_eq!(complete(), 1);
    let mut other = bench.spec(&repo.path, None).await;
    other.key = "another measurement".to_owned();
    bench.run(&other).await;
    assert_eq!(complete(), 1);
}

#[tokio::test]
async fn subprocesses_of_the_tests_make_coverage_incomplete() {
    let repo = Repo::with(&[
        ("app.py", "print('hello')\n"),
        (
            "test_app.py",
            "import subprocess, sys\ndef test_app():\n    \
          assert subprocess.check_output([sys.executable, 'app.py'])\ndef test_git():\n    subprocess.run(['git', '--version'])\n",
        ),
    ]);
    let bench = Bench::new().await;
    let mut spec = bench.spec(&repo.path, None).await;
    spec.with_coverage = true;
    assert!(coverage(&bench.run(&spec).await).incomplete);
    spec.command = bench.spec(&repo.path, Some("python -m pytest -k test_git")).await.command;
    assert!(!coverage(&bench.run(&spec).await).incomplete);
}

#[tokio::test]
async fn reports_of_all_pytest_runs_of_a_command_count_and_the_users_own_report_stays() {
    let repo = Repo::with(&[
        ("test_a.py", "def test_a(): pass\n"),
        ("test_b.py", "def test_b(): assert 0\n"),
        ("both.sh", "python -m pytest -q test_a.py && python -m pytest -q --junitxml=own.xml test_b.py\n"),
    ]);
    let bench = Bench::new().await;
    let expected =
        [("test_a::test_a".to_owned(), TestOutcome::Passed), ("test_b::test_b".to_owned(), TestOutcome::Failed)];
    let spec = bench.spec(&repo.path, Some("sh both.sh")).await;
    assert_eq!(spec.command.framework, Framework::Command);
    assert_eq!(outcomes(&bench.run(&spec).await), expected);
    let spec = bench.spec(&repo.path, Some("pytest --junitxml={report} --maxfail=2")).await;
    assert_eq!(spec.command.framework, Framework::JUnit);
    assert_eq!(outcomes(&bench.run(&spec).await), expected);
}

#[tokio::test]
async fn a_syntax_error_is_a_failing_run() {
    let repo = Repo::with(&[("test_a.py", "import code_\ndef test_a(): pass\n"), ("code_.py", "x = 1\n")]);
    let bench = Bench::new().await;
    let spec = bench.spec(&repo.path, None).await;
    let run = bench.run(&bench.mutated(&spec, "code_.py", "x = = 1\n").await).await;
    assert_eq!(run.result.end, BuildEnd::Exited { code: 2 });
    assert_eq!(outcomes(&run), [("pytest::test_a".to_owned(), TestOutcome::Failed)]);
}

#[tokio::test]
async fn unittest_reports_by_its_verbose_output() {
    let repo = Repo::with(&[
        ("tests/__init__.py", ""),
        (
            "tests/test_a.py",
            "import unittest\nclass A(unittest.TestCase):\n    def test_ok(self):\n        'Says so.'\n    \
          def test_bad(self):\n        print('x')\n        self.assertEqual(1, 2)\n    @unittest.skip('no')\n    def test_no(self): pass\n",
        ),
    ]);
    let bench = Bench::new().await;
    let spec = bench.spec(&repo.path, Some("python -m unittest")).await;
    let run = bench.run(&spec).await;
    let mut found = outcomes(&run);
    found.sort_by(|one, other| one.0.cmp(&other.0));
    let named = |name: &str, outcome| (format!("tests.test_a.A::{name}"), outcome);
    assert_eq!(
        found,
        [
            named("test_bad", TestOutcome::Failed),
            named("test_no", TestOutcome::Skipped),
            named("test_ok", TestOutcome::Passed)
        ],
        "{}",
        run.result.output_tail
    );
}

#[tokio::test]
async fn tests_that_run_in_parallel_under_a_coverage_tool_report_the_same() {
    let (bench, repo) = (Bench::new().await, project());
    repo.write(".gitignore", ".venv\n");
    repo.write("pytest.ini", "[pytest]\naddopts = -n 2 --cov=pkg --cov-fail-under=100 --lf\n");
    assert!(Command::new("python3").args(["-m", "venv", ".venv"]).current_dir(&repo.path).status().unwrap().success());
    let packages = ["-m", "pip", "install", "--quiet", "pytest", "pytest-xdist", "pytest-cov"];
    assert!(Command::new(repo.path.join(".venv/bin/python")).args(packages).status().unwrap().success());
    for _ in 0..2 {
        check_coverage(&bench, &repo).await;
    }
    let spec = bench.spec(&repo.path, None).await;
    let run = bench.run(&spec).await;
    assert_eq!(run.result.end, BuildEnd::Exited { code: 0 }, "a threshold of coverage is no test");
}
