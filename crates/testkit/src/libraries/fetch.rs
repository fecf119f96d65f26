//! Fetching: by the package manager of the language, into the cache directory that the scripts use too.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Command, Output},
    sync::{Mutex, PoisonError},
};

use super::{Library, Registry};

/// The directory of a library, fetched first where it is not in the cache. `None`, with a notice on standard error, when
/// its registry cannot be reached.
pub fn fetch(library: &Library) -> Option<PathBuf> {
    Some(package(library.registry, library.package)?.join(library.within))
}

/// A package that a compiler of a library needs.
pub fn part(registry: Registry, name: &str, version: &str) -> Option<PathBuf> {
    package(registry, (name, version))
}

fn cache() -> PathBuf {
    let named = |name: &str| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let own = named("TINYBUG_CACHE_DIR").or_else(|| Some(named("XDG_CACHE_HOME")?.join("tinybug")));
    let own = own.or_else(|| Some(named("HOME")?.join(".cache/tinybug")));
    own.expect("HOME or TINYBUG_CACHE_DIR names a directory").join("libraries")
}

fn package(registry: Registry, (name, version): (&str, &str)) -> Option<PathBuf> {
    in_cache(&format!("{registry:?}-{name}-{version}").replace(['/', ':', '@'], "_"), |into| match registry {
        Registry::Npm => npm(into, name, version),
        Registry::PyPi => pypi(into, name, version),
        Registry::Go => go(into, name, version),
        Registry::Crates => crates(into, name, version),
        Registry::MavenSources => maven(into, &format!("{name}:{version}:jar:sources")),
        Registry::MavenJar => maven(into, &format!("{name}:{version}:jar")),
    })
}

/// Debian packages, unpacked side by side. `None`, with a notice, where there is no apt or it cannot be reached.
pub fn tools(name: &str, packages: &[&str]) -> Option<PathBuf> {
    in_cache(name, |into| {
        let fetched = into.with_extension("debs");
        fs::create_dir_all(&fetched).map_err(|error| error.to_string())?;
        let done = run(Command::new("apt-get").args(["download", "-q"]).args(packages).current_dir(&fetched))
            .and_then(|_| each_file(&fetched, |deb| run(Command::new("dpkg-deb").arg("-x").arg(deb).arg(into))));
        let _ = fs::remove_dir_all(&fetched);
        done
    })
}

/// A directory of the cache, filled when it is not there. Several processes may fill the same one at a time: the first
/// wins. Threads of one wait for each other.
fn in_cache(name: &str, fill: impl FnOnce(&Path) -> Result<(), String>) -> Option<PathBuf> {
    static FILLING: Mutex<()> = Mutex::new(());
    let _one = FILLING.lock().unwrap_or_else(PoisonError::into_inner);
    let place = cache().join(name);
    if place.is_dir() {
        return Some(place);
    }
    let fresh = cache().join(format!(".{name}-{}", std::process::id()));
    let filled = fs::create_dir_all(&fresh).map_err(|error| error.to_string()).and_then(|()| fill(&fresh));
    let kept = filled.and_then(|()| match fs::rename(&fresh, &place) {
        Err(error) if !place.is_dir() => Err(error.to_string()),
        _ => Ok(()),
    });
    let _ = fs::remove_dir_all(&fresh);
    match kept {
        Ok(()) => Some(place),
        Err(reason) => {
            notice(&format!("{name} could not be fetched: {reason}"));
            None
        }
    }
}

#[expect(clippy::print_stderr, reason = "what a test leaves out must be seen by who runs it")]
fn notice(text: &str) {
    eprintln!("\n!!!! SKIPPED: {text}\n!!!! This test proves less than it should.\n");
}

fn run(command: &mut Command) -> Result<Output, String> {
    let output = command.output().map_err(|error| format!("{command:?}: {error}"))?;
    if output.status.success() {
        return Ok(output);
    }
    Err(format!("{command:?}: {}", String::from_utf8_lossy(&output.stderr).trim()))
}

fn each_file<T>(dir: &Path, mut work: impl FnMut(&Path) -> Result<T, String>) -> Result<(), String> {
    for entry in fs::read_dir(dir).map_err(|error| error.to_string())? {
        let path = entry.map_err(|error| error.to_string())?.path();
        if path.is_file() {
            work(&path)?;
        }
    }
    Ok(())
}

