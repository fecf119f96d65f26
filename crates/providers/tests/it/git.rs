//! The mirror, and how little the user's repository notices.

use std::{fs, path::Path, time::Duration};

use tempfile::TempDir;
use tinybug_providers::{Edit, Mirror, ProviderError, git::changes_since};

use crate::support::{Repo, git};

async fn mirror() -> (TempDir, Mirror) {
    let dir = TempDir::new().unwrap();
    let mirror = Mirror::open(dir.path().join("mirror.git")).await.unwrap();
    (dir, mirror)
}

async fn text(mirror: &Mirror, sha: &str, path: &str) -> Option<String> {
    let content = mirror.read(sha, &[path.to_owned()]).await.unwrap().remove(0);
    content.map(|content| String::from_utf8(content).unwrap())
}

async fn paths(mirror: &Mirror, sha: &str) -> Vec<String> {
    mirror.files(sha).await.unwrap().into_iter().map(|file| file.path).collect()
}

#[tokio::test]
async fn a_clean_tree_is_its_head() {
    let repo = Repo::with(&[("a.py", "1\n")]);
    let (_dir, mirror) = mirror().await;
    let snapshot = mirror.snapshot(&repo.path).await.unwrap();
    assert!(!snapshot.dirty);
    assert_eq!(snapshot.sha, repo.git(&["rev-parse", "HEAD"]));
    assert_eq!(snapshot.toplevel, repo.path);
}

#[tokio::test]
async fn a_snapshot_holds_uncommitted_and_untracked_files_and_changes_nothing_of_the_users() {
    let repo = Repo::with(&[("a.py", "1\n"), ("gone.py", "x\n"), (".gitignore", "*.log\n"), ("staged.py", "old\n")]);
    repo.write("a.py", "2\n");
    repo.write("new/b c.py", "3\n");
    repo.write("noise.log", "no\n");
    repo.write("staged.py", "new\n");
    repo.git(&["add", "staged.py"]);
    fs::remove_file(repo.path.join("gone.py")).unwrap();
    let before = repo.fingerprint();

    let (_dir, mirror) = mirror().await;
    let snapshot = mirror.snapshot(&repo.path).await.unwrap();

    assert!(snapshot.dirty);
    assert_eq!(paths(&mirror, &snapshot.sha).await, [".gitignore", "a.py", "new/b c.py", "staged.py"]);
    assert_eq!(text(&mirror, &snapshot.sha, "a.py").await.as_deref(), Some("2\n"));
    assert_eq!(text(&mirror, &snapshot.sha, "staged.py").await.as_deref(), Some("new\n"));
    assert_eq!(text(&mirror, &snapshot.sha, "gone.py").await, None);
    assert_eq!(snapshot.head, Some(repo.git(&["rev-parse", "HEAD"])));
    assert_eq!(mirror.snapshot(&repo.path).await.unwrap(), snapshot, "the same tree has the same commit");
    assert!(repo.fingerprint() == before, "the user's repository was touched");
}

#[tokio::test]
async fn installed_dependencies_and_bytecode_are_left_out_unless_tracked() {
    let repo = Repo::with(&[("a.py", "1\n"), ("venv/tracked.py", "old\n")]);
    let clean = repo.git(&["rev-parse", "HEAD"]);
    let excludes = repo.path.with_file_name("excludes");
    fs::write(&excludes, "*.secret\n").unwrap();
    repo.git(&["config", "core.excludesFile", excludes.to_str().unwrap()]);
    for path in ["node_modules/x/i.js", "web/node_modules/y", ".venv/bin/z", "__pycache__/a.pyc", "key.secret"] {
        repo.write(path, "x");
    }
    let (_dir, mirror) = mirror().await;
    assert_eq!(mirror.snapshot(&repo.path).await.unwrap().sha, clean);
    repo.write("venv/tracked.py", "new\n");
    let snapshot = mirror.snapshot(&repo.path).await.unwrap();
    assert_eq!(paths(&mirror, &snapshot.sha).await, ["a.py", "venv/tracked.py"]);
    assert_eq!(text(&mirror, &snapshot.sha, "venv/tracked.py").await.as_deref(), Some("new\n"));
}

