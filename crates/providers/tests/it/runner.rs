//! The local runner: slots, limits, and that nothing is left behind.

use std::{fs, os::unix::fs::PermissionsExt, path::Path, process::Stdio, time::Duration};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use tinybug_model::{BuildEnd, TestId, TestOutcome};
use tinybug_providers::{BuildOutcome, BuildSpec, LocalRunner, detect::Framework};
use tokio_util::sync::CancellationToken;

use crate::support::{Bench, Repo, config, outcomes};

/// Processes whose environment or command line holds a text.
fn processes_with(text: &str) -> Vec<String> {
    let entries = fs::read_dir("/proc").unwrap().flatten();
    let numbers = entries.filter(|entry| entry.file_name().to_string_lossy().parse::<u32>().is_ok());
    let held = |entry: &fs::DirEntry, name: &str| {
        let bytes = fs::read(entry.path().join(name)).unwrap_or_default();
        String::from_utf8_lossy(&bytes).replace('\0', " ")
    };
    numbers
        .map(|entry| (held(&entry, "cmdline"), held(&entry, "environ")))
        .filter(|(line, environment)| line.contains(text) || environment.contains(text))
        .map(|(line, _)| line)
        .collect()
}

/// Waits until something is so. A test that waits in vain is ended by whoever runs it.
async fn until(condition: impl Fn() -> bool) {
    while !condition() {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test]
async fn an_unknown_command_is_one_test_by_its_exit_status() {
    let repo = Repo::with(&[("check.sh", "echo checked; exit $(cat status)\n"), ("status", "0")]);
    let bench = Bench::new().await;
    let spec = bench.spec(&repo.path, Some("sh check.sh")).await;
    assert_eq!(spec.command.framework, Framework::Command);
    let run = bench.run(&spec).await;
    assert_eq!(run.result.end, BuildEnd::Exited { code: 0 });
    assert_eq!(run.result.tests[0].id, TestId::local("command", "sh check.sh"));
    assert_eq!(run.result.tests[0].outcome, TestOutcome::Passed);
    assert_eq!(run.result.output_tail, "checked\n");
    let run = bench.run(&bench.mutated(&spec, "status", "3").await).await;
    assert_eq!(run.result.end, BuildEnd::Exited { code: 3 });
    assert_eq!(run.result.tests[0].outcome, TestOutcome::Failed);
}

#[tokio::test]
async fn a_command_whose_compiler_refuses_the_code_fails_no_test() {
    let script = "echo 'a.ts(3,10): error TS18047: it may be null.'; exit $(cat status)\n";
    let repo = Repo::with(&[("check.sh", script), ("status", "2")]);
    let bench = Bench::new().await;
    let spec = bench.spec(&repo.path, Some("sh check.sh")).await;
    let run = bench.run(&spec).await;
    assert_eq!((run.result.end, run.result.tests), (BuildEnd::DoesNotBuild, vec![]));
    // A compiler may complain and go on.
    let run = bench.run(&bench.mutated(&spec, "status", "0").await).await;
    assert_eq!((run.result.end, run.result.tests.len()), (BuildEnd::Exited { code: 0 }, 1));
}

#[tokio::test]
async fn a_report_of_the_commands_own_is_read() {
    let report = "<testsuite><testcase classname=\"c\" name=\"a\"/></testsuite>";
    let repo = Repo::with(&[("report.xml", report)]);
    let bench = Bench::new().await;
    let spec = bench.spec(&repo.path, Some("cp report.xml {report}")).await;
    assert_eq!(outcomes(&bench.run(&spec).await), [("c::a".to_owned(), TestOutcome::Passed)]);
}

#[tokio::test]
async fn a_command_that_does_not_exist_is_said_so() {
    let repo = Repo::with(&[("plain.txt", "")]);
    let bench = Bench::new().await;
    for (command, reason) in [("no-such-tool --all", "command not found"), ("./plain.txt", "it is not executable")] {
        let spec = bench.spec(&repo.path, Some(command)).await;
        let BuildOutcome::SetupFailed(failure) = bench.outcome(&spec).await else { panic!("it ran") };
        assert_eq!(failure.message, format!("the test command `{command}` could not be run: {reason}"));
    }
}

#[tokio::test]
async fn builds_share_no_changes_but_keep_what_the_setup_and_git_ignores_left() {
    let repo = Repo::with(&[(".gitignore", "cache/\n"), ("code", "one")]);
    let bench = Bench::new().await;
    let command = "echo \"$(cat code) $(cat made) $(ls cache | wc -l) $(ls litter 2>/dev/null)\"; \
                   mkdir -p cache; touch cache/$(cat code); echo broken > code; touch litter; test ! -e setup-again";
    let mut spec = bench.spec(&repo.path, Some(command)).await;
    spec.setup = Some(
        "test -e made && touch setup-again; echo made > made; mkdir cache; echo \"code $(cat code)\" >> made"
            .to_owned(),
    );
    let run = bench.run(&bench.mutated(&spec, "code", "two").await).await;
    assert_eq!(run.result.output_tail, "two made\ncode one 0 \n", "the set-up sees the measured commit");
    let run = bench.run(&spec).await;
    assert_eq!(run.result.output_tail, "one made\ncode one 1 \n");
    assert_eq!(run.result.end, BuildEnd::Exited { code: 0 });
}

#[tokio::test]
async fn a_setup_that_fails_is_said_so_and_tried_again() {
    let repo = Repo::with(&[("a", "")]);
    let bench = Bench::new().await;
    let mut spec = bench.spec(&repo.path, Some("true")).await;
    let mark = bench.dir.path().join("mark");
    spec.setup = Some(format!("echo tried; test -e {m} || {{ touch {m}; exit 4; }}", m = mark.display()));
    let BuildOutcome::SetupFailed(failure) = bench.outcome(&spec).await else { panic!("it ran") };
    assert!(failure.message.ends_with("failed: it exited with status 4"), "{}", failure.message);
    assert_eq!(failure.output_tail, "tried\n");
    assert_eq!(bench.run(&spec).await.result.end, BuildEnd::Exited { code: 0 });
}

#[tokio::test]
async fn secrets_and_leads_to_other_places_do_not_reach_the_build() {
    let repo = Repo::with(&[("a", "")]);
    let bench = Bench::new().await;
    let spec = bench.spec(&repo.path, Some("env; echo tmp=$TMPDIR; pwd; git rev-parse --show-toplevel")).await;
    let run = bench.run(&spec).await;
    let said = &run.result.output_tail;
    for name in ["CARGO_MANIFEST_DIR=", "CARGO_PKG_NAME=", "CARGO_TARGET_DIR=", "DATABASE_URL=", "GIT_DIR="] {
        assert!(!said.lines().any(|line| line.starts_with(name)), "{name} in\n{said}");
    }
    for name in ["HOME=", "CI="] {
        assert!(said.lines().any(|line| line.starts_with(name)), "{name} not in\n{said}");
    }
    let root = bench.dir.path().canonicalize().unwrap().display().to_string();
    assert!(said.contains(&format!("tmp={root}/runner/s/")), "{said}");
    let places: Vec<&str> =
        said.lines().filter(|line| line.ends_with("/tree/project") && !line.contains('=')).collect();
    assert_eq!(places.len(), 2, "{said}");
}

#[tokio::test]
async fn all_descendants_end_at_the_time_limit_with_the_command_and_on_cancel() {
    let repo = Repo::with(&[("a", "")]);
    let bench = Bench::new().await;
    let daemon = "setsid sh -c 'trap \"\" TERM HUP; sleep 3210 & setsid sleep 3210' & sleep 0.2";
    let mut spec = bench.spec(&repo.path, Some(&format!("{daemon}; sleep 3210"))).await;
    let place = bench.dir.path().join("runner").canonicalize().unwrap().display().to_string();
    spec.time_limit = Duration::from_millis(600);
    let run = bench.run(&spec).await;
    assert_eq!(run.result.end, BuildEnd::TimedOut);
    assert!(run.result.duration_ms >= 600);
    assert_eq!(processes_with(&place), Vec::<String>::new());

    let quick = bench.spec(&repo.path, Some(daemon)).await;
    assert_eq!(bench.run(&quick).await.result.end, BuildEnd::Exited { code: 0 });
    assert_eq!(processes_with(&place), Vec::<String>::new());

    spec.time_limit = Duration::from_mins(50);
    let cancel = CancellationToken::new();
    let (outcome, ()) = tokio::join!(bench.runner.execute(&spec, &cancel), async {
        until(|| processes_with(&place).iter().filter(|line| line.contains("sleep 3210")).count() >= 3).await;
        cancel.cancel();
    });
    let BuildOutcome::Ran(run) = outcome.unwrap() else { panic!("it did not run") };
    assert_eq!(run.result.end, BuildEnd::Cancelled);
    assert_eq!(processes_with(&place), Vec::<String>::new());
}

#[tokio::test]
async fn resident_memory_of_the_whole_tree_is_limited() {
    let repo = Repo::with(&[("a", "")]);
    let bench = Bench::new().await;
    let hog = "python3 -c 'import time; x = bytearray(60 << 20); time.sleep(3210)'";
    let mut spec = bench.spec(&repo.path, Some(&format!("{hog} & {hog} & wait"))).await;
    spec.memory_limit_mb = 100;
    assert_eq!(bench.run(&spec).await.result.end, BuildEnd::OutOfMemory);
    let mut alone = bench.spec(&repo.path, Some("python3 -c 'x = bytearray(60 << 20)'")).await;
    alone.memory_limit_mb = 100;
    assert_eq!(bench.run(&alone).await.result.end, BuildEnd::Exited { code: 0 });
}

#[tokio::test]
async fn a_flood_of_output_is_cut_and_its_end_kept() {
    let repo = Repo::with(&[("a", "")]);
    let bench = Bench::new().await;
    let spec = bench.spec(&repo.path, Some("head -c 80000000 /dev/zero | tr '\\0' x; echo; echo the end")).await;
    let run = bench.run(&spec).await;
    assert_eq!(run.result.end, BuildEnd::Exited { code: 0 });
    assert!(run.result.output_tail.ends_with("x\nthe end\n"));
    assert!(run.result.output_tail.len() <= 16 * 1024);
}

#[tokio::test]
async fn no_more_builds_run_at_once_than_there_are_permits_and_slots() {
    let repo = Repo::with(&[("a", "")]);
    let bench = Bench::new().await;
    let count = bench.dir.path().join("running");
    fs::create_dir(&count).unwrap();
    let command = format!("touch {c}/$$; sleep 0.3; ls {c} | wc -l; rm {c}/$$", c = count.display());
    for (parallelism, expected) in [(1, 1), (4, 2)] {
        let mut spec = bench.spec(&repo.path, Some(&command)).await;
        spec.parallelism = parallelism;
        spec.key = format!("with {parallelism}");
        let build = || bench.run(&spec);
        let (one, two, three, four) = tokio::join!(build(), build(), build(), build());
        let seen = [one, two, three, four].map(|run| run.result.output_tail.trim().parse::<u32>().unwrap());
        let most = seen.into_iter().max().unwrap();
        assert_eq!(most, expected, "permits are 2");
    }
}

#[tokio::test]
async fn a_slot_that_tests_destroyed_is_made_anew() {
    let repo = Repo::with(&[("code", "one")]);
    let bench = Bench::new().await;
    let spec = bench.spec(&repo.path, Some("cat code; chmod 500 .; find . -delete; true")).await;
    for _ in 0..2 {
        assert!(bench.run(&spec).await.result.output_tail.starts_with("one"));
    }
}

#[tokio::test]
async fn released_measurements_leave_nothing() {
    let repo = Repo::with(&[("a", "")]);
    let bench = Bench::new().await;
    let root = fs::metadata(bench.dir.path().join("runner")).unwrap();
    assert_eq!(root.permissions().mode() & 0o777, 0o700, "code is its owner's alone");
    let spec = bench.spec(&repo.path, Some("mkdir -p ro && touch ro/x && chmod 500 ro")).await;
    bench.run(&spec).await;
    assert_eq!(bench.runner.leftovers(), ["measurement"]);
    bench.runner.release("measurement", &bench.mirror).await.unwrap();
    bench.runner.release("measurement", &bench.mirror).await.unwrap();
    assert_eq!(bench.runner.leftovers(), Vec::<String>::new());
    assert_eq!(fs::read_dir(bench.dir.path().join("runner/s")).unwrap().count(), 0);
    assert!(!bench.mirror.dir().join("worktrees").exists());
}

#[tokio::test]
async fn the_users_checkout_is_only_read() {
    let repo = Repo::with(&[("a", "1")]);
    repo.write("a", "2");
    let before = repo.fingerprint();
    let bench = Bench::new().await;
    let spec = bench.spec(&repo.path, Some("cat a; echo 3 > a; git commit --allow-empty -qm x || true")).await;
    assert!(bench.run(&spec).await.result.output_tail.starts_with('2'));
    bench.runner.release(&spec.key, &bench.mirror).await.unwrap();
    assert!(repo.fingerprint() == before);
}

const ROLE: &str = "TEST_WORKER_REPOSITORY";
const ENDLESS: &str = "setsid sleep 4321 & echo $(cat code); test \"$(cat code)\" = two || sleep 4321";

/// A worker in a process of its own, which the test can end without warning: this very program, told so by its
/// environment, running the same test, which is to call [`be_worker`] first.
async fn worker(test: &str, bench: &Bench, repo: &Repo) -> tokio::process::Child {
    let worker = tokio::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", test])
        .env(ROLE, format!("{}|{}", bench.dir.path().display(), repo.path.display()))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let place = place(bench);
    until(|| processes_with(&place).iter().filter(|line| line.contains("sleep 4321")).count() >= 2).await;
    worker
}

/// Runs the endless build, when this process is a worker.
async fn be_worker() -> bool {
    let Ok(role) = std::env::var(ROLE) else { return false };
    let (place, repository) = role.split_once('|').unwrap();
    let bench = Bench::at(Path::new(place)).await;
    let spec = bench.spec(Path::new(repository), Some(ENDLESS)).await;
    bench.run(&spec).await;
    true
}

/// What the command lines or environments of all processes of a bench hold.
fn place(bench: &Bench) -> String {
    bench.dir.path().join("runner").canonicalize().unwrap().display().to_string()
}

/// Takes the slot over, with a build that ends.
async fn take_over(bench: &Bench, repo: &Repo) {
    let spec = bench.spec(&repo.path, Some(ENDLESS)).await;
    let run = bench.run(&bench.mutated(&spec, "code", "two").await).await;
    assert_eq!((run.result.end, run.result.output_tail.as_str()), (BuildEnd::Exited { code: 0 }, "two\n"));
    assert_eq!(processes_with(&place(bench)), Vec::<String>::new());
}

#[tokio::test]
async fn a_killed_worker_leaves_no_process_and_its_slot_is_taken_over() {
    if be_worker().await {
        return;
    }
    let (repo, bench) = (Repo::with(&[("code", "one")]), Bench::new().await);
    let name = "runner::a_killed_worker_leaves_no_process_and_its_slot_is_taken_over";
    worker(name, &bench, &repo).await.kill().await.unwrap();
    take_over(&bench, &repo).await;
}

#[tokio::test]
async fn what_a_worker_and_its_shim_left_when_both_were_killed_ends_before_the_slot_is_used_or_removed() {
    if be_worker().await {
        return;
    }
    let name = "runner::what_a_worker_and_its_shim_left_when_both_were_killed_ends_before_the_slot_is_used_or_removed";
    for removed in [false, true] {
        let (repo, bench) = (Repo::with(&[("code", "one")]), Bench::new().await);
        let mut worker = worker(name, &bench, &repo).await;
        let pid = Pid::from_raw(worker.id().unwrap().cast_signed());
        // A worker that is held cannot tidy up after its shim, nor a dead shim after its worker.
        kill(pid, Signal::SIGSTOP).unwrap();
        let shims = children(pid);
        assert_eq!(shims.len(), 1);
        kill(shims[0], Signal::SIGKILL).unwrap();
        worker.kill().await.unwrap();
        assert!(processes_with(&place(&bench)).iter().any(|line| line.contains("sleep 4321")));
        if removed {
            bench.runner.release("measurement", &bench.mirror).await.unwrap();
            assert_eq!(processes_with(&place(&bench)), Vec::<String>::new());
        } else {
            take_over(&bench, &repo).await;
        }
    }
}

fn children(parent: Pid) -> Vec<Pid> {
    let entries = fs::read_dir("/proc").unwrap().flatten();
    let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<i32>().ok());
    let is_child = |pid: &i32| {
        fs::read_to_string(format!("/proc/{pid}/stat"))
            .is_ok_and(|stat| stat.rsplit(')').next().unwrap().split_whitespace().nth(1) == Some(&parent.to_string()))
    };
    pids.filter(is_child).map(Pid::from_raw).collect()
}

