//! How git is called: with nothing inherited that could lead it to another repository or make it write elsewhere.

use std::{
    ffi::OsStr,
    fs, io,
    os::unix::fs::DirBuilderExt,
    path::{Path, PathBuf},
    process::{Output, Stdio},
    sync::atomic::{AtomicU32, Ordering},
};

use tokio::{io::AsyncWriteExt, process::Command};

use crate::ProviderError;

/// Settings for the mirror and its worktrees, in place of the machine's and the user's.
const OWN: &str = "tinybug.gitconfig";
/// Settings for reading the user's repository: their own ones plus what Tinybug needs.
const GUEST: &str = "tinybug-guest.gitconfig";

/// Calls git for one mirror.
#[derive(Debug, Clone)]
pub(crate) struct Git {
    dir: PathBuf,
}

impl Git {
    /// Git for the mirror in `dir`, which exists.
    pub(crate) fn new(dir: &Path) -> Self {
        Self { dir: dir.to_owned() }
    }

    /// Writes the settings files.
    pub(crate) fn write_settings(&self) -> io::Result<()> {
        // Repositories of other users are read on demand of whoever started Tinybug, who is asked by nobody else.
        let safe = "[safe]\n\tdirectory = *\n";
        let own = format!(
            "{safe}[gc]\n\tauto = 0\n[maintenance]\n\tauto = false\n[core]\n\thooksPath = /dev/null\n\tautocrlf = false\n\
             \tfsmonitor = false\n\tlogAllRefUpdates = false\n[commit]\n\tgpgsign = false\n[advice]\n\tdetachedHead = false\n\
             [fetch]\n\tfsckObjects = false\n[protocol \"file\"]\n\tallow = always\n[checkout]\n\tworkers = 1\n"
        );
        let guest = user_settings().into_iter().fold(safe.to_owned(), |text, path| {
            format!("{text}[include]\n\tpath = \"{}\"\n", path.display().to_string().replace('\\', "\\\\"))
        });
        for (name, text) in [(OWN, own), (GUEST, guest)] {
            let path = self.dir.join(name);
            if fs::read_to_string(&path).is_ok_and(|present| present == text) {
                continue;
            }
            let fresh = self.dir.join(format!("{name}.{}", std::process::id()));
            fs::write(&fresh, text)?;
            fs::rename(&fresh, &path)?;
        }
        Ok(())
    }

    /// A command on the mirror.
    pub(crate) fn mirror(&self) -> Command {
        let mut command = bare_command();
        command.env("GIT_CONFIG_GLOBAL", self.dir.join(OWN)).env("GIT_CONFIG_NOSYSTEM", "1");
        command.arg("--git-dir").arg(&self.dir);
        command
    }

    /// A command in a worktree of the mirror.
    pub(crate) fn worktree(&self, tree: &Path) -> Command {
        let mut command = bare_command();
        command.env("GIT_CONFIG_GLOBAL", self.dir.join(OWN)).env("GIT_CONFIG_NOSYSTEM", "1");
        command.arg("-C").arg(tree);
        command
    }

    /// A command that reads the repository around `path`, under its user's own settings (ignore files, filters).
    pub(crate) fn guest(&self, path: &Path) -> Command {
        let mut command = bare_command();
        command.env("GIT_CONFIG_GLOBAL", self.dir.join(GUEST));
        command.arg("-C").arg(path);
        for setting in [
            "core.hooksPath=/dev/null",
            "core.fsmonitor=false",
            "core.untrackedCache=false",
            "core.splitIndex=false",
            "gc.auto=0",
            "maintenance.auto=false",
            "advice.addEmbeddedRepo=false",
            "core.safecrlf=false",
        ] {
            command.args(["-c", setting]);
        }
        command
    }
}

/// Git where there is no mirror, for reading the user's repository. Its settings go when it does.
pub(crate) struct Reader(Git);

impl Reader {
    /// Writes the settings to a directory of this process's own.
    pub(crate) fn new() -> Result<Self, ProviderError> {
        Self::below(&std::env::temp_dir()).map_err(ProviderError::io("writing git's settings"))
    }

