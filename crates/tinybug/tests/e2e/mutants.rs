//! `tinybug mutants` on trees and diffs as they come: what is listed, and what is said when nothing is.

use std::{
    ffi::OsStr,
    fs,
    io::{BufRead, BufReader, Write},
    os::unix::{ffi::OsStrExt, fs::symlink},
    process::{Command, Stdio},
};

use serde_json::Value;

use crate::{
    project::Project,
    world::{Ended, Home},
};

const CODE: &str =
    "class Cart:\n    def total(self, price):\n        return price + 7\n\n\ndef fee(weight):\n    return weight > 3\n";

fn shop() -> Project {
    Project::of("shop", &[("shop/cart.py", CODE), ("README.md", "A shop.\n"), ("tests/test_cart.py", "assert 1 < 2\n")])
}

/// Runs `tinybug mutants` in the project.
fn mutants(project: &Project, args: &[&str]) -> Ended {
    let home = Home::new();
    let mut command = home.command(&[&["mutants"], args].concat());
    command.current_dir(project.path());
    let ended = home.start_command(command).until_ended();
    assert!(!ended.stderr.contains("panicked"), "{ended:?}");
    ended
}

/// The places of the mutants that are listed, each once.
fn places(project: &Project, args: &[&str]) -> Vec<(String, u64)> {
    let ended = mutants(project, &[args, &["--format", "jsonl"]].concat());
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let place = |line: &str| {
        let mutant: Value = serde_json::from_str(line).unwrap();
        (mutant["path"].as_str().unwrap().to_owned(), mutant["line"].as_u64().unwrap())
    };
    let mut places: Vec<_> = ended.stdout.lines().map(place).collect();
    places.dedup();
    places
}

fn at(path: &str, line: u64) -> (String, u64) {
    (path.to_owned(), line)
}

#[test]
fn a_function_that_is_not_there_is_a_mistake_of_usage_and_near_names_are_given() {
    let project = shop();
    let expected = "error: --function: no function is named `Total` (near it: `Cart.total`); write names as `total` or \
                    `Cart.total`\n";
    let ended = mutants(&project, &["--function", "Total"]);
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(2), expected), "{ended:?}");
    let home = Home::new();
    let ended = home.start_try(&project, &["--function", "Total"]).until_ended();
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(2), expected), "{ended:?}");
    assert!(!home.data().exists(), "it is said before anything starts");
    assert_eq!(places(&project, &["--function", "Cart.total"]), [at("shop/cart.py", 3)]);
}

#[test]
fn where_nothing_remains_it_is_said_what_was_looked_at() {
    let project = shop();
    project.write("docs.diff", "--- a/README.md\n+++ b/README.md\n@@ -0,0 +1 @@\n+x\n");
    fs::create_dir(project.path().join("empty")).unwrap();
    for (args, expected) in [
        (&["--since", "HEAD", "shop"][..], "one file has new lines since HEAD, and it is no product code in shop"),
        (&["--diff", "docs.diff"], "one file has new lines in the diff, and it is no product code in ."),
        (&["tests"], "there is no product code in tests; left out: 1 test file"),
        (&["empty"], "there is no product code in empty"),
        (&["--function", "fee", "--diff", "docs.diff"], "it is no product code in ."),
    ] {
        let ended = mutants(&project, args);
        assert_eq!((ended.code, ended.stdout.as_str()), (Some(0), "0 mutants\n"), "{ended:?}");
        let last = ended.stderr.lines().last().unwrap_or_default();
        assert!(last.starts_with("nothing to mutate: ") && last.ends_with(expected), "{args:?}: {ended:?}");
    }
    fs::remove_file(project.path().join("docs.diff")).unwrap();
    assert!(mutants(&project, &["--since", "HEAD"]).stderr.contains("there are no new lines since HEAD"));
    project.write("shop/cart.py", format!("{CODE}# A comment.\n"));
    let comment = mutants(&project, &["--since", "HEAD"]);
    let expected = "the default tier changes nothing in the new lines since HEAD of 1 product file";
    assert!(comment.stderr.contains(expected), "{comment:?}");
}

