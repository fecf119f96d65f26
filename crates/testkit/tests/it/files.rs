//! The files of the checkout that git knows or would take.

use std::{path::Path, process::Command};

use crate::workspace::root;

/// A Rust file of a crate.
pub(crate) struct Source {
    /// Its path from the root.
    pub(crate) path: String,
    /// Its text.
    pub(crate) text: String,
}

impl Source {
    /// Whether the whole file is a test.
    pub(crate) fn is_test(&self) -> bool {
        self.path.contains("/tests/") || self.path.contains("/benches/") || self.path.ends_with("/tests.rs")
    }

    /// The part before the tests.
    pub(crate) fn product(&self) -> &str {
        if self.is_test() { "" } else { self.text.split("#[cfg(test)]").next().unwrap_or_default() }
    }

    /// The part that is tests.
    pub(crate) fn tests(&self) -> &str {
        &self.text[self.product().len()..]
    }
}

/// Every file that is tracked or would be added, from the root.
pub(crate) fn all() -> Vec<String> {
    let output = Command::new("git")
        .args(["ls-files", "--cached", "--others", "--exclude-standard", "-z"])
        .current_dir(root())
        .output()
        .expect("git runs: the tests need it (see CONTRIBUTING.md)");
    assert!(output.status.success(), "git ls-files failed: {}", String::from_utf8_lossy(&output.stderr));
    let paths = String::from_utf8(output.stdout).expect("the paths of this repository are UTF-8");
    let paths = paths.split('\0').filter(|path| !path.is_empty());
    // A file that was removed but not yet committed is still listed.
    paths.filter(|path| root().join(path).is_file()).map(str::to_owned).collect()
}

/// Every Rust file of the crates, without the fixtures.
pub(crate) fn sources() -> Vec<Source> {
    let paths = all().into_iter().filter(|path| path.starts_with("crates/") && is_source(Path::new(path)));
    paths.map(|path| Source { text: crate::workspace::read(&path), path }).collect()
}

fn is_source(path: &Path) -> bool {
    let fixture = path.iter().any(|part| part == "testdata" || part == "fixtures");
    path.extension().is_some_and(|extension| extension == "rs") && !fixture
}
