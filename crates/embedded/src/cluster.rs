//! The Postgres cluster of a data directory: made once, with its roles and databases, then served.

use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context;
use nix::sys::signal::Signal;
use nix::unistd::{Gid, Uid, chown};
use serde::{Deserialize, Serialize};

use crate::exec::RunAs;
use crate::layout::Layout;
use crate::parts::cache::remove_tree;
use crate::parts::postgres::PostgresPrograms;
use crate::parts::tool;
use crate::privilege::cluster_user;
use crate::progress::{ProgressWriter, remove_if_there};
use crate::service::{Environment, ExecCommand, ServiceSpec, clean_environment};
use crate::services::write_atomically;

/// The service's name.
pub(crate) const POSTGRES: &str = "postgres";
/// Owns the cluster and Tinybug's database.
const ADMIN: &str = "tinybug_admin";
const DATABASE: &str = "tinybug";
/// Owns Temporal's databases and nothing else.
pub(crate) const TEMPORAL_ROLE: &str = "temporal";
pub(crate) const TEMPORAL_DATABASE: &str = "temporal";
pub(crate) const VISIBILITY_DATABASE: &str = "temporal_visibility";
const STOP_LIMIT: Duration = Duration::from_secs(20);

/// A cluster that is ready to be served.
#[derive(Debug, Clone)]
pub(crate) struct Cluster {
    dir: PathBuf,
    programs: PostgresPrograms,
    user: Option<RunAs>,
    secrets: Secrets,
}

/// The passwords of the cluster's roles.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Secrets {
    admin: String,
    temporal: String,
}

/// Where the cluster lies.
pub(crate) fn directory(layout: &Layout) -> PathBuf {
    layout.postgres().join("cluster")
}

/// The major version of the cluster, when there is one.
pub(crate) fn major_version(layout: &Layout) -> anyhow::Result<Option<u32>> {
    match fs::read_to_string(directory(layout).join("PG_VERSION")) {
        Ok(text) => text.trim().parse().map(Some).context("the cluster's PG_VERSION holds no number"),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).context("failed to read the cluster's PG_VERSION"),
    }
}

impl Cluster {
    /// The cluster of the data directory, made when there is none.
    pub(crate) async fn prepare(
        layout: &Layout,
        programs: PostgresPrograms,
        exec: &ExecCommand,
        progress: &ProgressWriter,
    ) -> anyhow::Result<Self> {
        let home = layout.postgres();
        fs::create_dir_all(&home)?;
        fs::set_permissions(&home, Permissions::from_mode(0o755))?;
        let dir = directory(layout);
        let user = cluster_user(&dir, &[&home, &programs.postgres()])?;
        let secrets_file = home.join("secrets.json");
        if dir.is_dir() {
            let secrets = serde_json::from_slice(&fs::read(&secrets_file)?).context("the cluster's secrets.json")?;
            return Ok(Self { dir, programs, user, secrets });
        }
        progress.started(POSTGRES, "making the database cluster");
        let secrets = Secrets { admin: random_password()?, temporal: random_password()? };
        write_atomically(&secrets_file, serde_json::to_string(&secrets)?.as_bytes())?;
        let unfinished = Self { dir: home.join("cluster.unfinished"), programs, user, secrets };
        unfinished.make(&home, exec, progress).await?;
        fs::rename(&unfinished.dir, &dir)?;
        progress.finished(POSTGRES);
        Ok(Self { dir, ..unfinished })
    }

    async fn make(&self, home: &Path, exec: &ExecCommand, progress: &ProgressWriter) -> anyhow::Result<()> {
        remove_tree(&self.dir)?;
        fs::create_dir(&self.dir)?;
        fs::set_permissions(&self.dir, Permissions::from_mode(0o700))?;
        self.hand_over(&self.dir)?;
        let password = home.join("password");
        write_secret(&password, &self.secrets.admin)?;
        self.hand_over(&password)?;
        let args = [
            "-D".to_owned(),
            text(&self.dir)?,
            format!("--username={ADMIN}"),
            format!("--pwfile={}", text(&password)?),
            "--auth=scram-sha-256".into(),
            "--encoding=UTF8".into(),
            "--no-locale".into(),
        ];
        let mut initdb = exec.command(&self.programs.initdb(), &args, self.user.as_ref(), Signal::SIGKILL)?;
        let made = tool::run("initdb", clean_environment(&mut initdb), |line| progress.line(POSTGRES, line)).await;
        remove_if_there(&password)?;
        made?;
        self.create_databases(home, exec, progress).await
    }

