//! What the activities have in common: the store, this machine's runner, the mirrors of repositories.

use std::{path::PathBuf, sync::Arc};

use anyhow::Context;
use temporalio_client::Connection;
use tinybug_model::{LocalRunnerOrgs, MeasurementRef, RepositoryId};
use tinybug_providers::{LocalRunner, LocalRunnerConfig, Mirror, ShimCommand};
use tinybug_store::{Measurement, OrgStore, Repository, Store};

use crate::failure::Permanent;

/// What the composition root gives.
pub struct ServicesConfig {
    /// Postgres.
    pub store: Store,
    /// Temporal, for opening namespaces.
    pub temporal: Connection,
    /// Directory of mirrors and slots.
    pub data_dir: PathBuf,
    /// Builds at once on this machine.
    pub builds: u32,
    /// Whose builds may run on this machine.
    pub local_runner: LocalRunnerOrgs,
    /// Program and arguments that lead to the shim, the parent of every build.
    pub shim: (PathBuf, Vec<String>),
}

/// Shared by all activities of a process.
pub struct Services {
    pub(crate) store: Store,
    pub(crate) temporal: Connection,
    pub(crate) runner: LocalRunner,
    pub(crate) host: String,
    mirrors: PathBuf,
    local_runner: LocalRunnerOrgs,
}

impl Services {
    /// Sets the shared parts up.
    pub fn new(config: ServicesConfig) -> anyhow::Result<Arc<Self>> {
        let (program, args) = config.shim;
        let runner = LocalRunner::new(LocalRunnerConfig {
            root: config.data_dir.join("runner"),
            shim: ShimCommand { program, args },
            permits: config.builds,
        })
        .context("failed to set the local runner up")?;
        Ok(Arc::new(Self {
            store: config.store,
            temporal: config.temporal,
            runner,
            host: host_name(),
            mirrors: config.data_dir.join("mirrors"),
            local_runner: config.local_runner,
        }))
    }

    /// The mirror of a repository.
    pub(crate) async fn mirror(&self, repository: RepositoryId) -> anyhow::Result<Mirror> {
        Ok(Mirror::open(self.mirrors.join(format!("{repository}.git"))).await?)
    }

    /// Refuses orgs that the operator does not trust with this machine.
    pub(crate) async fn require_local_runner(&self, org: &OrgStore) -> anyhow::Result<()> {
        let row = org.org().await?.ok_or_else(|| Permanent("the organisation is gone".into()))?;
        if self.local_runner.contains(row.id, &row.slug) {
            return Ok(());
        }
        Err(Permanent(format!(
            "the operator does not let {} run builds on this machine: set TINYBUG_LOCAL_RUNNER_ORGS",
            row.slug
        ))
        .into())
    }
}

/// Where attempts ran, for people who look for it later.
fn host_name() -> String {
    let name = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    format!("{}/{}", name.trim(), std::process::id())
}

/// A measurement with its repository, loaded.
pub(crate) struct Subject {
    pub(crate) org: OrgStore,
    pub(crate) reference: MeasurementRef,
    pub(crate) measurement: Measurement,
    pub(crate) repository: Repository,
}

impl Services {
    /// Loads what an activity is about.
    pub(crate) async fn subject(&self, reference: MeasurementRef) -> anyhow::Result<Subject> {
        let org = self.store.org(reference.org);
        let measurement =
            org.measurement(reference.id).await?.ok_or_else(|| Permanent("the measurement is gone".into()))?;
        let repository =
            org.repository(measurement.repository).await?.ok_or_else(|| Permanent("the repository is gone".into()))?;
        Ok(Subject { org, reference, measurement, repository })
    }
}
