//! MCP over HTTP as it was before Streamable HTTP (2024-11-05): GET `/sse` opens the stream on which everything comes,
//! POST `/messages` takes what the client says. A session lives as long as its stream.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use rmcp::model::{ErrorCode, ErrorData};
use tokio_stream::StreamExt;
use tokio_stream::wrappers::ReceiverStream;
use url::form_urlencoded;

use super::http::posted::{self, Lifecycle, Posted};
use super::http::refusal::Refusal;
use super::http::{SESSION_HEADER, accept, access, events, exchanged, refused};
use super::incoming::Message;
use super::sessions::{Kind, Session, Sessions};
use crate::server::body::read;
use crate::server::{EndOfAdmission, Gateway, KeysInUse, PublicPrefix};

const MESSAGES_PATH: &str = "/messages";
const SESSION_PARAMETER: &str = "sessionId";

pub(super) fn router(sessions: Arc<Sessions>, gateway: &Gateway) -> Router {
    let external_url = gateway.settings.server.external_url.as_ref();
    let prefix = external_url.map_or("", |url| url.path().trim_end_matches('/')).to_owned();
    let endpoint = Arc::new(Endpoint { sessions, keys: Arc::clone(&gateway.keys), prefix });
    Router::new().route("/sse", get(open)).route(MESSAGES_PATH, post(take)).with_state(endpoint)
}

struct Endpoint {
    sessions: Arc<Sessions>,
    keys: Arc<KeysInUse>,
    /// The path of the external URL; a proxy may say another.
    prefix: String,
}

/// Ends a session when nobody reads its stream any more.
struct EndOnDrop {
    sessions: Arc<Sessions>,
    session: Arc<Session>,
}

impl Drop for EndOnDrop {
    fn drop(&mut self) {
        self.sessions.end(&self.session);
    }
}

async fn open(State(endpoint): State<Arc<Endpoint>>, request: Request) -> Result<Response, Refusal> {
    let parts = request.into_parts().0;
    if !accept::accepts(&parts.headers, accept::EVENT_STREAM) {
        return Err(Refusal::not_acceptable("text/event-stream"));
    }
    let end = EndOfAdmission::of(&parts, &endpoint.keys).ok_or_else(Refusal::unguarded)?;
    let begun = endpoint.sessions.begin(&access(&parts)?.principal, Kind::EventStream);
    let session = begun.map_err(|_| Refusal::too_many_sessions())?;
    let prefix = parts.extensions.get().map_or(endpoint.prefix.as_str(), PublicPrefix::as_str);
    let uri = format!("{prefix}{MESSAGES_PATH}?{SESSION_PARAMETER}={}", session.id);
    let heard = ReceiverStream::new(session.listen(None).receiver);
    let guard = EndOnDrop { sessions: Arc::clone(&endpoint.sessions), session };
    let messages = heard.map(move |event| {
        let _held_by_the_stream = &guard;
        events::message(&event)
    });
    Ok(end.bound(events::response(tokio_stream::once(events::endpoint(&uri)).chain(messages))))
}

async fn take(State(endpoint): State<Arc<Endpoint>>, request: Request) -> Result<Response, Refusal> {
    let (mut parts, body) = request.into_parts();
    let session = session(&endpoint, &parts)?;
    let body = match read(body).await {
        Ok(body) => body,
        Err(error) => return Ok(error.into_response()),
    };
    let messages = match posted::read(&body)? {
        Posted::One(message) => vec![message],
        Posted::Batch(messages) if posted::knows_batches(session.version()) => messages,
        Posted::Batch(_) => return Err(Refusal::no_batches()),
    };
    let id = HeaderValue::from_str(&session.id).expect("a session has a name of digits");
    parts.headers.insert(SESSION_HEADER, id);
    pass_on(&session, messages, parts).await?;
    Ok((StatusCode::ACCEPTED, "Accepted").into_response())
}

fn session(endpoint: &Endpoint, parts: &Parts) -> Result<Arc<Session>, Refusal> {
    let query = parts.uri.query().unwrap_or_default();
    let mut parameters = form_urlencoded::parse(query.as_bytes());
    let id = parameters.find(|(name, _)| name == SESSION_PARAMETER).map(|(_, id)| id);
    let id = id.ok_or_else(|| Refusal::invalid_request("the query parameter sessionId is missing"))?;
    let session = endpoint.sessions.find(&id, access(parts)?, Kind::EventStream);
    session.ok_or_else(Refusal::session_not_found)
}

/// Only versions that begin with `initialize` are spoken here; a client that tries another first hears so and goes on
/// with one of ours.
async fn pass_on(session: &Arc<Session>, messages: Vec<Message>, parts: Parts) -> Result<(), Refusal> {
    let mut messages = messages;
    let passed = match messages.pop_if(|message| posted::lifecycle(message) == Lifecycle::Apart) {
        Some(message) => {
            let error = ErrorData::new(ErrorCode::METHOD_NOT_FOUND, "this transport begins with initialize", None);
            session.refuse(message, error).await
        }
        None => exchanged(session, messages, parts).await.map(drop),
    };
    passed.map_err(|error| refused(&error))
}
