//! Of changes on one line that do the same one mutant is made.

use tinybug_model::Tier;
use tinybug_mutate::{Source, enumerate};

fn changes_in(tier: Tier, path: &str, text: &str) -> Vec<String> {
    let found = enumerate(Source { path, bytes: text.as_bytes() }, tier).mutants;
    found.iter().map(|m| format!("{} -> {}", m.original, m.replacement)).collect()
}

/// What the default tier changes in a line of Python.
fn python(line: &str) -> Vec<String> {
    changes_in(Tier::Default, "a.py", &format!("{line}\n"))
}

#[test]
fn the_next_number_is_left_out_where_the_boundary_does_the_same() {
    for (line, lost) in [
        ("x = a < 1", "1 -> 2"),
        ("x = a <= 1", "1 -> 0"),
        ("x = a > 1", "1 -> 0"),
        ("x = a >= 7", "7 -> 8"),
        ("x = 1 < a", "1 -> 0"),
        ("x = 7 <= a", "7 -> 8"),
        ("x = 7 > a", "7 -> 8"),
        ("x = 1 >= a", "1 -> 0"),
        ("x = a > -7", "7 -> 8"),
        ("x = a < -1", "1 -> 0"),
    ] {
        let made = python(line);
        assert!(!made.contains(&lost.to_owned()), "{line}: {made:?}");
    }
}

#[test]
fn the_next_number_is_kept_where_it_does_something_else() {
    for (line, kept) in [
        ("x = a < 1", "1 -> 0"),
        ("x = a <= 1", "1 -> 2"),
        ("x = a > 7", "7 -> 8"),
        ("x = a == 7", "7 -> 8"),
        // Fractions lie between two whole numbers.
        ("x = b / c < 7", "7 -> 8"),
        ("x = float(b) >= 7", "7 -> 8"),
    ] {
        let made = python(line);
        assert!(made.contains(&kept.to_owned()), "{line}: {made:?}");
    }
    let typed = |declared: &str| format!("class A {{ boolean f({declared} a) {{ return g(a >= 10); }} }}\n");
    let java = |declared| changes_in(Tier::Default, "A.java", &typed(declared)).contains(&"10 -> 11".to_owned());
    assert!(java("double") && !java("int"));
}

#[test]
fn a_length_is_never_below_zero_in_any_language() {
    for (path, head, condition, tail) in [
        ("a.py", "if ", "len(a) > 0", ":\n    f(b)\n"),
        ("a.js", "if (", "a.length > 0", ") { f(b); }\n"),
        ("a.ts", "if (", "a.size > 0", ") { f(b); }\n"),
        ("a.go", "package a\n\nfunc g(a []int, b T) {\n\tif ", "len(a) > 0", " {\n\t\tf(a, b)\n\t}\n}\n"),
        ("A.java", "class A { void g() { if (", "a.size() > 0", ") { f(b); } } }\n"),
        ("a.rs", "fn g() { if ", "a.len() > 0", " { f(b); } }\n"),
        ("a.rb", "def g\n  if ", "a.size > 0", "\n    f(b)\n  end\nend\n"),
        ("a.c", "#include <stdbool.h>\nvoid g(char *a) { if (", "strlen(a) > 0", ") { f(b); } }\n"),
        ("a.cpp", "void g() { if (", "a.size() > 0", ") { f(b); } }\n"),
        ("A.cs", "class A { void g() { if (", "a.Count > 0", ") { f(b); } } }\n"),
    ] {
        let made = |condition: &str| changes_in(Tier::Extended, path, &format!("{head}{condition}{tail}"));
        let some = made(condition);
        let constant = |change: &String| change.to_lowercase().ends_with("-> true");
        let always = some.iter().filter(|change| constant(change) || *change == "> -> >=").count();
        assert_eq!(always, 1, "{path}: {some:?}");
        // A comparison that always holds is not made to hold.
        let useless = made(&condition.replace('>', ">="));
        assert!(!useless.iter().any(constant), "{path}: {useless:?}");
    }
}

