//! Postgres refuses root, and must still reach a directory that only root can enter.

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::Command;

use nix::unistd::{Uid, User as Account};
use tinybug_embedded::{Level, inspect};

use crate::harness::{DataDir, User, executable, postgres_serves, user_command};

#[test]
fn a_directory_closed_to_all_others_works() {
    let data = DataDir::new();
    fs::set_permissions(data.path().parent().unwrap(), Permissions::from_mode(0o700)).unwrap();
    let mut user = data.user();
    let addresses = user.attached();
    assert!(postgres_serves(addresses["database_url"].as_str().unwrap()));
    let status = fs::read_to_string(format!("/proc/{}/status", data.pid("postgres"))).unwrap();
    assert!(!status.contains("\nUid:\t0\t"), "not root");
    // Nothing but the two rights to pass through directories, and those only where they are needed.
    let rights = if Uid::effective().is_root() { "0000000000000006" } else { "0000000000000000" };
    assert!(status.contains(&format!("\nCapPrm:\t{rights}\n")), "{status}");
    user.leave();
}

#[test]
fn a_directory_open_to_others_gives_postgres_no_rights_at_all() {
    let data = DataDir::new();
    fs::set_permissions(data.path().parent().unwrap(), Permissions::from_mode(0o755)).unwrap();
    let cache = open_copy_of_the_cache(&data);
    let mut user = User::spawn(data.user_command().env("TINYBUG_CACHE_DIR", cache));
    user.attached();
    let status = fs::read_to_string(format!("/proc/{}/status", data.pid("postgres"))).unwrap();
    assert!(status.contains("\nCapPrm:\t0000000000000000\n"), "{status}");
    user.leave();
}

#[test]
fn an_ordinary_user_needs_no_help_from_root() {
    let data = DataDir::new();
    let home = data.path().parent().unwrap().to_owned();
    fs::set_permissions(&home, Permissions::from_mode(0o755)).unwrap();
    let cache = open_copy_of_the_cache(&data);
    let mut command = Command::new(executable());
    if Uid::effective().is_root() {
        let nobody = Account::from_name("nobody").unwrap().unwrap();
        chown(&home, Some(nobody.uid.as_raw()), Some(nobody.gid.as_raw())).unwrap();
        let program = home.join("program");
        fs::copy(executable(), &program).unwrap();
        command = Command::new("setpriv");
        command.args([format!("--reuid={}", nobody.uid), format!("--regid={}", nobody.gid)]);
        command.arg("--clear-groups").arg(program);
    }
    let mut command = user_command(command, &data.path());
    let mut user = User::spawn(command.env("TINYBUG_CACHE_DIR", cache).env("HOME", &home).current_dir("/"));
    user.attached();
    for process in data.pids() {
        assert_ne!(fs::metadata(format!("/proc/{process}")).unwrap().uid(), 0);
    }
    user.leave();
}

/// The parts of this machine's cache (got first when they are absent), where every user can read them.
fn open_copy_of_the_cache(data: &DataDir) -> PathBuf {
    let variable = |name| std::env::var_os(name).map(PathBuf::from);
    let cache = variable("TINYBUG_CACHE_DIR")
        .or_else(|| variable("XDG_CACHE_HOME").map(|home| home.join("tinybug")))
        .unwrap_or_else(|| variable("HOME").unwrap().join(".cache/tinybug"));
    if !inspect().iter().all(|check| check.level == Level::Ready) {
        let filler = DataDir::new();
        let mut user = filler.user();
        user.attached();
        user.leave();
    }
    let copy = data.path().parent().unwrap().join("cache");
    copy_tree(&cache.join("parts"), &copy.join("parts"));
    fs::set_permissions(&copy, Permissions::from_mode(0o777)).unwrap();
    fs::set_permissions(copy.join("parts"), Permissions::from_mode(0o777)).unwrap();
    copy
}

fn copy_tree(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let (source, target) = (entry.path(), to.join(entry.file_name()));
        let kind = entry.file_type().unwrap();
        if kind.is_dir() {
            copy_tree(&source, &target);
        } else if kind.is_symlink() {
            std::os::unix::fs::symlink(fs::read_link(&source).unwrap(), &target).unwrap();
        } else if !entry.file_name().to_string_lossy().ends_with(".lock") && fs::hard_link(&source, &target).is_err() {
            // Another file system.
            fs::copy(&source, &target).unwrap();
        }
    }
}
