//! Provisioning an org: its namespace, then its readiness.

use serde::{Deserialize, Serialize};
use temporalio_macros::{workflow, workflow_methods};
use temporalio_workflow::{WorkflowContext, WorkflowResult};
use tinybug_model::OrgId;

use crate::{contract::OrgActivities, options};

/// Which org to provision.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct OrgInput {
    /// The org.
    pub org: OrgId,
}

/// Makes an org ready to be served; retries for as long as it takes.
#[workflow]
#[derive(Default)]
pub struct ProvisionOrg;

#[workflow_methods]
impl ProvisionOrg {
    /// The workflow.
    #[run(name = "ProvisionOrg")]
    pub async fn run(ctx: &mut WorkflowContext<Self>, input: OrgInput) -> WorkflowResult<()> {
        ctx.execute_activity(OrgActivities::open_namespace, input.org, options::provisioning()).await?;
        ctx.execute_activity(OrgActivities::mark_ready, input.org, options::provisioning()).await?;
        Ok(())
    }
}
