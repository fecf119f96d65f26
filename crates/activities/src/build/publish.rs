//! `build.publish`: makes the build's commit and ref. The same build gives the same commit, so that a second try
//! changes nothing.

use anyhow::Context;
use tinybug_model::{BuildRef, BuildRole, Mutant};
use tinybug_mutate::{Source, apply, canary};
use tinybug_providers::{Edit, Mirror};

use crate::{
    Services,
    effective::Effective,
    failure::Permanent,
    scope::Scope,
    services::Subject,
    source::{base_sha, product_files, read},
};

pub(super) async fn publish(services: &Services, build: BuildRef) -> anyhow::Result<()> {
    let subject = services.subject(build.measurement).await?;
    subject.org.open_build(build).await?;
    let mirror = services.mirror(subject.repository.id).await?;
    let base = base_sha(&subject.measurement)?;
    let edits = match build.role {
        BuildRole::Baseline => Vec::new(),
        BuildRole::Canary => canaries(&mirror, &subject).await?,
        BuildRole::Trial => mutations(&mirror, &subject, build.number).await?,
    };
    let ref_name = ref_name(&subject, build)?;
    let message = format!("tinybug: {} {}", build.role.name(), build.number);
    let sha = mirror.publish(base, &edits, &ref_name, &message).await?;
    subject.org.set_published(build, &ref_name, &sha).await?;
    Ok(())
}

/// The ref of a build, below the measurement's own prefix.
pub(super) fn ref_name(subject: &Subject, build: BuildRef) -> anyhow::Result<String> {
    let prefix = subject.measurement.prefix.as_deref().context("the measurement is not prepared")?;
    Ok(format!("{prefix}{}-{}-{}", build.role.name(), build.measurement.pass, build.number))
}

async fn canaries(mirror: &Mirror, subject: &Subject) -> anyhow::Result<Vec<Edit>> {
    let effective = Effective::of(&subject.measurement)?;
    // Changed or not: the question is whether the tests run this checkout, not whether they run what changed.
    let scope = Scope::new(&effective.project, &subject.measurement.plan)?;
    let files = product_files(mirror, base_sha(&subject.measurement)?, &scope).await?;
    Ok(files
        .iter()
        .filter_map(|(path, bytes)| {
            let content = canary(Source { path, bytes })?;
            Some(Edit { path: format!("{}{path}", effective.project), content })
        })
        .collect())
}

async fn mutations(mirror: &Mirror, subject: &Subject, number: u32) -> anyhow::Result<Vec<Edit>> {
    let trial = subject
        .org
        .trial(subject.reference, number)
        .await?
        .ok_or_else(|| Permanent(format!("there is no trial {number}")))?;
    let mutants: Vec<Mutant> = trial.mutants.into_iter().map(|drawn| drawn.mutant).collect();
    let paths: Vec<String> = mutants.iter().map(|mutant| mutant.path.clone()).collect();
    let project = Effective::of(&subject.measurement)?.project;
    let files = read(mirror, base_sha(&subject.measurement)?, &project, &paths).await?;
    let mut edits = Vec::new();
    for (mutant, before) in mutants.iter().zip(files) {
        let before = before.ok_or_else(|| Permanent(format!("the measured commit has no {}", mutant.path)))?;
        let content = apply(&before, mutant).map_err(|error| Permanent(error.to_string()))?;
        edits.push(Edit { path: format!("{project}{}", mutant.path), content });
    }
    Ok(edits)
}
