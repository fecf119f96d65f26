//! Rules that keep mutants good: what must not be made, and why.

use tinybug_model::Tier;
use tinybug_mutate::{Enumeration, Source, enumerate};

fn mutants(path: &str, text: &str) -> Enumeration {
    enumerate(Source { path, bytes: text.as_bytes() }, Tier::Extended)
}

/// The mutated pieces, as `original -> replacement`.
fn changes(path: &str, text: &str) -> Vec<String> {
    mutants(path, text).mutants.iter().map(|m| format!("{} -> {}", m.original, m.replacement)).collect()
}

#[test]
fn texts_are_not_subtracted() {
    for text in ["x = 'a' + b\n", "x = f'{a}' + b\n", "x = str(a) + b\n", "name = 'n'\nx = name + b\n", "x = [1] + b\n"]
    {
        assert!(!changes("a.py", text).contains(&"+ -> -".to_owned()), "{text}");
    }
    assert!(changes("a.py", "x = a + b\n").contains(&"+ -> -".to_owned()));
}

#[test]
fn go_subtracts_only_what_is_known_to_be_a_number() {
    let with = |types: &str| format!("package a\n\nfunc f(a, b {types}) {types} {{\n\treturn a + b\n}}\n");
    assert!(changes("a.go", &with("int")).contains(&"+ -> -".to_owned()));
    assert!(!changes("a.go", &with("string")).contains(&"+ -> -".to_owned()));
    assert!(!changes("a.go", &with("T")).contains(&"+ -> -".to_owned()));
}

#[test]
fn go_loses_no_last_use_of_a_variable_or_a_package() {
    let text = "package a\n\nimport \"x\"\n\nfunc f() int {\n\tn := g()\n\treturn n\n}\n\nfunc h(n int) int {\n\treturn n\n}\n\nfunc i() int {\n\treturn x.N()\n}\n";
    let zeros: Vec<_> =
        mutants("a.go", text).mutants.into_iter().filter(|m| m.operator == "ret.zero").map(|m| m.function).collect();
    assert_eq!(zeros, ["h"]);
}

#[test]
fn go_finds_the_declaration_of_a_name_as_its_compiler_does() {
    // Whether `use(x)` may go.
    for (body, may_go) in [
        ("x := f()\nuse(x)", false),
        ("x := f()\nuse(x)\nreturn x", true),
        ("x := f()\nuse(x)\nx = 2", false),
        ("x := f()\nuse(x)\nx.y = 2", true),
        ("x := f()\nx += 1\nuse(x)", true),
        ("const x = 1\nuse(x)", true),
        ("use(p)\nuse(x)", true),
        // The x of a block is another one.
        ("x := f()\nif x := f(); x {\nuse(x)\n}\nreturn x", true),
        ("x := f()\nif true {\nx := f()\nuse(x)\n}\nreturn x", false),
        ("x := f()\nuse(x)\nfor x := range a {\ng(x)\n}", false),
        ("for _, x := range a {\nuse(x)\n}\nreturn x", false),
        ("for x = range a {\nuse(x)\n}", true),
        // The right side of a declaration does not see it yet.
        ("x := f()\n{\nx := x\nuse(x)\n}", false),
        ("x := f()\nuse(x)\n{\nx := x\ng(x)\n}", true),
        // Declared anew beside another name it is the same one.
        ("x := f()\nuse(x)\nx, y := f()\nreturn x, y", true),
        ("p, y := f()\nuse(p)\nuse(x)\nreturn y", true),
        ("switch x := p.(type) {\ncase int:\nuse(x)\n}", false),
        ("switch x := p.(type) {\ncase int:\nuse(x)\ncase string:\nreturn x\n}", true),
        ("select {\ncase x := <-c:\nuse(x)\n}", false),
        // What is left alone uses names as well.
        ("x := f()\nuse(x)\nfmt.Println(x)", true),
        ("x := f()\nuse(x)\nfmt.Println(func(x int) int { return x })", false),
        ("x := f()\nvar g func(x int)\nuse(x)\nreturn g", false),
        // Perhaps the name of a field.
        ("x := f()\nuse(x)\ng(T{x: 1})", false),
        ("x := f()\nuse(x)\ng(T{y: x})", true),
    ] {
        let text = format!("package a\n\nimport \"fmt\"\n\nfunc h(p int) (r int) {{\n{body}\n}}\n");
        let dropped = mutants("a.go", &text)
            .mutants
            .iter()
            .any(|mutant| mutant.operator == "stmt.call_drop" && mutant.original.starts_with("use(x"));
        assert_eq!(dropped, may_go, "{body}");
    }
}

