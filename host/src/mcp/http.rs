//! MCP over Streamable HTTP at `/mcp` and `/mcp/`, every protocol version. Host, Origin and the API key are the
//! guard's business; two lists of allowed names would drift apart.

pub(super) mod accept;
mod answer;
pub(super) mod events;
pub(super) mod posted;
pub(super) mod refusal;

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::header::{ACCEPT, CONTENT_TYPE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use rmcp::model::{ClientJsonRpcMessage, ClientRequest, JsonRpcMessage, ProtocolVersion, RequestId};
use rmcp::transport::streamable_http_server::session::never::NeverSessionManager;
use rmcp::transport::streamable_http_server::{StreamableHttpServerConfig, StreamableHttpService};
use tokio_util::sync::CancellationToken;

use self::answer::Form;
use self::posted::{Lifecycle, Posted};
use self::refusal::Refusal;
use super::incoming::Message;
use super::sessions::{Answers, Event, ExchangeError, Kind, Session, Sessions};
use super::{McpServer, Source, event_stream};
use crate::chat::Access;
use crate::server::body::read;
use crate::server::{EndOfAdmission, Gateway, KeysInUse};

pub(super) const SESSION_HEADER: &str = "mcp-session-id";
const VERSION_HEADER: &str = "mcp-protocol-version";
const METHOD_HEADER: &str = "mcp-method";
const LISTEN_METHOD: &str = "subscriptions/listen";
const LAST_EVENT_HEADER: &str = "last-event-id";
const BOTH_ANSWER_TYPES: HeaderValue = HeaderValue::from_static("application/json, text/event-stream");
const JSON_CONTENT: HeaderValue = HeaderValue::from_static("application/json");

/// What a client says of itself is kept as long as its session is.
const MAX_INITIALIZE_BYTES: usize = 64 * 1024;

/// The routes of MCP. Once `stopping` is cancelled the streams on which a client only listens end; a call in flight
/// may finish.
pub fn router(gateway: &Gateway, stopping: CancellationToken) -> Router {
    let sessions = Sessions::open(gateway, stopping.clone());
    let endpoint = Arc::new(Endpoint::new(gateway, Arc::clone(&sessions), stopping));
    let route = get(listen).post(exchange).delete(end).with_state(endpoint);
    let event_stream = event_stream::router(sessions, gateway);
    Router::new().route("/mcp", route.clone()).route("/mcp/", route).merge(event_stream)
}

struct Endpoint {
    sessions: Arc<Sessions>,
    keys: Arc<KeysInUse>,
    /// Answers the versions without sessions.
    stateless: StreamableHttpService<McpServer, NeverSessionManager>,
}

async fn exchange(State(endpoint): State<Arc<Endpoint>>, request: Request) -> Response {
    endpoint.exchange(request).await.unwrap_or_else(IntoResponse::into_response)
}

/// GET: a stream for what nobody asked for, or the rest of one that broke.
async fn listen(State(endpoint): State<Arc<Endpoint>>, request: Request) -> Response {
    if Declared::of(request.headers()) == Declared::Stateless {
        return endpoint.stateless.handle(request).await.map(Body::new);
    }
    endpoint.listen(request.into_parts().0).unwrap_or_else(IntoResponse::into_response)
}

async fn end(State(endpoint): State<Arc<Endpoint>>, request: Request) -> Response {
    if Declared::of(request.headers()) == Declared::Stateless {
        return endpoint.stateless.handle(request).await.map(Body::new);
    }
    endpoint.end(request.into_parts().0).await.unwrap_or_else(IntoResponse::into_response)
}

impl Endpoint {
    fn new(gateway: &Gateway, sessions: Arc<Sessions>, stopping: CancellationToken) -> Self {
        let config = StreamableHttpServerConfig::default()
            .with_legacy_session_mode(false)
            .with_sse_retry(None)
            .disable_allowed_hosts()
            .disable_allowed_origins()
            .with_json_response(true)
            .with_max_request_body_bytes(gateway.settings.server.max_body_bytes);
        let served = gateway.clone();
        let server = move || Ok(McpServer::new(&served, Source::Requests, stopping.clone()));
        let stateless = StreamableHttpService::new(server, Arc::new(NeverSessionManager::default()), config);
        Self { sessions, keys: Arc::clone(&gateway.keys), stateless }
    }

    async fn exchange(&self, request: Request) -> Result<Response, Refusal> {
        let (parts, body) = request.into_parts();
        if !accept::accepts(&parts.headers, accept::JSON) || !accept::accepts(&parts.headers, accept::EVENT_STREAM) {
            return Err(Refusal::not_acceptable("both application/json and text/event-stream"));
        }
        let body = match read(body).await {
            Ok(body) => body,
            Err(error) => return Ok(error.into_response()),
        };
        if Declared::of(&parts.headers) == Declared::Stateless && !may_begin_session(&parts.headers, &body) {
            return Ok(Box::pin(self.stateless(parts, body)).await);
        }
        match posted::read(&body)? {
            Posted::One(message) => match posted::lifecycle(&message) {
                Lifecycle::Begins if body.len() > MAX_INITIALIZE_BYTES => {
                    Err(Refusal::invalid_request("the client says too much of itself").of(id_of(&message)))
                }
                Lifecycle::Begins => self.begin(parts, message).await,
                Lifecycle::Within => self.within(parts, vec![message], Form::One).await,
                Lifecycle::Apart => Ok(Box::pin(self.stateless(parts, body)).await),
            },
            Posted::Batch(messages) => self.within(parts, messages, Form::Batch).await,
        }
    }

    /// rmcp wants both types named, and the content type spelled as it does. To be boxed: larger than all else here.
    async fn stateless(&self, mut parts: Parts, body: Bytes) -> Response {
        parts.headers.insert(ACCEPT, BOTH_ANSWER_TYPES);
        parts.headers.insert(CONTENT_TYPE, JSON_CONTENT);
        let only_listens = parts.headers.get(METHOD_HEADER).is_some_and(|method| method == LISTEN_METHOD);
        let end = if only_listens { EndOfAdmission::of(&parts, &self.keys) } else { None };
        let answer = self.stateless.handle(Request::from_parts(parts, Body::from(body.clone()))).await;
        if answer.status() == StatusCode::UNSUPPORTED_MEDIA_TYPE {
            return posted::unreadable(&body).into_response();
        }
        let answer = answer.map(Body::new);
        if let Some(end) = end { end.bound(answer) } else { answer }
    }

    async fn begin(&self, parts: Parts, message: Message) -> Result<Response, Refusal> {
        let id = id_of(&message);
        let JsonRpcMessage::Request(request) = &*message else { return Err(Refusal::session_required()) };
        let ClientRequest::InitializeRequest(initialize) = &request.request else {
            return Err(Refusal::misunderstood(request.request.method(), false).of(id));
        };
        let params = initialize.params.clone();
        if declared_version(&parts.headers).is_some_and(|version| version != params.protocol_version.as_str()) {
            let message = "the MCP-Protocol-Version header does not match params.protocolVersion";
            return Err(Refusal::invalid_request(message).of(id));
        }
        let begun = self.sessions.begin(&access(&parts)?.principal, Kind::Streamable);
        let session = begun.map_err(|_| Refusal::too_many_sessions().of(id.clone()))?;
        let answered = exchanged(&session, vec![message], parts).await.map_err(|error| refused(&error).of(id.clone()));
        let Some(answer) = next(answered?).await else {
            self.sessions.end(&session);
            return Err(Refusal::internal("the session could not begin").of(id));
        };
        let mut response = answer::json(vec![answer], Form::One);
        if self.sessions.begun(&session, params).await {
            let name = HeaderValue::from_str(&session.id).expect("a session has a name of digits");
            response.headers_mut().insert(SESSION_HEADER, name);
        } else {
            self.sessions.end(&session);
        }
        Ok(response)
    }

    async fn within(&self, parts: Parts, messages: Vec<Message>, form: Form) -> Result<Response, Refusal> {
        let id = messages.first().and_then(|message| id_of(message));
        let session = self.session(&parts).map_err(|refusal| refusal.of(id.clone()))?;
        if matches!(form, Form::Batch) && !posted::knows_batches(session.version()) {
            return Err(Refusal::no_batches());
        }
        let asks_for_long = messages.iter().any(|message| posted::asks_for_long(message));
        match exchanged(&session, messages, parts).await {
            Ok(Some(answers)) => {
                let response = answer::response(&session, answers, form).await;
                if asks_for_long {
                    self.sessions.asked().await;
                }
                Ok(response)
            }
            Ok(None) => Ok(StatusCode::ACCEPTED.into_response()),
            Err(error) => Err(refused(&error).of(id)),
        }
    }

    fn listen(&self, parts: Parts) -> Result<Response, Refusal> {
        if !accept::accepts(&parts.headers, accept::EVENT_STREAM) {
            return Err(Refusal::not_acceptable("text/event-stream"));
        }
        let session = self.session(&parts)?;
        let end = EndOfAdmission::of(&parts, &self.keys).ok_or_else(Refusal::unguarded)?;
        let last = match parts.headers.get(LAST_EVENT_HEADER) {
            None => None,
            Some(last) => match last.to_str().ok().and_then(|last| last.parse().ok()) {
                Some(last) => Some(last),
                // An error would have the client ask the same again.
                None => return Ok(events::response(tokio_stream::empty())),
            },
        };
        Ok(end.bound(answer::stream(&session, session.listen(last))))
    }

    async fn end(&self, parts: Parts) -> Result<Response, Refusal> {
        let session = self.session(&parts)?;
        self.sessions.end_for_good(&session).await;
        // Some clients take nothing but this and 200 for an end.
        Ok(StatusCode::NO_CONTENT.into_response())
    }

    fn session(&self, parts: &Parts) -> Result<Arc<Session>, Refusal> {
        if Declared::of(&parts.headers) == Declared::Unknown {
            return Err(Refusal::invalid_request("the MCP-Protocol-Version header names no version that we speak"));
        }
        let id = parts.headers.get(SESSION_HEADER).ok_or_else(Refusal::session_required)?;
        let id = id.to_str().map_err(|_| Refusal::session_not_found())?;
        let session = self.sessions.find(id, access(parts)?, Kind::Streamable);
        session.ok_or_else(Refusal::session_not_found)
    }
}

async fn next(answers: Option<Answers>) -> Option<Event> {
    answers?.next().await
}

pub(super) fn access(parts: &Parts) -> Result<&Access, Refusal> {
    parts.extensions.get().ok_or_else(Refusal::unguarded)
}

/// Hands `messages` on, each with the head of the request that brought it.
pub(super) async fn exchanged(
    session: &Arc<Session>,
    mut messages: Vec<Message>,
    parts: Parts,
) -> Result<Option<Answers>, ExchangeError> {
    if let Some((last, others)) = messages.split_last_mut() {
        for message in others {
            message.insert_extension(parts.clone());
        }
        last.insert_extension(parts);
    }
    session.exchange(messages).await
}

pub(super) fn refused(error: &ExchangeError) -> Refusal {
    match error {
        ExchangeError::Ended => Refusal::session_not_found(),
        ExchangeError::Duplicate(duplicate) => Refusal::invalid_request(duplicate.to_string()),
    }
}

pub(super) fn id_of(message: &ClientJsonRpcMessage) -> Option<RequestId> {
    match message {
        JsonRpcMessage::Request(request) => Some(request.id.clone()),
        JsonRpcMessage::Response(_) | JsonRpcMessage::Notification(_) | JsonRpcMessage::Error(_) => None,
    }
}

/// What the head of a request says of its version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Declared {
    /// None, as clients of the first versions do, or one with sessions.
    Session,
    /// One without, which rmcp looks at more closely.
    Stateless,
    /// None that we know.
    Unknown,
}

impl Declared {
    fn of(headers: &HeaderMap) -> Self {
        if !headers.contains_key(VERSION_HEADER) {
            return Self::Session;
        }
        let version = declared_version(headers).unwrap_or_default();
        match ProtocolVersion::KNOWN_VERSIONS.iter().find(|known| known.as_str() == version) {
            Some(known) if known.has_initialize() => Self::Session,
            Some(_) => Self::Stateless,
            None => Self::Unknown,
        }
    }
}

fn declared_version(headers: &HeaderMap) -> Option<&str> {
    headers.get(VERSION_HEADER)?.to_str().ok()
}

/// A client may declare a version without sessions and begin one nevertheless. Wrong only to the slower side.
fn may_begin_session(headers: &HeaderMap, body: &[u8]) -> bool {
    const METHOD: &[u8] = b"\"initialize\"";
    match headers.get(METHOD_HEADER) {
        Some(method) => method == "initialize",
        None => body.windows(METHOD.len()).any(|window| window == METHOD),
    }
}
