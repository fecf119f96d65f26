//! Commits of Tinybug's own: one process each, and the same id for the same content.

use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    process::{ChildStdin, ChildStdout},
};

use super::{
    command::failure,
    mirror::Mirror,
    snapshot::{DATE, IDENTITY},
};
use crate::ProviderError;

/// New content of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// Path from the top of the repository, with forward slashes.
    pub path: String,
    /// The whole new content.
    pub content: Vec<u8>,
}

impl Mirror {
    /// Makes a commit on `base` with these files changed, and lets `reference` name it. The same arguments give the
    /// same commit; no edits give an empty commit, distinct by its message.
    pub async fn publish(
        &self,
        base: &str,
        edits: &[Edit],
        reference: &str,
        message: &str,
    ) -> Result<String, ProviderError> {
        let _kept = self.keep_objects().await?;
        let mut command = self.git.mirror();
        command.args(["fast-import", "--quiet", "--force", "--done", "--date-format=raw"]);
        command.stdin(std::process::Stdio::piped());
        let mut child = command.spawn().map_err(ProviderError::GitMissing)?;
        let stdin = child.stdin.take().expect("stdin is piped");
        let stdout = BufReader::new(child.stdout.take().expect("stdout is piped"));
        let mut stderr = child.stderr.take().expect("stderr is piped");
        let mut said = Vec::new();
        let commit = Commit { base, edits, reference, message };
        let (sha, _) = tokio::join!(commit.import(stdin, stdout), stderr.read_to_end(&mut said));
        let status = child.wait().await.map_err(ProviderError::io("waiting for git"))?;
        match sha {
            Ok(sha) if status.success() => Ok(sha),
            Err(error) if said.is_empty() => Err(ProviderError::io("writing to git")(error)),
            _ => Err(failure(&command, &said)),
        }
    }
}

struct Commit<'a> {
    base: &'a str,
    edits: &'a [Edit],
    reference: &'a str,
    message: &'a str,
}

impl Commit<'_> {
    async fn import(&self, mut stdin: ChildStdin, mut stdout: BufReader<ChildStdout>) -> std::io::Result<String> {
        let mut answer = String::new();
        let mut modes = Vec::with_capacity(self.edits.len());
        for edit in self.edits {
            stdin.write_all(format!("ls {} {}\n", self.base, quoted(&edit.path)).as_bytes()).await?;
            answer.clear();
            stdout.read_line(&mut answer).await?;
            let mode = answer.split(' ').next().filter(|mode| mode.parse::<u32>().is_ok());
            modes.push(mode.unwrap_or("100644").to_owned());
        }
        let mut stream = format!("commit {}\nmark :1\nauthor {IDENTITY} {DATE}\n", self.reference).into_bytes();
        stream.extend(format!("committer {IDENTITY} {DATE}\ndata {}\n", self.message.len()).bytes());
        stream.extend(format!("{}\nfrom {}\n", self.message, self.base).bytes());
        for (edit, mode) in self.edits.iter().zip(modes) {
            let header = format!("M {mode} inline {}\ndata {}\n", quoted(&edit.path), edit.content.len());
            stream.extend(header.bytes());
            stream.extend(&edit.content);
            stream.push(b'\n');
        }
        stream.extend(b"\nget-mark :1\ndone\n");
        stdin.write_all(&stream).await?;
        stdin.shutdown().await?;
        drop(stdin);
        answer.clear();
        stdout.read_line(&mut answer).await?;
        Ok(answer.trim_end().to_owned())
    }
}

/// A path in the manner of C strings, which the stream understands everywhere.
fn quoted(path: &str) -> String {
    let mut text = String::from("\"");
    for character in path.chars() {
        match character {
            '"' => text.push_str("\\\""),
            '\\' => text.push_str("\\\\"),
            '\n' => text.push_str("\\n"),
            other => text.push(other),
        }
    }
    text.push('"');
    text
}
