//! One session: hands what its client sends to rmcp's service, and what that says to the stream it belongs to. Knows no
//! HTTP.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock};
use std::time::{Duration, Instant};

use rmcp::RoleServer;
use rmcp::model::{
    ClientJsonRpcMessage, ClientNotification, ClientRequest, ErrorData, InitializeRequest, InitializeRequestParams,
    InitializedNotification, JsonRpcMessage, JsonRpcRequest, ProtocolVersion, RequestId, ServerJsonRpcMessage,
    ServerResult,
};
use rmcp::transport::Transport;
use tokio::sync::mpsc::error::{SendTimeoutError, TrySendError};
use tokio::sync::mpsc::{self, Receiver, Sender};

use super::replay::{Event, EventId, LISTENING};
use super::routes::{DuplicateRequest, Routes};
use crate::chat::Principal;
use crate::mcp::incoming::Message;
use crate::mcp::wishes::Wishes;

/// How long a client may leave its stream unread once the stream is full.
const PATIENCE: Duration = Duration::from_secs(10);
/// Messages that may wait at a time for room in a stream that is full.
const MAX_WAITING: usize = 256;
/// Messages of a client that wait for the service.
const INCOMING_CAPACITY: usize = 64;

/// How a session's client reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::mcp) enum Kind {
    /// Each POST is answered itself; the client may listen beside.
    Streamable,
    /// Everything comes on the one stream that began the session, and it ends with that.
    EventStream,
}

#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(in crate::mcp) enum ExchangeError {
    #[error("the session is over")]
    Ended,
    #[error(transparent)]
    Duplicate(#[from] DuplicateRequest),
}

pub(in crate::mcp) struct Session {
    pub(in crate::mcp) id: Arc<str>,
    pub(super) principal: Principal,
    pub(super) kind: Kind,
    /// Shared with the server of the session.
    pub(super) wishes: Arc<Wishes>,
    /// What was agreed when it began.
    agreed: OnceLock<InitializeRequestParams>,
    version: OnceLock<ProtocolVersion>,
    /// How many messages wait for room in a stream.
    waiting: AtomicUsize,
    state: Mutex<State>,
}

struct State {
    /// None once the session is over.
    incoming: Option<Sender<Message>>,
    routes: Routes,
    used: Instant,
    is_stopping: bool,
}

impl Session {
    /// A session and the end that rmcp's service holds of it.
    pub(super) fn new(
        id: Arc<str>,
        principal: Principal,
        kind: Kind,
        wishes: Arc<Wishes>,
    ) -> (Arc<Self>, SessionTransport) {
        let (sender, incoming) = mpsc::channel(INCOMING_CAPACITY);
        let (agreed, version) = (OnceLock::new(), OnceLock::new());
        let routes = Routes::new(kind == Kind::Streamable);
        let state = State { incoming: Some(sender), routes, used: Instant::now(), is_stopping: false };
        let (waiting, state) = (AtomicUsize::new(0), Mutex::new(state));
        let session = Arc::new(Self { id, principal, kind, wishes, agreed, version, waiting, state });
        let transport = SessionTransport { session: Arc::clone(&session), incoming };
        (session, transport)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("nothing panics while holding a session")
    }

    /// The protocol version of the session, once it is agreed on.
    pub(in crate::mcp) fn version(&self) -> Option<&ProtocolVersion> {
        self.version.get()
    }

    /// What the client said of itself when the session began, with the version that was agreed on.
    pub(super) fn agreed(&self) -> Option<&InitializeRequestParams> {
        self.agreed.get()
    }

    /// Notes what `params` came to. False: they came to nothing.
    pub(super) fn agree(&self, mut params: InitializeRequestParams) -> bool {
        let Some(version) = self.version.get() else { return false };
        params.protocol_version = version.clone();
        self.agreed.get_or_init(|| params);
        true
    }

