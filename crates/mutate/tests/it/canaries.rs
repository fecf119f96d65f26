//! Canaries: every function throws, nothing else changes.

use tinybug_mutate::{Source, canary};

use crate::corpus::FIXTURES;

fn sing(path: &str, text: &str) -> Option<String> {
    canary(Source { path, bytes: text.as_bytes() }).map(|bytes| String::from_utf8(bytes).expect("UTF-8 stays UTF-8"))
}

#[test]
fn every_fixture_sings_on_its_own_lines() {
    for fixture in FIXTURES {
        let sung = sing(fixture.path, fixture.text).unwrap_or_else(|| panic!("{}", fixture.path));
        assert!(sung.matches("tinybug canary").count() >= 2, "{sung}");
        assert!(sung.lines().count() >= fixture.text.lines().count());
    }
}

#[test]
fn python_throws_behind_the_document_and_before_any_statement() {
    let text = "def f():\n    \"\"\"Doc.\"\"\"\n    return 1\ndef g(): return 2\ndef h(x):\n    if x:\n        pass\n";
    insta::assert_snapshot!(sing("a.py", text).unwrap(), @r#"
    def f():
        """Doc."""; raise RuntimeError("tinybug canary")
        return 1
    def g(): raise RuntimeError("tinybug canary"); return 2
    def h(x):
        raise RuntimeError("tinybug canary")
        if x:
            pass
    "#);
}

#[test]
fn rust_spares_const_functions_and_tests() {
    let text = "const fn a() -> u8 { 1 }\nfn b() -> u8 { 2 }\n#[cfg(test)]\nmod tests { fn c() { d(); } }\n";
    insta::assert_snapshot!(sing("a.rs", text).unwrap(), @r#"
    const fn a() -> u8 { 1 }
    fn b() -> u8 { panic!("tinybug canary"); 2 }
    #[cfg(test)]
    mod tests { fn c() { d(); } }
    "#);
}

#[test]
fn go_spares_init_and_javascript_keeps_its_directives() {
    let go = sing("a.go", "package a\n\nfunc init() { b() }\n\nfunc b() { c() }\n").unwrap();
    assert_eq!(go, "package a\n\nfunc init() { b() }\n\nfunc b() { panic(\"tinybug canary\"); c() }\n");
    let js = sing("a.js", "function f() { 'use strict'; return 1; }\n").unwrap();
    assert_eq!(js, "function f() { 'use strict'; throw new Error(\"tinybug canary\"); return 1; }\n");
}

#[test]
fn a_file_without_functions_has_no_canary() {
    assert_eq!(sing("a.py", "x = 1\n"), None);
    assert_eq!(sing("tests/test_a.py", "def f():\n    pass\n"), None);
}
