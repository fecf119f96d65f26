//! `tinybug try`: measures a project on this machine. It serves the API to itself and takes the same road as any
//! other caller: request, watch, read the report.

use std::{
    io::Write,
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::Context;
use serde_json::{Value, json};
use tinybug_model::{MeasurementState, Plan, Score, StopAnswer};
use tinybug_providers::{Mirror, ProviderError, git::commit_of};
use tinybug_report::{MeasurementFacts, MeasurementReport};

use super::{mutants, serve::Server, versus};
use crate::{
    cli::{Settings, TryArgs},
    client::{ApiClient, Claim, Created, Measurement, Refused, cancel_abandoned, local_org},
    console::Console,
    exit::{Exit, UsageError},
    services,
    stop::StopSignals,
    watch::Watch,
};

/// How often to ask how far it is.
const POLL: Duration = Duration::from_millis(200);

/// Measures and prints the result.
pub(crate) async fn run(settings: &Settings, args: &TryArgs) -> anyhow::Result<Exit> {
    let mut signals = StopSignals::listen()?;
    let project = project(&args.path).await?;
    let plan = plan(&project, args).await?;
    let console = Console::new();
    if let Some(why) = mutants::check_before(&project, args).await? {
        console.say(format!("nothing to mutate: {why}"));
    }
    let (mut attached, store) = tokio::select! {
        up = services::up_to_date(settings, &console) => up?,
        () = signals.next() => return Ok(Exit::Interrupted),
    };
    let data_dir = settings.data_dir()?;
    let server = Server::start(settings, &attached, store.clone(), "127.0.0.1:0".parse()?).await?;
    let measured = async {
        let anonymous = ApiClient::new(format!("http://{}/api/v1", server.address()), "");
        let (api, org) = local_org(&data_dir, &store, &anonymous).await?;
        let org = format!("/orgs/{org}");
        cancel_abandoned(&data_dir, &api, &org).await?;
        let mut trying = Trying { api, org, data_dir: &data_dir, project: &project, console: &console, signals };
        let ended = trying.measure(&plan).await?;
        match &args.versus {
            Some(command) if ended.state == MeasurementState::Completed => {
                let plan = Plan { command: Some(command.clone()), ..plan };
                versus::run(&mut trying, &ended, &plan, args).await
            }
            _ => trying.conclude(&ended, args).await,
        }
    };
    let measured = tokio::select! {
        measured = measured => measured,
        Err(error) = services::keep_up(settings, &console, &mut attached, true) => Err(error),
    };
    server.stop().await?;
    attached.leave().await.context("failed to stop the services")?;
    measured
}

/// What it takes to measure one project.
pub(super) struct Trying<'a> {
    pub(super) api: ApiClient,
    pub(super) org: String,
    data_dir: &'a Path,
    project: &'a Path,
    pub(super) console: &'a Console,
    signals: StopSignals,
}

impl Trying<'_> {
    /// Measures, and returns how that ended.
    pub(super) async fn measure(&mut self, plan: &Plan) -> anyhow::Result<Measurement> {
        let measurement = request(&self.api, &self.org, self.project, plan).await?;
        let claim = Claim::take(self.data_dir, &measurement.id)?;
        let path = self.path(&measurement);
        let ended = until_ended(&self.api, &path, measurement, self.console, &mut self.signals).await?;
        claim.give_up()?;
        Ok(ended)
    }

    fn path(&self, measurement: &Measurement) -> String {
        format!("{}/measurements/{}", self.org, measurement.id)
    }

    /// The report of a completed measurement, as it is printed.
    pub(super) async fn report(&self, measurement: &Measurement, json: bool) -> anyhow::Result<String> {
        report(&self.api, &self.path(measurement), json).await
    }

    /// Prints what came of a measurement.
    pub(super) async fn conclude(&self, ended: &Measurement, args: &TryArgs) -> anyhow::Result<Exit> {
        conclude(&self.api, &self.path(ended), ended, args).await
    }
}

/// The project's directory, after the checks that need no service: their answer should not have to wait for one.
async fn project(path: &Path) -> anyhow::Result<PathBuf> {
    let shown = path.display();
    if path.to_str().is_some_and(|text| text.contains("://")) {
        return Err(UsageError::because(format!("{shown} is a URL: clone it and give the directory")));
    }
    let found = path
        .canonicalize()
        .map_err(|error| UsageError::because(format!("{shown}: {error}; give a directory that exists")))?;
    if !found.is_dir() {
        return Err(UsageError::because(format!("{shown} is a file: give the project's directory")));
    }
    match Mirror::check(&found).await {
        Ok(()) => Ok(found),
        Err(error @ (ProviderError::NotARepository { .. } | ProviderError::NoSuchPath { .. })) => {
            Err(UsageError::because(format!(
                "{error}: Tinybug measures git repositories; `git init && git add -A && git commit -m start` makes one"
            )))
        }
        Err(error) => Err(error.into()),
    }
}

/// The plan, with the name of a revision as the user's repository understands it at this moment.
async fn plan(project: &Path, args: &TryArgs) -> anyhow::Result<Plan> {
    let mut plan = args.plan();
    if let Some(revision) = &args.since {
        let commit = commit_of(project, revision).await;
        plan.since = Some(commit.map_err(|error| UsageError::because(format!("--since: {error}")))?);
    }
    Ok(plan)
}

async fn request(api: &ApiClient, org: &str, project: &Path, plan: &Plan) -> anyhow::Result<Measurement> {
    let repository = register(api, org, project).await?;
    let body = json!({ "repository": repository.id, "source": { "working_tree": true }, "plan": plan });
    api.post(&format!("{org}/measurements"), &body).await
}

