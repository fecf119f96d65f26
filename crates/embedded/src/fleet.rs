//! The services of a data directory in their order: what is needed, started one after the other, stopped in reverse.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, bail};
use nix::sys::signal::Signal;
use tokio::time::{Instant, sleep};

use crate::cluster::{self, Cluster};
use crate::layout::Layout;
use crate::leftovers;
use crate::parts::cache::Cache;
use crate::parts::temporal::{ServerPrograms, TemporalPrograms};
use crate::parts::{postgres, temporal as temporal_parts};
use crate::ports::Ports;
use crate::probe::Probe;
use crate::progress::ProgressWriter;
use crate::service::{Board, Environment, ExecCommand, Running, ServiceSpec};
use crate::services::{Process, Services};
use crate::supervisor::{EXTRA, Launch};
use crate::temporal;

const POLL: Duration = Duration::from_millis(20);
/// How long services that were killed may take to let go of their ports.
const PORT_PATIENCE: Duration = Duration::from_secs(5);
const SERVE_LIMIT: Duration = Duration::from_secs(90);
/// A service that dies this often before it has ever served will not come up.
const START_ATTEMPTS: u32 = 5;
const EXTRA_STOP_LIMIT: Duration = Duration::from_secs(10);
const UNWATCHED: &str = "nobody watches the services any more";
const SHOWN_LOG_LINES: usize = 8;

/// All that runs.
pub(crate) struct Fleet {
    layout: Layout,
    exec: ExecCommand,
    board: Board,
    running: Vec<Running>,
}

/// Where the services are.
struct Addresses {
    database_url: String,
    temporal_address: String,
    temporal_ui_url: Option<String>,
}

impl Fleet {
    pub(crate) fn new(layout: Layout, exec_args: Vec<String>) -> anyhow::Result<Self> {
        Ok(Self { layout, exec: ExecCommand::of_this_process(exec_args)?, board: Board::new(), running: Vec::new() })
    }

    /// Starts everything, tells the users, and keeps what it told them true; ends only by an error.
    pub(crate) async fn serve(&mut self, launch: &Launch, progress: &ProgressWriter) -> anyhow::Result<()> {
        let mut changes = self.board.changes();
        let addresses = self.start_services(launch, progress).await?;
        if let Some(command) = &launch.extra {
            let spec = self.extra(command, &addresses)?;
            self.start(spec);
            while self.board.processes().get(EXTRA).is_none_or(|process| *process == Process::default()) {
                changes.changed().await.context(UNWATCHED)?;
            }
        }
        loop {
            self.publish(launch, &addresses, progress)?;
            changes.changed().await.context(UNWATCHED)?;
        }
    }

    /// Stops everything, the last started first.
    pub(crate) async fn stop(&mut self) {
        while let Some(service) = self.running.pop() {
            service.stop().await;
        }
    }

    async fn start_services(&mut self, launch: &Launch, progress: &ProgressWriter) -> anyhow::Result<Addresses> {
        let given = |name: &str, external: bool| -> anyhow::Result<Option<String>> {
            external.then(|| std::env::var(name).with_context(|| format!("{name} is missing"))).transpose()
        };
        let database_url = given("DATABASE_URL", launch.external_database)?;
        let temporal_address = given("TEMPORAL_ADDRESS", launch.external_temporal)?;
        if let (Some(database_url), Some(temporal_address)) = (&database_url, &temporal_address) {
            let (database_url, temporal_address) = (database_url.clone(), temporal_address.clone());
            return Ok(Addresses { database_url, temporal_address, temporal_ui_url: None });
        }
        let (postgres, temporal) = self.obtain_parts(launch, progress).await?;
        progress.started("services", "starting the services");
        // An earlier server that is still going down would keep its port from being used again.
        leftovers::clear(&cluster::directory(&self.layout)).await;
        let ports = Ports::choose(&self.layout.ports(), self.layout.root(), PORT_PATIENCE).await?;
        let cluster = match postgres {
            Some(programs) => Some(self.start_cluster(programs, &ports, progress).await?),
            None => None,
        };
        match (&temporal, &cluster) {
            (Some(TemporalPrograms::Server(programs)), Some(cluster)) => {
                self.start_temporal(programs, cluster, &ports, progress).await?;
            }
            (Some(TemporalPrograms::DevServer(cli)), _) => self.start_dev_server(cli.clone(), &ports).await?,
            _ => {}
        }
        progress.finished("services");
        let own_database = cluster.map(|cluster| cluster.database_url(ports.postgres));
        Ok(Addresses {
            database_url: database_url.or(own_database).context("no database was started")?,
            temporal_address: temporal_address.unwrap_or_else(|| format!("127.0.0.1:{}", ports.frontend.grpc)),
            temporal_ui_url: temporal.map(|_| format!("http://127.0.0.1:{}", ports.ui)),
        })
    }

