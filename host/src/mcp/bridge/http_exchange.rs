//! One message and its answers over Streamable HTTP, in a session that is begun again when the gateway forgot it.
//! Never follows a redirect, which could carry the API key elsewhere.

mod listening;

use std::error::Error;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderValue};
use reqwest::redirect::Policy;
use reqwest::{Client, Response, StatusCode, Url};
use tokio::sync::Mutex;

use super::answers::{Handshake, Own};
use super::http_headers::{self, SESSION_ID, Session};
use super::http_link::HttpTarget;
use super::lines::MAX_LINE_BYTES;
use super::message::{self, Message};
use super::relay::Answers;
use super::sse::Events;
use super::unavailable::Unavailable;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(20);
const MAX_MESSAGE_BYTES: usize = MAX_LINE_BYTES as usize;
/// How much of an unexpected answer is worth showing.
const SHOWN_CHARS: usize = 200;

pub(super) struct Exchange {
    client: Client,
    endpoint: Url,
    handshake: Option<Handshake>,
    session: Mutex<Option<Arc<Session>>>,
    answers: Answers,
}

impl Exchange {
    pub(super) fn new(target: HttpTarget, answers: Answers) -> Result<Self, Box<dyn Error + Send + Sync>> {
        let headers = http_headers::common(target.api_key.as_deref())?;
        let client = Client::builder().default_headers(headers).redirect(Policy::none());
        let client = client.connect_timeout(CONNECT_TIMEOUT).tcp_nodelay(true);
        let client = if target.gateway.is_loopback() { client.no_proxy() } else { client };
        let endpoint = target.gateway.endpoint();
        Ok(Self { client: client.build()?, endpoint, handshake: target.handshake, session: Mutex::default(), answers })
    }

    /// Sends one line and passes on what comes back; a request always gets an answer.
    pub(super) async fn carry(self: Arc<Self>, line: Vec<u8>) {
        let outcome = match self.post(&line).await {
            Ok(response) => read_messages(response, |message| self.pass_on(message)).await,
            Err(reason) => Err(reason),
        };
        let reason = outcome.err().unwrap_or_else(|| failed("it ended its answer too early"));
        if reason == Unavailable::NotRunning {
            return self.answers.lost(&reason);
        }
        if let Ok(Message::Request { id, .. }) = message::parse(&line) {
            self.answers.failed(&id, &reason);
        }
    }

    fn pass_on(&self, message: &[u8]) -> ControlFlow<()> {
        self.answers.line(message);
        ControlFlow::Continue(())
    }

    async fn post(self: &Arc<Self>, line: &[u8]) -> Result<Response, Unavailable> {
        let Some(handshake) = &self.handshake else {
            return self.send(line, http_headers::of_message(line)).await;
        };
        let session = self.session(handshake, None).await?;
        let response = self.send(line, http_headers::of_session(&session)).await?;
        if response.status() != StatusCode::NOT_FOUND || session.id.is_none() {
            return Ok(response);
        }
        let session = self.session(handshake, Some(&session)).await?;
        self.send(line, http_headers::of_session(&session)).await
    }

    /// The session, begun if there is none or only the `forgotten` one.
    async fn session(
        self: &Arc<Self>,
        handshake: &Handshake,
        forgotten: Option<&Arc<Session>>,
    ) -> Result<Arc<Session>, Unavailable> {
        let mut current = self.session.lock().await;
        match &*current {
            Some(session) if !forgotten.is_some_and(|forgotten| Arc::ptr_eq(forgotten, session)) => {
                Ok(Arc::clone(session))
            }
            Some(_) | None => {
                let begun = tokio::time::timeout(HANDSHAKE_TIMEOUT, self.begin(handshake)).await;
                let session = begun.unwrap_or_else(|_| Err(failed("it does not answer initialize")))?;
                let session = Arc::clone(current.insert(Arc::new(session)));
                tokio::spawn(listening::listen(Arc::clone(self), handshake.clone(), Arc::clone(&session)));
                for line in self.answers.first_requests().split_inclusive(|byte| *byte == b'\n') {
                    tokio::spawn(listening::carry_later(Arc::clone(self), line.to_vec()));
                }
                Ok(session)
            }
        }
    }

    async fn begin(&self, handshake: &Handshake) -> Result<Session, Unavailable> {
        let response = self.send(&handshake.initialize, HeaderMap::new()).await?;
        let id = response.headers().get(SESSION_ID).cloned();
        let mut answer = Vec::new();
        read_messages(response, |message| {
            answer = message.to_vec();
            if answers_handshake(message) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        })
        .await?;
        if let Some(reason) = message::error_message(&answer) {
            return Err(failed(&format!("it refused to begin a session: {reason}")));
        }
        let version = message::member(&answer, "result")["protocolVersion"].as_str().map(HeaderValue::from_str);
        let version = version.transpose().map_err(|_| failed("it named no usable protocol version"))?;
        let session = Session { id, version };
        self.send(&handshake.initialized, http_headers::of_session(&session)).await?;
        Ok(session)
    }

