//! Temporal namespaces: one per org, and the system's.

use std::time::Duration;

use anyhow::Context;
use temporalio_client::{Connection, RegisterNamespaceOptions};
use temporalio_common::protos::temporal::api::{
    enums::v1::IndexedValueType, operatorservice::v1::AddSearchAttributesRequest,
    workflowservice::v1::DescribeNamespaceRequest,
};
use tinybug_workflows::search_attributes;
use tonic::{Code, Request};

/// How long closed workflows can be looked at.
const RETENTION: Duration = Duration::from_hours(30 * 24);

/// Creates the namespace with Tinybug's search attributes, unless it is there, and waits until it serves.
pub async fn open(connection: &Connection, namespace: &str) -> anyhow::Result<()> {
    register(connection, namespace).await?;
    add_search_attributes(connection, namespace).await?;
    await_serving(connection, namespace).await
}

async fn register(connection: &Connection, namespace: &str) -> anyhow::Result<()> {
    let options = RegisterNamespaceOptions::builder()
        .namespace(namespace.to_owned())
        .description("Tinybug".to_owned())
        .workflow_execution_retention_period(RETENTION)
        .build();
    match connection.workflow_service().register_namespace(Request::new(options.into())).await {
        Ok(_) => Ok(()),
        Err(status) if status.code() == Code::AlreadyExists => Ok(()),
        Err(status) => Err(status).with_context(|| format!("failed to register the namespace {namespace}")),
    }
}

async fn add_search_attributes(connection: &Connection, namespace: &str) -> anyhow::Result<()> {
    let request = AddSearchAttributesRequest {
        namespace: namespace.to_owned(),
        search_attributes: search_attributes::NAMES
            .iter()
            .map(|name| ((*name).to_owned(), IndexedValueType::Keyword as i32))
            .collect(),
    };
    match connection.operator_service().add_search_attributes(Request::new(request)).await {
        Ok(_) => Ok(()),
        Err(status) if status.code() == Code::AlreadyExists => Ok(()),
        Err(status) => Err(status).with_context(|| format!("failed to add search attributes to {namespace}")),
    }
}

/// A namespace is registered before every part of the server knows it.
async fn await_serving(connection: &Connection, namespace: &str) -> anyhow::Result<()> {
    let request = DescribeNamespaceRequest { namespace: namespace.to_owned(), ..Default::default() };
    connection
        .workflow_service()
        .describe_namespace(Request::new(request))
        .await
        .map(drop)
        .with_context(|| format!("the namespace {namespace} does not serve yet"))
}