#[tokio::test]
async fn a_shim_that_is_killed_is_infrastructure_and_its_processes_end() {
    let repo = Repo::with(&[("a", "")]);
    let bench = Bench::new().await;
    let spec = bench.spec(&repo.path, Some("setsid sleep 5432 & kill -9 $PPID; sleep 5432")).await;
    let run = bench.run(&spec).await;
    assert!(matches!(run.result.end, BuildEnd::Infrastructure { .. }), "{:?}", run.result.end);
    let place = bench.dir.path().join("runner").canonicalize().unwrap().display().to_string();
    assert_eq!(processes_with(&place), Vec::<String>::new());
}

#[tokio::test]
async fn a_shim_that_cannot_be_started_is_an_error() {
    let repo = Repo::with(&[("a", "")]);
    let bench = Bench::new().await;
    let mut wrong = config(&bench.dir.path().join("other"));
    wrong.shim.program = "/nonexistent/shim".into();
    let spec: BuildSpec = bench.spec(&repo.path, Some("true")).await;
    let error = LocalRunner::new(wrong).unwrap().execute(&spec, &CancellationToken::new()).await.unwrap_err();
    assert!(error.to_string().starts_with("starting the shim"), "{error}");
}

#[tokio::test]
async fn node_modules_are_copied_and_their_links_point_into_the_slot() {
    let repo = Repo::with(&[
        (".gitignore", "node_modules\n"),
        (
            "package.json",
            r#"{"scripts":{"test":"node --test"},"dependencies":{"dep":"1","own":"1"},"workspaces":["packages/*"]}"#,
        ),
        ("packages/own/package.json", r#"{"name":"own","main":"i.js"}"#),
        ("packages/own/i.js", "module.exports = __filename"),
        (
            "a.test.js",
            "require('node:test')('deps', () => { for (const name of ['dep', 'own', 'abs']) \
                       { const at = require(name); if (!at.startsWith(process.cwd())) throw new Error(at) } })",
        ),
    ]);
    repo.write("node_modules/dep/index.js", "module.exports = __filename");
    std::os::unix::fs::symlink("../packages/own", repo.path.join("node_modules/own")).unwrap();
    std::os::unix::fs::symlink(repo.path.join("packages/own"), repo.path.join("node_modules/abs")).unwrap();
    let bench = Bench::new().await;
    let spec = bench.spec(&repo.path, None).await;
    assert_eq!(outcomes(&bench.run(&spec).await), [("a.test.js::deps".to_owned(), TestOutcome::Passed)]);
}
