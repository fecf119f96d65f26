//! `GET /readyz`: whether everything that requests need serves too.

use std::{collections::BTreeMap, time::Duration};

use axum::{Json, extract::State, http::StatusCode};
use serde::Serialize;
use tinybug_store::{SchemaStatus, Store};
use tokio::time::timeout;

use crate::state::ApiState;

/// How long a part may take to answer.
const PATIENCE: Duration = Duration::from_secs(2);

/// The answer: `ok`, or for each part what is wrong with it.
#[derive(Debug, Serialize)]
pub(crate) struct Ready {
    status: &'static str,
    parts: BTreeMap<&'static str, String>,
}

/// Asks Postgres, for its schema too, and the other parts.
pub(crate) async fn ready(State(state): State<ApiState>) -> (StatusCode, Json<Ready>) {
    let mut answers = vec![("postgres", in_time(postgres(&state.store)).await)];
    for part in state.readiness.iter() {
        answers.push((part.name(), in_time(part.check()).await));
    }
    let ready = answers.iter().all(|(_, answer)| answer.is_ok());
    let said = |answer: Result<(), String>| answer.err().unwrap_or_else(|| "ok".to_owned());
    let parts = answers.into_iter().map(|(name, answer)| (name, said(answer))).collect();
    let (code, status) = if ready { (StatusCode::OK, "ok") } else { (StatusCode::SERVICE_UNAVAILABLE, "unavailable") };
    (code, Json(Ready { status, parts }))
}

/// A part that takes its time does not serve: whoever asks for readiness asks again soon.
async fn in_time(answer: impl Future<Output = Result<(), String>>) -> Result<(), String> {
    timeout(PATIENCE, answer).await.unwrap_or_else(|_| Err(format!("no answer within {} s", PATIENCE.as_secs())))
}

async fn postgres(store: &Store) -> Result<(), String> {
    match store.system().schema().await {
        Ok(SchemaStatus::Current | SchemaStatus::Newer) => Ok(()),
        Ok(SchemaStatus::Behind { missing }) => {
            Err(format!("the schema lacks {missing} migrations: run tinybug migrate"))
        }
        Ok(SchemaStatus::Altered { version }) => Err(format!("migration {version} differs from the one that ran here")),
        Err(error) => {
            tracing::error!(error = %error, "the database is not ready");
            Err("the database does not answer".to_owned())
        }
    }
}