#[tokio::test]
async fn a_change_of_the_same_size_within_the_second_of_the_last_commit_is_seen() {
    let repo = Repo::with(&[("a.py", "1\n")]);
    repo.write("a.py", "2\n");
    let (_dir, mirror) = mirror().await;
    let snapshot = mirror.snapshot(&repo.path).await.unwrap();
    assert_eq!(text(&mirror, &snapshot.sha, "a.py").await.as_deref(), Some("2\n"));
}

#[tokio::test]
async fn a_repository_without_commits_can_be_measured() {
    let repo = Repo::new();
    repo.write("a.py", "1\n");
    let (_dir, mirror) = mirror().await;
    let snapshot = mirror.snapshot(&repo.path).await.unwrap();
    assert_eq!((snapshot.head.as_deref(), snapshot.dirty), (None, true));
    assert_eq!(paths(&mirror, &snapshot.sha).await, ["a.py"]);
}

#[tokio::test]
async fn a_detached_head_a_linked_worktree_and_a_subdirectory_can_be_measured() {
    let repo = Repo::with(&[("sub/a.py", "1\n"), ("b.py", "2\n")]);
    let first = repo.git(&["rev-parse", "HEAD"]);
    repo.write("b.py", "3\n");
    repo.commit("second");
    let linked = repo.path.with_file_name("linked");
    repo.git(&["worktree", "add", "--quiet", "--detach", linked.to_str().unwrap(), &first]);
    fs::write(linked.join("c.py"), "4\n").unwrap();
    repo.git(&["checkout", "--quiet", "--detach", &first]);

    let (_dir, mirror) = mirror().await;
    let detached = mirror.snapshot(&repo.path).await.unwrap();
    assert_eq!((detached.sha.as_str(), detached.dirty), (first.as_str(), false));
    let worktree = mirror.snapshot(&linked).await.unwrap();
    assert_eq!((worktree.head.as_deref(), worktree.dirty), (Some(first.as_str()), true));
    assert_eq!(paths(&mirror, &worktree.sha).await, ["b.py", "c.py", "sub/a.py"]);
    let sub = mirror.snapshot(&repo.path.join("sub")).await.unwrap();
    assert_eq!((sub.prefix.as_str(), sub.sha.as_str()), ("sub/", first.as_str()));
    assert_eq!(sub.toplevel, repo.path);
}

#[tokio::test]
async fn hooks_filters_and_signing_of_the_user_do_not_get_in_the_way() {
    let repo = Repo::with(&[("a.txt", "one\r\n"), (".gitattributes", "*.up filter=up\n")]);
    let hook = "#!/bin/sh\ntouch \"$GIT_DIR/hook-ran\"\nexit 1\n";
    repo.write("hooks/post-index-change", hook);
    repo.write("hooks/reference-transaction", hook);
    repo.write("b.up", "word\n");
    for name in ["post-index-change", "reference-transaction"] {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(repo.path.join("hooks").join(name), fs::Permissions::from_mode(0o755)).unwrap();
    }
    for (key, value) in [("filter.up.clean", "tr a-z A-Z"), ("commit.gpgsign", "true"), ("core.autocrlf", "input")] {
        repo.git(&["config", key, value]);
    }
    repo.git(&["config", "core.hooksPath", repo.path.join("hooks").to_str().unwrap()]);
    let before = repo.fingerprint();
    let (_dir, mirror) = mirror().await;
    let snapshot = mirror.snapshot(&repo.path).await.unwrap();
    assert_eq!(
        text(&mirror, &snapshot.sha, "b.up").await.as_deref(),
        Some("WORD\n"),
        "as the user's git would store it"
    );
    assert!(repo.fingerprint() == before);
}

#[tokio::test]
async fn what_is_no_repository_is_said_so() {
    let dir = TempDir::new().unwrap();
    let (_dir, mirror) = mirror().await;
    let error = mirror.snapshot(dir.path()).await.unwrap_err();
    assert!(matches!(error, ProviderError::NotARepository { .. }), "{error}");
    let error = mirror.snapshot(&dir.path().join("nowhere")).await.unwrap_err();
    assert!(matches!(error, ProviderError::NoSuchPath { .. }), "{error}");
}

