//! Requests and answers.

use anyhow::Context;
use reqwest::{Method, Response, header};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::types::Problem;
use crate::exit::UsageError;

/// The API at one address, as one caller.
#[derive(Debug, Clone)]
pub(crate) struct ApiClient {
    http: reqwest::Client,
    base: String,
    token: String,
}

/// The API refused; the code is stable.
#[derive(Debug)]
pub(crate) struct Refused {
    code: String,
    status: u16,
    sentence: String,
}

impl Refused {
    /// Whether this is what the API refused with.
    pub(crate) fn has_code(error: &anyhow::Error, code: &str) -> bool {
        error.downcast_ref::<Self>().is_some_and(|refused| refused.code == code)
    }

    /// Whether the same request may be answered later: nobody refused it, or only for now.
    pub(crate) fn may_pass(error: &anyhow::Error) -> bool {
        error.downcast_ref::<Self>().map_or_else(|| !error.is::<UsageError>(), |refused| refused.status >= 500)
    }
}

impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.sentence)
    }
}

impl std::error::Error for Refused {}

impl ApiClient {
    /// A client of the API below `base`, such as `http://127.0.0.1:7700/api/v1`.
    pub(crate) fn new(base: impl Into<String>, token: impl Into<String>) -> Self {
        Self { http: reqwest::Client::new(), base: base.into(), token: token.into() }
    }

    /// The same API as another caller.
    pub(crate) fn with_token(&self, token: impl Into<String>) -> Self {
        Self { token: token.into(), ..self.clone() }
    }

    /// Reads a resource.
    pub(crate) async fn get<T: DeserializeOwned>(&self, path: &str) -> anyhow::Result<T> {
        self.send(Method::GET, path, None)
            .await?
            .json()
            .await
            .with_context(|| format!("failed to read the answer of {path}"))
    }

    /// Reads a text.
    pub(crate) async fn text(&self, path: &str) -> anyhow::Result<String> {
        self.send(Method::GET, path, None)
            .await?
            .text()
            .await
            .with_context(|| format!("failed to read the answer of {path}"))
    }

    /// Asks for something to be made or done.
    pub(crate) async fn post<T: DeserializeOwned>(&self, path: &str, body: &Value) -> anyhow::Result<T> {
        let answer = self.send(Method::POST, path, Some(body)).await?;
        answer.json().await.with_context(|| format!("failed to read the answer of {path}"))
    }

    async fn send(&self, method: Method, path: &str, body: Option<&Value>) -> anyhow::Result<Response> {
        let mut request = self.http.request(method, format!("{}{path}", self.base)).bearer_auth(&self.token);
        if let Some(body) = body {
            request = request.json(body);
        }
        let answer = request.send().await.with_context(|| format!("failed to reach the API at {}", self.base))?;
        if answer.status().is_success() {
            return Ok(answer);
        }
        Err(refusal(answer, path).await)
    }
}

async fn refusal(answer: Response, path: &str) -> anyhow::Error {
    let status = answer.status();
    let is_problem = answer.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind == "application/problem+json");
    let problem = if is_problem { answer.json::<Problem>().await.ok() } else { None };
    let Some(problem) = problem else { return anyhow::anyhow!("{path} answered {status}") };
    // The detail is about the first field.
    let fields = problem.errors.iter().skip(1).map(|field| format!("{}: {}", field.pointer, field.detail));
    let sentence = std::iter::once(problem.detail).chain(fields).collect::<Vec<_>>().join("; ");
    // What is wrong with the request is the caller's to mend.
    if problem.status == 422 {
        UsageError::because(sentence)
    } else {
        Refused { code: problem.code, status: problem.status, sentence }.into()
    }
}
