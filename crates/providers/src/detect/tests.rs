//! Tests of detection.

use std::collections::BTreeMap;

use super::*;

fn detect(files: &[(&str, &str)], user: Option<&str>) -> Result<TestCommand, NoCommand> {
    let files: BTreeMap<&str, &str> = files.iter().copied().collect();
    let paths: Vec<&str> = files.keys().copied().collect();
    test_command(&paths, |path| files.get(path).map(|text| text.as_bytes().to_vec()), user)
}

fn found(files: &[(&str, &str)]) -> (String, Framework) {
    let found = detect(files, None).unwrap();
    (found.command, found.framework)
}

fn run(user: &str) -> (Framework, String) {
    let scripts = r#"{"scripts":{"test":"NODE_ENV=test jest --runInBand","unit":"npm run bundle && vitest run src && eslint .",
        "check":"tsc && npm run deep","deep":"mocha test","odd":"make it","node":"node --import tsx --test"}}"#;
    let found = detect(&[("package.json", scripts)], Some(user)).unwrap();
    assert_eq!(found.command, user, "people see what they wrote");
    (found.framework, found.run)
}

#[test]
fn each_language_is_found_by_its_files() {
    assert_eq!(found(&[("tests/test_a.py", "")]), ("python -m pytest -q".to_owned(), Framework::Pytest));
    assert_eq!(
        found(&[("pkg/tests.py", ""), ("manage.py", "")]),
        ("python manage.py test".to_owned(), Framework::Unittest)
    );
    assert_eq!(found(&[("go.mod", ""), ("a/a_test.go", "")]), ("go test ./...".to_owned(), Framework::GoTest));
    assert_eq!(found(&[("Cargo.toml", "[package]")]), ("cargo test --no-fail-fast".to_owned(), Framework::CargoTest));
    assert_eq!(
        found(&[("Cargo.toml", "[workspace]\nmembers = []")]),
        ("cargo test --workspace --no-fail-fast".to_owned(), Framework::CargoTest)
    );
    assert_eq!(
        found(&[("Cargo.toml", ""), (".config/nextest.toml", "")]),
        ("cargo nextest run --no-fail-fast".to_owned(), Framework::Nextest)
    );
    let script = r#"{"scripts":{"test":"vitest"}}"#;
    assert_eq!(found(&[("package.json", script)]), ("npm test".to_owned(), Framework::Vitest));
    let none = r#"{"scripts":{"test":"echo \"Error: no test specified\" && exit 1"},"devDependencies":{"jest":"29"}}"#;
    assert_eq!(found(&[("package.json", none)]), ("npx jest".to_owned(), Framework::Jest));
    assert_eq!(found(&[("package.json", "{}"), ("a.test.mjs", "")]), ("node --test".to_owned(), Framework::NodeTest));
}

#[test]
fn of_several_languages_the_one_with_most_files_is_taken_and_said() {
    let project = [
        ("package.json", r#"{"scripts":{"test":"jest"}}"#),
        ("web/a.js", ""),
        ("node_modules/x/b.js", ""),
        ("node_modules/x/c.js", ""),
        ("app/a.py", ""),
        ("app/test_a.py", ""),
    ];
    let found = detect(&project, None).unwrap();
    assert_eq!(found.framework, Framework::Pytest);
    assert_eq!(
        found.note.as_deref(),
        Some(
            "`python -m pytest -q` was chosen because Python has the most files; there are also tests in JavaScript (`npm test`)"
        )
    );
}

#[test]
fn what_has_no_tests_is_told_what_to_do() {
    assert_eq!(detect(&[("README", ""), ("a.py", "")], None), Err(NoCommand::NothingFound));
    let elsewhere = NoCommand::Elsewhere { manifest: "backend/go.mod".to_owned() };
    assert_eq!(detect(&[("backend/go.mod", ""), ("vendor/x/go.mod", "")], None), Err(elsewhere));
    assert_eq!(detect(&[], Some("  ")), Err(NoCommand::Empty));
    let script = NoCommand::NoScript { script: "unit".to_owned() };
    assert_eq!(detect(&[("package.json", "{}")], Some("npm run unit")), Err(script));
}

#[test]
fn reporters_are_added_where_the_framework_reads_them() {
    let jest = "--json --outputFile={report}";
    let vitest = "--reporter=default --reporter=junit --outputFile.junit={report}";
    let mocha = "--reporter xunit --reporter-options output={report}";
    for (user, framework, expected) in [
        ("npm test", Framework::Jest, format!("npm test -- {jest}")),
        ("npm test -- --bail", Framework::Jest, format!("npm test -- --bail {jest}")),
        ("yarn test", Framework::Jest, format!("yarn test {jest}")),
        ("pnpm run test && echo ok", Framework::Jest, format!("pnpm run test {jest} && echo ok")),
        ("yarn jest a", Framework::Jest, format!("yarn jest a {jest}")),
        ("npx jest -t 'a && b'", Framework::Jest, format!("npx jest -t 'a && b' {jest}")),
        ("npm run check", Framework::Mocha, format!("npm run check -- {mocha}")),
        (
            "npm run unit",
            Framework::Vitest,
            format!(
                "(export PATH=\"$PWD/node_modules/.bin:$PATH\"; npm run bundle && vitest run src {vitest} && eslint .)"
            ),
        ),
        ("npm run node", Framework::NodeTest, "npm run node".to_owned()),
        ("npm run odd", Framework::Command, "npm run odd".to_owned()),
        ("node node_modules/.bin/jest", Framework::Jest, format!("node node_modules/.bin/jest {jest}")),
        ("cd web; pytest -x", Framework::Pytest, "cd web; pytest -x".to_owned()),
        ("A=1 poetry run python3.12 -m pytest", Framework::Pytest, "A=1 poetry run python3.12 -m pytest".to_owned()),
        ("python -m unittest discover tests", Framework::Unittest, "python -m unittest discover tests -v".to_owned()),
        ("go test ./... | tee log", Framework::GoTest, "go test -json -count=1 ./... | tee log".to_owned()),
        ("go test -json -count=3 ./a", Framework::GoTest, "go test -json -count=3 ./a".to_owned()),
        ("gotestsum ./...", Framework::GoTest, "gotestsum ./...".to_owned()),
        ("cargo test -q --lib -- -q", Framework::CargoTest, "cargo test --no-fail-fast --lib -- -q".to_owned()),
        ("cargo +stable nextest run", Framework::Nextest, "cargo +stable nextest run --no-fail-fast".to_owned()),
        ("tape test/*.js", Framework::Tap, "tape test/*.js".to_owned()),
        ("make test", Framework::Command, "make test".to_owned()),
        ("ctest --output-junit {report}", Framework::JUnit, "ctest --output-junit {report}".to_owned()),
    ] {
        assert_eq!(run(user), (framework, expected), "{user}");
    }
}

#[test]
fn a_script_that_calls_itself_ends() {
    let files = [("package.json", r#"{"scripts":{"test":"npm test"}}"#)];
    assert_eq!(detect(&files, None).unwrap().framework, Framework::Command);
}