#[tokio::test]
async fn revisions_are_those_of_the_user() {
    let repo = Repo::with(&[("a.py", "1\n")]);
    let first = repo.git(&["rev-parse", "HEAD"]);
    repo.git(&["tag", "v1"]);
    repo.git(&["branch", "feature/x"]);
    repo.write("a.py", "2\n");
    let second = repo.commit("second");
    let (_dir, mirror) = mirror().await;
    mirror.fetch(&repo.path).await.unwrap();
    for (revision, sha) in
        [("main", &second), ("HEAD", &second), ("HEAD~1", &first), ("v1", &first), ("feature/x", &first)]
    {
        assert_eq!(mirror.resolve(revision).await.unwrap(), *sha, "{revision}");
    }
    assert_eq!(mirror.resolve(&first[..10]).await.unwrap(), first);
    for revision in ["nowhere", "", "--all", "main\nx", "deadbeef"] {
        let error = mirror.resolve(revision).await.unwrap_err();
        assert!(matches!(error, ProviderError::NoSuchRevision { .. }), "{error}");
    }
    assert_eq!(repo.git(&["for-each-ref", "--format=%(refname)", "refs/heads/tinybug"]), "");
}

#[tokio::test]
async fn publishing_is_idempotent_and_keeps_modes() {
    let repo = Repo::with(&[("run.sh", "a\n"), ("dir/\"odd\" näme.py", "b\n")]);
    repo.git(&["update-index", "--chmod=+x", "run.sh"]);
    repo.git(&["-c", "user.name=U", "-c", "user.email=u@x", "commit", "--quiet", "-m", "mode"]);
    let base = repo.git(&["rev-parse", "HEAD"]);
    let (_dir, mirror) = mirror().await;
    mirror.fetch(&repo.path).await.unwrap();
    let edits = [
        Edit { path: "run.sh".to_owned(), content: b"mutated".to_vec() },
        Edit { path: "dir/\"odd\" näme.py".to_owned(), content: b"\0binary\n".to_vec() },
    ];
    let name = "refs/heads/tinybug/m/trial-1";
    let sha = mirror.publish(&base, &edits, name, "trial 1").await.unwrap();
    assert_eq!(mirror.publish(&base, &edits, name, "trial 1").await.unwrap(), sha);
    assert_eq!(text(&mirror, &sha, "run.sh").await.as_deref(), Some("mutated"));
    assert_eq!(text(&mirror, &sha, "dir/\"odd\" näme.py").await.as_deref(), Some("\0binary\n"));
    assert!(mirror.files(&sha).await.unwrap().iter().any(|file| file.path == "run.sh" && file.executable));
    assert_eq!(git(mirror.dir(), &["rev-parse", name]), sha);
    assert_eq!(git(mirror.dir(), &["rev-parse", &format!("{sha}^")]), base);

    let empty = mirror.publish(&base, &[], "refs/heads/tinybug/m/baseline-0", "baseline 0").await.unwrap();
    let other = mirror.publish(&base, &[], "refs/heads/tinybug/m/baseline-1", "baseline 1").await.unwrap();
    assert_ne!(empty, other, "empty commits differ by their message");
    assert_eq!(mirror.files(&empty).await.unwrap(), mirror.files(&base).await.unwrap());

    assert_eq!(mirror.leftovers("refs/heads/tinybug/m").await.unwrap().len(), 3);
    let all = mirror.leftovers("refs/heads/tinybug").await.unwrap();
    mirror.retract(&all).await.unwrap();
    mirror.retract(&all).await.unwrap();
    assert_eq!(mirror.leftovers("refs/heads/tinybug").await.unwrap(), Vec::<String>::new());
}

#[tokio::test]
async fn a_publish_that_cannot_be_is_an_error() {
    let (_dir, mirror) = mirror().await;
    let nowhere = "0123456789012345678901234567890123456789";
    let edits = [Edit { path: "a".to_owned(), content: vec![] }];
    for edits in [&edits[..], &[]] {
        let error = mirror.publish(nowhere, edits, "refs/heads/tinybug/m/x", "m").await.unwrap_err();
        assert!(matches!(error, ProviderError::Git { .. }), "{error}");
    }
}

