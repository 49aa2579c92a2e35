//! The body of a POST as messages, or what is wrong with it. Executes nothing; a batch is read as a whole or refused as
//! a whole.

use rmcp::model::{
    ClientJsonRpcMessage, ClientRequest, ConstString, GetMeta, InitializeResultMethod, JsonRpcMessage, ProtocolVersion,
};
use serde_json::Value;

use super::refusal::Refusal;
use crate::mcp::incoming::{self, Message, Unreadable};

const MAX_BATCH: usize = 100;

pub(in crate::mcp) enum Posted {
    One(Message),
    /// Only what the version of 2025-03-26 may send, and never empty.
    Batch(Vec<Message>),
}

pub(in crate::mcp) fn read(body: &[u8]) -> Result<Posted, Refusal> {
    if body.trim_ascii_start().first() == Some(&b'[') {
        return batch(body).map(Posted::Batch);
    }
    incoming::read(body).map(Posted::One).map_err(refusal)
}

/// What to say of a body that the versions without sessions cannot handle.
pub(in crate::mcp) fn unreadable(body: &[u8]) -> Refusal {
    match incoming::read(body) {
        Err(unreadable) => refusal(unreadable),
        Ok(message) => match *message {
            JsonRpcMessage::Request(request) => {
                Refusal::misunderstood(request.request.method(), true).of(Some(request.id))
            }
            JsonRpcMessage::Response(_) | JsonRpcMessage::Notification(_) | JsonRpcMessage::Error(_) => {
                Refusal::no_message()
            }
        },
    }
}

fn refusal(unreadable: Unreadable) -> Refusal {
    match unreadable {
        Unreadable::NotJson(error) => Refusal::parse_error(&error),
        Unreadable::Batch => Refusal::no_batches(),
        Unreadable::Notification => Refusal::no_message(),
        Unreadable::NoMessage(id) => Refusal::no_message().of(id),
    }
}

fn batch(body: &[u8]) -> Result<Vec<Message>, Refusal> {
    let values: Vec<Value> = serde_json::from_slice(body).map_err(|error| Refusal::parse_error(&error))?;
    if values.is_empty() || values.len() > MAX_BATCH {
        return Err(Refusal::invalid_request(format!("a batch has between 1 and {MAX_BATCH} messages")));
    }
    let messages = values.into_iter().enumerate().map(|(index, value)| {
        let refused = |why: &str| Refusal::invalid_request(format!("message {} of the batch {why}", index + 1));
        let message = incoming::from_value(value).ok_or_else(|| refused("is not a JSON-RPC 2.0 message"))?;
        match lifecycle(&message) {
            Lifecycle::Within => Ok(message),
            Lifecycle::Begins | Lifecycle::Apart => Err(refused("cannot be sent in a batch")),
        }
    });
    messages.collect()
}

/// What a message has to do with sessions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::mcp) enum Lifecycle {
    /// It begins one.
    Begins,
    /// It is sent within one.
    Within,
    /// It belongs to the versions without sessions.
    Apart,
}

pub(in crate::mcp) fn lifecycle(message: &ClientJsonRpcMessage) -> Lifecycle {
    let JsonRpcMessage::Request(request) = message else { return Lifecycle::Within };
    if matches!(request.request, ClientRequest::InitializeRequest(_)) {
        return Lifecycle::Begins;
    }
    let is_apart = matches!(request.request, ClientRequest::DiscoverRequest(_))
        || request.request.get_meta().protocol_version().is_some();
    if is_apart {
        Lifecycle::Apart
    } else if request.request.method() == InitializeResultMethod::VALUE {
        // With wrong parameters it would begin a session, too.
        Lifecycle::Begins
    } else {
        Lifecycle::Within
    }
}

/// Whether it asks for something that is kept as long as its session.
pub(in crate::mcp) fn asks_for_long(message: &ClientJsonRpcMessage) -> bool {
    let JsonRpcMessage::Request(request) = message else { return false };
    matches!(
        request.request,
        ClientRequest::SetLevelRequest(_) | ClientRequest::SubscribeRequest(_) | ClientRequest::UnsubscribeRequest(_)
    )
}

/// Whether a batch may be sent in a session of this version: one version knew them.
pub(in crate::mcp) fn knows_batches(version: Option<&ProtocolVersion>) -> bool {
    version == Some(&ProtocolVersion::V_2025_03_26)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PING: &str = r#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#;

    fn error_of(body: &str) -> String {
        match read(body.as_bytes()) {
            Ok(_) => String::new(),
            Err(refusal) => format!("{} {}", refusal.error.code.0, refusal.error.message),
        }
    }

    #[test]
    fn a_body_is_one_message_or_a_batch_or_refused() {
        let initialize = r#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-03-26",
            "capabilities":{},"clientInfo":{"name":"a","version":"1"}}}"#;
        let discover = r#"{"jsonrpc":"2.0","id":1,"method":"server/discover","params":{}}"#;
        let many = vec![PING; MAX_BATCH + 1].join(",");
        for (body, error) in [
            (PING.to_owned(), ""),
            (format!("[{PING}]"), ""),
            (format!(" \n[{PING},{{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}}]"), ""),
            ("{".to_owned(), "-32700 the body is not JSON"),
            (String::new(), "-32700 the body is not JSON"),
            (format!("[{PING}"), "-32700 the body is not JSON"),
            ("{}".to_owned(), "-32600 the body is not a JSON-RPC 2.0 message"),
            ("1".to_owned(), "-32600 the body is not a JSON-RPC 2.0 message"),
            ("[]".to_owned(), "-32600 a batch has between 1 and 100 messages"),
            (format!("[{many}]"), "-32600 a batch has between 1 and 100 messages"),
            (format!("[{PING},1]"), "-32600 message 2 of the batch is not a JSON-RPC 2.0 message"),
            (format!("[[{PING}]]"), "-32600 message 1 of the batch is not a JSON-RPC 2.0 message"),
            (format!("[{initialize}]"), "-32600 message 1 of the batch cannot be sent in a batch"),
            (format!("[{discover}]"), "-32600 message 1 of the batch cannot be sent in a batch"),
        ] {
            let refused = error_of(&body);
            assert!(refused.starts_with(error) && refused.is_empty() == error.is_empty(), "{body}: {refused}");
        }
    }
}
