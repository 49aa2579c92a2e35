//! What tests/fuzz throws at the parsers of the bridge, and what must hold of anything they make of it.

use rmcp::model::RequestId;
use serde::Deserialize;
use serde_json::Value;

use super::message::{self, Message};
use super::sse::{Events, TooLarge};

const MAX_EVENT_BYTES: usize = 512;

/// A line is taken for what a parser that reads all of it takes it for.
pub fn message(line: &[u8]) {
    let parsed = message::parse(line);
    let (params, cancelled) = (message::params(line), message::cancelled(line));
    message::own_protocol_version(&params);
    message::error_message(line);
    // What is nested too deeply for a whole value is still passed on.
    let Ok(whole) = serde_json::from_slice::<Value>(line) else { return };
    let id = whole.get("id").filter(|id| !id.is_null()).map(RequestId::deserialize);
    match parsed {
        Ok(Message::Request { id: parsed, method }) => {
            assert_eq!((Some(method.as_ref()), id.and_then(Result::ok)), (whole["method"].as_str(), Some(parsed)));
        }
        Ok(Message::Notification { method }) => {
            assert_eq!((Some(method.as_ref()), id.is_none()), (whole["method"].as_str(), true));
        }
        Ok(Message::Response { id: parsed }) => {
            assert!(whole.get("result").is_some() || whole.get("error").is_some());
            assert_eq!(id.and_then(Result::ok), parsed);
        }
        Err(malformed) => assert!(!malformed.to_string().is_empty()),
    }
    assert!(cancelled.is_none() || whole["params"]["requestId"].is_i64() || whole["params"]["requestId"].is_string());
}

/// The events of a body do not depend on the pieces in which it arrives, and none is larger than it may be.
pub fn events(body: &[u8], piece_bytes: usize) {
    let at_once = events_of([body].into_iter());
    let in_pieces = events_of(body.chunks(piece_bytes.max(1)));
    assert_eq!(at_once.is_err(), in_pieces.is_err(), "too large is too large");
    if let (Ok(at_once), Ok(in_pieces)) = (at_once, in_pieces) {
        assert_eq!(at_once, in_pieces);
        assert!(at_once.iter().all(|data| !data.is_empty() && data.len() <= MAX_EVENT_BYTES));
    }
}

fn events_of<'a>(pieces: impl Iterator<Item = &'a [u8]>) -> Result<Vec<Vec<u8>>, TooLarge> {
    let mut events = Events::default();
    let mut complete = Vec::new();
    for piece in pieces {
        complete.extend(events.push(piece, MAX_EVENT_BYTES)?);
    }
    Ok(complete)
}