#[test]
fn a_measurement_without_product_code_is_refused_and_one_without_new_lines_says_so_before_it_runs() {
    let home = Home::new();
    let prose = Project::of("prose", &[("README.md", "Words.\n"), ("tests/test_a.py", "assert 1 < 2\n")]);
    let refused = home.start_try(&prose, &[]).until_ended();
    let expected = "; left out: 1 test file\n";
    assert!(refused.code == Some(2) && refused.stderr.ends_with(expected), "{refused:?}");
    assert!(!home.data().exists(), "it is said before anything starts");
    let project = Project::of("lib", &[("lib.py", CODE), ("test_lib.py", "def test_a():\n    assert 1 < 2\n")]);
    let empty = home.start_try(&project, &["--since", "HEAD", "--baseline-runs", "1"]).until_ended();
    assert!(empty.stderr.starts_with("nothing to mutate: there are no new lines since HEAD\n"), "{empty:?}");
    assert_eq!(empty.code, Some(0), "{empty:?}");
    empty.assert_judged_nothing();
    home.assert_nothing_left();
}

#[test]
fn names_that_would_break_a_line_are_quoted_and_their_patches_apply() {
    let project = shop();
    let names = [
        "new\nline",
        "ta\tb",
        "quo\"te",
        "back\\slash",
        "sp ace",
        " at the ends ",
        "\u{fc}n\u{ef}",
        "-x",
        "\u{1b}[31m",
    ];
    for name in names {
        project.write(format!("odd/{name}.py"), CODE);
    }
    project.write(std::path::Path::new("odd").join(OsStr::from_bytes(b"b\xffd.py")), CODE);
    project.commit();
    let text = mutants(&project, &["odd"]);
    assert!(
        text.stderr.ends_with("d.py: skipped: its name is not UTF-8, so that nothing could name its mutants\n"),
        "{text:?}"
    );
    assert!(text.stdout.contains("\n\"new\\nline.py\":3:"), "{text:?}");
    assert!(
        text.stdout.lines().all(|line| !line.contains('\u{1b}')
            && (line.contains(".py") || line.starts_with("    ") || line.ends_with(" mutants"))),
        "{text:?}"
    );
    let patches = mutants(&project, &["odd", "shop", "--format", "patch"]).stdout;
    let patches: Vec<_> = patches.split_inclusive('\n').fold(Vec::<String>::new(), |mut patches, line| {
        if line.starts_with("--- ") {
            patches.push(String::new());
        }
        patches.last_mut().unwrap().push_str(line);
        patches
    });
    let by_file = patches.iter().filter_map(|patch| patch.lines().next()).collect::<std::collections::BTreeSet<_>>();
    assert_eq!(by_file.len(), names.len() + 1, "{by_file:?}");
    for patch in patches {
        let mut git = Command::new("git");
        git.current_dir(project.path()).args(["apply", "--check", "-"]).stdin(Stdio::piped());
        let mut git = git.spawn().unwrap();
        git.stdin.take().unwrap().write_all(patch.as_bytes()).unwrap();
        assert!(git.wait().unwrap().success(), "{patch}");
    }
}

