//! The body of a POST as messages, or what is wrong with it. Executes nothing; a batch is read as a whole or refused as
//! a whole.

use rmcp::model::{ClientJsonRpcMessage, ClientRequest, GetMeta, JsonRpcMessage, ProtocolVersion, RequestId};
use serde_json::Value;

use super::refusal::Refusal;
use crate::mcp::sessions::Message;

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
    serde_json::from_slice(body).map(Posted::One).map_err(|_| unreadable(body))
}

/// What to say of a body that is no message.
pub(in crate::mcp) fn unreadable(body: &[u8]) -> Refusal {
    match serde_json::from_slice::<Value>(body) {
        Err(error) => Refusal::parse_error(&error),
        Ok(value) if value.is_array() => Refusal::invalid_request("this version has no batches: send one message"),
        Ok(value) => Refusal::invalid_request("the body is not a JSON-RPC 2.0 message").of(id_of(&value)),
    }
}

fn id_of(value: &Value) -> Option<RequestId> {
    match value.get("id")? {
        Value::String(id) => Some(RequestId::String(id.as_str().into())),
        Value::Number(id) => id.as_i64().map(RequestId::Number),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

fn batch(body: &[u8]) -> Result<Vec<Message>, Refusal> {
    let values: Vec<Value> = serde_json::from_slice(body).map_err(|error| Refusal::parse_error(&error))?;
    if values.is_empty() || values.len() > MAX_BATCH {
        return Err(Refusal::invalid_request(format!("a batch has between 1 and {MAX_BATCH} messages")));
    }
    let messages = values.into_iter().enumerate().map(|(index, value)| {
        let refused = |why: &str| Refusal::invalid_request(format!("message {} of the batch {why}", index + 1));
        let message: Message = serde_json::from_value(value).map_err(|_| refused("is not a JSON-RPC 2.0 message"))?;
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
    if is_apart { Lifecycle::Apart } else { Lifecycle::Within }
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
