//! Activities on an org.

use std::sync::Arc;

use temporalio_common::ActivityError;
use temporalio_macros::activities;
use temporalio_sdk::activities::ActivityContext;
use tinybug_model::OrgId;
use tinybug_workflows::contract::definitions;

use crate::{
    Services,
    failure::{Patience, settle},
    namespaces,
};

/// Implements `OrgActivities`.
pub struct Orgs(pub Arc<Services>);

#[activities]
impl Orgs {
    #[activity(definition = definitions::org::OpenNamespace)]
    pub async fn open_namespace(self: Arc<Self>, ctx: ActivityContext, org: OrgId) -> Result<(), ActivityError> {
        settle(&ctx, Patience::Endless, namespaces::open(&self.0.temporal, &org.namespace()).await)
    }

    #[activity(definition = definitions::org::MarkReady)]
    pub async fn mark_ready(self: Arc<Self>, ctx: ActivityContext, org: OrgId) -> Result<(), ActivityError> {
        settle(&ctx, Patience::Endless, self.0.store.org(org).mark_ready().await.map_err(Into::into))
    }
}