#[test]
fn calls_without_parentheses_are_seen_in_ruby() {
    for text in ["x = a.first\n", "x = g(a.first)\n", "x = [a.first]\n", "x = a.first.name\n"] {
        assert!(changes("a.rb", text).contains(&"first -> last".to_owned()), "{text}: {:?}", changes("a.rb", text));
    }
}

#[test]
fn what_is_a_text_in_one_place_is_added_in_none_where_a_compiler_looks() {
    for (path, text) in [
        ("a.rs", "fn s(a: String, b: &str) -> String { a + b }\nfn m(a: i32, b: i32) -> i32 { a * b }\n"),
        ("A.java", "class A { String s(String a, int b) { return a + b + 1; } int m(int a) { return a * 2; } }\n"),
        ("a.cc", "string prefix_;\nstring s() { return prefix_ + name_; }\n"),
    ] {
        assert!(!changes(path, text).contains(&"+ -> -".to_owned()), "{path}: {:?}", changes(path, text));
    }
}

#[test]
fn zeros_and_ones_are_known_however_they_are_written() {
    for (path, text) in [
        ("A.java", "class A { long f(long a) { return a * 1L + 0L; } }\n"),
        ("a.cc", "unsigned f(unsigned a) { return a * 1u + 0u; }\n"),
        ("a.rs", "fn f(a: u32) -> u32 { a * 1u32 + 0_u32 }\n"),
        ("a.ts", "const f = (a: bigint) => a * 1n + 0n - 0x0;\n"),
    ] {
        let found = changes(path, text);
        assert!(!found.iter().any(|change| ["* -> /", "+ -> -", "- -> +"].contains(&change.as_str())), "{found:?}");
    }
}

#[test]
fn the_first_is_as_good_as_the_last_where_only_presence_counts() {
    let swapped = |text: &str| changes("a.js", text).contains(&"indexOf -> lastIndexOf".to_owned());
    assert!(!swapped("x = s.indexOf(a) !== -1;\n") && !swapped("x = s.indexOf(a) >= 0;\n"));
    assert!(swapped("x = s.indexOf(a) === 0;\n") && swapped("x = s.indexOf(a) > 0;\n"));
}

#[test]
fn minus_one_is_returned_as_zero_once() {
    let text = "package a\n\nfunc f() int {\n\treturn -1\n}\n";
    assert_eq!(changes("a.go", text).iter().filter(|change| change.ends_with("-> 0")).count(), 1);
}

#[test]
fn a_timer_is_waited_for() {
    let text = "const wait = (ms) => new Promise(done => setTimeout(done, ms));\n";
    assert!(
        !changes("a.js", text).iter().any(|change| change.starts_with("setTimeout(")),
        "{:?}",
        changes("a.js", text)
    );
}

#[test]
fn the_larger_of_two_becomes_the_smaller() {
    for (path, text) in [
        ("A.java", "class A { int f(int a) { return Math.max(a, 3); } }\n"),
        ("A.cs", "class A { int F(int a) { return Math.Max(a, 3); } }\n"),
        ("a.cc", "int f(int a) { return std::max(a, 3); }\n"),
        ("a.go", "package a\n\nfunc f(a int) int {\n\treturn max(a, 3)\n}\n"),
    ] {
        let found = changes(path, text);
        assert!(found.iter().any(|change| change.to_lowercase() == "max -> min"), "{path}: {found:?}");
    }
}

#[test]
fn comments_that_ask_for_what_there_is_not_are_told_of() {
    let notes = |text: &str| mutants("a.py", text).notes.len();
    assert_eq!(notes("x = a < 3  # tinybug: ignore-flie legacy\n"), 1);
    assert_eq!(notes("x = a < 3  # tinybug: ignore[nonsense.op] why\n"), 1);
    assert_eq!(notes("x = a < 3  # tinybug: ignore[rel.boundary, lit] why\n"), 0);
    assert!(!changes("a.py", "x = a < 3  # tinybug: ignore-flie legacy\n").is_empty());
}

#[test]
fn ruby_keeps_one_when_of_a_case() {
    let dropped = |text: &str| {
        mutants("a.rb", text).mutants.into_iter().filter(|mutant| mutant.operator == "cond.case_drop").count()
    };
    assert_eq!(dropped("case x\nwhen 1 then a\nelse b\nend\n"), 0);
    assert_eq!(dropped("case x\nwhen 1 then a\nwhen 2 then c\nelse b\nend\n"), 2);
}