#[test]
fn what_has_no_sign_is_never_below_zero() {
    for (path, text) in [
        ("a.rs", "fn g(a: usize) { if a > 0 { f(b); } }\n"),
        ("a.go", "package a\n\nfunc g(a uint) {\n\tif a > 0 {\n\t\tf(a)\n\t}\n}\n"),
        ("a.c", "#include <stdbool.h>\nvoid g(unsigned int a) { if (a > 0) { f(b); } }\n"),
        ("a.cpp", "void g(size_t a) { if (a > 0) { f(b); } }\n"),
        ("A.cs", "class A { void g(uint a) { if (a > 0) { f(b); } } }\n"),
    ] {
        let made = changes_in(Tier::Extended, path, text);
        let always = |made: &[String]| ["> -> >=", "a > 0 -> true"].map(|change| made.contains(&change.to_owned()));
        assert_eq!(always(&made).iter().filter(|made| **made).count(), 1, "{path}: {made:?}");
        let signed =
            text.replace("usize", "i32").replace("uint", "int").replace("unsigned ", "").replace("size_t", "int");
        let made = changes_in(Tier::Extended, path, &signed);
        assert_eq!(always(&made), [true, true], "{path}: {made:?}");
    }
}

#[test]
fn a_number_that_makes_a_length_constant_is_left_out() {
    let made = python("x = b if len(a) >= 1 else c");
    assert_eq!(made, ["b if len(a) >= 1 else c -> b", "b if len(a) >= 1 else c -> c", ">= -> >", ">= -> <"]);
    let made = python("x = b if not len(a) < 1 else c");
    assert!(!made.contains(&"1 -> 0".to_owned()), "{made:?}");
}

#[test]
fn a_returned_choice_is_emptied_once() {
    for (path, text, empty) in [
        (
            "A.java",
            "class A { Optional<B> f(String s) { return s.isEmpty() ? Optional.empty() : g(s); } }\n",
            "Optional.empty()",
        ),
        ("A.cs", "class A { string F(string s) { return s.Gone ? string.Empty : G(s); } }\n", "string.Empty"),
        ("a.js", "function f(a) { return a ? undefined : g(a); }\n", "undefined"),
    ] {
        let made = changes_in(Tier::Default, path, text);
        assert_eq!(
            made.iter().filter(|change| change.ends_with(&format!("-> {empty}"))).count(),
            1,
            "{path}: {made:?}"
        );
        let zeros = ["java.util.Optional.empty()", "\"\"", "null"];
        assert!(
            !zeros.iter().any(|zero| made.iter().any(|change| change.ends_with(&format!("-> {zero}")))),
            "{path}: {made:?}"
        );
    }
}

#[test]
fn a_zero_is_something_else_than_nothing() {
    let made = changes_in(Tier::Default, "a.js", "function f(a) { return a ? g(a) : 0; }\n");
    assert!(made.contains(&"a ? g(a) : 0 -> undefined".to_owned()), "{made:?}");
}

#[test]
fn empty_values_are_not_returned_anew_in_another_spelling() {
    for (declared, value) in [("long", "0"), ("Boolean", "true"), ("Optional<B>", "Optional.empty()"), ("double", "0")]
    {
        let text = format!("class A {{ {declared} f() {{ return {value}; }} }}\n");
        let made = enumerate(Source { path: "A.java", bytes: text.as_bytes() }, Tier::Extended).mutants;
        assert!(made.iter().all(|mutant| mutant.operator.starts_with("lit.")), "{declared}: {made:?}");
    }
}

#[test]
fn both_sides_of_a_choice_are_made_equal_once() {
    assert_eq!(
        python("x = 1 if a else 0"),
        ["1 -> 2", "1 if a else 0 -> 0", "1 if a else 0 -> 0 if a else 1", "1 if a else 0 -> 1"]
    );
    let made = changes_in(Tier::Default, "a.js", "const x = a ? true : false;\n");
    assert_eq!(made, ["a ? true : false -> false", "a ? true : false -> true", "true : false -> false : true"]);
}

#[test]
fn a_comparison_behind_a_not_is_turned_once() {
    for text in ["const x = !(a === b);\n", "const x = !(a < b);\n", "const x = !((a < b));\n"] {
        let made = changes_in(Tier::Default, "a.js", text);
        assert!(made.contains(&"! -> ".to_owned()) && !made.iter().any(|change| change.contains("!==")), "{made:?}");
        assert!(!made.contains(&"< -> >=".to_owned()), "{made:?}");
    }
}