/// Registers the directory under its own name, or one with a number where another directory has that.
async fn register(api: &ApiClient, org: &str, project: &Path) -> anyhow::Result<Created> {
    let local_path = services::utf8(project)?;
    let name = project.file_name().map_or_else(|| "root".into(), |name| name.to_string_lossy());
    let name: String = name.chars().filter(|c| !c.is_control()).take(80).collect();
    for number in 1.. {
        let name = if number == 1 { name.clone() } else { format!("{name} {number}") };
        let body = json!({ "name": name, "kind": "local", "local_path": local_path });
        match api.post(&format!("{org}/repositories"), &body).await {
            Err(error) if Refused::has_code(&error, "repository_exists") => {}
            answered => return answered,
        }
    }
    unreachable!("the loop has no end")
}

/// Follows the measurement to its end. A signal cancels it, a second one leaves it alone.
async fn until_ended(
    api: &ApiClient,
    path: &str,
    mut measurement: Measurement,
    console: &Console,
    signals: &mut StopSignals,
) -> anyhow::Result<Measurement> {
    let mut watch = Watch::new(console);
    let mut patience = Patience::default();
    let (mut cancelling, mut asked) = (false, false);
    while !measurement.state.is_final() {
        watch.show(&measurement);
        tokio::select! {
            () = tokio::time::sleep(POLL) => {}
            () = signals.next() => {
                anyhow::ensure!(!cancelling, "left while the measurement was being cancelled; the next `try` ends that");
                cancelling = true;
                console.say("Cancelling: what runs is being stopped and cleaned up. Once more to leave at once.");
            }
        }
        if cancelling && !asked {
            let answer: anyhow::Result<Value> = api.post(&format!("{path}/cancel"), &json!({})).await;
            // A refusal means that it has ended in the meantime; anything else is asked again.
            asked = answer.as_ref().err().is_none_or(|error| !Refused::may_pass(error));
        }
        measurement = patience.over(measurement, api.get(path).await, console)?;
    }
    watch.show(&measurement);
    watch.finish();
    Ok(measurement)
}

/// Scripts read one object whatever happened: one without a score.
fn print_nothing_judged(ended: &Measurement, json: bool) -> anyhow::Result<()> {
    if !json {
        return Ok(());
    }
    let facts = MeasurementFacts {
        id: ended.id.parse().context("the API answered another id than it gave out")?,
        score: Score::default(),
        builds: ended.progress.attempts.into(),
        population: 0,
        mutants: Vec::new(),
        notes: Vec::new(),
        stop: None,
    };
    print(&format!("{}\n", serde_json::to_string(&MeasurementReport::from(&facts))?))
}

pub(super) fn print(text: &str) -> anyhow::Result<()> {
    std::io::stdout().lock().write_all(text.as_bytes()).context("failed to write to standard output")
}

/// The report as it is printed.
async fn report(api: &ApiClient, path: &str, json: bool) -> anyhow::Result<String> {
    let path = if json { format!("{path}/report") } else { format!("{path}/report?format=text") };
    let mut tries = 0;
    loop {
        match api.text(&path).await {
            Ok(text) => return Ok(format!("{}\n", text.trim_end())),
            Err(error) if tries < PATIENCE && Refused::may_pass(&error) => tokio::time::sleep(POLL).await,
            Err(error) => return Err(error),
        }
        tries += 1;
    }
}

/// How long to go on asking while a service is being started again: the measurement itself survives that.
const PATIENCE: u32 = 1500;

/// Counts answers that failed in a row.
#[derive(Default)]
struct Patience(u32);

impl Patience {
    /// The answer, or in its place what was known before while a failure may pass by itself.
    fn over(
        &mut self,
        before: Measurement,
        answer: anyhow::Result<Measurement>,
        console: &Console,
    ) -> anyhow::Result<Measurement> {
        match answer {
            Ok(measurement) => {
                self.0 = 0;
                Ok(measurement)
            }
            Err(error) if self.0 < PATIENCE && Refused::may_pass(&error) => {
                if self.0 == 0 {
                    console.say(format!("Waiting for the services to come back: {error:#}"));
                }
                self.0 += 1;
                Ok(before)
            }
            Err(error) => Err(error),
        }
    }
}

/// Whether the gate was reached, by the report.
fn gate(report: &str) -> anyhow::Result<Exit> {
    let report: MeasurementReport = serde_json::from_str(report).context("failed to read the report")?;
    let reached = report.stop.is_some_and(|stop| stop.answer == StopAnswer::Reached);
    Ok(if reached { Exit::Done } else { Exit::GateNotReached })
}

async fn conclude(api: &ApiClient, path: &str, ended: &Measurement, args: &TryArgs) -> anyhow::Result<Exit> {
    let reason = || ended.state_reason.clone().unwrap_or_else(|| "no reason was recorded".to_owned());
    match ended.state {
        MeasurementState::Completed => {
            let report = report(api, path, args.json).await?;
            print(&report)?;
            // The text does not say it to programs, so the gate is read from the object either way.
            match args.gate {
                Some(_) => gate(&self::report(api, path, true).await?),
                None => Ok(Exit::Done),
            }
        }
        MeasurementState::Cancelled => {
            print_nothing_judged(ended, args.json)?;
            Ok(Exit::Interrupted)
        }
        MeasurementState::BaselineBroken => {
            Console::new().say(format!("The baseline is broken: {}", reason()));
            print_nothing_judged(ended, args.json)?;
            Ok(Exit::BaselineBroken)
        }
        _ => {
            print_nothing_judged(ended, args.json)?;
            anyhow::bail!("the measurement failed: {}", reason())
        }
    }
}