#[test]
fn equivalent_changes_are_not_made() {
    assert!(!changes("a.py", "x = a * 1\n").contains(&"* -> /".to_owned()));
    assert!(!changes("a.py", "x = a + 0\n").contains(&"+ -> -".to_owned()));
    assert!(!changes("a.py", "def f():\n    return None\n").iter().any(|change| change.ends_with("-> None")));
    assert_eq!(changes("a.js", "const x = -0;\n").iter().filter(|change| *change == "- -> ").count(), 0);
}

#[test]
fn arid_code_is_left_alone() {
    for text in [
        "log.info('x', 1 + 2)\n",
        "print(a < 3)\n",
        "time.sleep(5)\n",
        "assert a < 3\n",
        "if __name__ == '__main__':\n    f(1)\n",
        "import a\n",
        "@cache(3)\ndef f():\n    pass\n",
        "if a < 3:\n    log.debug('x')\n",
    ] {
        assert_eq!(changes("a.py", text), [] as [&str; 0], "{text}");
    }
}

#[test]
fn types_of_typescript_are_no_expressions() {
    assert_eq!(changes("a.ts", "type A = 'a' | 1;\nlet x: B<2> | 3;\nenum C { D = 1 }\n"), [] as [&str; 0]);
}

#[test]
fn what_only_compilers_would_refuse_is_left_alone() {
    // Found by the compilers of the languages on real libraries.
    assert!(!changes("a.rs", "fn f(a: u8) -> usize { a as usize >> 1 }\n").contains(&">> -> <<".to_owned()));
    assert!(
        !changes("a.rs", "fn f(a: u8, b: usize) -> bool { b + a as usize >= b }\n").contains(&">= -> <".to_owned())
    );
    assert!(changes("a.rs", "fn f(a: u8, b: usize) -> bool { (a as usize) >= b }\n").contains(&">= -> <".to_owned()));
    let pure = "class A { virtual int f() const = 0; int b = 0; };\n";
    assert_eq!(changes("a.cc", pure), ["0 -> 1"]);
    let thrown = "class A { int f(int? a) { return a ?? throw new E(); } }\n";
    assert!(!changes("a.cs", thrown).iter().any(|change| change.ends_with("-> throw new E()")));
    let assertion = "void f(int a) { X_STATIC_ASSERT(sizeof(a) == 4); g(a == 4); }\n";
    assert_eq!(changes("a.c", assertion).iter().filter(|change| *change == "== -> !=").count(), 1);
}

#[test]
fn a_comment_with_a_reason_leaves_code_alone() {
    assert_eq!(changes("a.py", "x = a < 3  # tinybug: ignore checked by hand\n"), [] as [&str; 0]);
    assert_eq!(changes("a.py", "# tinybug: ignore checked by hand\nx = [\n    a < 3,\n]\n"), [] as [&str; 0]);
    assert_eq!(changes("a.py", "# tinybug: ignore-file generated long ago\nx = a < 3\n"), [] as [&str; 0]);
    let some = changes("a.py", "x = a < 3  # tinybug: ignore[rel.boundary] checked by hand\n");
    assert!(!some.contains(&"< -> <=".to_owned()) && some.contains(&"< -> >=".to_owned()));
    let bare = mutants("a.py", "x = a < 3  # tinybug: ignore\n");
    assert_eq!(bare.mutants, []);
    assert_eq!(bare.notes[0].text, "line 1: `tinybug: ignore` without a reason");
}

#[test]
fn files_that_are_no_product_code_have_no_mutants() {
    assert_eq!(mutants("tests/test_a.py", "x = a < 3\n"), Enumeration::default());
    let generated = mutants("a.go", "// Code generated by x. DO NOT EDIT.\npackage a\n");
    assert_eq!(generated.notes[0].text, "skipped: a comment in it says that a tool generated it");
}

#[test]
fn a_file_that_does_not_parse_at_all_is_left_alone_and_noted() {
    let found = mutants("a.js", "function f(a) { if (a < 1) { return `${a} ");
    assert_eq!(found.mutants, []);
    assert_eq!(found.notes[0].text, "does not parse; it is left alone");
}

#[test]
fn places_that_do_not_parse_are_left_alone_and_noted() {
    let found = mutants("a.py", "def f(:\n    x = (1 <\n\n\ndef g(a):\n    return a < 3\n");
    assert_eq!(found.notes.len(), 1);
}

