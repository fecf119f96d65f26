//! Runs the programs that get or prepare a part, and finds those of the machine.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context, bail};
use nix::unistd::{AccessFlags, access};
use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};
use tokio::process::Command;

/// How much of a failed program's output is shown.
const SHOWN_LINES: usize = 12;

/// The program of this name on the `PATH`.
pub(crate) fn find(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|directory| directory.join(name)).find(|program| is_program(program))
}

/// Whether the file is there and may be run.
pub(crate) fn is_program(path: &Path) -> bool {
    path.is_file() && access(path, AccessFlags::X_OK).is_ok()
}

/// Runs a program to its end, giving each line of its output to `on_line`; an error names it and shows the last lines.
pub(crate) async fn run(name: &str, command: &mut Command, mut on_line: impl FnMut(&str)) -> anyhow::Result<()> {
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .with_context(|| format!("failed to start {name}"))?;
    let mut stdout = lines(child.stdout.take().expect("it was just piped"));
    let mut stderr = lines(child.stderr.take().expect("it was just piped"));
    let mut last = VecDeque::new();
    let (mut out_open, mut err_open) = (true, true);
    while out_open || err_open {
        let line = tokio::select! {
            line = stdout.next_line(), if out_open => line?.or_else(|| { out_open = false; None }),
            line = stderr.next_line(), if err_open => line?.or_else(|| { err_open = false; None }),
        };
        if let Some(line) = line {
            on_line(&line);
            last.push_back(line);
            if last.len() > SHOWN_LINES {
                last.pop_front();
            }
        }
    }
    let status = child.wait().await?;
    if !status.success() {
        bail!("{name} failed ({status}):\n{}", Vec::from(last).join("\n"));
    }
    Ok(())
}

fn lines<R: AsyncRead + Unpin>(stream: R) -> tokio::io::Lines<BufReader<R>> {
    BufReader::new(stream).lines()
}

/// What a program prints, for short questions such as its version.
pub(crate) fn ask(program: &Path, args: &[&str]) -> anyhow::Result<String> {
    let output = std::process::Command::new(program)
        .args(args)
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("failed to run {}", program.display()))?;
    if !output.status.success() {
        bail!("{} {} failed: {}", program.display(), args.join(" "), String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