#[test]
fn what_a_comparison_only_clamps_has_no_boundary() {
    for (path, text) in [
        ("a.py", "x = a if a < b else b\n"),
        ("a.py", "def f(a, b):\n    if a > b:\n        a = b\n    return g(a)\n"),
        ("a.js", "const x = a >= b ? b : a;\n"),
        ("a.go", "package a\n\nfunc f(a, b int) {\n\tif a < b {\n\t\ta = b\n\t}\n\tg(a)\n}\n"),
        ("A.java", "class A { void f() { if (a > b) a = b; } }\n"),
        ("a.rs", "fn f(a: T, b: T) { g(if a < b { a } else { b }); }\n"),
        ("a.rb", "def f(a, b)\n  a = b if a > b\n  g(a)\nend\n"),
        ("a.c", "void f(long a) { g(a > (long)b ? b : (int)a); }\n"),
        ("A.cs", "class A { void F() { if (a > b) { a = b; } } }\n"),
    ] {
        let made = enumerate(Source { path, bytes: text.as_bytes() }, Tier::Default).mutants;
        let of = |operator: &str| made.iter().filter(|mutant| mutant.operator == operator).count();
        assert_eq!((of("rel.boundary"), of("rel.negate")), (0, 1), "{path}: {made:?}");
    }
    assert_eq!(python("x = a if a < 7 else 7").iter().filter(|change| *change == "7 -> 8").count(), 1);
    for other in ["x = a if a < b else c", "x = a if a < b else -b"] {
        assert!(python(other).contains(&"< -> <=".to_owned()), "{other}");
    }
}

#[test]
fn what_excludes_itself_is_made_constant_once() {
    for condition in [
        "a == 1 or a == 2",
        "a == 1 or a == 2 or a == 3",
        "a != 'x' and a != 'y'",
        "a != Kind.One and a != Kind.Two",
        "a < 1 or a > 9",
        "0 <= a and a <= 9",
        "b.c == 1 or 2 == b.c",
    ] {
        let made = python(&format!("if {condition}:\n    f(a)"));
        let last = usize::from(condition.matches("or").count() > 1);
        let swapped = made.iter().filter(|change| matches!(change.as_str(), "or -> and" | "and -> or")).count();
        assert_eq!(swapped, last, "{condition}: {made:?}");
    }
    for condition in
        ["a == 1 or b == 2", "a == 1 or a == b", "a < 9 or a > 1", "f() == 1 or f() == 2", "a == ONE or a == TWO"]
    {
        let made = python(&format!("if {condition}:\n    f(a)"));
        assert!(made.contains(&"or -> and".to_owned()), "{condition}: {made:?}");
    }
    // Where nothing else makes it constant it stays.
    assert!(python("x = g(a == 1 or a == 2)").contains(&"or -> and".to_owned()));
}

#[test]
fn a_shifted_one_becomes_zero_once() {
    let made = python("x = 1 << 3");
    assert!(made.contains(&"<< -> >>".to_owned()) && !made.contains(&"1 -> 0".to_owned()), "{made:?}");
}

/// How many changes of the default tier an operator makes, where others make some.
fn guard(path: &str, text: &str, operator: &str) -> usize {
    let made = enumerate(Source { path, bytes: text.as_bytes() }, Tier::Default).mutants;
    let of = made.iter().filter(|mutant| mutant.operator == operator).count();
    assert!(of < made.len(), "{text}: {made:?}");
    of
}

#[test]
fn a_guard_is_not_made_constant_where_another_value_on_its_line_does_the_same() {
    for (path, text, operator) in [
        ("a.js", "function f(a) { if (isGone(a)) return true; return false; }\n", "cond.true"),
        ("a.js", "function f(a) { if (isGone(a)) return true; return false; }\n", "cond.false"),
        ("a.js", "function f(a) { if (isGone(a)) return true; else return false; }\n", "cond.true"),
        ("a.go", "package a\n\nfunc f(a int) bool {\n\tif a > 2 { return true }\n\treturn false\n}\n", "cond.false"),
        ("a.rs", "fn f(a: u8) -> Option<u8> { if a > 2 { return None; } Some(a) }\n", "cond.true"),
        ("a.rb", "def f(a)\n  return nil if a.empty?; a.first\nend\n", "cond.true"),
        ("a.c", "int f(int a) { if (a > 2) return 0; return a; }\n", "cond.true"),
        ("A.cs", "class A { bool F(int a) { if (a > 2) return false; return true; } }\n", "cond.true"),
    ] {
        assert_eq!(guard(path, text, operator), 0, "{path}: {operator}");
    }
    let java = "class A { String f(String s) { if (s == gone) { return null; } return \"\"; } }\n";
    assert_eq!(guard("A.java", java, "cond.true"), 1);
}

