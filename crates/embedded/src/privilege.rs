//! Which user Postgres runs as: its programs refuse root.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;

use anyhow::{Context, bail};
use nix::unistd::{Uid, User};

use crate::exec::RunAs;

/// Tried in this order.
const CANDIDATES: [&str; 2] = ["postgres", "nobody"];

/// The user to run the cluster as; none when the supervisor's own user will do.
///
/// An existing cluster is run as its owner. `paths` are what this user must be able to reach.
pub(crate) fn cluster_user(cluster: &Path, paths: &[&Path]) -> anyhow::Result<Option<RunAs>> {
    if !Uid::effective().is_root() {
        return Ok(None);
    }
    let (uid, gid) = match fs::metadata(cluster) {
        Ok(owned) if owned.uid() != 0 => (owned.uid(), owned.gid()),
        _ => {
            let user = unprivileged_user()?;
            (user.uid.as_raw(), user.gid.as_raw())
        }
    };
    let pass_directories = !paths.iter().all(|path| can_reach(path, uid, gid));
    Ok(Some(RunAs { uid, gid, pass_directories }))
}

/// The user of the machine that root gives way to.
pub(crate) fn unprivileged_user() -> anyhow::Result<User> {
    for name in CANDIDATES {
        if let Some(user) = User::from_name(name).context("failed to look up a user")? {
            return Ok(user);
        }
    }
    bail!("PostgreSQL does not run as root, and there is no user {}", CANDIDATES.join(" or "))
}

/// Whether a user may enter all directories on the way to a path, and the path itself (or run it).
fn can_reach(path: &Path, uid: u32, gid: u32) -> bool {
    let Ok(path) = path.canonicalize() else { return false };
    path.ancestors().all(|step| {
        fs::metadata(step).is_ok_and(|found| {
            let mode = found.permissions().mode();
            if found.uid() == uid {
                mode & 0o100 != 0
            } else if found.gid() == gid {
                mode & 0o010 != 0
            } else {
                mode & 0o001 != 0
            }
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_closed_directory_on_the_way_makes_a_path_unreachable_for_others() {
        let dir = tempfile::tempdir().unwrap();
        let inner = dir.path().join("inner");
        fs::create_dir(&inner).unwrap();
        let owner = fs::metadata(dir.path()).unwrap();
        fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o755)).unwrap();
        assert!(can_reach(&inner, owner.uid() + 1, owner.gid() + 1));
        fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o700)).unwrap();
        assert!(!can_reach(&inner, owner.uid() + 1, owner.gid() + 1));
        assert!(can_reach(&inner, owner.uid(), owner.gid()));
    }
}
