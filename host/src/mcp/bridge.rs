//! `isartor mcp`: the stdio server that clients launch. It answers `initialize` at once and passes everything else to
//! the gateway as it is. Never writes anything but JSON-RPC to its output, and never outlives its client.

mod answers;
mod client;
mod gateway_url;
mod http_exchange;
mod http_headers;
mod http_link;
mod ledger;
mod lines;
mod link;
mod message;
mod relay;
mod route;
mod sse;
mod upstream;

use std::fs::File;
use std::io::{self, Read};
use std::os::fd::AsFd;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use rustix::process::{Pid, getppid};

use client::{Client, Ending};
use lines::{Line, Lines, MAX_LINE_BYTES};
use message::Malformed;
use relay::Relay;

use crate::settings::Home;

pub use gateway_url::{GatewayUrl, GatewayUrlError};

/// How often the bridge looks whether its parent still lives; the end of input usually says so earlier.
const HEARTBEAT: Duration = Duration::from_secs(1);

/// What `isartor mcp` was told.
#[derive(Debug, Clone)]
pub struct Options {
    pub gateway: GatewayUrl,
    pub api_key: Option<String>,
    pub home: Home,
    /// The program that starts the gateway.
    pub program: PathBuf,
    /// The port that `isartor up` takes without being told.
    pub configured_port: u16,
}

/// Serves MCP on `input` and `output` until the input ends, nobody reads the output, or the parent process is gone.
/// Threads that block, not a runtime: each direction is one system call in and one out, whatever kind of descriptor
/// the client gave us.
pub fn run(options: Options, input: impl Read + AsFd + Send + 'static, output: File) -> io::Result<()> {
    let parent = getppid();
    let (endings, ended) = mpsc::channel();
    let client = Client::new(output, endings, options.gateway.clone(), options.configured_port);
    let relay = Arc::new(Relay::new(options, client));
    let reader = Arc::clone(&relay);
    thread::Builder::new().name("client".into()).spawn(move || read_client(&reader, input))?;
    wait(&relay, &ended, parent);
    Ok(())
}

/// Ends the bridge when it is dropped, even by a panic: without a reader it would only keep its client waiting.
struct Reading<'a>(&'a Client);

impl Drop for Reading<'_> {
    fn drop(&mut self) {
        self.0.end(Ending::InputEnded);
    }
}

fn read_client(relay: &Arc<Relay>, input: impl Read + AsFd) {
    let _reading = Reading(&relay.client);
    let mut lines = Lines::new(input);
    loop {
        match lines.next() {
            Ok(Line::Text(line)) if line.trim_ascii().is_empty() => {}
            Ok(Line::Text(line)) => relay.client_line(line),
            Ok(Line::TooLong) => relay.malformed(&Malformed::TooLong { limit: MAX_LINE_BYTES }),
            Ok(Line::End) => break,
            Err(error) => {
                tracing::warn!(%error, "cannot read from the client");
                break;
            }
        }
    }
}

fn wait(relay: &Relay, ended: &Receiver<Ending>, parent: Option<Pid>) {
    loop {
        match ended.recv_timeout(HEARTBEAT) {
            Ok(Ending::InputEnded) => return relay.finish(),
            Ok(Ending::OutputClosed) | Err(RecvTimeoutError::Disconnected) => return,
            Err(RecvTimeoutError::Timeout) if getppid() != parent => return,
            Err(RecvTimeoutError::Timeout) => relay.tick(),
        }
    }
}
