//! How the answers to a POST are sent: as JSON where they come at once and alone, as an event stream where something
//! comes before them or they take long.

use std::time::Duration;

use axum::response::{IntoResponse, Response};
use rmcp::model::ProtocolVersion;
use tokio::time::{Instant, timeout_at};
use tokio_stream::StreamExt;
use tokio_stream::wrappers::ReceiverStream;

use super::events;
use super::refusal::json_content;
use crate::mcp::sessions::{Answers, Event, Listening, Session};

/// From here on an answer counts as slow: its client is better off with a stream that is kept alive and can be resumed.
const JSON_WITHIN: Duration = Duration::from_millis(250);

/// The form of what was posted, which the form of the answer follows.
#[derive(Clone, Copy)]
pub(super) enum Form {
    One,
    Batch,
}

pub(super) async fn response(session: &Session, mut answers: Answers, form: Form) -> Response {
    let slow = Instant::now() + JSON_WITHIN;
    let mut collected = Vec::new();
    loop {
        match timeout_at(slow, answers.next()).await {
            Ok(Some(event)) if event.is_answer => collected.push(event),
            Ok(Some(event)) => {
                collected.push(event);
                return stream(session, Listening { missed: collected, ..answers.into_stream() });
            }
            Err(_) => return stream(session, Listening { missed: collected, ..answers.into_stream() }),
            // A cancelled request has no answer.
            Ok(None) if collected.is_empty() => return events::response(tokio_stream::empty()),
            Ok(None) => return json(collected, form),
        }
    }
}

pub(super) fn json(mut answers: Vec<Event>, form: Form) -> Response {
    let body = match form {
        Form::One => answers.pop().map(|answer| answer.data).unwrap_or_default(),
        Form::Batch => {
            let answers: Vec<String> = answers.into_iter().map(|answer| answer.data).collect();
            format!("[{}]", answers.join(","))
        }
    };
    ([json_content()], body).into_response()
}

/// What was missed, then what comes. Clients of versions before 2025-11-25 take an event without data for a broken
/// message, so only later ones are told where the stream begins.
pub(super) fn stream(session: &Session, listening: Listening) -> Response {
    let is_told = session.version().is_some_and(|version| *version >= ProtocolVersion::V_2025_11_25);
    let beginning = is_told.then(|| events::beginning(listening.from));
    let missed = listening.missed.into_iter().map(|event| events::message(&event));
    let first: Vec<String> = beginning.into_iter().chain(missed).collect();
    let rest = ReceiverStream::new(listening.receiver).map(|event| events::message(&event));
    events::response(tokio_stream::iter(first).chain(rest))
}
