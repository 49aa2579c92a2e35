//! The gateway over Streamable HTTP, on a thread of its own. Never blocks whoever sends.

use std::collections::HashMap;
use std::io::{self, ErrorKind};
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use rmcp::model::RequestId;
use tokio::runtime;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::AbortHandle;

use super::answers::Handshake;
use super::gateway_url::GatewayUrl;
use super::http_exchange::Exchange;
use super::message::{self, Message};
use super::relay::Answers;
use super::unavailable::Unavailable;

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
    let mut running = target.handshake.is_none().then(Running::default);
    let exchange = Arc::new(Exchange::new(target, answers.clone())?);
    runtime.block_on(async {
        while let Some(line) = lines.recv().await {
            if running.as_mut().is_some_and(|running| running.cancel(&line)) {
                continue;
            }
            let id = request_id(&line);
            let task = tokio::spawn(Arc::clone(&exchange).carry(line));
            if let (Some(running), Some(id)) = (&mut running, id) {
                running.add(id, task.abort_handle());
            }
        }
        exchange.end_session(GOODBYE).await;
    });
    Ok(())
}

fn request_id(line: &[u8]) -> Option<RequestId> {
    match message::parse(line) {
        Ok(Message::Request { id, .. }) => Some(id),
        Ok(Message::Notification { .. } | Message::Response { .. }) | Err(_) => None,
    }
}

/// The requests without a session that are under way. Over HTTP such a request is cancelled by closing the stream of
/// its answer; there is no message for it.
#[derive(Default)]
struct Running(HashMap<RequestId, AbortHandle>);

impl Running {
    /// From how many on those that are over are looked for.
    const MANY: usize = 64;

    fn add(&mut self, id: RequestId, task: AbortHandle) {
        if self.0.len() >= Self::MANY {
            self.0.retain(|_, task| !task.is_finished());
        }
        self.0.insert(id, task);
    }

    /// Whether `line` was a cancellation, which then has been seen to.
    fn cancel(&mut self, line: &[u8]) -> bool {
        let is_cancellation = matches!(
            message::parse(line),
            Ok(Message::Notification { method }) if method == "notifications/cancelled"
        );
        if is_cancellation && let Some(task) = message::cancelled(line).and_then(|id| self.0.remove(&id)) {
            task.abort();
        }
        is_cancellation
    }
}
