//! Compilers that take a whole package at once.

use std::path::{Path, PathBuf};

use tinybug_model::{Language, Mutant};

/// How a language compiles without building or running anything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Compiler {
    /// What it compiles.
    pub language: Language,
    /// Compiles what lies below [`home`](Self::home). `{tmp}` is a directory for what it needs and leaves; `{file}` is the
    /// file of the mutants, where each file is compiled for itself.
    pub command: &'static str,
    /// Where it runs.
    pub home: Home,
    /// Whether its errors begin with that word, among warnings and notes that do not.
    pub errors_say_so: bool,
}

/// The directory in which a mutant is compiled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Home {
    /// The project's.
    Project,
    /// The nearest one above the mutant that holds such a manifest.
    Beside(&'static str),
    /// The one that the packages of Java hang below.
    SourceRoot,
}

/// What one call of a compiler covers.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Package {
    /// The directory to compile.
    pub(super) home: PathBuf,
    /// The one file to compile there, by its path from the project.
    pub(super) file: Option<String>,
}

impl Compiler {
    /// What to compile for a mutant.
    pub(super) fn package(&self, project: &Path, mutant: &Mutant) -> Option<Package> {
        if self.language != mutant.language {
            return None;
        }
        let home = match self.home {
            Home::Project => project.to_owned(),
            Home::Beside(manifest) => beside(project, mutant, manifest)?,
            Home::SourceRoot => source_root(project, mutant)?,
        };
        let file = self.command.contains("{file}").then(|| mutant.path.clone());
        Some(Package { home, file })
    }

    /// The command that compiles a package.
    pub(super) fn command(&self, project: &Path, package: &Package, temporary: &Path) -> String {
        let command = self.command.replace("{tmp}", &temporary.display().to_string());
        let Some(file) = &package.file else { return command };
        let file = project.join(file);
        command.replace("{file}", &file.strip_prefix(&package.home).unwrap_or(&file).display().to_string())
    }
}

/// The nearest directory above that holds a manifest.
fn beside(project: &Path, mutant: &Mutant, manifest: &str) -> Option<PathBuf> {
    let file = project.join(&mutant.path);
    let above = file.ancestors().skip(1).take_while(|dir| dir.starts_with(project));
    above.into_iter().find(|dir| dir.join(manifest).is_file()).map(Path::to_owned)
}

/// The directory that the file's package hangs below.
fn source_root(project: &Path, mutant: &Mutant) -> Option<PathBuf> {
    let file = project.join(&mutant.path);
    let text = std::fs::read_to_string(&file).ok()?;
    let package = text.lines().find_map(|line| line.trim().strip_prefix("package ")).unwrap_or(";");
    let package: PathBuf = package.split(';').next()?.trim().split('.').collect();
    let dir = file.parent()?;
    if !dir.ends_with(&package) {
        return None;
    }
    dir.ancestors().nth(package.components().count()).filter(|root| root.starts_with(project)).map(Path::to_owned)
}