    /// Has the service of a restored session see its beginning again, before anything its client sends; nobody waits for
    /// that answer.
    pub(super) fn replay_beginning(&self, agreed: InitializeRequestParams) {
        let mut initialize = InitializeRequest::default();
        initialize.params = agreed.clone();
        self.version.get_or_init(|| agreed.protocol_version.clone());
        self.agreed.get_or_init(|| agreed);
        let id = RequestId::String("restored".into());
        let begin = ClientJsonRpcMessage::request(ClientRequest::InitializeRequest(initialize), id);
        let initialized = ClientNotification::InitializedNotification(InitializedNotification::default());
        let state = self.state();
        let incoming = state.incoming.as_ref().expect("a session that begins is not over");
        for message in [begin, ClientJsonRpcMessage::notification(initialized)] {
            incoming.try_send(Box::new(message)).expect("it takes more than two messages");
        }
    }

    /// Hands on what a client sent at once. None: nothing of it is answered here.
    pub(in crate::mcp) async fn exchange(
        self: &Arc<Self>,
        messages: Vec<Message>,
    ) -> Result<Option<Answers>, ExchangeError> {
        let (incoming, answers) = self.register(&messages)?;
        for message in messages {
            incoming.send(message).await.map_err(|_| ExchangeError::Ended)?;
        }
        Ok(answers)
    }

    fn register(self: &Arc<Self>, messages: &[Message]) -> Result<(Sender<Message>, Option<Answers>), ExchangeError> {
        let mut state = self.state();
        let incoming = state.incoming.clone().ok_or(ExchangeError::Ended)?;
        state.used = Instant::now();
        messages.iter().for_each(|message| state.routes.forget_cancelled(message));
        let apart = match self.kind {
            Kind::Streamable => state.routes.answer_apart(messages)?,
            Kind::EventStream => {
                state.routes.answer_to_listener(messages)?;
                None
            }
        };
        let answers = apart.map(|(stream, receiver)| Answers { session: Arc::clone(self), stream, receiver });
        Ok((incoming, answers))
    }

    /// What a listener missed, and what it hears from now on.
    pub(in crate::mcp) fn listen(&self, after: Option<EventId>) -> Listening {
        let mut state = self.state();
        state.used = Instant::now();
        let from = after.unwrap_or_else(|| state.routes.replay.now(LISTENING));
        let (missed, receiver) = match after {
            Some(after) if after.stream != LISTENING => state.routes.resume(after),
            Some(_) | None => state.routes.listen(after),
        };
        if state.is_stopping {
            state.routes.stop_listening();
        }
        Listening { from, missed, receiver }
    }

    /// Answers a request in place of the service, on the stream where its client listens.
    pub(in crate::mcp) async fn refuse(&self, request: Message, error: ErrorData) -> Result<(), ExchangeError> {
        let JsonRpcMessage::Request(JsonRpcRequest { id, .. }) = &*request else { return Ok(()) };
        let answer = ServerJsonRpcMessage::error(error, Some(id.clone()));
        self.state().routes.answer_to_listener(&[request])?;
        self.deliver(answer).await;
        Ok(())
    }

    /// Sends a message of the service where it belongs.
    async fn deliver(&self, message: ServerJsonRpcMessage) {
        if let JsonRpcMessage::Response(response) = &message
            && let ServerResult::InitializeResult(result) = &response.result
        {
            self.version.get_or_init(|| result.protocol_version.clone());
        }
        let data = serde_json::to_string(&message).expect("messages have string keys and finite numbers");
        let (routed, was_last) = self.route(&message, data);
        if let Some((stream, event)) = routed {
            self.send(&stream, event).await;
        }
        if was_last {
            self.state().routes.stop_listening();
        }
    }

    /// Where a message goes, and whether nothing keeps a stopping gateway's streams open after it.
    fn route(&self, message: &ServerJsonRpcMessage, data: String) -> (Option<(Sender<Event>, Event)>, bool) {
        let (mut state, now) = (self.state(), Instant::now());
        // News goes to every session, also to those whose client has left.
        if !matches!(message, JsonRpcMessage::Notification(_)) {
            state.used = now;
        }
        let routed = state.routes.route(message, data, now);
        (routed, state.is_stopping && !state.routes.has_calls())
    }

