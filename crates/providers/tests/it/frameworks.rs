//! Test frameworks of other languages, as this machine has them.

use tinybug_model::{BuildEnd, TestOutcome};
use tinybug_providers::Framework;

use crate::support::{Bench, Repo, outcomes};

use TestOutcome::{Failed, Passed, Skipped};

fn named(expected: &[(&str, TestOutcome)]) -> Vec<(String, TestOutcome)> {
    expected.iter().map(|(name, outcome)| ((*name).to_owned(), *outcome)).collect()
}

#[tokio::test]
async fn node_reports_tests_by_file_and_name() {
    let repo = Repo::with(&[
        ("package.json", r#"{"scripts":{"test":"node --test"}}"#),
        ("cart.js", "exports.total = (a, b) => a + b\n"),
        (
            "test/cart.test.js",
            "const { test, describe, it } = require('node:test'); const assert = require('assert')\n\
             const { total } = require('../cart.js')\n\
             describe('total', () => { it('adds', () => assert.equal(total(1, 2), 3)); it.skip('later', () => {}) })\n\
             test('whole', async t => { await t.test('part', () => assert.ok(total(0, 1))) })\n",
        ),
        ("test/other.test.js", "require('node:test')('whole', () => {})\n"),
    ]);
    let bench = Bench::new().await;
    let spec = bench.spec(&repo.path, None).await;
    assert_eq!((spec.command.command.as_str(), spec.command.framework), ("npm test", Framework::NodeTest));
    let expected = |adds| {
        named(&[
            ("test/cart.test.js::total > adds", adds),
            ("test/cart.test.js::total > later", Skipped),
            ("test/cart.test.js::whole > part", Passed),
            ("test/cart.test.js::whole", Passed),
            ("test/other.test.js::whole", Passed),
        ])
    };
    assert_eq!(outcomes(&bench.run(&spec).await), expected(Passed));
    let trial = bench.mutated(&spec, "cart.js", "exports.total = (a, b) => a || b\n").await;
    let run = bench.run(&trial).await;
    assert_eq!(outcomes(&run), expected(Failed));
    assert!(run.result.tests[0].message.as_ref().unwrap().contains("1 == 3"), "{:?}", run.result.tests[0]);
    let broken = bench.run(&bench.mutated(&spec, "cart.js", "throw new Error('canary')\n").await).await;
    assert!(outcomes(&broken).contains(&("test/cart.test.js::(file)".to_owned(), Failed)));
}

#[tokio::test]
async fn go_reports_tests_and_tells_code_that_does_not_build() {
    let code = "package cart\n\nfunc Total(a, b int) int {\n\treturn a + b\n}\n";
    let repo = Repo::with(&[
        ("go.mod", "module example.com/cart\n\ngo 1.21\n"),
        ("cart.go", code),
        (
            "cart_test.go",
            "package cart\n\nimport \"testing\"\n\nfunc TestTotal(t *testing.T) {\n\tt.Run(\"adds\", func(t *testing.T) {\n\
             \t\tif Total(1, 2) != 3 {\n\t\t\tt.Error(\"wrong total\")\n\t\t}\n\t})\n}\n\nfunc TestOther(t *testing.T) {}\n",
        ),
    ]);
    let bench = Bench::new().await;
    let spec = bench.spec(&repo.path, None).await;
    assert_eq!(spec.command.run, "go test -json -count=1 ./...");
    let expected = |outcome| {
        named(&[
            ("example.com/cart::TestTotal/adds", outcome),
            ("example.com/cart::TestTotal", outcome),
            ("example.com/cart::TestOther", Passed),
        ])
    };
    let run = bench.run(&spec).await;
    assert_eq!(outcomes(&run), expected(Passed), "{}", run.result.output_tail);
    let run = bench.run(&bench.mutated(&spec, "cart.go", &code.replace('+', "-")).await).await;
    assert_eq!(outcomes(&run), expected(Failed));
    assert!(run.result.tests[0].message.as_ref().unwrap().contains("wrong total"));
    let run = bench.run(&bench.mutated(&spec, "cart.go", &code.replace("a + b", "a + \"b\"")).await).await;
    assert_eq!((run.result.end, run.result.tests), (BuildEnd::DoesNotBuild, vec![]));
    let run = bench
        .run(&bench.mutated(&spec, "cart.go", &code.replace("return a", "panic(\"gone\")\n\treturn a")).await)
        .await;
    assert!(outcomes(&run).contains(&("example.com/cart::TestTotal/adds".to_owned(), Failed)));
}

#[tokio::test]
async fn cargo_reports_tests_by_binary_and_tells_code_that_does_not_build() {
    let code = "/// ```\n/// assert_eq!(cart::total(1, 2), 3);\n/// ```\npub fn total(a: u32, b: u32) -> u32 {\n    a + b\n}\n\n\
                #[cfg(test)]\nmod tests {\n    #[test]\n    fn adds() {\n        assert_eq!(super::total(2, 3), 5);\n    }\n}\n";
    let repo = Repo::with(&[
        (".gitignore", "target\n"),
        ("Cargo.toml", "[package]\nname = \"cart\"\nversion = \"0.1.0\"\nedition = \"2021\"\n"),
        ("src/lib.rs", code),
        ("tests/it.rs", "#[test]\nfn adds() {\n    assert_eq!(cart::total(0, 3), 3);\n}\n"),
    ]);
    let bench = Bench::new().await;
    let spec = bench.spec(&repo.path, None).await;
    let expected = |unit, others| {
        named(&[
            ("cart (src/lib.rs)::tests::adds", unit),
            ("it (tests/it.rs)::adds", others),
            ("cart (doc)::src/lib.rs - total (line 1)", others),
        ])
    };
    let run = bench.run(&spec).await;
    assert_eq!(outcomes(&run), expected(Passed, Passed), "{}", run.result.output_tail);
    for _ in 0..2 {
        let run = bench.run(&bench.mutated(&spec, "src/lib.rs", &code.replace("a + b", "a | b")).await).await;
        assert_eq!(outcomes(&run), expected(Failed, Passed), "{}", run.result.output_tail);
        assert_eq!(outcomes(&bench.run(&spec).await), expected(Passed, Passed), "the build trusts no old time stamp");
    }
    let run = bench.run(&bench.mutated(&spec, "src/lib.rs", &code.replace("a + b", "a + \"b\"")).await).await;
    assert_eq!((run.result.end, run.result.tests), (BuildEnd::DoesNotBuild, vec![]));
}

#[tokio::test]
async fn jest_vitest_and_mocha_report_through_the_projects_own_script() {
    let test = "test('adds', () => { if (require('./cart.js').total(1, 2) !== 3) throw new Error('wrong') })\n";
    let vitest = "import { test } from 'vitest'\nimport cart from './cart.js'\n\
                  test('adds', () => { if (cart.total(1, 2) !== 3) throw new Error('wrong') })\n";
    for (tool, version, script, framework, file, text) in [
        ("jest", "29", "jest", Framework::Jest, "cart.test.js", test),
        ("vitest", "3", "vitest", Framework::Vitest, "cart.test.mjs", vitest),
        ("mocha", "11", "mocha --ui qunit cart.test.js && true", Framework::Mocha, "cart.test.js", test),
    ] {
        let manifest = format!(r#"{{"scripts":{{"test":"{script}"}},"devDependencies":{{"{tool}":"{version}"}}}}"#);
        let repo = Repo::with(&[
            (".gitignore", "node_modules\n"),
            ("package.json", &manifest),
            ("cart.js", "exports.total = (a, b) => a + b\n"),
            (file, text),
        ]);
        let bench = Bench::new().await;
        let spec = bench.spec(&repo.path, None).await;
        assert_eq!(spec.command.framework, framework);
        let run = bench.run(&spec).await;
        let names: Vec<_> = outcomes(&run);
        assert_eq!(names.len(), 1, "{tool}: {}", run.result.output_tail);
        assert!(names[0].0.ends_with("adds") && names[0].1 == Passed, "{names:?}");
        let trial = bench.mutated(&spec, "cart.js", "exports.total = (a, b) => a - b\n").await;
        let run = bench.run(&trial).await;
        assert_eq!(outcomes(&run), [(names[0].0.clone(), Failed)], "{tool}: {}", run.result.output_tail);
    }
}
