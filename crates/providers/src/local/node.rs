//! Dependencies of JavaScript projects: copied from the user's checkout, so that no build reaches back into it, or
//! installed.

use std::{
    fs, io,
    path::{Path, PathBuf},
    process::Stdio,
};

use super::{slot::Slot, spec::BuildSpec};
use crate::{ProviderError, detect::Framework};

/// How deep packages of a monorepo are looked for.
const DEPTH: u32 = 5;
/// How many packages of a monorepo are looked at.
const PACKAGES: usize = 500;

/// Copies installed dependencies into the slot; when there are none to copy and the plan has no set-up of its own,
/// returns the command that installs them.
pub(super) async fn dependencies(slot: &Slot, spec: &BuildSpec) -> Result<Option<String>, ProviderError> {
    let setup = spec.setup.as_deref().unwrap_or("");
    if ["npm ci", "npm install", "npm i ", "yarn", "pnpm"].iter().any(|word| setup.contains(word)) {
        return Ok(None);
    }
    let tree = slot.tree();
    let mut packages = Vec::new();
    if may_use_node(spec.command.framework) {
        find_packages(tree, tree, DEPTH, &mut packages);
    }
    let project = Path::new(&spec.source.prefix);
    if !project.ancestors().any(|dir| is_workspace(&tree.join(dir))) {
        // Packages beside the project are others' affair, unless a workspace links them.
        packages.retain(|package| package.starts_with(project) || project.starts_with(package));
    }
    let mut copied = false;
    for package in packages {
        let from = spec.source.toplevel.join(&package).join("node_modules");
        let to = tree.join(&package).join("node_modules");
        if from.is_dir() && !to.exists() {
            copy(&from, &to).await.map_err(ProviderError::io("copying node_modules"))?;
            relink(&to, &spec.source.toplevel, tree, 2).map_err(ProviderError::io("copying node_modules"))?;
            copied = true;
        }
    }
    let project = tree.join(project);
    let install = may_use_node(spec.command.framework) && !copied;
    Ok((install && spec.setup.is_none() && needs_install(&project)).then(|| install_command(&project).to_owned()))
}

fn may_use_node(framework: Framework) -> bool {
    use Framework::{Command, JUnit, Jest, Mocha, NodeTest, Tap, Vitest};
    matches!(framework, Jest | Vitest | Mocha | NodeTest | Tap | JUnit | Command)
}

fn is_workspace(dir: &Path) -> bool {
    dir.join("pnpm-workspace.yaml").is_file() || !manifest(dir)["workspaces"].is_null()
}

fn manifest(dir: &Path) -> serde_json::Value {
    let bytes = fs::read(dir.join("package.json")).unwrap_or_default();
    serde_json::from_slice(&bytes).unwrap_or_default()
}

fn find_packages(tree: &Path, dir: &Path, depth: u32, found: &mut Vec<PathBuf>) {
    if dir.join("package.json").is_file() {
        found.push(dir.strip_prefix(tree).expect("the walk stays below the tree").to_owned());
    }
    if depth == 0 || found.len() >= PACKAGES {
        return;
    }
    for entry in fs::read_dir(dir).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let hidden = name.to_string_lossy().starts_with('.');
        if !hidden && name != "node_modules" && entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            find_packages(tree, &entry.path(), depth - 1, found);
        }
    }
}

async fn copy(from: &Path, to: &Path) -> io::Result<()> {
    // cp shares blocks where the file system can, and copies otherwise.
    let status = tokio::process::Command::new("cp")
        .args(["-a", "--reflink=auto", "--"])
        .arg(from)
        .arg(to)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .status()
        .await?;
    if status.success() { Ok(()) } else { Err(io::Error::other(format!("cp failed ({status})"))) }
}

/// Lets absolute links into the user's checkout point to the same place in the slot.
fn relink(dir: &Path, toplevel: &Path, tree: &Path, depth: u32) -> io::Result<()> {
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        let kind = entry.file_type()?;
        if kind.is_symlink() {
            if let Ok(inside) = fs::read_link(entry.path())?.strip_prefix(toplevel) {
                fs::remove_file(entry.path())?;
                std::os::unix::fs::symlink(tree.join(inside), entry.path())?;
            }
        } else if kind.is_dir() && depth > 1 && entry.file_name().to_string_lossy().starts_with(['@', '.']) {
            relink(&entry.path(), toplevel, tree, depth - 1)?;
        }
    }
    Ok(())
}

fn needs_install(project: &Path) -> bool {
    let manifest = manifest(project);
    let filled = |name: &str| manifest[name].as_object().is_some_and(|listed| !listed.is_empty());
    filled("dependencies") || filled("devDependencies") || !manifest["workspaces"].is_null()
}

fn install_command(project: &Path) -> &'static str {
    let has = |name: &str| project.join(name).is_file();
    if has("pnpm-lock.yaml") {
        "pnpm install --frozen-lockfile"
    } else if has("yarn.lock") {
        "yarn install --frozen-lockfile"
    } else if has("package-lock.json") || has("npm-shrinkwrap.json") {
        "npm ci --no-audit --no-fund"
    } else {
        "npm install --no-audit --no-fund --no-package-lock"
    }
}
