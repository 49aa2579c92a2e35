//! `isartor mcp`: the stdio server that clients launch. It answers `initialize` at once and passes everything else to
//! the gateway as it is. Never writes anything but JSON-RPC to its output, and never outlives its client.

mod answers;
mod client;
#[cfg(fuzzing)]
pub mod fuzzing;
mod gateway_url;
mod http_exchange;
mod http_headers;
mod http_link;
mod ledger;
mod lines;
mod link;
mod message;
mod reconnection;
mod relay;
mod route;
mod sse;
mod tool_lists;
mod unavailable;
mod upstream;
mod wishes;

use std::fs::File;
use std::io::{self, Read};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use client::{Client, Ending};
use lines::{Line, Lines, MAX_LINE_BYTES};
use message::Malformed;
use relay::Relay;

use crate::settings::Home;
use crate::system::{Parent, has_hung_up};

pub use crate::system::Descriptor;
pub use gateway_url::{GatewayUrl, GatewayUrlError};

/// How often the bridge looks whether its parent still lives; the end of input usually says so earlier.
const HEARTBEAT: Duration = Duration::from_millis(800);
/// How long the last answers may take altogether.
const FINISH_LIMIT: Duration = Duration::from_millis(1800);

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
/// the client gave us. This one never writes, so that nothing keeps it from ending the process.
pub fn run(options: Options, input: impl Read + Descriptor + Send + 'static, output: File) -> io::Result<()> {
    let life = Life { parent: Parent::of_this_process(), input: input.duplicate()? };
    let (endings, ended) = mpsc::channel();
    let client = Client::new(output, endings, &options);
    let relay = Arc::new(Relay::new(options, client));
    let (reader, clock) = (Arc::clone(&relay), Arc::clone(&relay));
    thread::Builder::new().name("client".into()).spawn(move || read_client(&reader, input))?;
    thread::Builder::new().name("clock".into()).spawn(move || {
        loop {
            thread::sleep(HEARTBEAT);
            clock.tick();
        }
    })?;
    if life.wait(&ended) == Some(Ending::InputEnded) {
        finish(relay)?;
    }
    Ok(())
}

/// Answers what was read, unless nobody takes the answers.
fn finish(relay: Arc<Relay>) -> io::Result<()> {
    let (done, is_done) = mpsc::channel::<()>();
    thread::Builder::new().name("finish".into()).spawn(move || {
        relay.finish();
        drop(done);
    })?;
    if is_done.recv_timeout(FINISH_LIMIT) == Err(RecvTimeoutError::Timeout) {
        tracing::warn!("the client does not take the last answers");
    }
    Ok(())
}

/// Ends the bridge when it is dropped, even by a panic: without a reader it would only keep its client waiting.
struct Reading<'a>(&'a Client);

impl Drop for Reading<'_> {
    fn drop(&mut self) {
        self.0.end(Ending::InputEnded);
    }
}

fn read_client(relay: &Arc<Relay>, input: impl Read + Descriptor) {
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

/// What shows that the client lives.
struct Life<D> {
    parent: Parent,
    input: D,
}

impl<D: Descriptor> Life<D> {
    /// Waits for the end and says why it has come; none when the client is simply gone. A parent that dies is looked
    /// for: its input may have another holder, and to be signalled for it would also mean to die with the thread of
    /// the parent that started us.
    fn wait(&self, ended: &Receiver<Ending>) -> Option<Ending> {
        let mut had_hung_up = false;
        loop {
            match ended.recv_timeout(HEARTBEAT) {
                Ok(ending) => return Some(ending),
                Err(RecvTimeoutError::Disconnected) => return None,
                Err(RecvTimeoutError::Timeout) => {
                    // Who reads the input may be held up by a client that takes no answers.
                    let has_hung_up = has_hung_up(&self.input);
                    if self.parent.is_gone() || (had_hung_up && has_hung_up) {
                        return None;
                    }
                    had_hung_up = has_hung_up;
                }
            }
        }
    }
}