#[tokio::test]
async fn many_publish_and_snapshot_at_once() {
    let repo = Repo::with(&[("a.py", "1\n")]);
    repo.write("b.py", "2\n");
    let (_dir, mirror) = mirror().await;
    let base = mirror.snapshot(&repo.path).await.unwrap().sha;
    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..20 {
        let (mirror, base, path) = (mirror.clone(), base.clone(), repo.path.clone());
        tasks.spawn(async move {
            let edit = Edit { path: "a.py".to_owned(), content: format!("{number}\n").into_bytes() };
            mirror.publish(&base, &[edit], &format!("refs/heads/tinybug/m/{number}"), "t").await.unwrap();
            mirror.snapshot(&path).await.unwrap().sha
        });
    }
    let snapshots = tasks.join_all().await;
    assert!(snapshots.iter().all(|sha| *sha == base));
    assert_eq!(mirror.leftovers("refs/heads/tinybug/m").await.unwrap().len(), 20);
}

#[tokio::test]
async fn a_mirror_is_closed_to_others_and_opening_one_that_is_there_waits_for_nobody() {
    use std::os::unix::fs::PermissionsExt;
    let dir = TempDir::new().unwrap();
    let place = dir.path().join("mirrors/one.git");
    let made = Mirror::open(&place).await.unwrap();
    for closed in [place.as_path(), place.parent().unwrap()] {
        assert_eq!(fs::metadata(closed).unwrap().permissions().mode() & 0o777, 0o700);
    }
    let lock = fs::File::open(made.dir().join("tinybug.lock")).unwrap();
    lock.lock().unwrap();
    Mirror::open(&place).await.unwrap();
}

#[tokio::test]
async fn a_mirror_whose_making_was_cut_off_is_made_after_all() {
    let dir = TempDir::new().unwrap();
    let place = dir.path().join("mirror.git");
    fs::create_dir(&place).unwrap();
    fs::write(place.join("HEAD"), "ref: refs/heads/main\n").unwrap();
    let repo = Repo::with(&[("a.py", "1\n")]);
    Mirror::open(&place).await.unwrap().snapshot(&repo.path).await.unwrap();
}

#[tokio::test]
async fn a_nested_repository_without_a_commit_is_named() {
    let repo = Repo::with(&[("a.py", "1\n")]);
    let (_dir, mirror) = mirror().await;
    fs::create_dir(repo.path.join("nested")).unwrap();
    git(&repo.path.join("nested"), &["init", "--quiet"]);
    let error = mirror.snapshot(&repo.path).await.unwrap_err();
    assert!(!error.is_transient() && error.to_string().contains("nested"), "{error:?}");
}

#[tokio::test]
async fn a_snapshot_is_forgotten_when_it_is_not_needed_any_more() {
    let repo = Repo::with(&[("a.py", "1\n")]);
    let (_dir, mirror) = mirror().await;
    repo.write("a.py", "uncommitted\n");
    let one = mirror.snapshot(&repo.path).await.unwrap().sha;
    repo.write("a.py", "other\n");
    let other = mirror.snapshot(&repo.path).await.unwrap().sha;
    let head = repo.git(&["rev-parse", "HEAD"]);
    for sha in [&one, &one, &head] {
        mirror.forget_snapshot(sha).await.unwrap();
    }
    let left = mirror.leftovers("refs/source/snapshots").await.unwrap();
    assert_eq!(left, [format!("refs/source/snapshots/{other}")]);
    let content = text(&mirror, &one, "a.py").await;
    assert_eq!(content.as_deref(), Some("uncommitted\n"), "another measurement may be of the same code");
}

/// Makes a file, or all files below a directory, older.
fn age(path: &Path, hours: u64) {
    if path.is_file() {
        let file = fs::File::open(path).unwrap();
        let then = file.metadata().unwrap().modified().unwrap() - Duration::from_hours(hours);
        return file.set_modified(then).unwrap();
    }
    fs::read_dir(path).unwrap().flatten().for_each(|entry| age(&entry.path(), hours));
}

/// Does the housekeeping of the next day.
async fn keep_house_tomorrow(mirror: &Mirror) {
    age(&mirror.dir().join("tinybug-housekeeping"), 25);
    mirror.keep_house().await.unwrap();
}