#[test]
fn lines_that_machines_wrote_are_left_alone_and_noted() {
    let text = format!("x = [{}]\ny = a < 3\n", "1, ".repeat(500));
    let found = mutants("a.py", &text);
    assert!(found.mutants.iter().all(|mutant| mutant.line == 2));
    assert_eq!(found.notes[0].text, "has lines longer than 1,000 bytes; they are left alone");
}

#[test]
fn messages_of_errors_are_left_alone() {
    for (path, text) in [
        ("a.py", "def f():\n    raise ValueError('no ' + x)\n"),
        ("a.py", "def f():\n    return ValueError('no')\n"),
        ("a.js", "const e = new TypeError('no');\n"),
        ("a.rs", "fn f() -> Result<(), String> {\n    Err(\"no\".to_owned())\n}\n"),
        ("a.rb", "def f\n  raise ArgumentError, \"no\" if a\nend\n"),
    ] {
        assert!(!changes(path, text).iter().any(|change| change.starts_with(['"', '\''])), "{text}");
    }
}

#[test]
fn an_early_answer_for_the_same_object_is_left_alone() {
    let text = "class A:\n    def __eq__(self, other):\n        if self is other:\n            return True\n        g(other)\n";
    assert_eq!(changes("a.py", text), ["g(other) -> pass"]);
}

#[test]
fn values_of_enumerations_are_left_alone() {
    assert_eq!(changes("a.py", "class A(enum.IntFlag):\n    B = 1\n    C = 'c'\n"), [] as [&str; 0]);
}

#[test]
fn values_beside_an_error_are_left_alone() {
    let text = "package a\n\nfunc f(e error) (int, error) {\n\treturn 7, e\n}\n";
    assert_eq!(changes("a.go", text), ["e -> nil"]);
}

#[test]
fn what_streams_and_logs_write_is_left_alone() {
    assert_eq!(changes("a.cpp", "void f() { std::cout << 1 + 2; LOG(INFO) << 3; }\n"), [" -> return; "]);
}

#[test]
fn a_comment_at_the_start_of_a_block_covers_only_the_first_statement() {
    let text = "def f(a):\n    # tinybug: ignore seen by hand\n    b = a < 3\n    return b\n";
    assert_eq!(changes("a.py", text), ["b -> None"]);
}

#[test]
fn an_alternative_that_does_what_the_rest_does_is_kept() {
    let drops = |text: &str| {
        mutants("a.js", text).mutants.into_iter().filter(|mutant| mutant.operator == "cond.case_drop").count()
    };
    assert_eq!(drops("switch (a) {\n  case 1: return f(1);\n  default: return f(1);\n}\n"), 0);
    assert_eq!(drops("switch (a) {\n  case 1: return f(1);\n  default: return f(2);\n}\n"), 1);
}

#[test]
fn what_makes_a_loop_end_is_changed_only_in_the_extended_tier() {
    let text = "def f(n):\n    i = n\n    while i < n:\n        i += 1\n        n += 1\n";
    let default = enumerate(Source { path: "a.py", bytes: text.as_bytes() }, Tier::Default).mutants;
    assert!(default.iter().all(|mutant| mutant.original != "+="), "{default:?}");
}

#[test]
fn equal_choices_are_made_once() {
    let found = mutants("a.js", "const a = b > c ? d : e;\n").mutants;
    let of = |operator: &str| found.iter().filter(|mutant| mutant.operator == operator).count();
    assert_eq!((of("cond.ternary"), of("rel.negate"), of("rel.false_true")), (2, 1, 0));
}

#[test]
fn an_emptied_text_never_grows_together_with_its_neighbour() {
    let changes = changes("a.py", "x = f(\"\"& \"A sho\"\"p\")\n");
    assert!(!changes.contains(&"\"A sho\" -> \"\"".to_owned()), "{changes:?}");
}

#[test]
fn csharp_returns_a_plain_value_for_a_task_only_where_it_is_asynchronous() {
    let of = |modifiers: &str| {
        let text = format!("class A {{ {modifiers} Task<int> F() {{ return G(); }} }}\n");
        changes("a.cs", &text).contains(&"G() -> 0".to_owned())
    };
    assert!(of("public async") && !of("public"));
}

#[test]
fn java_keeps_what_binds_a_name() {
    let text = "class A {\n  int f(Object o) {\n    if (o instanceof String s && s.length() > 1) {\n      return 5;\n    }\n    return o instanceof Integer i ? i : 0;\n  }\n}\n";
    let made: Vec<_> = mutants("A.java", text).mutants.into_iter().map(|m| m.operator).collect();
    for lost in ["logic.and_or", "cond.true", "cond.ternary"] {
        assert!(!made.contains(&lost.to_owned()), "{lost}: {made:?}");
    }
    let plain = "class A {\n  boolean f(Object o, int n) {\n    return o instanceof String && n > 1;\n  }\n}\n";
    assert!(changes("A.java", plain).contains(&"&& -> ||".to_owned()));
}