    /// In single-user mode: the package has no client, and nobody else is there yet.
    async fn create_databases(&self, home: &Path, exec: &ExecCommand, progress: &ProgressWriter) -> anyhow::Result<()> {
        let script = home.join("setup.sql");
        let statements = [
            format!("CREATE DATABASE {DATABASE}"),
            format!("CREATE ROLE {TEMPORAL_ROLE} LOGIN CREATEDB PASSWORD '{}'", self.secrets.temporal),
            format!("CREATE DATABASE {TEMPORAL_DATABASE} OWNER {TEMPORAL_ROLE}"),
            format!("CREATE DATABASE {VISIBILITY_DATABASE} OWNER {TEMPORAL_ROLE}"),
        ];
        write_secret(&script, &(statements.join("\n") + "\n"))?;
        let args = ["--single", "-D", &text(&self.dir)?, "-c", "exit_on_error=on", "postgres"].map(str::to_owned);
        let mut single = exec.command(&self.programs.postgres(), &args, self.user.as_ref(), Signal::SIGQUIT)?;
        clean_environment(&mut single).stdin(File::open(&script)?);
        let created = tool::run("postgres --single", &mut single, |line| progress.line(POSTGRES, line)).await;
        remove_if_there(&script)?;
        created
    }

    fn hand_over(&self, path: &Path) -> anyhow::Result<()> {
        let Some(user) = &self.user else { return Ok(()) };
        chown(path, Some(Uid::from_raw(user.uid)), Some(Gid::from_raw(user.gid)))
            .with_context(|| format!("failed to hand over {}", path.display()))
    }

    /// How to serve it on a port.
    pub(crate) fn service(&self, layout: &Layout, port: u16) -> anyhow::Result<ServiceSpec> {
        let settings = [
            "listen_addresses=127.0.0.1",
            // A path below the data directory may be longer than a socket's address can be.
            "unix_socket_directories=",
            "max_connections=200",
            "shared_buffers=64MB",
            "max_wal_size=512MB",
            "jit=off",
            "timezone=UTC",
            "log_timezone=UTC",
            "log_min_messages=warning",
            "logging_collector=off",
        ];
        let mut args = vec!["-D".to_owned(), text(&self.dir)?, "-p".into(), port.to_string()];
        args.extend(settings.iter().flat_map(|setting| ["-c".to_owned(), (*setting).to_owned()]));
        Ok(ServiceSpec {
            name: POSTGRES,
            program: self.programs.postgres(),
            args,
            env: Environment::Clean,
            user: self.user.clone(),
            log: layout.log(POSTGRES),
            // Fast shutdown: ends sessions, writes a checkpoint.
            stop_signal: Signal::SIGINT,
            stop_limit: STOP_LIMIT,
            // Immediate shutdown: takes the sessions along; the next start recovers.
            death_signal: Signal::SIGQUIT,
            cluster: Some(self.dir.clone()),
        })
    }

    /// Where Tinybug's database is when the cluster serves on this port.
    pub(crate) fn database_url(&self, port: u16) -> String {
        format!("postgres://{ADMIN}:{}@127.0.0.1:{port}/{DATABASE}", self.secrets.admin)
    }

    pub(crate) fn temporal_password(&self) -> &str {
        &self.secrets.temporal
    }
}

/// 128 bits, in characters that need no quoting anywhere.
fn random_password() -> anyhow::Result<String> {
    let mut bytes = [0_u8; 16];
    File::open("/dev/urandom")?.read_exact(&mut bytes).context("failed to read /dev/urandom")?;
    Ok(format!("{:032x}", u128::from_ne_bytes(bytes)))
}

fn write_secret(path: &Path, content: &str) -> anyhow::Result<()> {
    remove_if_there(path)?;
    let mut file = OpenOptions::new().create_new(true).write(true).mode(0o600).open(path)?;
    Ok(file.write_all(content.as_bytes())?)
}

/// A path as an argument in the plan of [`crate::exec_service`], which is text.
pub(crate) fn text(path: &Path) -> anyhow::Result<String> {
    path.to_str().map(str::to_owned).with_context(|| format!("{} is not valid UTF-8", path.display()))
}
