//! The loopback ports of a data directory's services: chosen once, and kept over restarts while they are free.

use std::collections::BTreeSet;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, bail};
use serde::{Deserialize, Serialize};

use tokio::time::{Instant, sleep};

use crate::services::write_atomically;

const POLL: Duration = Duration::from_millis(50);

/// Below the ports that systems hand out to outgoing connections, so that none of those takes the port of a service
/// that is being restarted.
const RANGE: std::ops::Range<u16> = 20_000..32_000;

/// The port of each service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Ports {
    pub(crate) postgres: u16,
    pub(crate) frontend: RolePorts,
    pub(crate) history: RolePorts,
    pub(crate) matching: RolePorts,
    pub(crate) worker: RolePorts,
    pub(crate) ui: u16,
}

/// The two ports of one role of the Temporal server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct RolePorts {
    pub(crate) grpc: u16,
    pub(crate) membership: u16,
}

impl Ports {
    /// The ports of the last start where they are free, others in place of those that are still taken when the
    /// patience has run out: services that were just killed need a moment to let go of theirs.
    pub(crate) async fn choose(file: &Path, data_dir: &Path, patience: Duration) -> anyhow::Result<Self> {
        let last = fs::read(file).ok().and_then(|bytes| serde_json::from_slice::<Self>(&bytes).ok());
        let begin = Instant::now();
        while begin.elapsed() < patience && last.is_some_and(|ports| !ports.all().into_iter().all(is_free)) {
            sleep(POLL).await;
        }
        let mut free = FreePorts::for_directory(data_dir, last.map(Self::all));
        let role = |free: &mut FreePorts, last: Option<RolePorts>| -> anyhow::Result<RolePorts> {
            Ok(RolePorts {
                grpc: free.keep_or_take(last.map(|role| role.grpc))?,
                membership: free.keep_or_take(last.map(|role| role.membership))?,
            })
        };
        let chosen = Self {
            postgres: free.keep_or_take(last.map(|ports| ports.postgres))?,
            frontend: role(&mut free, last.map(|ports| ports.frontend))?,
            history: role(&mut free, last.map(|ports| ports.history))?,
            matching: role(&mut free, last.map(|ports| ports.matching))?,
            worker: role(&mut free, last.map(|ports| ports.worker))?,
            ui: free.keep_or_take(last.map(|ports| ports.ui))?,
        };
        write_atomically(file, serde_json::to_string(&chosen)?.as_bytes()).context("failed to remember the ports")?;
        Ok(chosen)
    }
}

impl Ports {
    fn all(self) -> BTreeSet<u16> {
        let roles = [self.frontend, self.history, self.matching, self.worker];
        let of_roles = roles.into_iter().flat_map(|role| [role.grpc, role.membership]);
        of_roles.chain([self.postgres, self.ui]).collect()
    }
}

/// Looks for free ports from a place that differs between data directories, so that two that start at the same
/// moment don't choose the same ones.
struct FreePorts {
    next: u16,
    /// Those chosen, and those of the last start, which are not given to another service.
    taken: BTreeSet<u16>,
}

impl FreePorts {
    fn for_directory(data_dir: &Path, last: Option<BTreeSet<u16>>) -> Self {
        let mut hasher = DefaultHasher::new();
        data_dir.hash(&mut hasher);
        let offset = hasher.finish() % u64::from(RANGE.end - RANGE.start);
        Self {
            next: RANGE.start + u16::try_from(offset).expect("smaller than the range"),
            taken: last.unwrap_or_default(),
        }
    }

    fn keep_or_take(&mut self, last: Option<u16>) -> anyhow::Result<u16> {
        if let Some(port) = last
            && is_free(port)
        {
            return Ok(port);
        }
        for _ in RANGE {
            let port = self.next;
            self.next = if port + 1 == RANGE.end { RANGE.start } else { port + 1 };
            if is_free(port) && self.taken.insert(port) {
                return Ok(port);
            }
        }
        bail!("no free port on 127.0.0.1 between {} and {}", RANGE.start, RANGE.end)
    }
}

fn is_free(port: u16) -> bool {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn ports_stay_the_same_over_starts_until_one_is_taken() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("ports.json");
        let first = Ports::choose(&file, dir.path(), Duration::ZERO).await.unwrap();
        assert_eq!(Ports::choose(&file, dir.path(), Duration::ZERO).await.unwrap(), first);
        let _taken = TcpListener::bind((Ipv4Addr::LOCALHOST, first.postgres)).unwrap();
        let second = Ports::choose(&file, dir.path(), Duration::ZERO).await.unwrap();
        assert_ne!(second.postgres, first.postgres);
        assert_eq!(Ports { postgres: first.postgres, ..second }, first);
    }

    #[tokio::test]
    async fn a_port_that_is_let_go_of_in_time_is_kept() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("ports.json");
        let first = Ports::choose(&file, dir.path(), Duration::ZERO).await.unwrap();
        let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, first.ui)).unwrap();
        let choose = Ports::choose(&file, dir.path(), Duration::MAX);
        // Polled first, so that it has seen the port taken.
        let (second, ()) = tokio::join!(biased; choose, async { drop(taken) });
        assert_eq!(second.unwrap(), first);
    }

    #[tokio::test]
    async fn two_directories_do_not_look_at_the_same_ports() {
        let (a, b) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let ports = async |dir: &Path| Ports::choose(&dir.join("ports.json"), dir, Duration::ZERO).await.unwrap();
        assert_ne!(ports(a.path()).await, ports(b.path()).await);
    }
}
