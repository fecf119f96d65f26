//! The code that is measured: the files of its commit.

use anyhow::Context;
use tinybug_mutate::{Classified, classify};
use tinybug_providers::{Mirror, Source};
use tinybug_store::Measurement;

use crate::{Services, effective::Effective, scope::Scope, services::Subject};

/// The measured commit.
pub(crate) fn base_sha(measurement: &Measurement) -> anyhow::Result<&str> {
    Ok(&measurement.commit.as_ref().context("the measurement is not prepared")?.sha)
}

/// Where the code of a measurement's builds comes from.
pub(crate) async fn source(services: &Services, subject: &Subject, effective: &Effective) -> anyhow::Result<Source> {
    Ok(Source {
        mirror: services.mirror(subject.repository.id).await?,
        toplevel: effective.toplevel.clone(),
        prefix: effective.project.clone(),
    })
}

/// The files of the commit that may be product code in scope, as far as their paths tell. Paths are the project's,
/// without what leads to it from the top of the repository: what a directory above is called says nothing about the code.
pub(crate) async fn product_paths(mirror: &Mirror, sha: &str, scope: &Scope<'_>) -> anyhow::Result<Vec<String>> {
    let files = mirror.files(sha).await?;
    Ok(files
        .iter()
        .filter(|file| !file.symlink)
        .filter_map(|file| file.path.strip_prefix(scope.project()))
        .filter(|path| scope.holds_file(path))
        .map(str::to_owned)
        .collect())
}

/// The product code at that commit that is in scope.
pub(crate) async fn product_files(
    mirror: &Mirror,
    sha: &str,
    scope: &Scope<'_>,
) -> anyhow::Result<Vec<(String, Vec<u8>)>> {
    let paths = product_paths(mirror, sha, scope).await?;
    let contents = read(mirror, sha, scope.project(), &paths).await?;
    let files = paths.into_iter().zip(contents);
    Ok(files
        .filter_map(|(path, bytes)| Some((path, bytes?)))
        .filter(|(path, bytes)| matches!(classify(path, bytes), Classified::Product(_)))
        .collect())
}

/// Files of the project, by its own paths.
pub(crate) async fn read(
    mirror: &Mirror,
    sha: &str,
    project: &str,
    paths: &[String],
) -> anyhow::Result<Vec<Option<Vec<u8>>>> {
    let whole: Vec<String> = paths.iter().map(|path| format!("{project}{path}")).collect();
    Ok(mirror.read(sha, &whole).await?)
}
