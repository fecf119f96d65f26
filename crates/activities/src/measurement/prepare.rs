//! `measurement.prepare`: fetches the code, finds the commands, draws the mutants.

use std::collections::BTreeMap;

use tinybug_model::{MeasurementRef, MeasurementState, Plan};
use tinybug_providers::{Mirror, TestCommand, detect};
use tinybug_store::{Commit, Prepared as PreparedRow, RepositoryKind, Source as Asked};
use tinybug_workflows::contract::Prepared;

use crate::{
    Services, drawing::draw_mutants, effective::Effective, failure::of_the_user, scope::Scope, services::Subject,
    source::read,
};

/// The code to measure, in the mirror.
struct Fetched {
    commit: Commit,
    toplevel: std::path::PathBuf,
    project: String,
}

pub(super) async fn prepare(services: &Services, measurement: MeasurementRef) -> anyhow::Result<Prepared> {
    let subject = services.subject(measurement).await?;
    services.require_local_runner(&subject.org).await?;
    subject.org.set_state(measurement, MeasurementState::Preparing, None).await?;
    let mirror = services.mirror(subject.repository.id).await?;
    let plan = &subject.measurement.plan;
    let fetched = fetch(&mirror, &subject).await?;
    // More slots than builds may run at once would only cost their set-up.
    let room = services.runner.permits();
    let parallelism = plan.parallelism.map_or(room, |asked| asked.min(room)).max(1);
    let command = match find_command(&mirror, &fetched, plan).await? {
        Ok(command) => command,
        Err(reason) => {
            subject.org.save_reason(measurement, &reason).await?;
            return Ok(Prepared { parallelism, mutants: 0, broken: true });
        }
    };
    let effective = Effective { command, parallelism, toplevel: fetched.toplevel, project: fetched.project };
    let sha = &fetched.commit.sha;
    let scope = Scope::at(&mirror, sha, &effective.project, plan).await?;
    let drawing = draw_mutants(&mirror, sha, plan, &scope).await?;
    let row = PreparedRow {
        commit: fetched.commit,
        prefix: format!("refs/heads/tinybug/{}/", measurement.id),
        effective: serde_json::to_value(&effective)?,
    };
    let mutants = subject.org.prepare(measurement, &row, &drawing).await?;
    subject.org.set_state(measurement, MeasurementState::Baseline, None).await?;
    Ok(Prepared { parallelism, mutants, broken: false })
}

async fn fetch(mirror: &Mirror, subject: &Subject) -> anyhow::Result<Fetched> {
    let RepositoryKind::Local { path } = &subject.repository.kind;
    let found = match &subject.measurement.source {
        Asked::WorkingTree => mirror.snapshot(path.as_ref()).await,
        Asked::Revision(revision) => mirror.revision(path.as_ref(), revision).await,
    };
    let snapshot = found.map_err(of_the_user)?;
    Ok(Fetched {
        commit: Commit { sha: snapshot.sha, dirty: snapshot.dirty },
        toplevel: snapshot.toplevel,
        project: snapshot.prefix,
    })
}

/// The command of the plan or of the project's files; the inner error says to the user what is missing.
async fn find_command(mirror: &Mirror, fetched: &Fetched, plan: &Plan) -> anyhow::Result<Result<TestCommand, String>> {
    let sha = &fetched.commit.sha;
    let files: Vec<String> = mirror
        .files(sha)
        .await?
        .into_iter()
        .filter_map(|file| file.path.strip_prefix(&fetched.project).map(str::to_owned))
        .collect();
    // Manifests lie at the project's top.
    let wanted: Vec<String> = files.iter().filter(|file| !file.contains('/')).cloned().collect();
    let contents = read(mirror, sha, &fetched.project, &wanted).await?;
    let contents: BTreeMap<String, Vec<u8>> =
        wanted.into_iter().zip(contents).filter_map(|(file, content)| Some((file, content?))).collect();
    let content = |file: &str| contents.get(file).cloned();
    Ok(detect::test_command(&files, content, plan.command.as_deref()).map_err(|error| error.to_string()))
}
