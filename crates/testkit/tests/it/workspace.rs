//! The workspace as cargo sees it.

use std::{path::PathBuf, process::Command};

use serde_json::Value;

/// A dependency as a manifest declares it.
pub(crate) struct Dependency {
    /// Name of the package, whatever the manifest renames it to.
    pub(crate) name: String,
    /// Whether only tests, examples and benchmarks see it.
    pub(crate) dev: bool,
    /// Whether it is a crate of this workspace.
    pub(crate) ours: bool,
}

/// A crate of the workspace.
pub(crate) struct Package {
    /// Its name.
    pub(crate) name: String,
    /// What its manifest declares.
    pub(crate) dependencies: Vec<Dependency>,
}

/// The directory of the checkout.
pub(crate) fn root() -> PathBuf {
    let manifest = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    manifest.ancestors().nth(2).expect("the crate lies in crates/ of the checkout").to_owned()
}

/// The text of a file, named from the root of the checkout.
pub(crate) fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("failed to read {path}: {error}"))
}

/// The crates of the workspace, from `cargo metadata`.
pub(crate) fn packages() -> Vec<Package> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--offline", "--no-deps", "--format-version", "1"])
        .current_dir(root())
        .output()
        .expect("cargo runs: it runs this test");
    assert!(output.status.success(), "cargo metadata failed: {}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("cargo metadata prints JSON");
    list(&metadata, "packages").iter().map(package).collect()
}

fn package(package: &Value) -> Package {
    let dependencies = list(package, "dependencies").iter().map(|dependency| Dependency {
        name: text(dependency, "name"),
        dev: dependency["kind"] == "dev",
        ours: !dependency["path"].is_null(),
    });
    Package { name: text(package, "name"), dependencies: dependencies.collect() }
}

fn list<'value>(value: &'value Value, key: &str) -> &'value [Value] {
    value[key].as_array().unwrap_or_else(|| panic!("cargo metadata has no list {key}"))
}

fn text(value: &Value, key: &str) -> String {
    value[key].as_str().unwrap_or_else(|| panic!("cargo metadata has no text {key}")).to_owned()
}