#[tokio::test]
async fn what_nothing_names_goes_after_its_time_of_grace_once_a_day() {
    let repo = Repo::with(&[("a.py", "1\n")]);
    let (_dir, mirror) = mirror().await;
    repo.write("a.py", "old secret\n");
    let old = mirror.snapshot(&repo.path).await.unwrap().sha;
    age(&mirror.dir().join("objects"), 15 * 24);
    repo.write("a.py", "new secret\n");
    let new = mirror.snapshot(&repo.path).await.unwrap().sha;
    mirror.forget_snapshot(&old).await.unwrap();
    mirror.forget_snapshot(&new).await.unwrap();
    for _ in 0..2 {
        mirror.keep_house().await.unwrap();
        assert!(text(&mirror, &old, "a.py").await.is_some(), "the first day is not over");
    }
    let publisher = fs::File::open(mirror.dir().join("tinybug-objects.lock")).unwrap();
    publisher.lock_shared().unwrap();
    keep_house_tomorrow(&mirror).await;
    assert!(text(&mirror, &old, "a.py").await.is_some(), "a commit that is being made may be of it");
    drop(publisher);
    mirror.keep_house().await.unwrap();
    assert_eq!(text(&mirror, &old, "a.py").await, None);
    assert_eq!(text(&mirror, &new, "a.py").await.as_deref(), Some("new secret\n"));
    let head = repo.git(&["rev-parse", "HEAD"]);
    assert_eq!(text(&mirror, &head, "a.py").await.as_deref(), Some("1\n"), "the user's history has a name");
}

#[tokio::test]
async fn a_snapshot_that_nobody_lived_to_forget_is_forgotten_by_the_second_housekeeping() {
    let repo = Repo::with(&[("a.py", "1\n")]);
    let (_dir, mirror) = mirror().await;
    repo.write("a.py", "uncommitted\n");
    let sha = mirror.snapshot(&repo.path).await.unwrap().sha;
    mirror.keep_house().await.unwrap();
    keep_house_tomorrow(&mirror).await;
    assert_eq!(mirror.leftovers("refs/source/snapshots").await.unwrap().len(), 1);
    keep_house_tomorrow(&mirror).await;
    assert_eq!(mirror.leftovers("refs/source/snapshots").await.unwrap(), Vec::<String>::new());
    assert!(text(&mirror, &sha, "a.py").await.is_some());
}

#[tokio::test]
async fn what_changed_is_what_this_side_did_since_the_two_parted() {
    let repo = Repo::with(&[("a.py", "1\n2\n"), ("b.py", "1\n")]);
    repo.git(&["checkout", "--quiet", "-b", "feature"]);
    repo.git(&["mv", "a.py", "c.py"]);
    repo.write("c.py", "1\n2\n3\n");
    repo.commit("on the feature");
    repo.git(&["checkout", "--quiet", "main"]);
    repo.write("b.py", "0\n1\n");
    let main = repo.commit("on main");
    repo.git(&["update-ref", "refs/remotes/origin/main", &main]);
    repo.git(&["checkout", "--quiet", "feature"]);
    let (_dir, mirror) = mirror().await;
    for merged in [false, true] {
        if merged {
            repo.git(&["-c", "user.name=U", "-c", "user.email=u@x", "merge", "--quiet", "--no-edit", "main"]);
        }
        let snapshot = mirror.snapshot(&repo.path).await.unwrap();
        for base in ["main", "origin/main", main.as_str()] {
            let committed = mirror.changed_since(base, &snapshot.sha).await.unwrap();
            let in_tree = changes_since(&repo.path, base).await.unwrap().diff;
            for diff in [committed, in_tree] {
                assert!(diff.contains("+++ b/c.py") && diff.contains("\n+3\n"), "{diff}");
                assert!(!diff.contains("b.py") && !diff.contains("\n+1\n"), "merged: {merged}, {base}: {diff}");
            }
        }
    }
    let unknown = mirror.changed_since("nowhere", &main).await.unwrap_err();
    assert!(matches!(unknown, ProviderError::NoSuchRevision { .. }), "{unknown}");
}
