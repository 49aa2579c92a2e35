//! One line as far as the bridge has to understand it: what it is, its id and its method. Never looks at the rest on
//! the way from client to gateway and back.

use std::borrow::Cow;

use rmcp::model::RequestId;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;
use serde_json::error::Category;

const META_PROTOCOL_VERSION: &str = "io.modelcontextprotocol/protocolVersion";

#[derive(Debug, PartialEq)]
pub(super) enum Message<'a> {
    Request {
        id: RequestId,
        method: Cow<'a, str>,
    },
    Notification {
        method: Cow<'a, str>,
    },
    /// A result or an error; without an id it answers something that could not be read.
    Response {
        id: Option<RequestId>,
    },
}

/// Why a line is no message.
#[derive(Debug, PartialEq, thiserror::Error)]
pub(super) enum Malformed {
    #[error("the message is not JSON: {0}")]
    NotJson(String),
    #[error("the message is not a JSON-RPC 2.0 message: {0}")]
    NotJsonRpc(String),
    #[error("batches are not supported: send one message a line")]
    Batch,
    #[error("the message is longer than {limit} bytes")]
    TooLong { limit: u64 },
}

#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(default)]
    id: Option<RequestId>,
    #[serde(borrow, default)]
    method: Option<Cow<'a, str>>,
    #[serde(default)]
    result: Option<IgnoredAny>,
    #[serde(default)]
    error: Option<IgnoredAny>,
}

pub(super) fn parse(line: &[u8]) -> Result<Message<'_>, Malformed> {
    let text = std::str::from_utf8(line).map_err(|error| Malformed::NotJson(error.to_string()))?;
    if !text.trim_start().starts_with('{') {
        return Err(not_an_object(text));
    }
    let envelope = serde_json::from_str::<Envelope<'_>>(text).map_err(|error| malformed(&error))?;
    match envelope {
        Envelope { id: Some(id), method: Some(method), .. } => Ok(Message::Request { id, method }),
        Envelope { id: None, method: Some(method), .. } => Ok(Message::Notification { method }),
        Envelope { id, result: Some(_), .. } | Envelope { id, error: Some(_), .. } => Ok(Message::Response { id }),
        Envelope { .. } => Err(Malformed::NotJsonRpc("it has no method, no result and no error".into())),
    }
}

fn malformed(error: &serde_json::Error) -> Malformed {
    match error.classify() {
        Category::Syntax | Category::Eof | Category::Io => Malformed::NotJson(error.to_string()),
        Category::Data => Malformed::NotJsonRpc(error.to_string()),
    }
}

fn not_an_object(text: &str) -> Malformed {
    match serde_json::from_str::<IgnoredAny>(text) {
        Err(error) => Malformed::NotJson(error.to_string()),
        Ok(_) if text.trim_start().starts_with('[') => Malformed::Batch,
        Ok(_) => Malformed::NotJsonRpc("it is not an object".into()),
    }
}

/// A message's parameters; null when it has none.
pub(super) fn params(line: &[u8]) -> Value {
    member(line, "params")
}

/// What a response's `error` says; none when it has no error.
pub(super) fn error_message(line: &[u8]) -> Option<String> {
    let error = member(line, "error");
    (!error.is_null()).then(|| error["message"].as_str().unwrap_or("no message").to_owned())
}

pub(super) fn member(line: &[u8], name: &str) -> Value {
    let message = serde_json::from_slice::<Value>(line).unwrap_or(Value::Null);
    message.get(name).cloned().unwrap_or(Value::Null)
}

/// The protocol version that a request names for itself, as the versions without `initialize` do.
pub(super) fn own_protocol_version(params: &Value) -> Option<&str> {
    params.get("_meta")?.get(META_PROTOCOL_VERSION)?.as_str()
}

/// Whether a list is asked for from its beginning.
pub(super) fn begins_list(line: &[u8]) -> bool {
    #[derive(Deserialize)]
    struct Page {
        cursor: Option<IgnoredAny>,
    }
    Page::deserialize(params(line)).map_or(true, |page| page.cursor.is_none())
}

/// Which request a `notifications/cancelled` is about.
pub(super) fn cancelled(line: &[u8]) -> Option<RequestId> {
    RequestId::deserialize(params(line).get("requestId")?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_a_message_or_malformed() {
        let request = |id| Message::Request { id, method: "ping".into() };
        let cases: [(&str, Result<Message<'_>, &str>); 17] = [
            (r#"{"jsonrpc":"2.0","id":7,"method":"ping"}"#, Ok(request(RequestId::Number(7)))),
            (r#" {"method":"ping","params":{"id":1},"id":"a"} "#, Ok(request(RequestId::String("a".into())))),
            (r#"{"method":"pi\u006eg","id":0}"#, Ok(request(RequestId::Number(0)))),
            (r#"{"method":"m","params":[1]}"#, Ok(Message::Notification { method: "m".into() })),
            (r#"{"id":7,"result":{}}"#, Ok(Message::Response { id: Some(RequestId::Number(7)) })),
            (r#"{"error":{"code":1,"message":"x"}}"#, Ok(Message::Response { id: None })),
            (r#"{"id":7,"method":"ping""#, Err("not JSON")),
            ("hello", Err("not JSON")),
            ("", Err("not JSON")),
            (r#"{"id":7,"method":"ping"} x"#, Err("not JSON")),
            (r#"{"id":7.5,"method":"ping"}"#, Err("not a JSON-RPC")),
            (r#"{"id":{},"method":"ping"}"#, Err("not a JSON-RPC")),
            ("17", Err("not a JSON-RPC")),
            ("{}", Err("not a JSON-RPC")),
            (r#" [{"id":7,"method":"ping"}]"#, Err("batches")),
            (r#"[7,"ping"]"#, Err("batches")),
            ("[", Err("not JSON")),
        ];
        for (line, expected) in cases {
            match (parse(line.as_bytes()), expected) {
                (Ok(message), Ok(expected)) => assert_eq!(message, expected, "{line}"),
                (Err(malformed), Err(words)) => assert!(malformed.to_string().contains(words), "{line}: {malformed}"),
                (parsed, expected) => panic!("{line}: {parsed:?}, not {expected:?}"),
            }
        }
    }

    #[test]
    fn text_that_is_not_utf_8_is_not_json() {
        assert!(matches!(parse(b"{\"method\":\"\xff\"}"), Err(Malformed::NotJson(_))));
    }

    #[test]
    fn a_list_begins_where_no_place_in_it_is_named() {
        let begins = |params: &str| begins_list(format!(r#"{{"method":"tools/list"{params}}}"#).as_bytes());
        assert!(begins("") && begins(r#","params":{}"#) && begins(r#","params":{"cursor":null,"_meta":{}}"#));
        assert!(!begins(r#","params":{"cursor":"10"}"#));
    }

    #[test]
    fn a_cancellation_names_its_request() {
        let line = br#"{"method":"notifications/cancelled","params":{"requestId":"x"}}"#;
        assert_eq!(cancelled(line), Some(RequestId::String("x".into())));
        assert_eq!(cancelled(br#"{"method":"notifications/cancelled"}"#), None);
    }
}
