//! What compilers and parsers refuse, before any build is spent on it.

use std::time::Duration;

use tinybug_model::{Language, Mutant, MutantId, Tier};
use tokio_util::sync::CancellationToken;

use crate::support::{Bench, Repo};

/// The mutant that puts `replacement` in the place of the first `original` of a text.
fn mutant(language: Language, path: &str, text: &str, original: &str, replacement: &str) -> Mutant {
    let start = text.find(original).unwrap();
    let line = text[..start].matches('\n').count() + 1;
    Mutant {
        id: MutantId(format!("{path}:{start}:{replacement}")),
        language,
        path: path.to_owned(),
        operator: "test.any".to_owned(),
        tier: Tier::Default,
        line: u32::try_from(line).unwrap(),
        column: 1,
        start_byte: start as u64,
        end_byte: (start + original.len()) as u64,
        original: original.to_owned(),
        replacement: replacement.to_owned(),
        function: String::new(),
    }
}

/// What is refused of changes of one file in a repository, for each of them.
async fn refusals(files: &[(&str, &str)], language: Language, changes: &[(&str, &str)]) -> Vec<Option<String>> {
    let repo = Repo::with(files);
    let bench = Bench::new().await;
    let spec = bench.spec(&repo.path, Some("true")).await;
    let (path, text) = files[0];
    let mutants: Vec<Mutant> = changes.iter().map(|(from, to)| mutant(language, path, text, from, to)).collect();
    let refusals =
        bench.runner.refusals(&spec, &mutants, Duration::from_mins(5), &CancellationToken::new()).await.unwrap();
    // The slot is as it was.
    let run = bench.run(&bench.spec(&repo.path, Some("git diff --exit-code HEAD")).await).await;
    assert_eq!(run.result.end, tinybug_model::BuildEnd::Exited { code: 0 }, "{}", run.result.output_tail);
    refusals
}

/// The places of what was refused.
fn places(refusals: &[Option<String>]) -> Vec<usize> {
    (0..refusals.len()).filter(|at| refusals[*at].is_some()).collect()
}

#[tokio::test]
async fn python_refuses_what_it_cannot_compile() {
    let text = "def total(items):\n    for item in items:\n        if item:\n            break\n    return 0\n";
    let changes = [("return 0", "return 1"), ("for item in items", "if items"), ("if item", "if not item")];
    let refusals = refusals(&[("cart.py", text)], Language::Python, &changes).await;
    assert_eq!(places(&refusals), [1]);
    assert!(refusals[1].as_ref().unwrap().contains("'break' outside loop"), "{refusals:?}");
}

#[tokio::test]
async fn node_refuses_what_is_neither_a_script_nor_a_module() {
    let text = "#!/usr/bin/env node\nexport function total(a) {\n  const b = a + 1;\n  return b;\n}\n";
    let changes = [("a + 1", "a - 1"), ("const b", "const a"), ("return b", "retur b"), ("return b", "return 0")];
    let refusals = refusals(&[("cart.js", text)], Language::JavaScript, &changes).await;
    assert_eq!(places(&refusals), [1, 2], "{refusals:?}");
}

#[tokio::test]
async fn what_nobody_can_tell_is_left_to_the_build() {
    let typescript = [("cart.ts", "export const a: number = 1;\n")];
    assert_eq!(refusals(&typescript, Language::TypeScript, &[("= 1", "= =")]).await, [None], "no typescript is there");
    let broken = [("a.py", "def a(:\n    return 1\n")];
    assert_eq!(refusals(&broken, Language::Python, &[("1", "2")]).await, [None], "it does not compile unchanged");
    let broken = [("a.go", "package a\n\nfunc A() int { return x }\n"), ("go.mod", "module a\n\ngo 1.21\n")];
    assert_eq!(refusals(&broken, Language::Go, &[("x", "y")]).await, [None], "it does not compile unchanged");
    let alone = [("a.go", "package a\n\nfunc A() int { return 1 }\n")];
    assert_eq!(refusals(&alone, Language::Go, &[("1", "x")]).await, [None], "there is no module");
}

#[tokio::test]
async fn go_refuses_what_leaves_names_unused_though_the_error_stands_elsewhere() {
    let text = "package bank\n\nfunc Fee(amount int) int {\n\tbase := 10\n\tif amount > 5 {\n\t\treturn base + amount\n\t}\n\treturn amount * 2\n}\n";
    let changes = [("base + amount", "amount"), ("amount > 5", "amount >= 5"), ("* 2", "* \"\""), ("10", "11")];
    let refusals = refusals(&[("fee.go", text), ("go.mod", "module bank\n\ngo 1.21\n")], Language::Go, &changes).await;
    assert_eq!(places(&refusals), [0, 2], "{refusals:?}");
    assert!(refusals[0].as_ref().unwrap().contains("declared and not used"), "{refusals:?}");
}

#[tokio::test]
async fn rust_refuses_other_types_and_takes_two_mutants_of_a_line_one_by_one() {
    let text = "pub fn fee(amount: u32) -> u32 {\n    let base = 10;\n    base + amount * 2\n}\n";
    let manifest = "[package]\nname = \"bank\"\nversion = \"0.1.0\"\nedition = \"2021\"\n\n[workspace]\n";
    let files = [("src/lib.rs", text), ("Cargo.toml", manifest), (".gitignore", "target\nCargo.lock\n")];
    let changes = [("base + amount", "base - amount"), ("* 2", "* \"\""), ("10", "11"), ("* 2", "/ 2")];
    let refusals = refusals(&files, Language::Rust, &changes).await;
    assert_eq!(places(&refusals), [1], "{refusals:?}");
}

#[tokio::test]
async fn java_refuses_a_missing_return() {
    let text = "package shop;\n\npublic class Cart {\n  int total(int a) {\n    if (a > 1) {\n      return 2;\n    }\n    return 1;\n  }\n}\n";
    let files = [("src/main/java/shop/Cart.java", text), ("README.md", "a shop")];
    let changes = [("return 1;", ";"), ("a > 1", "a >= 1"), ("return 2", "return \"\"")];
    let refusals = refusals(&files, Language::Java, &changes).await;
    assert_eq!(places(&refusals), [0, 2], "{refusals:?}");
}
