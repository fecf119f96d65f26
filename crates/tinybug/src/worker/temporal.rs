//! Connections to Temporal: one for the process, a client for each namespace.

use std::time::Duration;

use anyhow::Context;
use temporalio_client::{Client, ClientOptions, Connection, ConnectionOptions};
use url::Url;

/// Connects to the server at `host:port`, or at a URL for servers that speak TLS.
pub(crate) async fn connect(address: &str) -> anyhow::Result<Connection> {
    let url = if address.contains("://") { address.to_owned() } else { format!("http://{address}") };
    let url = Url::parse(&url).with_context(|| format!("TEMPORAL_ADDRESS {address:?} is not host:port"))?;
    Connection::connect(ConnectionOptions::new(url).build())
        .await
        .with_context(|| format!("failed to reach Temporal at {address}"))
}

/// As `connect`, but waits for a server that is not there yet.
pub(crate) async fn connect_in_time(address: &str) -> anyhow::Result<Connection> {
    let mut tries = 0;
    loop {
        match connect(address).await {
            Ok(connection) => return Ok(connection),
            Err(error) if tries >= 60 => return Err(error),
            Err(error) => tracing::info!("{error:#}; trying again"),
        }
        tries += 1;
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
}

/// A client for one namespace.
pub(crate) fn client(connection: &Connection, namespace: &str) -> anyhow::Result<Client> {
    Client::new(connection.clone(), ClientOptions::new(namespace).build())
        .with_context(|| format!("failed to make a client for the namespace {namespace}"))
}
