//! Messages as server-sent events: the wire format, kept alive, and never held back by a proxy.

use std::convert::Infallible;
use std::fmt::Write;
use std::time::Duration;

use axum::body::Body;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderName, HeaderValue};
use axum::response::{IntoResponse, Response};
use tokio::time::{Instant, MissedTickBehavior, interval_at};
use tokio_stream::{Stream, StreamExt};

use crate::mcp::sessions::{Event, EventId};

const KEEP_ALIVE_EVERY: Duration = Duration::from_secs(15);
/// A comment, which clients skip.
const KEEP_ALIVE: &str = ": keep-alive\n\n";
/// How soon a client comes back to a stream that broke.
const RETRY: Duration = Duration::from_secs(1);
const NO_BUFFERING: (HeaderName, HeaderValue) =
    (HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));

/// An event stream of these texts, with comments where it would fall silent.
pub(in crate::mcp) fn response(events: impl Stream<Item = String> + Send + 'static) -> Response {
    let mut ticks = interval_at(Instant::now() + KEEP_ALIVE_EVERY, KEEP_ALIVE_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let kept_alive = events.timeout_repeating(ticks);
    let texts = kept_alive.map(|text| Ok::<_, Infallible>(text.unwrap_or_else(|_| KEEP_ALIVE.to_owned())));
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static("text/event-stream")),
        (CACHE_CONTROL, HeaderValue::from_static("no-cache, no-transform")),
        NO_BUFFERING,
    ];
    (headers, Body::from_stream(texts)).into_response()
}

/// One message. JSON has no line breaks, so its data is one line.
pub(in crate::mcp) fn message(event: &Event) -> String {
    let mut text = String::with_capacity(event.data.len() + 64);
    text.push_str("event: message\n");
    if let Some(id) = event.id {
        writeln!(text, "id: {id}").expect("a string takes everything");
    }
    text.push_str("data: ");
    text.push_str(&event.data);
    text.push_str("\n\n");
    text
}

/// Nothing but where the stream begins: with it a client that loses the stream at once can come back to it.
pub(in crate::mcp) fn beginning(at: EventId) -> String {
    format!("id: {at}\nretry: {}\ndata:\n\n", RETRY.as_millis())
}

/// Where a client of the old transport posts its messages.
pub(in crate::mcp) fn endpoint(uri: &str) -> String {
    format!("event: endpoint\ndata: {uri}\n\n")
}
