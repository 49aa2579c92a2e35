//! Starting a gateway that outlives its starter. Never starts one against the user's `stop`.

use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use super::{InstanceError, InstanceInfo, POLL_INTERVAL, Presence, presence, wait_until_announced};
use crate::server::{log, probe};
use crate::settings::Home;
use crate::system;

/// How long a new gateway may take until it answers.
const PATIENCE: Duration = Duration::from_secs(20);

#[derive(Debug, thiserror::Error)]
pub enum LaunchError {
    #[error(transparent)]
    Instance(#[from] InstanceError),
    #[error("the gateway was stopped by the user and starts again with the next `isartor up`")]
    Stopped,
    #[error("cannot run {}", program.display())]
    Spawn { program: PathBuf, source: io::Error },
    #[error("cannot open the log {}", path.display())]
    Log { path: PathBuf, source: io::Error },
    /// What the new process said before it ended: an error and often a hint.
    #[error("{0}")]
    Died(String),
    #[error("the gateway did not answer within {} s", PATIENCE.as_secs())]
    Silent,
}

/// Starts the gateway of `home` for a process that needs one, and returns once it answers. Refused after
/// `isartor stop`. When several processes ask at once, one gateway starts and all get it.
pub fn start_detached(program: &Path, home: &Home, port: u16) -> Result<InstanceInfo, LaunchError> {
    if home.stopped_marker().exists() {
        return Err(LaunchError::Stopped);
    }
    let mut command = Command::new(program);
    command.args(["up", "--detach", "--port", &port.to_string()]).env("ISARTOR_HOME", home.root());
    command.env_remove("ISARTOR_GATEWAY_URL").env_remove("ISARTOR__GATEWAY_API_KEY");
    command.stdin(Stdio::null()).stdout(Stdio::null());
    system::detach(&mut command);
    let output = command.output().map_err(|source| LaunchError::Spawn { program: program.into(), source })?;
    match wait_until_announced(home, PATIENCE)? {
        Presence::Running(info) => Ok(info),
        Presence::Starting => Err(LaunchError::Silent),
        Presence::Absent => Err(LaunchError::Died(String::from_utf8_lossy(&output.stderr).trim_end().to_owned())),
    }
}

/// Runs `command`, a gateway's background half, and waits until it answers on HTTP or has ended. Its standard
/// output is a pipe that carries its error, its standard error is the log.
pub(crate) fn launch(mut command: Command, home: &Home) -> Result<InstanceInfo, LaunchError> {
    let path = home.log_file();
    let log = log::open(&path).map_err(|source| LaunchError::Log { path, source })?;
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(log);
    let program = PathBuf::from(command.get_program());
    let mut child = command.spawn().map_err(|source| LaunchError::Spawn { program, source })?;
    let last_words = read_in_background(child.stdout.take().expect("the output was just piped"));
    let started = wait_until_answering(&child, &last_words, home);
    if matches!(started, Err(LaunchError::Silent)) {
        end(&mut child);
    }
    started
}

fn wait_until_answering(
    child: &Child,
    last_words: &Receiver<String>,
    home: &Home,
) -> Result<InstanceInfo, LaunchError> {
    let deadline = Instant::now() + PATIENCE;
    while Instant::now() < deadline {
        match last_words.recv_timeout(POLL_INTERVAL) {
            Ok(text) => return Err(LaunchError::Died(died(&text, home))),
            Err(RecvTimeoutError::Disconnected) => return Err(LaunchError::Died(died("", home))),
            Err(RecvTimeoutError::Timeout) => {}
        }
        if let Presence::Running(info) = presence(home)?
            && info.pid == child.id()
            && probe::health_at(&info.url).is_ok()
        {
            return Ok(info);
        }
    }
    Err(LaunchError::Silent)
}

fn died(last_words: &str, home: &Home) -> String {
    match last_words.trim() {
        "" => format!("the gateway ended while starting; its log is {}", home.log_file().display()),
        text => text.to_owned(),
    }
}

/// Sends everything the child writes, once it has closed its output, which it does by ending.
fn read_in_background(mut output: ChildStdout) -> Receiver<String> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Err(error) = output.read_to_end(&mut bytes) {
            bytes = format!("cannot read what the gateway says: {error}").into_bytes();
        }
        match sender.send(String::from_utf8_lossy(&bytes).into_owned()) {
            // The receiver is gone once the gateway has answered: nobody waits for its last words any more.
            Ok(()) | Err(_) => {}
        }
    });
    receiver
}

/// Ends our own child, which never answered; it may have ended by itself meanwhile.
fn end(child: &mut Child) {
    if let Err(error) = child.kill().and_then(|()| child.wait()) {
        tracing::debug!(%error, "the silent gateway had already ended");
    }
}