#[test]
fn changed_lines_are_those_of_renames_merges_and_new_files_but_not_of_deleted_ones() {
    let project = shop();
    let lines = |count: usize, last: &str| "x = f()\n".repeat(count - 1) + last;
    project.write("shop/old.py", lines(20, "y = a < b\n"));
    project.write("shop/gone.py", CODE);
    project.write("shop/both.py", "a = 1 < x\n\n\n\nb = 2 < x\n\n\n\nc = 3 < x\n");
    project.commit();
    let start = project.git(&["rev-parse", "HEAD"]);
    project.git(&["checkout", "--quiet", "-b", "side"]);
    project.write("shop/both.py", "a = 1 < x\n\n\n\nb = 2 < x\n\n\n\nc = 33 < x\n");
    project.commit();
    project.git(&["checkout", "--quiet", "main"]);
    project.write("shop/both.py", "a = 11 < x\n\n\n\nb = 2 < x\n\n\n\nc = 3 < x\n");
    project.git(&["rm", "--quiet", "shop/gone.py"]);
    project.git(&["mv", "shop/old.py", "shop/renamed.py"]);
    project.write("shop/renamed.py", lines(20, "y = a < b + 1\n"));
    project.commit();
    project.git(&["merge", "--quiet", "--no-edit", "side"]);
    project.write("shop/new.py", "z = 1 < x");
    let both = [at("shop/both.py", 1), at("shop/both.py", 9)];
    let all = [&both[..], &[at("shop/new.py", 1), at("shop/renamed.py", 20)]].concat();
    assert_eq!(places(&project, &["--since", start.trim()]), all);
    // Of a branch that was merged in, what this side did since the two parted is the rest.
    assert!(!places(&project, &["--since", "side"]).contains(&at("shop/both.py", 9)));
    for arguments in [&["-c", "diff.mnemonicPrefix=true", "diff"][..], &["-c", "diff.noprefix=true", "diff"], &["diff"]]
    {
        let diff = project.git(&[arguments, &["-M", start.trim()]].concat());
        fs::write(project.path().join(".git/the.diff"), diff).unwrap();
        let expected = [&both[..], &[at("shop/renamed.py", 20)]].concat();
        assert_eq!(places(&project, &["--diff", ".git/the.diff"]), expected, "{arguments:?}");
        let below = places(&project, &["shop", "--diff", ".git/the.diff"]);
        assert_eq!(below, [at("both.py", 1), at("both.py", 9), at("renamed.py", 20)], "{arguments:?}");
    }
}

#[test]
fn what_is_no_file_is_passed_over_and_links_are_not_followed() {
    let project = shop();
    let elsewhere = shop();
    let shop = project.path().join("shop");
    fs::create_dir(shop.join("directory.py")).unwrap();
    fs::write(shop.join("directory.py/inner.py"), CODE).unwrap();
    symlink("nowhere.py", shop.join("dangling.py")).unwrap();
    symlink("itself.py", shop.join("itself.py")).unwrap();
    symlink("cart.py", shop.join("again.py")).unwrap();
    symlink("..", shop.join("loop")).unwrap();
    symlink(elsewhere.path(), shop.join("elsewhere")).unwrap();
    symlink(elsewhere.path().join("shop/cart.py"), shop.join("other.py")).unwrap();
    let fifo = Command::new("mkfifo").arg(shop.join("fifo.py")).status().unwrap();
    assert!(fifo.success());
    let expected = [
        at("shop/cart.py", 3),
        at("shop/cart.py", 7),
        at("shop/directory.py/inner.py", 3),
        at("shop/directory.py/inner.py", 7),
    ];
    assert_eq!(places(&project, &[]), expected);
    project.git(&["add", "shop/dangling.py", "shop/other.py"]);
    let since = places(&project, &["--since", "HEAD"]);
    assert_eq!(since, expected[2..], "what is new and can be read");
    for given in ["shop/dangling.py", "shop/itself.py"] {
        assert_eq!(mutants(&project, &[given]).code, Some(2), "{given}");
    }
}

#[test]
fn a_reader_that_has_seen_enough_is_no_failure() {
    let project = shop();
    project.write("shop/long.py", CODE.repeat(2_000));
    let judged = "{\"tests\":500,\"baseline_runs\":5,\"attempts\":1}\n".repeat(20_000);
    project.write("judged.jsonl", &judged);
    let home = Home::new();
    for args in [&["mutants"][..], &["mutants", "--format", "jsonl"], &["mutants", "--format", "patch"], &["judge"]] {
        let mut command = home.command(args);
        command.current_dir(project.path()).stdin(fs::File::open(project.path().join("judged.jsonl")).unwrap());
        let mut running = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut first = String::new();
        BufReader::new(running.stdout.take().unwrap()).read_line(&mut first).unwrap();
        let ended = running.wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&ended.stderr).into_owned();
        assert!(!first.is_empty() && ended.status.success() && said.is_empty(), "{args:?}: {first} {said}");
    }
}
