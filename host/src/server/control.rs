//! How `stop`, `status` and `cache` speak to the running gateway: one JSON line each way on a socket of its owner.

use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::Gateway;
use super::health::Health;
use super::instance::InstanceInfo;
use super::keys::KeysReport;
use super::relay::{Relayed, RelayedAnswer, relay};
use crate::system::{self, LocalReadHalf, LocalStream, LocalWriteHalf};

/// A request, which may bring entries, and an answer, which may be a page of them.
const MAX_REQUEST_BYTES: u64 = 32 << 20;
const MAX_ANSWER_BYTES: u64 = 64 << 20;
const PATIENCE: Duration = Duration::from_secs(5);
/// Removing or compacting a large cache takes its time.
const PATIENCE_WITH_THE_CACHE: Duration = Duration::from_secs(600);

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "command", rename_all = "lowercase")]
pub enum Request {
    Status,
    /// Finish what runs, then end.
    Stop,
    /// What the HTTP API does with the cache.
    Cache(Relayed),
}

/// To status and stop: who answers, and how it is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reply {
    pub pid: u32,
    pub url: String,
    /// How long requests in flight may take after a stop.
    pub shutdown_grace_seconds: u64,
    #[serde(default)]
    pub keys: KeysReport,
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

/// Asks the gateway that listens on `path` how it is, or to stop.
pub fn ask(path: &Path, request: Request) -> Result<Reply, ControlError> {
    answered(path, &request, PATIENCE)
}

/// Has the gateway that listens on `path` do something with its cache.
pub fn ask_cache(path: &Path, relayed: Relayed) -> Result<RelayedAnswer, ControlError> {
    answered(path, &Request::Cache(relayed), PATIENCE_WITH_THE_CACHE)
}

fn answered<Answer: DeserializeOwned>(
    path: &Path,
    request: &Request,
    patience: Duration,
) -> Result<Answer, ControlError> {
    let line =
        exchange(path, request, patience).map_err(|source| ControlError::Socket { path: path.into(), source })?;
    serde_json::from_str(&line).map_err(|source| ControlError::Answer { path: path.into(), source })
}

fn exchange(path: &Path, request: &Request, patience: Duration) -> io::Result<String> {
    let mut stream = system::connect(path)?;
    stream.set_read_timeout(Some(patience))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    stream.write_all(line_of(request).as_bytes())?;
    let mut line = String::new();
    BufReader::new(io::Read::take(stream, MAX_ANSWER_BYTES)).read_line(&mut line)?;
    Ok(line)
}

/// Answers one request. A stop is answered before it is obeyed.
pub(super) async fn serve(stream: LocalStream, gateway: Gateway, info: InstanceInfo, shutdown: CancellationToken) {
    let (read, write) = stream.into_split();
    let request = match timeout(PATIENCE, received(read)).await {
        Ok(Ok(request)) => request,
        Ok(Err(error)) => return tracing::warn!(%error, "a control request failed"),
        Err(_) => return tracing::warn!("a control request did not arrive in time"),
    };
    let answer = match &request {
        Request::Status | Request::Stop => line_of(&reply(&gateway, &info)),
        Request::Cache(relayed) => line_of(&relay(&gateway.chat, relayed).await),
    };
    if let Err(error) = sent(write, &answer).await {
        tracing::warn!(%error, "a control request was not answered");
    }
    if request == Request::Stop {
        tracing::info!("told to stop");
        shutdown.cancel();
    }
}

async fn received(read: LocalReadHalf) -> io::Result<Request> {
    let mut line = String::new();
    tokio::io::BufReader::new(read.take(MAX_REQUEST_BYTES)).read_line(&mut line).await?;
    Ok(serde_json::from_str(&line)?)
}

async fn sent(mut write: LocalWriteHalf, answer: &str) -> io::Result<()> {
    write.write_all(answer.as_bytes()).await?;
    write.shutdown().await
}

fn reply(gateway: &Gateway, info: &InstanceInfo) -> Reply {
    Reply {
        pid: info.pid,
        url: info.url.clone(),
        shutdown_grace_seconds: gateway.settings.server.shutdown_grace.as_secs(),
        keys: gateway.keys.report(),
        health: Health::of(gateway),
    }
}

fn line_of(message: &impl Serialize) -> String {
    let mut line = serde_json::to_string(message).expect("our messages are strings, numbers and lists of them");
    line.push('\n');
    line
}