#[test]
fn other_words_and_prose_are_no_comments_to_ignore_code() {
    for comment in ["# tinybug: ignored not the word", "# see tinybug: ignore in the docs"] {
        assert!(!changes("a.py", &format!("x = a + b  {comment}\n")).is_empty(), "{comment}");
    }
    assert!(changes("a.py", "x = a + b  # tinybug: ignore no bug here\n").is_empty());
}

#[test]
fn csharp_keeps_the_default_of_a_plain_value_where_it_is_needed() {
    let of =
        |expression: &str| changes("A.cs", &format!("class A {{ int F(L l, int x) {{ return {expression}; }} }}\n"));
    for needed in ["x + (l?.Count ?? 0)", "l?.Count ?? -1", "G(l.Time ?? TimeSpan.Zero)", "G(l.Open ?? false)"] {
        let made = of(needed);
        assert!(!made.iter().any(|change| change.contains(" ?? ") && change.contains("-> l")), "{needed}: {made:?}");
        assert!(made.iter().any(|change| change.contains(" ?? ")), "{needed}: {made:?}");
    }
    for free in ["(l?.Count ?? 0) > 3", "$\"{l?.Count ?? 0}\"", "l?.Name ?? \"none\""] {
        let made = of(free);
        assert!(made.iter().any(|change| change.contains(" ?? ") && change.contains("-> l")), "{free}: {made:?}");
    }
}

#[test]
fn java_keeps_the_only_cause_of_a_checked_error() {
    let of = |body: &str, error: &str| {
        let text = format!(
            "class A {{ int f() {{\n    try {{\n      {body}\n    }} catch ({error} e) {{\n      return 7;\n    }}\n  }} }}\n"
        );
        mutants("A.java", &text)
            .mutants
            .into_iter()
            .filter(|mutant| mutant.line == 3)
            .map(|m| m.operator)
            .collect::<Vec<_>>()
    };
    assert_eq!(of("in.skip();", "IOException"), [] as [&str; 0]);
    assert_eq!(of("return g();", "IOException"), [] as [&str; 0]);
    assert_eq!(of("return in.read();", "final IOException"), [] as [&str; 0]);
    assert_eq!(of("return open ? in.read() : n;", "IllegalStateException | java.io.IOException"), ["cond.ternary"; 2]);
    assert_eq!(of("return in.read();", "IllegalStateException"), ["ret.zero"]);
    assert_eq!(of("in.skip(); g();", "IOException"), ["stmt.call_drop"; 2]);
}

#[test]
fn a_macro_is_negated_as_a_whole() {
    let made = changes("a.cc", "void f() { if (LIKELY(a >= b)) { g(); } }\n");
    assert!(made.contains(&"LIKELY(a >= b) -> !(LIKELY(a >= b))".to_owned()), "{made:?}");
}

#[test]
fn rust_takes_no_operator_that_a_type_of_the_file_lacks() {
    let text = |traits: &str| format!("impl {traits}<Unit> for u64 {{}}\nfn f(a: u64, b: Unit) -> u64 {{ a * b }}\n");
    assert!(!changes("a.rs", &text("ops::Mul")).contains(&"* -> /".to_owned()));
    assert!(changes("a.rs", &text("Div<Unit> for u64 {}\nimpl Mul")).contains(&"* -> /".to_owned()));
    assert!(changes("a.rs", &text("Multiply")).contains(&"* -> /".to_owned()));
}

#[test]
fn rust_keeps_what_tells_the_type_of_a_sum() {
    let text = "fn f(s: &str) -> &str {\n    let end = s\n        .chars()\n        .map(|c| c.len_utf8())\n        .sum();\n    &s[..end]\n}\n";
    assert!(!changes("a.rs", text).contains(&"&s[..end] -> \"\"".to_owned()));
}

#[test]
fn go_looks_at_no_item_outside_an_array() {
    let text = "package a\n\nfunc f() byte {\n\tvar b [2]byte\n\tg(b[0])\n\treturn b[1]\n}\n";
    let made = changes("a.go", text);
    assert!(made.contains(&"0 -> 1".to_owned()) && !made.contains(&"1 -> 2".to_owned()), "{made:?}");
}
