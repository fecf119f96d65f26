//! A repository of a user's, a runner on a scratch directory, and short ways to ask them things.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use tempfile::TempDir;
use tinybug_model::{BuildEnd, TestOutcome};
use tinybug_providers::{
    BuildOutcome, BuildRun, BuildSpec, Edit, LocalRunner, LocalRunnerConfig, Mirror, ShimCommand, Snapshot, Source,
    detect,
};
use tokio_util::sync::CancellationToken;

/// A user's repository.
pub(crate) struct Repo {
    _dir: TempDir,
    pub(crate) path: PathBuf,
}

impl Repo {
    /// An empty repository.
    pub(crate) fn new() -> Self {
        let dir = TempDir::new().unwrap();
        let path = dir.path().canonicalize().unwrap().join("project");
        fs::create_dir(&path).unwrap();
        let repo = Self { _dir: dir, path };
        repo.git(&["init", "--quiet", "--initial-branch=main"]);
        repo
    }

    /// A repository whose first commit holds these files.
    pub(crate) fn with(files: &[(&str, &str)]) -> Self {
        let repo = Self::new();
        for (path, text) in files {
            repo.write(path, text);
        }
        repo.commit("first");
        repo
    }

    pub(crate) fn write(&self, path: &str, text: &str) {
        let path = self.path.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub(crate) fn commit(&self, message: &str) -> String {
        self.git(&["add", "--all"]);
        self.git(&["-c", "user.name=U", "-c", "user.email=u@x", "commit", "--quiet", "--message", message]);
        self.git(&["rev-parse", "HEAD"])
    }

    pub(crate) fn git(&self, arguments: &[&str]) -> String {
        git(&self.path, arguments)
    }

    /// Everything that a measurement must leave as it was: refs, index, configuration, objects, files.
    pub(crate) fn fingerprint(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let mut all = Vec::new();
        collect(&self.path, &mut all);
        all.sort();
        all
    }
}

fn collect(dir: &Path, all: &mut Vec<(PathBuf, Vec<u8>)>) {
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && !path.is_symlink() {
            collect(&path, all);
        } else {
            all.push((path.clone(), fs::read(&path).unwrap_or_default()));
        }
    }
}

pub(crate) fn git(dir: &Path, arguments: &[&str]) -> String {
    let output = Command::new("git").arg("-C").arg(dir).args(arguments).output().unwrap();
    assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim_end().to_owned()
}

/// A mirror and a runner on a directory that goes away.
pub(crate) struct Bench {
    pub(crate) dir: TempDir,
    pub(crate) mirror: Mirror,
    pub(crate) runner: LocalRunner,
}

impl Bench {
    pub(crate) async fn new() -> Self {
        let dir = TempDir::new().unwrap();
        let (mirror, runner) = Self::parts(dir.path()).await;
        Self { dir, mirror, runner }
    }

    /// On the directory of another bench; its own stays unused.
    pub(crate) async fn at(place: &Path) -> Self {
        let (mirror, runner) = Self::parts(place).await;
        Self { dir: TempDir::new().unwrap(), mirror, runner }
    }

    async fn parts(place: &Path) -> (Mirror, LocalRunner) {
        let mirror = Mirror::open(place.join("mirror.git")).await.unwrap();
        (mirror, LocalRunner::new(config(&place.join("runner"))).unwrap())
    }

    /// A build of the working tree as it is.
    pub(crate) async fn spec(&self, path: &Path, command: Option<&str>) -> BuildSpec {
        let snapshot = self.mirror.snapshot(path).await.unwrap();
        let files = self.mirror.files(&snapshot.sha).await.unwrap();
        let prefix = &snapshot.prefix;
        let files: Vec<&str> = files.iter().filter_map(|file| file.path.strip_prefix(prefix.as_str())).collect();
        let read = |path: &str| fs::read(snapshot.toplevel.join(prefix).join(path)).ok();
        let command = detect::test_command(&files, read, command).unwrap();
        let Snapshot { sha, prefix, toplevel, .. } = snapshot;
        BuildSpec {
            key: "measurement".to_owned(),
            source: Source { mirror: self.mirror.clone(), toplevel, prefix },
            base_sha: sha.clone(),
            sha,
            command,
            setup: None,
            parallelism: 1,
            time_limit: Duration::from_mins(5),
            setup_time_limit: Duration::from_mins(5),
            memory_limit_mb: 4096,
            with_coverage: false,
        }
    }

    /// The same build with a file changed.
    pub(crate) async fn mutated(&self, spec: &BuildSpec, path: &str, text: &str) -> BuildSpec {
        let edit = Edit { path: path.to_owned(), content: text.as_bytes().to_vec() };
        let reference = "refs/heads/tinybug/test/trial";
        let sha = self.mirror.publish(&spec.base_sha, &[edit], reference, "trial").await.unwrap();
        BuildSpec { sha, ..spec.clone() }
    }

    pub(crate) async fn outcome(&self, spec: &BuildSpec) -> BuildOutcome {
        self.runner.execute(spec, &CancellationToken::new()).await.unwrap()
    }

    pub(crate) async fn run(&self, spec: &BuildSpec) -> BuildRun {
        match self.outcome(spec).await {
            BuildOutcome::Ran(run) => *run,
            BuildOutcome::SetupFailed(failure) => panic!("{}\n{}", failure.message, failure.output_tail),
        }
    }
}

pub(crate) fn config(root: &Path) -> LocalRunnerConfig {
    let shim = std::env::current_exe().unwrap().ancestors().nth(2).unwrap().join("examples/shim");
    assert!(shim.exists(), "build the shim first: cargo build -p tinybug-providers --example shim");
    LocalRunnerConfig { root: root.to_owned(), shim: ShimCommand { program: shim, args: vec![] }, permits: 2 }
}

/// Names of tests with their outcomes, in the order of the report.
pub(crate) fn outcomes(run: &BuildRun) -> Vec<(String, TestOutcome)> {
    assert!(
        !matches!(run.result.end, BuildEnd::Infrastructure { .. }),
        "{:?}\n{}",
        run.result.end,
        run.result.output_tail
    );
    run.result.tests.iter().map(|test| (test.id.to_string(), test.outcome)).collect()
}
