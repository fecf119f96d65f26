//! Reading trees and files of the mirror.

use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    process::Command,
};

use super::{
    command::{failure, run},
    mirror::Mirror,
};
use crate::ProviderError;

/// A file of a commit. Submodules are not listed: their code is another repository's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TreeFile {
    /// Path from the top of the repository, with forward slashes.
    pub path: String,
    /// Id of its content.
    pub blob: String,
    /// Bytes.
    pub size: u64,
    /// Whether it may be executed.
    pub executable: bool,
    /// Whether it is a symbolic link (its content is the target).
    pub symlink: bool,
}

impl Mirror {
    /// Every file of a commit, in path order. Paths that are no UTF-8 are left out.
    pub async fn files(&self, sha: &str) -> Result<Vec<TreeFile>, ProviderError> {
        let listed =
            run(self.git.mirror().args(["ls-tree", "-r", "-l", "-z", "--full-tree", "--end-of-options", sha]), None)
                .await?;
        Ok(listed.split(|byte| *byte == 0).filter_map(parse_entry).collect())
    }

    /// The contents of files of a commit, in the order asked for; `None` for one that is not there.
    pub async fn read(&self, sha: &str, paths: &[String]) -> Result<Vec<Option<Vec<u8>>>, ProviderError> {
        let mut command = self.git.mirror();
        command.args(["cat-file", "--batch"]).stdin(std::process::Stdio::piped());
        let mut child = command.spawn().map_err(ProviderError::GitMissing)?;
        let mut stdin = child.stdin.take().expect("stdin is piped");
        let mut stdout = BufReader::new(child.stdout.take().expect("stdout is piped"));
        let ask = async move {
            for path in paths {
                // The protocol ends a name at a line feed: such a path is asked for as one that cannot exist.
                let name = if path.contains('\n') { "missing" } else { path };
                stdin.write_all(format!("{sha}:{name}\n").as_bytes()).await?;
            }
            stdin.shutdown().await
        };
        let answer = async {
            let mut contents = Vec::with_capacity(paths.len());
            for _ in paths {
                contents.push(read_object(&mut stdout).await?);
            }
            Ok(contents)
        };
        let (_, contents) = tokio::join!(ask, answer);
        let contents = contents.map_err(|error| reading_failed(&command, &error))?;
        child.wait().await.map_err(ProviderError::io("waiting for git"))?;
        Ok(contents)
    }
}

fn reading_failed(command: &Command, error: &std::io::Error) -> ProviderError {
    failure(command, error.to_string().as_bytes())
}

async fn read_object(stdout: &mut (impl AsyncBufReadExt + Unpin)) -> std::io::Result<Option<Vec<u8>>> {
    let mut header = Vec::new();
    if stdout.read_until(b'\n', &mut header).await? == 0 {
        return Err(std::io::ErrorKind::UnexpectedEof.into());
    }
    let header = String::from_utf8_lossy(&header);
    let mut words = header.trim_end().rsplit(' ');
    let (size, kind) = (words.next().and_then(|size| size.parse::<usize>().ok()), words.next());
    let (Some(size), Some(kind)) = (size, kind) else {
        return Ok(None);
    };
    let mut content = vec![0; size + 1];
    stdout.read_exact(&mut content).await?;
    content.truncate(size);
    Ok((kind == "blob").then_some(content))
}

fn parse_entry(entry: &[u8]) -> Option<TreeFile> {
    let entry = std::str::from_utf8(entry).ok()?;
    let (facts, path) = entry.split_once('\t')?;
    let mut facts = facts.split_ascii_whitespace();
    let (mode, kind, blob, size) = (facts.next()?, facts.next()?, facts.next()?, facts.next()?);
    (kind == "blob").then(|| TreeFile {
        path: path.to_owned(),
        blob: blob.to_owned(),
        size: size.parse().unwrap_or(0),
        executable: mode == "100755",
        symlink: mode == "120000",
    })
}
