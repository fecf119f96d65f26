//! `tinybug compare`: two measurements of a repository beside each other.

use std::io::Write;

use anyhow::Context;
use serde::Deserialize;
use serde_json::Value;

use super::serve::Server;
use crate::{
    cli::{CompareArgs, Settings},
    client::{ApiClient, Refused, local_org},
    console::Console,
    exit::{Exit, UsageError},
    services,
};

/// Asks the API that `TINYBUG_URL` names, or the one of this machine.
pub(crate) async fn run(settings: &Settings, args: &CompareArgs) -> anyhow::Result<Exit> {
    let answer = match &args.url {
        Some(url) => {
            let api = ApiClient::new(format!("{}/api/v1", url.trim_end_matches('/')), args.token()?);
            comparison(&api, &format!("/orgs/{}", args.org), &args.before, &args.after).await
        }
        None => on_this_machine(settings, args).await,
    };
    let comparison = answer.map_err(|error| {
        // What the API refuses, the caller asked for.
        if Refused::may_pass(&error) { error } else { UsageError::because(format!("{error:#}")) }
    })?;
    let text = if args.json { format!("{comparison}\n") } else { text(&comparison)? };
    std::io::stdout().lock().write_all(text.as_bytes()).context("failed to write to standard output")?;
    Ok(Exit::Done)
}

async fn on_this_machine(settings: &Settings, args: &CompareArgs) -> anyhow::Result<Value> {
    let console = Console::new();
    let (mut attached, store) = services::up_to_date(settings, &console).await?;
    let server = Server::start(settings, &attached, store.clone(), "127.0.0.1:0".parse()?).await?;
    let compared = async {
        let anonymous = ApiClient::new(format!("http://{}/api/v1", server.address()), "");
        let (api, org) = local_org(&settings.data_dir()?, &store, &anonymous).await?;
        comparison(&api, &format!("/orgs/{org}"), &args.before, &args.after).await
    };
    let compared = tokio::select! {
        compared = compared => compared,
        Err(error) = services::keep_up(settings, &console, &mut attached, true) => Err(error),
    };
    server.stop().await?;
    attached.leave().await.context("failed to stop the services")?;
    compared
}

/// The comparison as the API answers it.
pub(super) async fn comparison(api: &ApiClient, org: &str, before: &str, after: &str) -> anyhow::Result<Value> {
    api.get(&format!("{org}/measurements/{after}/comparison?with={before}")).await
}

/// What the text shows of a comparison.
#[derive(Debug, Deserialize)]
struct Comparison {
    before: String,
    after: String,
    score_before: Option<f64>,
    score_after: Option<f64>,
    changes: Vec<Change>,
    summary: Vec<String>,
}

#[derive(Debug, Deserialize)]
struct Change {
    path: String,
    line: u32,
    before: String,
    after: String,
    cause: String,
}

/// Changes that the text lists; the rest is a number.
const LISTED: usize = 50;

/// The comparison for people.
pub(super) fn text(comparison: &Value) -> anyhow::Result<String> {
    let comparison = Comparison::deserialize(comparison).context("failed to read the comparison")?;
    let score = |score: Option<f64>| score.map_or_else(|| "none".to_owned(), |share| format!("{:.1} %", 100.0 * share));
    let mut lines = vec![
        format!("Before  {}  score {}", comparison.before, score(comparison.score_before)),
        format!("After   {}  score {}", comparison.after, score(comparison.score_after)),
    ];
    for Change { path, line, before, after, cause } in comparison.changes.iter().take(LISTED) {
        let (path, cause) = (path.replace(char::is_control, "?"), cause.replace('_', " "));
        lines.push(format!("  {path}:{line}  {before} -> {after}  ({cause})"));
    }
    if let Some(more @ 1..) = comparison.changes.len().checked_sub(LISTED) {
        lines.push(format!("  and {more} more; --json lists all"));
    }
    lines.extend(comparison.summary);
    Ok(lines.join("\n") + "\n")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn people_see_both_scores_what_changed_and_the_sentences() {
        let comparison = json!({
            "before": "msr_1", "after": "msr_2", "score_before": 0.5, "score_after": null,
            "changes": [{"id": "m", "path": "a.py", "line": 3, "before": "survived", "after": "detected",
                         "cause": "new_test"}],
            "summary": ["One.", "Two."],
        });
        assert_eq!(
            text(&comparison).unwrap(),
            "Before  msr_1  score 50.0 %\nAfter   msr_2  score none\n  a.py:3  survived -> detected  (new test)\n\
             One.\nTwo.\n"
        );
    }
}
