//! Which Python runs the tests, and what it imports from where.

use std::{
    env, fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::Stdio,
};

use serde::Deserialize;
use tokio_util::sync::CancellationToken;

use super::{
    environment, prepare,
    prepare::Prepared,
    runner::LocalRunner,
    slot::{Slot, hash},
    spec::{BuildSpec, SetupFailure},
};
use crate::{ProviderError, detect::Framework};

/// Prints what a project requires, one requirement per line.
const REQUIREMENTS: &str = include_str!("../../assets/requirements.py");
/// Prints what an interpreter is and has.
const PROBE: &str = "import importlib.util as u, json, sys, sysconfig\n\
    print(json.dumps({'executable': sys.executable, 'version': sys.version, 'path': [p for p in sys.path if p],\n\
    'pytest': u.find_spec('pytest') is not None, 'site': sysconfig.get_path('purelib')}))";

/// The interpreter of a slot.
pub(super) struct Interpreter {
    /// Directories for the front of PATH.
    pub(super) path: Vec<PathBuf>,
    /// The slot's own code before everything that an editable install of the original checkout added.
    pub(super) python_path: Vec<PathBuf>,
}

#[derive(Debug, Deserialize)]
struct Probe {
    executable: String,
    version: String,
    path: Vec<PathBuf>,
    pytest: bool,
    site: String,
}

/// Whether the command may run Python tests of this project.
pub(super) fn is_used(tree: &Path, spec: &BuildSpec) -> bool {
    match spec.command.framework {
        Framework::Pytest | Framework::Unittest => true,
        Framework::JUnit | Framework::Command => has_python(&tree.join(&spec.source.prefix), 2),
        _ => false,
    }
}

fn has_python(dir: &Path, depth: u32) -> bool {
    fs::read_dir(dir).into_iter().flatten().flatten().any(|entry| {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => {
                depth > 1 && !name.starts_with('.') && name != "node_modules" && has_python(&entry.path(), depth - 1)
            }
            _ => name.ends_with(".py") || name == "pyproject.toml",
        }
    })
}

/// Chooses the interpreter: the slot's own environment, the project's, the active one, or the machine's; where pytest
/// is needed and missing, an environment of Tinybug's own on top of it.
pub(super) async fn interpreter(
    runner: &LocalRunner,
    slot: &Slot,
    spec: &BuildSpec,
    cancel: &CancellationToken,
) -> Result<Result<Interpreter, Prepared>, ProviderError> {
    let (mut bin, managed) = match project_environment(slot, spec) {
        Some(bin) => (Some(bin), true),
        None => (None, false),
    };
    let probed = match &bin {
        Some(bin) => probe(&bin.join("python"), slot).await,
        None => match probe(Path::new("python3"), slot).await {
            Some(probed) => Some(probed),
            None => probe(Path::new("python"), slot).await,
        },
    };
    let optional = !matches!(spec.command.framework, Framework::Pytest | Framework::Unittest);
    let Some(mut probed) = probed else {
        let message = "no Python interpreter was found on PATH".to_owned();
        let failure = SetupFailure { message, output_tail: String::new() };
        let none = Interpreter { path: Vec::new(), python_path: python_path(slot, spec, &[]) };
        return Ok(if optional { Ok(none) } else { Err(Prepared::Failed(failure)) });
    };
    if spec.command.framework == Framework::Pytest && !probed.pytest {
        let made = own_environment(runner, slot, spec, &probed, managed, cancel).await?;
        match made {
            Ok(own) => {
                probed = probe(&own.join("python"), slot).await.unwrap_or(probed);
                bin = Some(own);
            }
            Err(other) => return Ok(Err(other)),
        }
    }
    if bin.is_none() && probe(Path::new("python"), slot).await.is_none() {
        bin = Some(alias(&runner.root()).map_err(ProviderError::io("naming the interpreter `python`"))?);
    }
    Ok(Ok(Interpreter { path: bin.into_iter().collect(), python_path: python_path(slot, spec, &probed.path) }))
}

fn project_environment(slot: &Slot, spec: &BuildSpec) -> Option<PathBuf> {
    let source = &spec.source;
    let tops = [
        slot.tree().join(&source.prefix),
        slot.tree().to_owned(),
        source.toplevel.join(&source.prefix),
        source.toplevel.clone(),
    ];
    let named = tops.iter().flat_map(|top| [top.join(".venv"), top.join("venv")]);
    let active = env::var_os("VIRTUAL_ENV").map(PathBuf::from);
    named.chain(active).map(|dir| dir.join("bin")).find(|bin| bin.join("python").exists())
}

async fn probe(python: &Path, slot: &Slot) -> Option<Probe> {
    let answer = short_run(python, PROBE, Path::new("/"), slot).await?;
    serde_json::from_slice(&answer).ok()
}