    async fn send(&self, stream: &Sender<Event>, event: Event) {
        let Err(TrySendError::Full(event)) = stream.try_send(event) else { return };
        let waiting = self.waiting.fetch_add(1, Ordering::Relaxed);
        let is_given_up = waiting >= MAX_WAITING
            || matches!(stream.send_timeout(event, PATIENCE).await, Err(SendTimeoutError::Timeout(_)));
        self.waiting.fetch_sub(1, Ordering::Relaxed);
        if is_given_up {
            self.give_up(stream);
        }
    }

    fn give_up(&self, stream: &Sender<Event>) {
        tracing::info!(session = %self.id, "closing a stream that its client does not read");
        match self.kind {
            Kind::Streamable => self.state().routes.give_up(stream),
            Kind::EventStream => self.close(),
        }
    }

    /// The gateway stops: nobody need listen any more, but who waits for an answer on that stream.
    pub(super) fn stop(&self) {
        let mut state = self.state();
        state.is_stopping = true;
        if self.kind == Kind::Streamable || !state.routes.has_calls() {
            state.routes.stop_listening();
        }
    }

    /// Ends the session: its streams close, and the service stops when it has done what it is at.
    pub(super) fn close(&self) {
        let mut state = self.state();
        state.incoming = None;
        state.routes = Routes::new(false);
    }

    /// Whether somebody listens or waits, and when it was last used.
    pub(super) fn usage(&self) -> Usage {
        let state = self.state();
        let is_busy = state.routes.has_calls() || state.routes.is_listening();
        Usage { is_busy, used: state.used }
    }

    pub(super) fn forget_old_events(&self, now: Instant) {
        self.state().routes.replay.forget_old(now);
    }
}

/// Ordered from the first to be given up to the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Usage {
    pub(super) is_busy: bool,
    pub(super) used: Instant,
}

impl Usage {
    pub(super) fn is_idle_for(self, idle: Duration) -> bool {
        !self.is_busy && self.used.elapsed() > idle
    }
}

/// What a listener is told.
pub(in crate::mcp) struct Listening {
    /// Where it begins.
    pub(in crate::mcp) from: EventId,
    pub(in crate::mcp) missed: Vec<Event>,
    pub(in crate::mcp) receiver: Receiver<Event>,
}

/// The answers to what a client sent at once.
pub(in crate::mcp) struct Answers {
    session: Arc<Session>,
    stream: u64,
    receiver: Receiver<Event>,
}

impl Answers {
    /// The next message. None: all is answered.
    pub(in crate::mcp) async fn next(&mut self) -> Option<Event> {
        self.receiver.recv().await
    }

    /// From now on the client may come back for what it missed.
    pub(in crate::mcp) fn into_stream(self) -> Listening {
        self.session.state().routes.stream_answers(self.stream);
        let from = EventId { stream: self.stream, number: 0 };
        Listening { from, missed: Vec::new(), receiver: self.receiver }
    }
}

/// The service's end of a session.
pub(super) struct SessionTransport {
    session: Arc<Session>,
    incoming: Receiver<Message>,
}

/// Sending never fails: what nobody waits for is dropped.
#[derive(Debug, thiserror::Error)]
pub(super) enum Never {}

impl Transport<RoleServer> for SessionTransport {
    type Error = Never;

    fn send(&mut self, message: ServerJsonRpcMessage) -> impl Future<Output = Result<(), Never>> + Send + 'static {
        let session = Arc::clone(&self.session);
        async move {
            session.deliver(message).await;
            Ok(())
        }
    }

    async fn receive(&mut self) -> Option<ClientJsonRpcMessage> {
        self.incoming.recv().await.map(|message| *message)
    }

    async fn close(&mut self) -> Result<(), Never> {
        self.session.close();
        Ok(())
    }
}
