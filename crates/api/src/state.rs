//! What every request may reach.

use std::{fmt, future::Future, pin::Pin, sync::Arc};

use tinybug_model::LocalRunnerOrgs;
use tinybug_store::Store;

/// The answer of a [`Readiness`] that is still being found.
pub type ReadinessAnswer<'a> = Pin<Box<dyn Future<Output = Result<(), String>> + Send + 'a>>;

/// Whether a part beside Postgres that the installation cannot do without serves now.
pub trait Readiness: Send + Sync + 'static {
    /// What the part is called in the answer of `/readyz`.
    fn name(&self) -> &'static str;

    /// Asks it; the error says in a sentence what is wrong.
    fn check(&self) -> ReadinessAnswer<'_>;
}

/// What every request may reach.
#[derive(Clone)]
pub struct ApiState {
    /// Postgres.
    pub store: Store,
    /// Who may register and measure directories of the installation's own machines.
    pub local_runner_orgs: LocalRunnerOrgs,
    /// The parts beside Postgres that `/readyz` asks.
    pub readiness: Arc<[Arc<dyn Readiness>]>,
}

impl fmt::Debug for ApiState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiState").field("local_runner_orgs", &self.local_runner_orgs).finish_non_exhaustive()
    }
}
