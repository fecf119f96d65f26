//! Projects to measure: fresh git repositories of their own, and what must not change in them.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::SystemTime,
};

use tempfile::TempDir;

/// A git repository in a temporary directory.
pub(crate) struct Project {
    _holder: TempDir,
    path: PathBuf,
}

/// Every file of a project, `.git` included: time of change and content.
pub(crate) type Snapshot = BTreeMap<PathBuf, (Option<SystemTime>, Vec<u8>)>;

impl Project {
    /// A bundled sample, committed.
    pub(crate) fn sample(name: &str) -> Self {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../samples").join(name);
        let project = Self::empty(name);
        for (path, content) in files_below(&source) {
            project.write(path.strip_prefix(&source).expect("it lies below"), content);
        }
        project.commit();
        project
    }

    /// A project of these files, committed.
    pub(crate) fn of(name: &str, files: &[(&str, &str)]) -> Self {
        let project = Self::empty(name);
        for (path, content) in files {
            project.write(path, content);
        }
        project.commit();
        project
    }

    fn empty(name: &str) -> Self {
        let holder = TempDir::with_prefix("tinybug-e2e-").unwrap();
        let path = holder.path().canonicalize().unwrap().join(name);
        fs::create_dir(&path).unwrap();
        let project = Self { _holder: holder, path };
        project.git(&["init", "--quiet", "--initial-branch=main"]);
        project
    }

    /// Its directory.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Writes a file, its directories included.
    pub(crate) fn write(&self, path: impl AsRef<Path>, content: impl AsRef<[u8]>) {
        let path = self.path.join(path);
        fs::create_dir_all(path.parent().expect("a file lies in a directory")).unwrap();
        fs::write(path, content).unwrap();
    }

    /// Commits everything.
    pub(crate) fn commit(&self) {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--message=state"]);
    }

    /// Runs git in it and returns what it said.
    pub(crate) fn git(&self, args: &[&str]) -> String {
        let out = Command::new("git")
            .args(["-c", "user.name=Ada", "-c", "user.email=ada@example.com", "-c", "commit.gpgsign=false"])
            .args(args)
            .current_dir(&self.path)
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_OPTIONAL_LOCKS", "0")
            .output()
            .unwrap();
        assert!(out.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&out.stderr));
        String::from_utf8(out.stdout).unwrap()
    }

    /// What is there now.
    pub(crate) fn snapshot(&self) -> Snapshot {
        files_below(&self.path)
            .into_iter()
            .map(|(path, content)| {
                let modified = fs::symlink_metadata(&path).unwrap().modified().unwrap();
                // Git marks an object that somebody looked for as recently used.
                let modified = (!path.starts_with(self.path.join(".git/objects"))).then_some(modified);
                (path, (modified, content))
            })
            .collect()
    }

    /// Fails unless everything is as it was, down to the index, the refs and the objects.
    pub(crate) fn assert_untouched_since(&self, before: &Snapshot) {
        let after = self.snapshot();
        let changed: Vec<_> = after.iter().filter(|(path, facts)| before.get(*path) != Some(facts)).collect();
        let changed: Vec<_> = changed.into_iter().map(|(path, _)| path).collect();
        let gone: Vec<_> = before.keys().filter(|path| !after.contains_key(*path)).collect();
        assert!(changed.is_empty() && gone.is_empty(), "changed or new: {changed:?}; gone: {gone:?}");
    }
}

fn files_below(dir: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).unwrap() {
        let entry = entry.unwrap();
        let kind = entry.file_type().unwrap();
        if kind.is_dir() {
            found.extend(files_below(&entry.path()));
        } else if kind.is_symlink() {
            let target = fs::read_link(entry.path()).unwrap();
            found.push((entry.path(), target.into_os_string().into_encoded_bytes()));
        } else {
            found.push((entry.path(), fs::read(entry.path()).unwrap()));
        }
    }
    found
}