fn npm(into: &Path, name: &str, version: &str) -> Result<(), String> {
    run(Command::new("npm").args(["pack", "--silent", &format!("{name}@{version}")]).current_dir(into))?;
    each_file(into, |archive| {
        run(Command::new("tar").arg("-xzf").arg(archive).arg("-C").arg(into).arg("--strip-components=1"))?;
        fs::remove_file(archive).map_err(|error| error.to_string())
    })
}

fn pypi(into: &Path, name: &str, version: &str) -> Result<(), String> {
    let mut pip = Command::new("python3");
    pip.args(["-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:"]);
    run(pip.arg(format!("{name}=={version}")).arg("--dest").arg(into))?;
    unzip_all(into)
}

fn unzip_all(dir: &Path) -> Result<(), String> {
    each_file(dir, |archive| {
        run(Command::new("python3").args(["-m", "zipfile", "-e"]).arg(archive).arg(dir))?;
        fs::remove_file(archive).map_err(|error| error.to_string())
    })
}

fn go(into: &Path, name: &str, version: &str) -> Result<(), String> {
    let mut download = Command::new("go");
    download.args(["mod", "download", "-json", &format!("{name}@{version}")]);
    // Outside of any module, whose requirements would have a say.
    let answer = run(download.current_dir(into).env("GOFLAGS", "-mod=mod"))?;
    let answer = String::from_utf8_lossy(&answer.stdout).into_owned();
    let dir = answer.lines().find_map(|line| line.trim().strip_prefix("\"Dir\": \"")?.strip_suffix("\","));
    let dir = dir.ok_or_else(|| format!("go does not say where it put {name}"))?;
    // The module cache is write-protected, copies of it must not be.
    run(Command::new("cp").args(["-R", "--no-preserve=mode", &format!("{dir}/.")]).arg(into)).map(drop)
}

fn crates(into: &Path, name: &str, version: &str) -> Result<(), String> {
    let place = into.with_extension("vendor");
    let manifest = format!(
        "[package]\nname = \"fetch\"\nversion = \"0.0.0\"\nedition = \"2021\"\n[lib]\npath = \"lib.rs\"\n[workspace]\n\
         [dependencies]\n{name} = {{ version = \"={version}\", default-features = false }}\n"
    );
    let write = |file: &str, text: &str| fs::write(place.join(file), text).map_err(|error| error.to_string());
    let done = fs::create_dir_all(&place)
        .map_err(|error| error.to_string())
        .and_then(|()| write("Cargo.toml", &manifest))
        .and_then(|()| write("lib.rs", ""))
        .and_then(|()| run(Command::new("cargo").args(["vendor", "--quiet", "vendor"]).current_dir(&place)))
        .and_then(|_| {
            let from = place.join("vendor").join(name).join(".");
            run(Command::new("cp").arg("-R").arg(from).arg(into)).map(drop)
        });
    let _ = fs::remove_dir_all(&place);
    done
}

fn maven(into: &Path, artifact: &str) -> Result<(), String> {
    let mut copy = Command::new("mvn");
    copy.args(["--batch-mode", "--quiet", "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy"]);
    copy.arg(format!("-Dartifact={artifact}")).arg(format!("-DoutputDirectory={}", into.display()));
    run(copy.current_dir(into))?;
    unzip_all(into)
}

/// Every file below a directory, by its path from there; links are left alone.
pub fn files(dir: &Path) -> Vec<(String, Vec<u8>)> {
    let mut files = Vec::new();
    collect(dir, dir, &mut files).expect("what was fetched can be read");
    files.sort();
    files
}

fn collect(root: &Path, dir: &Path, files: &mut Vec<(String, Vec<u8>)>) -> std::io::Result<()> {
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        let (path, kind) = (entry.path(), entry.file_type()?);
        if kind.is_dir() {
            collect(root, &path, files)?;
        } else if kind.is_file() {
            let name = path.strip_prefix(root).unwrap_or(&path).display().to_string();
            files.push((name, fs::read(&path)?));
        }
    }
    Ok(())
}
