//! The Temporal server of a data directory: its schema, its configuration, how to run it and its UI.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context;
use nix::sys::signal::Signal;
use serde_json::{Value, json};
use tokio::process::Command;

use crate::cluster::{Cluster, TEMPORAL_DATABASE, TEMPORAL_ROLE, VISIBILITY_DATABASE, text};
use crate::layout::Layout;
use crate::parts::temporal::ServerPrograms;
use crate::parts::tool;
use crate::ports::{Ports, RolePorts};
use crate::progress::ProgressWriter;
use crate::service::{Environment, ServiceSpec, clean_environment};
use crate::services::write_atomically;
use crate::versions::TEMPORAL_SERVER_VERSION;

/// The server's name as a service.
pub(crate) const TEMPORAL: &str = "temporal";
/// The UI's name as a service.
pub(crate) const TEMPORAL_UI: &str = "temporal-ui";
const SCHEMA: &str = "temporal-schema";
/// It keeps everything in Postgres: what it has not finished by then, it finishes at the next start.
const STOP_LIMIT: Duration = Duration::from_secs(3);
/// Written before the schema is begun; replaced by the version when it is whole.
const CREATING: &str = "creating";

/// Brings Temporal's databases to the schema of this version.
pub(crate) async fn set_up_schema(
    layout: &Layout,
    sql_tool: &Path,
    cluster: &Cluster,
    port: u16,
    progress: &ProgressWriter,
) -> anyhow::Result<()> {
    let marker = layout.postgres().join("temporal-schema");
    let state = fs::read_to_string(&marker).ok();
    if state.as_deref() == Some(TEMPORAL_SERVER_VERSION) {
        return Ok(());
    }
    progress.started(SCHEMA, "setting up Temporal's databases");
    let begin = match state.as_deref() {
        None => Begin::Empty,
        Some(CREATING) => Begin::Again,
        Some(_) => Begin::Upgrade,
    };
    if begin == Begin::Empty {
        write_atomically(&marker, CREATING.as_bytes())?;
    }
    let one = |database, schema| async move {
        for step in begin.steps(schema) {
            let mut command = Command::new(sql_tool);
            clean_environment(&mut command)
                // Not as an argument, which everybody on the machine can read.
                .env("SQL_PASSWORD", cluster.temporal_password())
                .args(["--plugin", "postgres12", "--endpoint", "127.0.0.1", "--port", &port.to_string()])
                .args(["--user", TEMPORAL_ROLE, "--database", database])
                .args(step);
            tool::run("temporal-sql-tool", &mut command, |line| tracing::debug!(line, "schema"))
                .await
                .context("Temporal's schema")?;
        }
        anyhow::Ok(())
    };
    tokio::try_join!(
        one(TEMPORAL_DATABASE, "postgresql/v12/temporal"),
        one(VISIBILITY_DATABASE, "postgresql/v12/visibility"),
    )?;
    write_atomically(&marker, TEMPORAL_SERVER_VERSION.as_bytes())?;
    progress.finished(SCHEMA);
    Ok(())
}

/// What the databases hold before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Begin {
    /// Nothing.
    Empty,
    /// What an interrupted set-up left; nothing of worth can be in there.
    Again,
    /// The schema of another version.
    Upgrade,
}

