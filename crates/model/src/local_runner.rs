//! Who may run commands on the machines of the installation itself.

use std::collections::BTreeSet;

use crate::OrgId;

/// Orgs whose builds may run on the installation's own machines. A build is arbitrary code: on a server with several
/// orgs the operator names those that are trusted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LocalRunnerOrgs {
    /// Every org: one person's own machine.
    All,
    /// These, by slug or id.
    Named(BTreeSet<String>),
}

impl LocalRunnerOrgs {
    /// Whether this org is among them.
    pub fn contains(&self, org: OrgId, slug: &str) -> bool {
        match self {
            Self::All => true,
            Self::Named(orgs) => orgs.contains(slug) || orgs.contains(&org.to_string()),
        }
    }
}