    /// In a fresh directory that nobody else may enter: settings name programs to run, and one that lies there already
    /// may be another user's.
    fn below(parent: &Path) -> io::Result<Self> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        loop {
            let number = COUNT.fetch_add(1, Ordering::Relaxed);
            let dir = parent.join(format!("tinybug-git-{}-{number}", std::process::id()));
            match fs::DirBuilder::new().mode(0o700).create(&dir) {
                Ok(()) => {
                    let reader = Self(Git::new(&dir));
                    reader.0.write_settings()?;
                    return Ok(reader);
                }
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// Calls it.
    pub(crate) fn git(&self) -> &Git {
        &self.0
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.0.dir) {
            tracing::warn!(dir = %self.0.dir.display(), %error, "git's settings stay behind");
        }
    }
}

fn user_settings() -> Vec<PathBuf> {
    if let Some(chosen) = std::env::var_os("GIT_CONFIG_GLOBAL") {
        return vec![PathBuf::from(chosen)];
    }
    let home = std::env::var_os("HOME").map(PathBuf::from);
    let xdg = std::env::var_os("XDG_CONFIG_HOME")
        .map(PathBuf::from)
        .or_else(|| home.as_ref().map(|home| home.join(".config")))
        .map(|dir| dir.join("git/config"));
    xdg.into_iter().chain(home.map(|home| home.join(".gitconfig"))).collect()
}

fn bare_command() -> Command {
    let mut command = Command::new("git");
    for (name, _) in std::env::vars_os() {
        if is_git_variable(&name) {
            command.env_remove(name);
        }
    }
    command
        .env("LC_ALL", "C")
        .env("GIT_TERMINAL_PROMPT", "0")
        .env("GIT_OPTIONAL_LOCKS", "0")
        .env("GIT_LITERAL_PATHSPECS", "1")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    command
}

/// Whether a variable steers git, apart from those by which it finds its own parts and certificates.
pub(crate) fn is_git_variable(name: &OsStr) -> bool {
    name.to_str().is_some_and(|name| {
        name.starts_with("GIT_")
            && !name.starts_with("GIT_SSL_")
            && name != "GIT_EXEC_PATH"
            && name != "GIT_TEMPLATE_DIR"
    })
}

/// Runs a command to its end and returns what it printed; a failure is an error.
pub(crate) async fn run(command: &mut Command, input: Option<&[u8]>) -> Result<Vec<u8>, ProviderError> {
    let output = output(command, input).await?;
    if output.status.success() { Ok(output.stdout) } else { Err(failure(command, &output.stderr)) }
}

/// Runs a command to its end, whatever its exit status.
pub(crate) async fn output(command: &mut Command, input: Option<&[u8]>) -> Result<Output, ProviderError> {
    if input.is_some() {
        command.stdin(Stdio::piped());
    }
    let mut child = command.spawn().map_err(ProviderError::GitMissing)?;
    let stdin = child.stdin.take();
    let feed = async {
        if let (Some(mut stdin), Some(input)) = (stdin, input) {
            // A git that stops reading says why by its exit status.
            let _ = stdin.write_all(input).await;
        }
    };
    let ((), output) = tokio::join!(feed, child.wait_with_output());
    output.map_err(ProviderError::io("reading from git"))
}

/// The error for a command that exited with failure.
pub(crate) fn failure(command: &Command, stderr: &[u8]) -> ProviderError {
    let mut arguments = command.as_std().get_args();
    let mut name = String::new();
    while let Some(argument) = arguments.next() {
        let argument = argument.to_string_lossy();
        if matches!(&*argument, "-C" | "-c" | "--git-dir") {
            arguments.next();
        } else {
            name = argument.into_owned();
            break;
        }
    }
    let said = String::from_utf8_lossy(stderr);
    ProviderError::Git { command: name, stderr: said.trim().chars().take(2000).collect() }
}

/// The text of an answer, without the line end.
pub(crate) fn text(answer: &[u8]) -> String {
    String::from_utf8_lossy(answer).trim_end_matches('\n').to_owned()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    #[test]
    fn a_directory_that_someone_else_has_laid_out_is_not_used_for_settings() {
        let dir = tempfile::tempdir().unwrap();
        let trap = dir.path().join("trap");
        fs::create_dir(&trap).unwrap();
        for number in 0..100 {
            let planted = dir.path().join(format!("tinybug-git-{}-{number}", std::process::id()));
            if number % 2 == 0 { symlink(&trap, planted).unwrap() } else { fs::create_dir(planted).unwrap() }
        }
        let count = || fs::read_dir(dir.path()).unwrap().count();
        let planted = count();
        let reader = Reader::below(dir.path()).unwrap();
        assert_eq!(count(), planted + 1);
        let own = reader.0.dir.clone();
        assert_eq!(fs::metadata(&own).unwrap().permissions().mode() & 0o777, 0o700);
        assert!(own.join(GUEST).exists());
        assert_eq!(fs::read_dir(&trap).unwrap().count(), 0);
        drop(reader);
        assert_eq!(count(), planted, "it goes when it is not used any more");
    }
}