impl Begin {
    fn steps(self, schema: &'static str) -> Vec<Vec<&'static str>> {
        let update = vec!["update-schema", "--schema-name", schema];
        let set_up = vec!["setup-schema", "--version", "0.0"];
        match self {
            Self::Empty => vec![set_up, update],
            Self::Again => vec![vec!["drop-database", "--force"], vec!["create-database"], set_up, update],
            Self::Upgrade => vec![update],
        }
    }
}

/// How to run the server on the cluster.
pub(crate) fn server(
    layout: &Layout,
    programs: &ServerPrograms,
    cluster: &Cluster,
    ports: &Ports,
) -> anyhow::Result<ServiceSpec> {
    let home = layout.temporal();
    fs::create_dir_all(&home)?;
    let (config, dynamic) = (home.join("server.yaml"), home.join("dynamic.yaml"));
    write_atomically(&dynamic, dynamic_config().to_string().as_bytes())?;
    let static_config = server_config(&dynamic, cluster, ports);
    write_atomically(&config, static_config.to_string().as_bytes())?;
    let args = ["--config-file", &text(&config)?, "--allow-no-auth", "start"].map(str::to_owned).to_vec();
    Ok(spec(TEMPORAL, programs.server.clone(), args, layout.log(TEMPORAL)))
}

/// How to run the UI in front of the server.
pub(crate) fn ui(layout: &Layout, programs: &ServerPrograms, ports: &Ports) -> anyhow::Result<ServiceSpec> {
    let home = layout.temporal();
    write_atomically(&home.join("ui.yaml"), ui_config(ports).to_string().as_bytes())?;
    let args = ["--root", &text(&home)?, "--config", ".", "--env", "ui", "start"].map(str::to_owned).to_vec();
    Ok(spec(TEMPORAL_UI, programs.ui.clone(), args, layout.log(TEMPORAL_UI)))
}

/// How to run the command-line tool's development server, which brings the UI along.
pub(crate) fn dev_server(layout: &Layout, cli: PathBuf, ports: &Ports) -> anyhow::Result<ServiceSpec> {
    let home = layout.temporal();
    fs::create_dir_all(&home)?;
    let mut args = vec!["server".to_owned(), "start-dev".into(), "--ip".into(), "127.0.0.1".into()];
    args.extend(["--port".into(), ports.frontend.grpc.to_string()]);
    args.extend(["--ui-port".into(), ports.ui.to_string()]);
    args.extend(["--db-filename".into(), text(&home.join("dev-server.sqlite"))?]);
    args.extend(["--log-level".into(), "warn".into()]);
    for (key, value) in settings() {
        args.extend(["--dynamic-config-value".into(), format!("{key}={value}")]);
    }
    Ok(spec(TEMPORAL, cli, args, layout.log(TEMPORAL)))
}

fn spec(name: &'static str, program: PathBuf, args: Vec<String>, log: PathBuf) -> ServiceSpec {
    ServiceSpec {
        name,
        program,
        args,
        env: Environment::Clean,
        user: None,
        log,
        stop_signal: Signal::SIGTERM,
        stop_limit: STOP_LIMIT,
        death_signal: Signal::SIGKILL,
        cluster: None,
    }
}

/// JSON is YAML, and quotes itself.
fn server_config(dynamic: &Path, cluster: &Cluster, ports: &Ports) -> Value {
    let store = |database: &str, connections: u32| {
        json!({ "sql": {
            "pluginName": "postgres12_pgx",
            "databaseName": database,
            "connectAddr": format!("127.0.0.1:{}", ports.postgres),
            "connectProtocol": "tcp",
            "user": TEMPORAL_ROLE,
            "password": cluster.temporal_password(),
            "maxConns": connections,
            "maxIdleConns": connections,
            "maxConnLifetime": "1h",
        }})
    };
    let role = |ports: RolePorts| json!({ "rpc": { "grpcPort": ports.grpc, "membershipPort": ports.membership, "bindOnLocalHost": true } });
    let frontend = format!("127.0.0.1:{}", ports.frontend.grpc);
    json!({
        "log": { "stdout": true, "level": "warn" },
        "persistence": {
            "defaultStore": "main",
            "visibilityStore": "visibility",
            "numHistoryShards": 4,
            // Each of the four roles opens its own pools; together they leave half of Postgres's connections free.
            "datastores": { "main": store(TEMPORAL_DATABASE, 15), "visibility": store(VISIBILITY_DATABASE, 8) },
        },
        "global": { "membership": { "maxJoinDuration": "30s", "broadcastAddress": "127.0.0.1" } },
        "services": {
            "frontend": role(ports.frontend),
            "history": role(ports.history),
            "matching": role(ports.matching),
            "worker": role(ports.worker),
        },
        "clusterMetadata": {
            "enableGlobalNamespace": false,
            "failoverVersionIncrement": 10,
            "masterClusterName": "active",
            "currentClusterName": "active",
            "clusterInformation": { "active": {
                "enabled": true,
                "initialFailoverVersion": 1,
                "rpcName": "frontend",
                "rpcAddress": frontend,
            }},
        },
        "publicClient": { "hostPort": frontend },
        "dcRedirectionPolicy": { "policy": "noop" },
        "dynamicConfigClient": { "filepath": dynamic, "pollInterval": "60s" },
    })
}

/// Settings that differ from the server's own.
fn settings() -> Vec<(&'static str, Value)> {
    vec![
        // The default of 20 per second and shard makes each step of a workflow wait up to 50 ms.
        ("history.transferProcessorMaxPollRPS", json!(1000)),
        ("history.timerProcessorMaxPollRPS", json!(1000)),
        ("history.visibilityProcessorMaxPollRPS", json!(1000)),
        ("system.enableActivityEagerExecution", json!(true)),
        ("frontend.WorkflowTimeSkippingEnabled", json!(true)),
        // A search attribute can be used at once after it was added, a namespace within a second.
        ("system.forceSearchAttributesCacheRefreshOnRead", json!(true)),
        ("system.namespaceCacheRefreshInterval", json!("1s")),
        ("frontend.rps.namespaceReplicationInducingAPIs", json!(200)),
        // One partition per queue: each of many namespaces has few workers.
        ("matching.numTaskqueueReadPartitions", json!(1)),
        ("matching.numTaskqueueWritePartitions", json!(1)),
    ]
}

fn dynamic_config() -> Value {
    settings().into_iter().map(|(key, value)| (key.to_owned(), json!([{ "value": value }]))).collect()
}

fn ui_config(ports: &Ports) -> Value {
    json!({
        "temporalGrpcAddress": format!("127.0.0.1:{}", ports.frontend.grpc),
        "host": "127.0.0.1",
        "port": ports.ui,
        "enableUi": true,
        "cors": { "cookieInsecure": true, "allowOrigins": [format!("http://127.0.0.1:{}", ports.ui)] },
        "defaultNamespace": "tinybug-system",
        "disableNewsFetch": true,
        "hideLogs": true,
        "refreshInterval": "1m",
        "auth": { "enabled": false },
    })
}