    async fn send(&self, line: &[u8], headers: HeaderMap) -> Result<Response, Unavailable> {
        let request = self.client.post(self.endpoint.clone()).headers(headers).body(line.to_vec());
        let response = request.send().await.map_err(|error| unreachable(&error))?;
        match response.status() {
            StatusCode::UNAUTHORIZED => Err(Unavailable::KeyRefused),
            _ => Ok(response),
        }
    }

    /// Tells the gateway that nobody will come back.
    pub(super) async fn end_session(&self, patience: Duration) {
        let Some(session) = self.session.lock().await.take().filter(|session| session.id.is_some()) else { return };
        let request = self.client.delete(self.endpoint.clone()).headers(http_headers::of_session(&session));
        if let Err(error) = request.timeout(patience).send().await {
            tracing::debug!(%error, "cannot end the session");
        }
    }
}

fn answers_handshake(message: &[u8]) -> bool {
    matches!(message::parse(message), Ok(Message::Response { id: Some(id) }) if Own::of(&id) == Some(Own::Handshake))
}

/// Gives each message of a response to `each` until that has enough, as one line.
async fn read_messages(
    mut response: Response,
    mut each: impl FnMut(&[u8]) -> ControlFlow<()>,
) -> Result<(), Unavailable> {
    let status = response.status();
    if declares(&response, "text/event-stream") {
        let mut events = Events::default();
        while let Some(piece) = response.chunk().await.map_err(|error| broken(&error))? {
            let complete = events.push(&piece, MAX_MESSAGE_BYTES).map_err(|error| failed(&error.to_string()))?;
            if complete.iter().any(|data| each(&one_line(data)).is_break()) {
                return Ok(());
            }
        }
        return Ok(());
    }
    let is_json = declares(&response, "application/json");
    let body = read_body(response).await?;
    if is_json && matches!(message::parse(&body), Ok(Message::Response { id: Some(_) })) {
        let _ended: ControlFlow<()> = each(&one_line(&body));
        return Ok(());
    }
    if status == StatusCode::ACCEPTED || status == StatusCode::NO_CONTENT {
        return Ok(());
    }
    Err(failed(&format!("it answered with HTTP {status}{}", shown(&body))))
}

fn declares(response: &Response, media_type: &str) -> bool {
    let declared = response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    declared.is_some_and(|declared| declared.trim_start().starts_with(media_type))
}

async fn read_body(mut response: Response) -> Result<Vec<u8>, Unavailable> {
    let mut body = Vec::new();
    while let Some(piece) = response.chunk().await.map_err(|error| broken(&error))? {
        if body.len() + piece.len() > MAX_MESSAGE_BYTES {
            return Err(failed(&format!("it answered with more than {MAX_MESSAGE_BYTES} bytes")));
        }
        body.extend_from_slice(&piece);
    }
    Ok(body)
}

/// A message may be spread over lines, where ours are one.
fn one_line(message: &[u8]) -> Vec<u8> {
    let message = message.trim_ascii();
    let mut line = match serde_json::from_slice::<serde_json::Value>(message) {
        Ok(value) if message.contains(&b'\n') => value.to_string().into_bytes(),
        Ok(_) | Err(_) => message.to_vec(),
    };
    line.push(b'\n');
    line
}

/// What a body that is no message says: the sentence of a JSON error, or how it begins.
fn shown(body: &[u8]) -> String {
    let text = message::error_message(body).unwrap_or_else(|| String::from_utf8_lossy(body).trim().to_owned());
    match text.as_str() {
        "" => String::new(),
        text => format!(": {}", text.chars().take(SHOWN_CHARS).collect::<String>().replace('\n', " ")),
    }
}

fn failed(reason: &str) -> Unavailable {
    Unavailable::Failed { reason: reason.to_owned() }
}

fn broken(error: &reqwest::Error) -> Unavailable {
    tracing::debug!(error = %innermost(error), "an answer broke off");
    Unavailable::Lost
}

fn unreachable(error: &reqwest::Error) -> Unavailable {
    tracing::debug!(error = %innermost(error), "a request did not get through");
    if error.is_connect() { Unavailable::NotRunning } else { Unavailable::Lost }
}

fn innermost(error: &reqwest::Error) -> String {
    let mut innermost: &dyn Error = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string()
}
