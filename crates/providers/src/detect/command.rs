//! The words for a way to run tests.

use std::path::Path;

use serde::{Deserialize, Serialize};

/// Who runs the tests, which decides how results are reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Framework {
    /// pytest.
    Pytest,
    /// Python's unittest, by its verbose output.
    Unittest,
    /// jest.
    Jest,
    /// vitest.
    Vitest,
    /// mocha.
    Mocha,
    /// The test runner of node itself.
    NodeTest,
    /// Whatever prints the Test Anything Protocol.
    Tap,
    /// go test, or gotestsum.
    GoTest,
    /// cargo test.
    CargoTest,
    /// cargo nextest.
    Nextest,
    /// A command of the user's that writes `JUnit` XML where it is told.
    JUnit,
    /// Anything else: one test, by its exit status, unless it reports all the same.
    Command,
}

/// A way to run tests.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestCommand {
    /// As people know it.
    pub command: String,
    /// As it is run: with reporters added; `{report}` stands for the file of the report.
    pub run: String,
    /// Who runs the tests.
    pub framework: Framework,
    /// Why this command, where there was a choice to make.
    pub note: Option<String>,
}

impl TestCommand {
    /// The command for a shell, with the report in this directory.
    pub(crate) fn run_with_report(&self, reports: &Path) -> String {
        let name = if self.framework == Framework::Jest { "report.json" } else { "report.xml" };
        let path = reports.join(name).display().to_string();
        let plain = path.chars().all(|c| c.is_alphanumeric() || "/._-+@:,=".contains(c));
        let path = if plain { path } else { format!("'{}'", path.replace('\'', "'\\''")) };
        self.run.replace("{report}", &path)
    }
}

/// Why no way to run tests was found; each says what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoCommand {
    /// The project has nothing that looks like tests.
    #[error(
        "no tests were found: no Python tests, no package.json with a test script, no go.mod with tests and no \
         Cargo.toml; name the command that runs the tests"
    )]
    NothingFound,
    /// A sub-directory looks like a project.
    #[error(
        "no tests were found here, but {manifest} looks like a project of its own: measure its directory, or name the command that runs the tests"
    )]
    Elsewhere {
        /// The manifest of that project.
        manifest: String,
    },
    /// The user's command is blank.
    #[error("the test command is empty")]
    Empty,
    /// The user's command names a script that package.json lacks.
    #[error("package.json has no script {script:?}")]
    NoScript {
        /// The script asked for.
        script: String,
    },
}
