//! The environment of builds: the worker's own without its secrets, a temporary directory of the slot's, and what the
//! reporters need.

use std::{
    collections::BTreeMap,
    env,
    ffi::{OsStr, OsString},
    fs, io,
    path::{Path, PathBuf},
};

use super::{
    slot::{Ready, Slot, hash},
    spec::BuildSpec,
};
use crate::{detect::Framework, git::is_git_variable};

/// Variables by name.
pub(super) type Environment = BTreeMap<OsString, OsString>;

const NAMES: &[&str] = &[
    "DATABASE_URL",
    "CARGO",
    "CARGO_TARGET_DIR",
    "CARGO_BUILD_TARGET_DIR",
    "CARGO_CRATE_NAME",
    "CARGO_PRIMARY_PACKAGE",
    "INIT_CWD",
    "PWD",
    "OLDPWD",
];
const PREFIXES: &[&str] = &[
    "TINYBUG_",
    "TEMPORAL_",
    "CARGO_PKG_",
    "CARGO_MANIFEST_",
    "CARGO_BIN_",
    "npm_lifecycle_",
    "npm_package_",
    "NODE_TEST_",
    "PYTEST_XDIST_",
];

const PYTEST_PLUGIN: &str = include_str!("../../assets/tinybug_pytest.py");
const NODE_REPORTER: &str = include_str!("../../assets/tinybug_node.mjs");

/// The reporters, as files that test frameworks can load.
#[derive(Debug, Clone)]
pub(super) struct Plugins {
    dir: PathBuf,
}

impl Plugins {
    /// Writes the reporters below `root`, in a directory named for their content.
    pub(super) fn install(root: &Path) -> io::Result<Self> {
        let dir = root.join(format!("plugins-{}", &hash(&[PYTEST_PLUGIN, NODE_REPORTER])[..12]));
        fs::create_dir_all(&dir)?;
        for (name, text) in [("tinybug_pytest.py", PYTEST_PLUGIN), ("tinybug_node.mjs", NODE_REPORTER)] {
            let fresh = dir.join(format!("{name}.{}", std::process::id()));
            fs::write(&fresh, text)?;
            fs::rename(fresh, dir.join(name))?;
        }
        Ok(Self { dir })
    }
}

/// The environment of a slot's set-up.
pub(super) fn for_setup(slot: &Slot) -> Environment {
    let mut environment: Environment = env::vars_os().filter(|(name, _)| !is_private(name)).collect();
    let mut set = |name: &str, value: &OsStr| environment.insert(name.into(), value.to_owned());
    // Tests are measured as they run in the team's CI: no watch modes, no prompts, no snapshots written on the fly.
    if env::var_os("CI").is_none() {
        set("CI", "true".as_ref());
    }
    for name in ["TMPDIR", "TMP", "TEMP"] {
        set(name, slot.temporary().as_os_str());
    }
    set("CARGO_TERM_COLOR", "never".as_ref());
    environment
}

/// The environment of a tool that is asked about the code, with the interpreter of builds and nothing of the tests.
pub(super) fn for_check(slot: &Slot, ready: &Ready) -> Environment {
    let mut environment = for_setup(slot);
    prepend_path(&mut environment, &ready.path);
    environment
}

/// The environment of a build's command.
pub(super) fn for_build(slot: &Slot, spec: &BuildSpec, ready: &Ready, plugins: &Plugins) -> Environment {
    let mut environment = for_setup(slot);
    prepend_path(&mut environment, &ready.path);
    environment.insert("TINYBUG_REPORT_DIR".into(), slot.reports().into());
    if let Some(python_path) = &ready.python_path {
        let directories = python_path.iter().chain([&plugins.dir]);
        environment.insert("PYTHONPATH".into(), joined(directories.map(|path| path.as_os_str())));
        environment.insert("PYTHONDONTWRITEBYTECODE".into(), "1".into());
        environment.insert("TINYBUG_ROOT".into(), slot.tree().into());
        append(&mut environment, "PYTEST_PLUGINS", ",", "tinybug_pytest".as_ref());
        // What an earlier build cached (which tests failed last) must not steer this one.
        let cache = format!("-o 'cache_dir={}'", slot.temporary().join("pytest-cache").display());
        append(&mut environment, "PYTEST_ADDOPTS", " ", cache.as_ref());
        if spec.with_coverage {
            environment.insert("TINYBUG_COVERAGE_DIR".into(), slot.coverage().into());
        }
    }
    if spec.command.framework == Framework::NodeTest {
        let reporter = plugins.dir.join("tinybug_node.mjs");
        let options = format!("--test-reporter=\"{}\" --test-reporter-destination=stdout", reporter.display());
        append(&mut environment, "NODE_OPTIONS", " ", options.as_ref());
    }
    if spec.command.framework == Framework::GoTest {
        environment.insert("GOTESTSUM_JUNITFILE".into(), slot.reports().join("gotestsum.xml").into());
    }
    environment
}

/// Puts directories first on PATH.
pub(super) fn prepend_path(environment: &mut Environment, directories: &[PathBuf]) {
    let path = environment.get(OsStr::new("PATH")).cloned().unwrap_or_default();
    let all = directories.iter().map(|path| path.as_os_str()).chain([path.as_os_str()]);
    let path = joined(all);
    environment.insert("PATH".into(), path);
}

fn joined<'a>(parts: impl Iterator<Item = &'a OsStr>) -> OsString {
    parts.collect::<Vec<_>>().join(OsStr::new(":"))
}

fn append(environment: &mut Environment, name: &str, separator: &str, value: &OsStr) {
    let held = environment.entry(name.into()).or_default();
    if !held.is_empty() {
        held.push(separator);
    }
    held.push(value);
}

/// Secrets and settings of Tinybug's own, and what would lead tools to places outside the slot.
fn is_private(name: &OsStr) -> bool {
    let Some(text) = name.to_str() else {
        return false;
    };
    // What cargo and npm tell the programs they start: a Tinybug started by them must not pass it on.
    let started_by = text == "RUSTUP_TOOLCHAIN" && env::var_os("CARGO").is_some();
    started_by
        || NAMES.contains(&text)
        || PREFIXES.iter().any(|prefix| text.starts_with(prefix))
        || is_git_variable(name)
}
