//! The worker's side of the shim: starts it, holds its standard input, hears how the command ended.

use std::{collections::BTreeMap, ffi::OsString, process::Stdio};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    process::Command,
};
use tokio_util::sync::CancellationToken;

use super::{
    processes,
    shim::{Ended, How, Order},
    slot::Slot,
    spec::ShimCommand,
};
use crate::ProviderError;

/// Runs one command in a slot under the shim. When the future is dropped, the command and all its descendants are ended.
pub(super) async fn supervise(
    shim: &ShimCommand,
    slot: &Slot,
    order: &Order,
    environment: &BTreeMap<OsString, OsString>,
    cancel: &CancellationToken,
) -> Result<Ended, ProviderError> {
    let mut child = Command::new(&shim.program)
        .args(&shim.args)
        .env_clear()
        .envs(environment)
        .env(processes::MARK, slot.dir())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        // An interrupt typed at the worker's terminal is the worker's to handle.
        .process_group(0)
        .spawn()
        .map_err(ProviderError::io("starting the shim"))?;
    let mut stdin = child.stdin.take().expect("stdin is piped");
    let mut stdout = child.stdout.take().expect("stdout is piped");
    let mut line = serde_json::to_vec(order).expect("an order is always JSON");
    line.push(b'\n');
    stdin.write_all(&line).await.map_err(ProviderError::io("giving the shim its order"))?;
    let mut report = Vec::new();
    let mut stdin = Some(stdin);
    let ended = {
        let report = stdout.read_to_end(&mut report);
        tokio::pin!(report);
        tokio::select! {
            ended = &mut report => ended,
            () = cancel.cancelled() => {
                drop(stdin.take());
                report.await
            }
        }
    };
    ended.map_err(ProviderError::io("listening to the shim"))?;
    drop(stdin);
    let status = child.wait().await.map_err(ProviderError::io("waiting for the shim"))?;
    if let Ok(ended) = serde_json::from_slice(&report) {
        return Ok(ended);
    }
    slot.end_left_over().await?;
    Ok(Ended { how: How::Failed { reason: format!("the shim itself was ended ({status})") }, duration_ms: 0 })
}