async fn short_run(python: &Path, program: &str, directory: &Path, slot: &Slot) -> Option<Vec<u8>> {
    let output = tokio::process::Command::new(python)
        .args(["-c", program])
        .env_clear()
        .envs(environment::for_setup(slot))
        .current_dir(directory)
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output()
        .await
        .ok()?;
    output.status.success().then_some(output.stdout)
}

/// PYTHONPATH: the slot's code first, then what the interpreter and the environment named inside the original
/// checkout, moved into the slot.
fn python_path(slot: &Slot, spec: &BuildSpec, interpreter: &[PathBuf]) -> Vec<PathBuf> {
    let (tree, toplevel) = (slot.tree(), &spec.source.toplevel);
    let project = tree.join(&spec.source.prefix);
    let project = PathBuf::from(project.to_string_lossy().trim_end_matches('/'));
    let mut all = vec![project.clone()];
    all.extend(Some(project.join("src")).filter(|src| src.is_dir()));
    let inherited = env::var_os("PYTHONPATH").map(|held| env::split_paths(&held).collect::<Vec<_>>());
    for path in interpreter.iter().chain(inherited.iter().flatten()) {
        let path = path.canonicalize().unwrap_or_else(|_| path.clone());
        match path.strip_prefix(toplevel) {
            Ok(inside) if tree.join(inside).is_dir() => all.push(tree.join(inside)),
            // The environment's own packages may lie inside the checkout (.venv), and stay where they are.
            Err(_) if inherited.iter().flatten().any(|held| *held == path) => all.push(path),
            _ => {}
        }
    }
    let mut seen = Vec::new();
    all.retain(|path| {
        !seen.contains(path) && {
            seen.push(path.clone());
            true
        }
    });
    all
}

/// A directory in which `python` is `python3`, for machines that have only the latter.
fn alias(root: &Path) -> std::io::Result<PathBuf> {
    let dir = root.join("python-alias");
    fs::create_dir_all(&dir)?;
    let fresh = dir.join(format!("python.{}", std::process::id()));
    fs::write(&fresh, "#!/bin/sh\nexec python3 \"$@\"\n")?;
    fs::set_permissions(&fresh, fs::Permissions::from_mode(0o755))?;
    fs::rename(fresh, dir.join("python"))?;
    Ok(dir)
}

/// Makes, or finds, an environment with pytest that also sees everything the given interpreter has. Unless that one
/// is the project's own, the project's requirements are installed as well.
async fn own_environment(
    runner: &LocalRunner,
    slot: &Slot,
    spec: &BuildSpec,
    base: &Probe,
    managed: bool,
    cancel: &CancellationToken,
) -> Result<Result<PathBuf, Prepared>, ProviderError> {
    let project = slot.tree().join(&spec.source.prefix);
    let listed =
        if managed { None } else { short_run(Path::new(&base.executable), REQUIREMENTS, &project, slot).await };
    let requirements = format!("pytest\n{}", String::from_utf8_lossy(&listed.unwrap_or_default()));
    let name = &hash(&[&base.executable, &base.version, &requirements])[..16];
    let dir = runner.root().join("venvs");
    let doing = "making a Python environment";
    fs::create_dir_all(&dir).map_err(ProviderError::io(doing))?;
    let venv = dir.join(name);
    let lock = dir.join(format!("{name}.lock"));
    let lock = tokio::task::spawn_blocking(move || fs::File::create(&lock).and_then(|file| file.lock().map(|()| file)));
    let _lock = lock.await.expect("taking a lock does not panic").map_err(ProviderError::io(doing))?;
    if venv.join("complete").exists() {
        return Ok(Ok(venv.join("bin")));
    }
    let list = dir.join(format!("{name}.txt"));
    fs::write(&list, &requirements).map_err(ProviderError::io(doing))?;
    let (python, venv_text, list) = (&base.executable, venv.display(), list.display());
    // Packages of the base are seen through a site file, which its own site files (editable installs) pass through.
    let command = format!(
        "'{python}' -m venv --clear '{venv_text}' && \
         printf 'import site; site.addsitedir(\"{site}\")\\n' > \
         \"$('{venv_text}/bin/python' -c 'import sysconfig; print(sysconfig.get_path(\"purelib\"))')/tinybug-base.pth\" && \
         '{venv_text}/bin/python' -m pip install --quiet --disable-pip-version-check --no-input -r '{list}'",
        site = base.site,
    );
    if let Some(failed) = prepare::run(runner, slot, spec, &command, &project, cancel).await? {
        return Ok(Err(match failed {
            Prepared::Failed(failure) => Prepared::Failed(SetupFailure {
                message: format!(
                    "pytest is not installed for {python}, and an environment with it could not be made \
                     (give a set-up command, or activate the project's environment)"
                ),
                ..failure
            }),
            other => other,
        }));
    }
    fs::write(venv.join("complete"), "").map_err(ProviderError::io(doing))?;
    Ok(Ok(venv.join("bin")))
}
