//! Directories that only their owner may enter: they hold the user's code.

use std::{
    fs::{self, DirBuilder, Permissions},
    io,
    os::unix::fs::{DirBuilderExt, PermissionsExt},
    path::Path,
};

/// Makes a directory, with those above it, and closes it to all others; also one that is there already.
pub(crate) fn make_private(dir: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(dir)?;
    if fs::metadata(dir)?.permissions().mode() & 0o077 != 0 {
        fs::set_permissions(dir, Permissions::from_mode(0o700))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_made_and_what_was_open_before_is_closed_to_others() {
        let top = tempfile::tempdir().unwrap();
        let mode = |dir: &Path| fs::metadata(dir).unwrap().permissions().mode() & 0o777;
        let (open, inner) = (top.path().join("open"), top.path().join("new/inner"));
        fs::create_dir(&open).unwrap();
        fs::set_permissions(&open, Permissions::from_mode(0o755)).unwrap();
        for dir in [&open, &inner] {
            make_private(dir).unwrap();
            assert_eq!(mode(dir), 0o700);
        }
        assert_eq!(mode(&top.path().join("new")), 0o700);
    }
}
