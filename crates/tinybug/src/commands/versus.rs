//! `tinybug try --versus`: two test commands on the same mutants of the same code.

use anyhow::Context;
use serde_json::{Value, json};
use tinybug_model::{MeasurementState, Plan};

use super::{
    compare,
    try_run::{Trying, print},
};
use crate::{cli::TryArgs, client::Measurement, exit::Exit};

/// Measures with the second command as well, and prints both results and what tells them apart.
pub(super) async fn run(
    trying: &mut Trying<'_>,
    first: &Measurement,
    plan: &Plan,
    args: &TryArgs,
) -> anyhow::Result<Exit> {
    trying.console.say("The first command is measured; now the second, on the same mutants.");
    let second = trying.measure(plan).await?;
    if second.state != MeasurementState::Completed {
        return trying.conclude(&second, args).await;
    }
    if first.commit.as_ref().map(|commit| &commit.sha) != second.commit.as_ref().map(|commit| &commit.sha) {
        trying.console.say("The working tree changed in between: the two commands did not run on the same code.");
    }
    let reports = [trying.report(first, args.json).await?, trying.report(&second, args.json).await?];
    let comparison = compare::comparison(&trying.api, &trying.org, &first.id, &second.id).await?;
    if args.json {
        let [first, second] = reports.map(|report| serde_json::from_str::<Value>(&report));
        let (first, second) = first.and_then(|first| Ok((first, second?))).context("failed to read the reports")?;
        print(&format!("{}\n", json!({ "first": first, "second": second, "comparison": comparison })))?;
    } else {
        let [first, second] = reports;
        let command = |command: &Option<String>| command.clone().unwrap_or_else(|| "found in the project".to_owned());
        print(&format!(
            "First command: {}\n\n{first}\nSecond command: {}\n\n{second}\n{}",
            command(&args.command),
            command(&args.versus),
            compare::text(&comparison)?
        ))?;
    }
    Ok(Exit::Done)
}
