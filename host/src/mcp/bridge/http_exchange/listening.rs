//! What the gateway says in a session without being asked. Never keeps a session alive that another one replaced.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{ACCEPT, HeaderValue};
use reqwest::{Response, StatusCode};

use super::super::answers::Handshake;
use super::super::http_headers::{self, Session};
use super::super::unavailable::Unavailable;
use super::{Exchange, read_messages, unreachable};

/// Pauses between attempts to listen: the first, which doubles until the last.
const SHORTEST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

/// How the gateway answers who wants to listen.
enum Stream {
    Open(Response),
    /// It has forgotten the session, most likely because it was started again.
    Forgotten,
    NotOffered,
}

/// Listens until the session is replaced by another, or the link ends. Boxed: it may begin the session that replaces
/// its own, and with it another of these.
pub(super) fn listen(
    exchange: Arc<Exchange>,
    handshake: Handshake,
    session: Arc<Session>,
) -> Pin<Box<dyn Future<Output = ()> + Send>> {
    Box::pin(listen_until_replaced(exchange, handshake, session))
}

/// Sends a line once the session that is just beginning has begun. Boxed for the same reason.
pub(super) fn carry_later(exchange: Arc<Exchange>, line: Vec<u8>) -> Pin<Box<dyn Future<Output = ()> + Send>> {
    Box::pin(exchange.carry(line))
}

async fn listen_until_replaced(exchange: Arc<Exchange>, handshake: Handshake, session: Arc<Session>) {
    let mut pause = SHORTEST_PAUSE;
    while session.id.is_some() && exchange.is_current(&session).await {
        let heard = match exchange.open_stream(&session).await {
            Ok(Stream::Open(response)) => {
                pause = SHORTEST_PAUSE;
                read_messages(response, |message| exchange.pass_on(message)).await
            }
            Ok(Stream::Forgotten) => exchange.session(&handshake, Some(&session)).await.map(drop),
            Ok(Stream::NotOffered) => return,
            Err(reason) => Err(reason),
        };
        if let Err(reason) = heard {
            tracing::debug!(?reason, "not listening for a moment");
        }
        tokio::time::sleep(pause).await;
        pause = LONGEST_PAUSE.min(pause * 2);
    }
}

impl Exchange {
    async fn is_current(&self, session: &Arc<Session>) -> bool {
        self.session.lock().await.as_ref().is_some_and(|current| Arc::ptr_eq(current, session))
    }

    async fn open_stream(&self, session: &Session) -> Result<Stream, Unavailable> {
        let request = self.client.get(self.endpoint.clone()).headers(http_headers::of_session(session));
        let request = request.header(ACCEPT, HeaderValue::from_static("text/event-stream"));
        let response = request.send().await.map_err(|error| unreachable(&error))?;
        Ok(match response.status() {
            StatusCode::OK => Stream::Open(response),
            StatusCode::NOT_FOUND => Stream::Forgotten,
            _ => Stream::NotOffered,
        })
    }
}
