//! How `stop` and `status` speak to the running gateway: one JSON line each way on a socket of its owner.

use std::io::{self, BufRead, BufReader, Write};
use std::os::unix::net::UnixStream as BlockingStream;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::Gateway;
use super::health::Health;
use super::instance::InstanceInfo;
use super::local_socket::is_ours;

/// A request, and an answer, which tells of every plugin.
const MAX_REQUEST_BYTES: u64 = 64 << 10;
const MAX_ANSWER_BYTES: u64 = 4 << 20;
const PATIENCE: Duration = Duration::from_secs(5);

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "command", rename_all = "lowercase")]
pub enum Request {
    Status,
    /// Finish what runs, then end.
    Stop,
}

/// The same for both requests: who answers, and how it is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reply {
    pub pid: u32,
    pub url: String,
    /// How long requests in flight may take after a stop.
    pub shutdown_grace_seconds: u64,
    #[serde(flatten)]
    pub health: Health,
}

#[derive(Debug, thiserror::Error)]
pub enum ControlError {
    #[error("cannot speak to the gateway at {}", path.display())]
    Socket { path: PathBuf, source: io::Error },
    #[error("cannot understand what the gateway at {} answered", path.display())]
    Answer { path: PathBuf, source: serde_json::Error },
}

/// Asks the gateway that listens on `path`.
pub fn ask(path: &Path, request: Request) -> Result<Reply, ControlError> {
    let line = exchange(path, request).map_err(|source| ControlError::Socket { path: path.into(), source })?;
    serde_json::from_str(&line).map_err(|source| ControlError::Answer { path: path.into(), source })
}

fn exchange(path: &Path, request: Request) -> io::Result<String> {
    if !is_ours(path)? {
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, "the socket belongs to another user"));
    }
    let mut stream = BlockingStream::connect(path)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    stream.write_all(line_of(&request).as_bytes())?;
    let mut line = String::new();
    BufReader::new(io::Read::take(stream, MAX_ANSWER_BYTES)).read_line(&mut line)?;
    Ok(line)
}

/// Answers one request. A stop is answered before it is obeyed.
pub(super) async fn serve(stream: UnixStream, gateway: Gateway, info: InstanceInfo, shutdown: CancellationToken) {
    match timeout(PATIENCE, answer(stream, &gateway, &info)).await {
        Ok(Ok(Request::Status)) => {}
        Ok(Ok(Request::Stop)) => {
            tracing::info!("told to stop");
            shutdown.cancel();
        }
        Ok(Err(error)) => tracing::warn!(%error, "a control request failed"),
        Err(_) => tracing::warn!("a control request did not arrive in time"),
    }
}

async fn answer(stream: UnixStream, gateway: &Gateway, info: &InstanceInfo) -> io::Result<Request> {
    let (read, mut write) = stream.into_split();
    let mut line = String::new();
    tokio::io::BufReader::new(read.take(MAX_REQUEST_BYTES)).read_line(&mut line).await?;
    let request = serde_json::from_str(&line)?;
    let reply = Reply {
        pid: info.pid,
        url: info.url.clone(),
        shutdown_grace_seconds: gateway.settings.server.shutdown_grace.as_secs(),
        health: Health::of(gateway),
    };
    write.write_all(line_of(&reply).as_bytes()).await?;
    write.shutdown().await?;
    Ok(request)
}

fn line_of(message: &impl Serialize) -> String {
    let mut line = serde_json::to_string(message).expect("our messages are strings, numbers and lists of them");
    line.push('\n');
    line
}
