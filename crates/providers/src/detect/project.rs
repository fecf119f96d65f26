//! Choosing the test command from a project's files or from what the user said.

use serde_json::Value;

use super::{
    command::{Framework, NoCommand, TestCommand},
    shell::recognise,
};

/// Directories whose files are not the project's own.
const FOREIGN: &[&str] = &["node_modules", "vendor", "third_party", ".venv", "venv", "dist", "build", "target"];
const MANIFESTS: &[&str] = &["pyproject.toml", "setup.py", "package.json", "go.mod", "Cargo.toml"];
/// What npm puts into a new package.json.
const NO_SCRIPT: &str = "no test specified";

/// Finds how the tests of a project are run. `files` are its paths from the project's directory; `read` gives the
/// content of one; `user` is the command that the user named.
pub fn test_command<P: AsRef<str>>(
    files: &[P],
    read: impl Fn(&str) -> Option<Vec<u8>>,
    user: Option<&str>,
) -> Result<TestCommand, NoCommand> {
    let project = Project { files: files.iter().map(AsRef::as_ref).collect(), read: &read };
    match user {
        Some(user) => project.named(user.trim()),
        None => project.found(),
    }
}

struct Project<'a> {
    files: Vec<&'a str>,
    read: &'a dyn Fn(&str) -> Option<Vec<u8>>,
}

/// A language with tests in the project.
struct Candidate {
    language: &'static str,
    command: String,
    files: usize,
}

impl Project<'_> {
    fn named(&self, command: &str) -> Result<TestCommand, NoCommand> {
        if command.is_empty() {
            return Err(NoCommand::Empty);
        }
        if command.contains("{report}") {
            let framework = Framework::JUnit;
            return Ok(TestCommand { command: command.to_owned(), run: command.to_owned(), framework, note: None });
        }
        self.with_reporters(command.to_owned(), None)
    }

    fn found(&self) -> Result<TestCommand, NoCommand> {
        let mut candidates: Vec<Candidate> =
            [self.python(), self.rust(), self.go(), self.javascript()].into_iter().flatten().collect();
        // A stable sort: the order above settles a draw.
        candidates.sort_by_key(|candidate| std::cmp::Reverse(candidate.files));
        let mut candidates = candidates.into_iter();
        let Some(chosen) = candidates.next() else {
            return Err(self.nothing_found());
        };
        let others: Vec<String> = candidates.map(|other| format!("{} (`{}`)", other.language, other.command)).collect();
        let note = (!others.is_empty()).then(|| {
            format!(
                "`{}` was chosen because {} has the most files; there are also tests in {}",
                chosen.command,
                chosen.language,
                others.join(", ")
            )
        });
        self.with_reporters(chosen.command, note)
    }

    fn with_reporters(&self, command: String, note: Option<String>) -> Result<TestCommand, NoCommand> {
        let recognised = recognise(&command, &|name| self.script(name))?;
        let (framework, run) = match recognised {
            Some(recognised) => (recognised.framework, recognised.run),
            None => (Framework::Command, command.clone()),
        };
        // A machine may lack nextest though the project configures it.
        let run = if framework == Framework::Nextest && run == NEXTEST {
            format!("if command -v cargo-nextest >/dev/null; then {run}; else cargo test --no-fail-fast; fi")
        } else {
            run
        };
        Ok(TestCommand { command, run, framework, note })
    }

    fn nothing_found(&self) -> NoCommand {
        let manifest = self.own_files().find(|path| {
            path.rsplit_once('/').is_some_and(|(dir, name)| MANIFESTS.contains(&name) && dir.split('/').count() <= 2)
        });
        match manifest {
            Some(manifest) => NoCommand::Elsewhere { manifest: manifest.to_owned() },
            None => NoCommand::NothingFound,
        }
    }

    fn own_files(&self) -> impl Iterator<Item = &str> {
        self.files.iter().copied().filter(|path| !path.split('/').any(|part| FOREIGN.contains(&part)))
    }

    fn has(&self, path: &str) -> bool {
        self.files.contains(&path)
    }

    fn text(&self, path: &str) -> Option<String> {
        self.has(path).then(|| (self.read)(path)).flatten().map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
    }

    fn count(&self, extensions: &[&str]) -> usize {
        self.own_files()
            .filter(|path| path.rsplit_once('.').is_some_and(|(_, extension)| extensions.contains(&extension)))
            .count()
    }

    fn python(&self) -> Option<Candidate> {
        let tests = self.own_files().any(|path| {
            let name = path.rsplit('/').next().unwrap_or(path);
            name == "conftest.py"
                || name.strip_suffix(".py").is_some_and(|stem| stem.starts_with("test_") || stem.ends_with("_test"))
        });
        let django = self.has("manage.py") && self.own_files().any(|path| path.ends_with("/tests.py"));
        let configured = self.has("pytest.ini");
        let command = if tests || configured {
            "python -m pytest -q"
        } else if django {
            "python manage.py test"
        } else {
            return None;
        };
        Some(Candidate { language: "Python", command: command.to_owned(), files: self.count(&["py"]) })
    }

    fn rust(&self) -> Option<Candidate> {
        let manifest = self.text("Cargo.toml")?;
        let command = if self.has(".config/nextest.toml") {
            NEXTEST
        } else if manifest.lines().any(|line| line.trim() == "[workspace]") {
            "cargo test --workspace --no-fail-fast"
        } else {
            "cargo test --no-fail-fast"
        };
        Some(Candidate { language: "Rust", command: command.to_owned(), files: self.count(&["rs"]) })
    }

    fn go(&self) -> Option<Candidate> {
        let tests = self.has("go.mod") && self.own_files().any(|path| path.ends_with("_test.go"));
        tests.then(|| Candidate { language: "Go", command: "go test ./...".to_owned(), files: self.count(&["go"]) })
    }

    fn javascript(&self) -> Option<Candidate> {
        let manifest: Value = serde_json::from_str(&self.text("package.json")?).unwrap_or_default();
        let depends =
            |name: &str| ["dependencies", "devDependencies"].iter().any(|list| !manifest[*list][name].is_null());
        let command = if self.script("test").is_some() {
            if self.has(".pnp.cjs") { "yarn test" } else { "npm test" }
        } else if depends("vitest") {
            "npx vitest run"
        } else if depends("jest") {
            "npx jest"
        } else if depends("mocha") {
            "npx mocha"
        } else if self.own_files().any(is_node_test) {
            "node --test"
        } else {
            return None;
        };
        let files = self.count(&["js", "jsx", "mjs", "cjs", "ts", "tsx", "mts", "cts"]);
        Some(Candidate { language: "JavaScript", command: command.to_owned(), files })
    }

    fn script(&self, name: &str) -> Option<String> {
        let manifest: Value = serde_json::from_str(&self.text("package.json")?).ok()?;
        let script = manifest["scripts"][name].as_str()?;
        (!script.trim().is_empty() && !script.contains(NO_SCRIPT)).then(|| script.to_owned())
    }
}

const NEXTEST: &str = "cargo nextest run --no-fail-fast";

/// The names by which node itself finds tests.
fn is_node_test(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let Some((stem, extension)) = name.rsplit_once('.') else {
        return false;
    };
    matches!(extension, "js" | "mjs" | "cjs")
        && (path.split('/').rev().skip(1).any(|dir| dir == "test")
            || stem == "test"
            || stem.starts_with("test-")
            || [".test", "-test", "_test"].iter().any(|end| stem.ends_with(end)))
}
