//! Finding the repository around a path, whatever kind of checkout it is.

use std::path::{Path, PathBuf};

use super::command::{Git, output, text};
use crate::ProviderError;

/// A repository of the user's, as seen from a path inside it.
#[derive(Debug)]
pub(super) struct Checkout {
    /// Top of the working tree; of a bare repository, its directory.
    pub(super) toplevel: PathBuf,
    /// From the top to the path asked for, with a trailing slash; empty at the top.
    pub(super) prefix: String,
    /// Object database, shared by linked worktrees.
    pub(super) objects: PathBuf,
    /// Index of this working tree; may not exist. `None` in a bare repository.
    pub(super) index: Option<PathBuf>,
}

impl Checkout {
    /// Finds the repository around `path`.
    pub(super) async fn find(git: &Git, path: &Path) -> Result<Self, ProviderError> {
        let path = path.canonicalize().map_err(|_| ProviderError::NoSuchPath { path: path.to_owned() })?;
        let ask = async |questions: &[&str]| -> Result<Vec<String>, ProviderError> {
            let answer = output(git.guest(&path).arg("rev-parse").args(questions), None).await?;
            if !answer.status.success() {
                return Err(ProviderError::NotARepository { path: path.clone() });
            }
            Ok(text(&answer.stdout).lines().map(str::to_owned).collect())
        };
        let place = ask(&["--is-inside-work-tree", "--absolute-git-dir", "--git-path", "objects"]).await?;
        let [inside, git_dir, objects] = place.as_slice() else {
            return Err(ProviderError::NotARepository { path });
        };
        let objects = path.join(objects);
        if inside != "true" {
            return Ok(Self { toplevel: PathBuf::from(git_dir), prefix: String::new(), objects, index: None });
        }
        let tree = ask(&["--show-toplevel", "--git-path", "index", "--show-prefix"]).await?;
        let [toplevel, index, rest @ ..] = tree.as_slice() else {
            return Err(ProviderError::NotARepository { path });
        };
        Ok(Self {
            toplevel: PathBuf::from(toplevel),
            prefix: rest.first().cloned().unwrap_or_default(),
            objects,
            index: Some(path.join(index)),
        })
    }
}
