//! The gateway over Streamable HTTP, on a thread of its own. Never blocks whoever sends.

use std::io::{self, ErrorKind};
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use tokio::runtime;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::answers::{Handshake, Unavailable};
use super::gateway_url::GatewayUrl;
use super::http_exchange::Exchange;
use super::relay::Answers;

/// How long the end of the session may hold up the end of the process.
const GOODBYE: Duration = Duration::from_millis(300);

pub(super) struct HttpLink {
    lines: UnboundedSender<Vec<u8>>,
    /// Closed once the session is over.
    ended: Receiver<()>,
}

/// Where to, as whom, and how to begin.
pub(super) struct HttpTarget {
    pub(super) gateway: GatewayUrl,
    pub(super) api_key: Option<String>,
    /// None for a client that speaks a protocol version without sessions.
    pub(super) handshake: Option<Handshake>,
}

impl HttpLink {
    pub(super) fn open(target: HttpTarget, answers: Answers) -> io::Result<Self> {
        let (lines, received) = unbounded_channel();
        let (ending, ended) = mpsc::channel();
        thread::Builder::new().name("gateway-http".into()).spawn(move || {
            if let Err(error) = run(target, &answers, received) {
                tracing::warn!(error = error.as_ref(), "cannot speak HTTP");
                answers.lost(&Unavailable::Failed { reason: error.to_string() });
            }
            drop(ending);
        })?;
        Ok(Self { lines, ended })
    }

    pub(super) fn send(&self, line: &[u8]) -> io::Result<()> {
        self.lines.send(line.to_vec()).map_err(|_| ErrorKind::BrokenPipe.into())
    }

    pub(super) fn close(self) {
        drop(self.lines);
        if self.ended.recv_timeout(GOODBYE) == Err(RecvTimeoutError::Timeout) {
            tracing::debug!("the gateway takes its time to end the session");
        }
    }
}

type AnyError = Box<dyn std::error::Error + Send + Sync>;

fn run(target: HttpTarget, answers: &Answers, mut lines: UnboundedReceiver<Vec<u8>>) -> Result<(), AnyError> {
    let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
    let exchange = Arc::new(Exchange::new(target, answers.clone())?);
    runtime.block_on(async {
        while let Some(line) = lines.recv().await {
            tokio::spawn(Arc::clone(&exchange).carry(line));
        }
        exchange.end_session(GOODBYE).await;
    });
    Ok(())
}
