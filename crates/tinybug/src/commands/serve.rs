//! `tinybug serve` and `tinybug dev`: the API. `dev` brings everything else with it.

use std::{net::SocketAddr, sync::Arc};

use anyhow::Context;
use tinybug_api::{ApiState, Readiness, ReadinessAnswer};
use tinybug_embedded::Attached;
use tinybug_store::Store;
use tokio::{net::TcpListener, task::JoinHandle};
use tokio_util::sync::CancellationToken;

use super::operator_token;
use crate::{
    cli::{ListenArgs, Settings},
    console::Console,
    exit::{Exit, UsageError},
    services,
    stop::StopSignals,
    worker::temporal,
};

/// Serves until told to stop. Where services are embedded the database is brought up to date first; elsewhere
/// `tinybug migrate` does that, and this only checks.
pub(crate) async fn run(settings: &Settings, listen: &ListenArgs, dev: bool) -> anyhow::Result<Exit> {
    let mut signals = StopSignals::listen()?;
    let console = Console::new();
    let (mut attached, store) = if dev || settings.is_embedded() {
        services::up_to_date(settings, &console).await?
    } else {
        let attached = services::up(settings, &console).await?;
        let store = Store::connect(&attached.database_url).await.context("failed to connect to the database")?;
        (attached, store)
    };
    if settings.database_url.is_none() {
        operator_token::tell_kept(&settings.data_dir()?, &store, &console).await?;
    }
    let server = Server::start(settings, &attached, store, listen.listen).await?;
    console.say(format!("API: http://{}/api/v1 (document: /api/v1/openapi.json)", server.address()));
    if let Some(url) = &attached.temporal_ui_url {
        console.say(format!("Temporal UI: {url}"));
    }
    console.say("Ctrl-C stops.");
    tokio::select! {
        () = signals.next() => {}
        Err(error) = services::keep_up(settings, &console, &mut attached, dev || settings.is_embedded()) => return Err(error),
    }
    server.stop().await?;
    attached.leave().await.context("failed to stop the services")?;
    Ok(Exit::Done)
}

/// The API, being served.
pub(crate) struct Server {
    address: SocketAddr,
    stop: CancellationToken,
    task: JoinHandle<std::io::Result<()>>,
}

impl Server {
    /// Begins to serve.
    pub(crate) async fn start(
        settings: &Settings,
        attached: &Attached,
        store: Store,
        address: SocketAddr,
    ) -> anyhow::Result<Self> {
        let listener = TcpListener::bind(address).await.map_err(|error| {
            UsageError::because(format!(
                "failed to listen on {address}: {error}; choose another address with TINYBUG_LISTEN"
            ))
        })?;
        let address = listener.local_addr()?;
        let state = ApiState {
            store,
            local_runner_orgs: settings.local_runner(),
            readiness: Arc::new([Arc::new(TemporalReadiness(attached.temporal_address.clone())) as Arc<dyn Readiness>]),
        };
        let stop = CancellationToken::new();
        let task =
            tokio::spawn(tinybug_api::serve(listener, tinybug_api::router(state), stop.clone().cancelled_owned()));
        Ok(Self { address, stop, task })
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Lets running requests end, and stops.
    pub(crate) async fn stop(self) -> anyhow::Result<()> {
        self.stop.cancel();
        self.task.await.context("the API panicked")?.context("the API failed")
    }
}

struct TemporalReadiness(String);

impl Readiness for TemporalReadiness {
    fn name(&self) -> &'static str {
        "temporal"
    }

    fn check(&self) -> ReadinessAnswer<'_> {
        Box::pin(async { temporal::connect(&self.0).await.map(drop).map_err(|error| format!("{error:#}")) })
    }
}
