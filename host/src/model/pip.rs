//! Downloads a wheel with the user's pip, with its settings for proxies and mirrors. Runs nothing of what it fetches.

use std::io;
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::time::{Duration, Instant};

use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, ChildStderr, Command};
use tokio::time::timeout;

use super::pins::Package;
use super::{Progress, ProgressSink};

/// Programs that may be Python 3, in the order they are tried.
const PYTHONS: [&str; 2] = ["python3", "python"];

/// How long pip may do nothing that can be seen in its directories.
const STALL: Duration = Duration::from_secs(120);

/// How long one download may take in all.
const LIMIT: Duration = Duration::from_secs(1800);

/// How long the rest of pip's messages may take once it has ended.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// How pip's run came to an end.
enum End {
    Exited(ExitStatus),
    /// It has to be ended from outside.
    Hopeless(&'static str),
}

const POLL: Duration = Duration::from_millis(200);
const LAST_LINES: usize = 4;

#[derive(Debug, thiserror::Error)]
pub enum PipError {
    #[error("there is no python3 on the PATH")]
    NoPython,
    #[error("cannot run {python} -m pip")]
    Run { python: &'static str, source: io::Error },
    #[error("{python} -m pip download {requirement} failed ({status}): {last_lines}")]
    Failed { python: &'static str, requirement: String, status: ExitStatus, last_lines: String },
    #[error("{python} -m pip download {requirement} was ended, since it {why}: {last_lines}")]
    Ended { python: &'static str, requirement: String, why: &'static str, last_lines: String },
}

/// Downloads one wheel into the empty directory `into`, which also takes pip's temporary files.
pub(super) async fn download(package: &Package, into: &Path, progress: &ProgressSink<'_>) -> Result<(), PipError> {
    for python in PYTHONS {
        match command(python, package, into).spawn() {
            Ok(child) => return finish(child, python, package, into, progress).await,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(source) => return Err(PipError::Run { python, source }),
        }
    }
    Err(PipError::NoPython)
}

/// Started in `into`, because Python would import a `pip` from the current directory.
fn command(python: &str, package: &Package, into: &Path) -> Command {
    let mut command = Command::new(python);
    command.args(["-m", "pip", "download", "--no-deps", "--only-binary", ":all:", "--no-input"]);
    command.args(["--disable-pip-version-check", "--progress-bar", "off"]);
    if let Some(platform) = package.platform {
        command.args(["--platform", platform, "--python-version", "3.12", "--implementation", "cp", "--abi", "cp312"]);
    }
    command.arg("--dest").arg(into).arg(requirement(package));
    command.current_dir(into).env("TMPDIR", into).env("TEMP", into).env("TMP", into);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).kill_on_drop(true);
    command
}

fn requirement(package: &Package) -> String {
    format!("{}=={}", package.name, package.version)
}

async fn finish(
    mut child: Child,
    python: &'static str,
    package: &Package,
    into: &Path,
    progress: &ProgressSink<'_>,
) -> Result<(), PipError> {
    let stderr = child.stderr.take().expect("standard error is piped");
    let last_lines = tokio::spawn(last_lines(stderr));
    let run = |source| PipError::Run { python, source };
    let end = watch(&mut child, package, into, progress).await.map_err(run)?;
    if let End::Hopeless(_) = end {
        child.kill().await.map_err(run)?;
    }
    let last_lines = match timeout(LAST_WORDS, last_lines).await {
        Ok(Ok(lines)) => lines,
        // Something that pip started still holds its standard error.
        Ok(Err(_)) | Err(_) => "it left no message".to_owned(),
    };
    let requirement = requirement(package);
    match end {
        End::Exited(status) if status.success() => Ok(()),
        End::Exited(status) => Err(PipError::Failed { python, requirement, status, last_lines }),
        End::Hopeless(why) => Err(PipError::Ended { python, requirement, why, last_lines }),
    }
}

/// Waits for the end of `child` and reports what arrives.
async fn watch(child: &mut Child, package: &Package, into: &Path, progress: &ProgressSink<'_>) -> io::Result<End> {
    let started = Instant::now();
    let (mut seen, mut changed) = (0, started);
    loop {
        if let Ok(status) = timeout(POLL, child.wait()).await {
            return status.map(End::Exited);
        }
        let bytes = size(into);
        if bytes != seen {
            (seen, changed) = (bytes, Instant::now());
            progress(Progress::Bytes { done: bytes.min(package.bytes), total: Some(package.bytes) });
        }
        if changed.elapsed() > STALL {
            return Ok(End::Hopeless("got nothing for two minutes"));
        }
        if started.elapsed() > LIMIT {
            return Ok(End::Hopeless("took more than half an hour"));
        }
    }
}

/// Bytes in a directory. What vanishes while it is looked at counts as nothing: this only feeds a progress bar.
fn size(directory: &Path) -> u64 {
    let Ok(entries) = std::fs::read_dir(directory) else { return 0 };
    let sizes = entries.flatten().map(|entry| match entry.metadata() {
        Ok(metadata) if metadata.is_dir() => size(&entry.path()),
        Ok(metadata) => metadata.len(),
        Err(_) => 0,
    });
    sizes.sum()
}

/// The end of what pip says, on one line.
async fn last_lines(stderr: ChildStderr) -> String {
    let mut lines = BufReader::new(stderr).split(b'\n');
    let mut last = Vec::new();
    while let Ok(Some(line)) = lines.next_segment().await {
        let line = String::from_utf8_lossy(&line).trim().to_owned();
        if !line.is_empty() {
            last.push(line);
        }
        if last.len() > LAST_LINES {
            last.remove(0);
        }
    }
    last.join(" / ")
}
