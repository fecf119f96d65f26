//! A copy of a real library, with its mutants.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use tempfile::TempDir;
use tinybug_model::{Language, Mutant, Tier};
use tinybug_mutate::{Source, enumerate_all};
use tinybug_providers::{
    ProviderError,
    check::{Answer, Place, Ruling, Tool, ask},
};
use tinybug_testkit::libraries::{self, Library, fetch};

use crate::asked::Asked;

/// Mutants of one library that are compiled at most, unless all are asked for.
const MOST: usize = 800;
/// And that a tool is asked about to see that it works.
const FEW: usize = 8;

/// A library in a directory that may be written to.
pub(crate) struct Project {
    pub(crate) library: &'static Library,
    /// The copy.
    pub(crate) dir: PathBuf,
    /// For whatever a tool writes.
    scratch: PathBuf,
    /// Mutants of the default tier: all, or every k-th.
    pub(crate) mutants: Vec<Mutant>,
    _place: TempDir,
}

impl Project {
    /// `None` when the library cannot be fetched.
    pub(crate) fn of(library: &'static Library, asked: &Asked) -> Option<Self> {
        let fetched = fetch(library)?;
        let place = tempfile::Builder::new().prefix("tinybug-library-").tempdir().unwrap();
        let (dir, scratch) = (place.path().join("project"), place.path().join("scratch"));
        let copied = Command::new("cp").arg("-R").arg(&fetched).arg(&dir).status().unwrap();
        assert!(copied.success());
        fs::create_dir(&scratch).unwrap();
        let files = libraries::files(&dir);
        let sources: Vec<_> = files.iter().map(|(path, bytes)| Source { path, bytes }).collect();
        let mut mutants = enumerate_all(&sources, Tier::Default).mutants;
        mutants.retain(|mutant| mutant.language == library.language);
        // What C libraries bundle in directories is built in its own way, and headers cannot stand alone.
        mutants.retain(|mutant| {
            library.language != Language::C || !mutant.path.contains(".h") && !mutant.path.contains('/')
        });
        let step = if asked.all { 1 } else { mutants.len().div_ceil(MOST).max(1) };
        let mutants = mutants.into_iter().step_by(step).collect();
        Some(Self { library, dir, scratch, mutants, _place: place })
    }

    /// What tools say of the mutants, run with some more environment.
    pub(crate) fn ask(&self, tools: &[Tool], environment: &[(&'static str, String)]) -> Vec<Ruling> {
        self.ask_about(tools, environment, &self.mutants)
    }

    /// What tools say of some mutants, evenly chosen, and nothing of the others.
    pub(crate) fn ask_about_few(&self, tools: &[Tool]) -> Vec<Ruling> {
        let step = self.mutants.len().div_ceil(FEW).max(1);
        let few: Vec<_> = self.mutants.iter().step_by(step).cloned().collect();
        let mut rulings = vec![Ruling::Unknown; self.mutants.len()];
        for (ruling, said) in rulings.iter_mut().step_by(step).zip(self.ask_about(tools, &[], &few)) {
            *ruling = said;
        }
        rulings
    }

    fn ask_about(&self, tools: &[Tool], environment: &[(&'static str, String)], mutants: &[Mutant]) -> Vec<Ruling> {
        futures::executor::block_on(ask(&Copied { project: self, environment }, tools, mutants)).unwrap()
    }
}

/// The copy as a place of tools.
struct Copied<'a> {
    project: &'a Project,
    environment: &'a [(&'static str, String)],
}

impl Place for Copied<'_> {
    fn project(&self) -> &Path {
        &self.project.dir
    }

    fn temporary(&self) -> &Path {
        &self.project.scratch
    }

    async fn run(&self, command: &str, directory: &Path) -> Result<Option<Answer>, ProviderError> {
        let output = Command::new("sh")
            .args(["-c", command])
            .current_dir(directory)
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .env_remove("CARGO_TARGET_DIR")
            .env("LC_ALL", "C")
            .stdin(Stdio::null())
            .output()
            .expect("there is a shell");
        Ok(output.status.code().and_then(|code| Answer::of_shell(code, &[output.stdout, output.stderr].concat())))
    }
}
