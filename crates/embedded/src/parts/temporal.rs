//! Where the Temporal server and its UI come from.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use tokio::process::Command;

use super::cache::Cache;
use super::tool;
use crate::progress::ProgressWriter;
use crate::versions::{GO_MINIMUM, TEMPORAL_SERVER_VERSION, TEMPORAL_UI_VERSION};

const SERVER: &str = "temporal-server";
const UI: &str = "temporal-ui";
/// From here on Go fetches a newer Go by itself.
const GO_THAT_UPDATES_ITSELF: (u32, u32, u32) = (1, 21, 0);

/// What serves Temporal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum TemporalPrograms {
    /// The server on Postgres, with its UI.
    Server(ServerPrograms),
    /// The development server of the command-line tool: another version, a file instead of Postgres.
    DevServer(PathBuf),
}

/// The programs that were built.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ServerPrograms {
    pub(crate) server: PathBuf,
    pub(crate) sql_tool: PathBuf,
    pub(crate) ui: PathBuf,
}

/// Finds or builds the programs: those in the cache, else built with Go, else the machine's command-line tool.
pub(crate) async fn obtain(cache: &Cache, progress: &ProgressWriter) -> anyhow::Result<TemporalPrograms> {
    let failure = match build(cache, progress).await {
        Ok(programs) => return Ok(TemporalPrograms::Server(programs)),
        Err(error) => format!("{error:#}"),
    };
    if let Some(cli) = dev_server_cli() {
        progress.notice(format!(
            "using the development server of {} instead of Temporal {TEMPORAL_SERVER_VERSION} on Postgres: {failure}",
            cli.display()
        ));
        return Ok(TemporalPrograms::DevServer(cli));
    }
    let (major, minor, patch) = GO_MINIMUM;
    bail!(
        "no Temporal server: install Go {major}.{minor}.{patch} or newer (it was tried: {failure}), or put the \
         temporal command-line tool on the PATH, or set TEMPORAL_ADDRESS to a server"
    )
}

/// The machine's command-line tool.
pub(crate) fn dev_server_cli() -> Option<PathBuf> {
    tool::find("temporal")
}

/// Where the server and the UI lie once they are built.
pub(crate) fn installed(cache: &Cache) -> [PathBuf; 2] {
    [cache.part(SERVER, TEMPORAL_SERVER_VERSION), cache.part(UI, TEMPORAL_UI_VERSION)]
}

async fn build(cache: &Cache, progress: &ProgressWriter) -> anyhow::Result<ServerPrograms> {
    let version = TEMPORAL_SERVER_VERSION;
    let server = cache
        .install(SERVER, version, progress, async |home: &Path| {
            progress.started(SERVER, format!("building the Temporal server {version} (minutes, once per machine)"));
            let module = "go.temporal.io/server/cmd";
            let built = async {
                go_install(home, SERVER, &format!("{module}/server@v{version}"), "server", progress).await?;
                go_install(home, "temporal-sql-tool", &format!("{module}/tools/sql@v{version}"), "sql", progress).await
            };
            let built = built.await;
            progress.finished(SERVER);
            built
        })
        .await?;
    let ui = cache
        .install(UI, TEMPORAL_UI_VERSION, progress, async |home: &Path| {
            progress.started(UI, format!("building the Temporal UI {TEMPORAL_UI_VERSION}"));
            let package = format!("github.com/temporalio/ui-server/v2/cmd/server@v{TEMPORAL_UI_VERSION}");
            let built = go_install(home, UI, &package, "server", progress).await;
            progress.finished(UI);
            built
        })
        .await?;
    Ok(ServerPrograms { server: server.join(SERVER), sql_tool: server.join("temporal-sql-tool"), ui: ui.join(UI) })
}

/// Builds one program of a module and names it `name`; Go itself would call several of them `server`.
async fn go_install(
    home: &Path,
    name: &str,
    package: &str,
    built: &str,
    progress: &ProgressWriter,
) -> anyhow::Result<()> {
    let go = usable_go()?;
    let mut install = Command::new(go);
    // Without paths being trimmed: it would only make every package be built anew where others were built before.
    install.args(["install", "-v", "-ldflags=-s -w", package]).env("GOBIN", home).current_dir(home);
    for foreign in ["GOFLAGS", "GOOS", "GOARCH", "GO111MODULE"] {
        install.env_remove(foreign);
    }
    let part = if name == UI { UI } else { SERVER };
    let mut packages = 0;
    let count = |line: &str| {
        let text = if line.starts_with("go: ") {
            line.trim_start_matches("go: ").to_owned()
        } else {
            packages += 1;
            format!("{packages} packages compiled, now {line}")
        };
        progress.line(part, text);
    };
    tool::run("go install", &mut install, count).await?;
    if name != built {
        fs::rename(home.join(built), home.join(name))?;
    }
    Ok(())
}

/// The machine's Go, when it can build the server.
pub(crate) fn usable_go() -> anyhow::Result<PathBuf> {
    let go = tool::find("go").context("go is not installed")?;
    let text = tool::ask(&go, &["env", "GOVERSION"])?;
    let version = go_version(&text).with_context(|| format!("cannot read the version of go in {text:?}"))?;
    let updates = version >= GO_THAT_UPDATES_ITSELF && tool::ask(&go, &["env", "GOTOOLCHAIN"])? != "local";
    if version < GO_MINIMUM && !updates {
        bail!("{} is {text}", go.display());
    }
    Ok(go)
}

/// The numbers in "go1.26.8" or "go1.27rc1".
fn go_version(text: &str) -> Option<(u32, u32, u32)> {
    let mut numbers = text.strip_prefix("go")?.split('.').map(|part| {
        let digits = part.find(|other: char| !other.is_ascii_digit()).map_or(part, |end| &part[..end]);
        digits.parse().ok()
    });
    Some((numbers.next()??, numbers.next().flatten().unwrap_or(0), numbers.next().flatten().unwrap_or(0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_of_go_is_read_with_all_its_numbers() {
        assert_eq!(go_version("go1.26.8"), Some((1, 26, 8)));
        assert_eq!(go_version("go1.27rc1"), Some((1, 27, 0)));
        assert_eq!(go_version("go1.26.8 X:rangefunc"), Some((1, 26, 8)));
        assert_eq!(go_version("devel"), None);
    }
}