    /// The programs of what is to be run here: downloads and builds at the same time.
    async fn obtain_parts(
        &self,
        launch: &Launch,
        progress: &ProgressWriter,
    ) -> anyhow::Result<(Option<postgres::PostgresPrograms>, Option<TemporalPrograms>)> {
        let cache = Cache::locate()?;
        let major = cluster::major_version(&self.layout)?;
        let temporal = async {
            if launch.external_temporal {
                return anyhow::Ok(None);
            }
            temporal_parts::obtain(&cache, progress).await.map(Some)
        };
        // Needed by Temporal alone when the user has a database; known to be needless only after Temporal was found.
        let postgres = async {
            if launch.external_database {
                return anyhow::Ok(None);
            }
            postgres::obtain(&cache, major, progress).await.map(Some)
        };
        let (mut postgres, temporal) = tokio::try_join!(postgres, temporal)?;
        if postgres.is_none() && matches!(temporal, Some(TemporalPrograms::Server(_))) {
            postgres = Some(postgres::obtain(&cache, major, progress).await?);
        }
        Ok((postgres, temporal))
    }

    async fn start_cluster(
        &mut self,
        programs: postgres::PostgresPrograms,
        ports: &Ports,
        progress: &ProgressWriter,
    ) -> anyhow::Result<Cluster> {
        let cluster = Cluster::prepare(&self.layout, programs, &self.exec, progress).await?;
        let spec = cluster.service(&self.layout, ports.postgres)?;
        self.start(spec);
        self.wait_until_serving(cluster::POSTGRES, Probe::Postgres, ports.postgres).await?;
        Ok(cluster)
    }

    async fn start_temporal(
        &mut self,
        programs: &ServerPrograms,
        cluster: &Cluster,
        ports: &Ports,
        progress: &ProgressWriter,
    ) -> anyhow::Result<()> {
        temporal::set_up_schema(&self.layout, &programs.sql_tool, cluster, ports.postgres, progress).await?;
        let server = temporal::server(&self.layout, programs, cluster, ports)?;
        let ui = temporal::ui(&self.layout, programs, ports)?;
        self.start(server);
        self.start(ui);
        self.wait_until_temporal_serves(ports).await
    }

    async fn start_dev_server(&mut self, cli: PathBuf, ports: &Ports) -> anyhow::Result<()> {
        let spec = temporal::dev_server(&self.layout, cli, ports)?;
        self.start(spec);
        self.wait_until_serving(temporal::TEMPORAL, FRONTEND, ports.frontend.grpc).await
    }

    async fn wait_until_temporal_serves(&self, ports: &Ports) -> anyhow::Result<()> {
        self.wait_until_serving(temporal::TEMPORAL, FRONTEND, ports.frontend.grpc).await?;
        self.wait_until_serving(temporal::TEMPORAL_UI, Probe::Http, ports.ui).await
    }

    fn extra(&self, command: &[String], addresses: &Addresses) -> anyhow::Result<ServiceSpec> {
        let (program, args) = command.split_first().context("the extra command is empty")?;
        let mut env = vec![
            ("DATABASE_URL", addresses.database_url.clone()),
            ("TEMPORAL_ADDRESS", addresses.temporal_address.clone()),
            ("TINYBUG_DATA_DIR", cluster::text(self.layout.root())?),
        ];
        env.extend(addresses.temporal_ui_url.clone().map(|url| ("TINYBUG_TEMPORAL_UI_URL", url)));
        Ok(ServiceSpec {
            name: EXTRA,
            program: program.into(),
            args: args.to_vec(),
            env: Environment::Inherit(env),
            user: None,
            log: self.layout.log(EXTRA),
            stop_signal: Signal::SIGTERM,
            stop_limit: EXTRA_STOP_LIMIT,
            death_signal: Signal::SIGKILL,
            cluster: None,
        })
    }

    fn start(&mut self, spec: ServiceSpec) {
        self.running.push(Running::start(spec, self.exec.clone(), self.board.clone()));
    }

    fn publish(&self, launch: &Launch, addresses: &Addresses, progress: &ProgressWriter) -> anyhow::Result<()> {
        let services = Services {
            supervisor: std::process::id(),
            database_url: addresses.database_url.clone(),
            temporal_address: addresses.temporal_address.clone(),
            temporal_ui_url: addresses.temporal_ui_url.clone(),
            external_database: launch.external_database,
            external_temporal: launch.external_temporal,
            worker_args: launch.extra.as_ref().map(|command| command.iter().skip(1).cloned().collect()),
            notices: progress.notices(),
            processes: self.board.processes(),
        };
        services.store(&self.layout.services()).context("failed to write the services file")
    }

    async fn wait_until_serving(&self, name: &'static str, probe: Probe, port: u16) -> anyhow::Result<()> {
        let begin = Instant::now();
        while !probe.serves(port).await {
            let restarts = self.board.processes().get(name).map_or(0, |process| process.restarts);
            if restarts >= START_ATTEMPTS || begin.elapsed() > SERVE_LIMIT {
                let log = self.running.iter().find(|service| service.name == name).map(|service| &service.log);
                bail!("{name} does not serve on port {port}:\n{}", log.map(last_lines).unwrap_or_default());
            }
            sleep(POLL).await;
        }
        tracing::info!(service = name, port, "serves");
        Ok(())
    }
}

const FRONTEND: Probe = Probe::Grpc("temporal.api.workflowservice.v1.WorkflowService");

fn last_lines(log: &PathBuf) -> String {
    let text = std::fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<_> = text.lines().collect();
    lines[lines.len().saturating_sub(SHOWN_LOG_LINES)..].join("\n")
}