#[test]
fn a_guard_stays_where_its_condition_may_change_something() {
    for (path, before, conditions, after) in [
        (
            "a.js",
            "function f(a) { if (",
            &["a.pop()", "insert(a)", "cancel(a)", "alloc(1)", "issue(a)", "g()(a)", "a[0](1)", "a?.(1)"][..],
            ") return true; return false; }\n",
        ),
        (
            "a.rs",
            "fn f(a: u8) -> bool { if ",
            &["take::<u32>(a)", "foo!(a)", "a?"],
            " { return true; } return false; }\n",
        ),
        ("a.rb", "def f(a)\n  return true if ", &["a.shift", "a&.shift", "save a", "save!"], "; return false\nend\n"),
    ] {
        for condition in conditions {
            let text = format!("{before}{condition}{after}");
            assert_eq!(guard(path, &text, "cond.true"), 1, "{text}");
            assert_eq!(guard(path, &text, "cond.false"), 1, "{text}");
        }
    }
}

#[test]
fn what_another_line_does_as_well_is_made_whether_that_line_is_ignored_or_out_of_scope() {
    for end in ["", "  # tinybug: ignore for a test"] {
        let text = format!("def f(a):\n    if a.x:\n        return True{end}\n    return False{end}\n");
        for operator in ["cond.true", "cond.false"] {
            let made = enumerate(Source { path: "a.py", bytes: text.as_bytes() }, Tier::Default).mutants;
            assert!(made.iter().any(|mutant| mutant.operator == operator && mutant.line == 2), "{operator}: {made:?}");
        }
    }
}

#[test]
fn a_bit_that_is_turned_is_no_minus() {
    for path in ["a.py", "A.java"] {
        let made = |mask: &str| match path {
            "a.py" => python(&format!("if x & {mask}:\n    f(x)")),
            _ => changes_in(
                Tier::Default,
                path,
                &format!("class A {{ void f() {{ if ((x & {mask}) != 0) {{ f(x); }} }} }}\n"),
            ),
        };
        assert!(made("~1").contains(&"1 -> 0".to_owned()), "{path}: {:?}", made("~1"));
        assert!(!made("1").contains(&"1 -> 0".to_owned()), "{path}: {:?}", made("1"));
    }
}

#[test]
fn texts_with_values_in_them_may_be_the_same() {
    let made = |one: &str, two: &str| {
        changes_in(
            Tier::Default,
            "a.rb",
            &format!("def f(a, b, c)\n  if a == {one} || a == {two}\n    g(a)\n  end\nend\n"),
        )
    };
    let swapped = "|| -> &&".to_owned();
    assert!(made("\"#{b}\"", "\"#{c}\"").contains(&swapped));
    assert!(!made("\"b\"", "\"c\"").contains(&swapped));
}

#[test]
fn a_mask_is_set_once() {
    let js = |condition: &str| changes_in(Tier::Default, "a.js", &format!("if ({condition}) {{\n  f(a);\n}}\n"));
    for condition in ["a & 4", "!(a & 4)", "(a & 4) !== 0", "(a & (1 << b)) === 0"] {
        let made = js(condition);
        assert!(!made.contains(&"& -> |".to_owned()), "{condition}: {made:?}");
        assert_eq!(made.iter().filter(|change| change.ends_with("-> true") || change.ends_with("-> false")).count(), 2);
    }
    assert!(!js("(a & 1) === 0").contains(&"1 -> 0".to_owned()));
    for condition in ["a & b", "(a & 4) === 4", "g(a & 4)"] {
        assert!(js(condition).contains(&"& -> |".to_owned()), "{condition}");
    }
    let java = "class A { void f() { if ((a & 4) != 0) { f(a); } } }\n";
    assert!(!changes_in(Tier::Default, "A.java", java).contains(&"& -> |".to_owned()));
}
