//! One message of a client, read from its text. Catches what rmcp's types let fall: parameters that are of no use are
//! wrong, not missing. Executes nothing.

use rmcp::model::{
    ClientJsonRpcMessage, ClientRequest, ConstString, CustomRequest, Extensions, JsonRpcMessage, ListPromptsRequest,
    ListPromptsRequestMethod, ListResourceTemplatesRequest, ListResourceTemplatesRequestMethod, ListResourcesRequest,
    ListResourcesRequestMethod, ListToolsRequest, ListToolsRequestMethod, RequestId,
};
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;

/// What a client says. Boxed where it is read: it is large, and handed on several times.
pub(super) type Message = Box<ClientJsonRpcMessage>;

/// Why a text is no message.
#[derive(Debug)]
pub(super) enum Unreadable {
    NotJson(serde_json::Error),
    Batch,
    /// It has a method and no id, so nobody waits for an answer.
    Notification,
    /// Some other JSON; the id is that of the request which it would be.
    NoMessage(Option<RequestId>),
}

pub(super) fn read(text: &[u8]) -> Result<Message, Unreadable> {
    match serde_json::from_slice::<Message>(text) {
        Ok(message) => Ok(heeded(message, || has_parameters(text))),
        Err(_) => match serde_json::from_slice(text) {
            Ok(value) => {
                let unreadable = unreadable(&value);
                misshapen(value).ok_or(unreadable)
            }
            Err(error) => Err(too_deep(text).unwrap_or(Unreadable::NotJson(error))),
        },
    }
}

/// The same for a message that is part of something larger.
pub(super) fn from_value(value: Value) -> Option<Message> {
    let has_parameters = value.get("params").is_some_and(|params| !params.is_null());
    match Message::deserialize(&value) {
        Ok(message) => Some(heeded(message, || has_parameters)),
        Err(_) => misshapen(value),
    }
}

/// A request for a list whose parameters rmcp gave up becomes one of no known shape, which is answered as such.
fn heeded(mut message: Message, has_parameters: impl FnOnce() -> bool) -> Message {
    if let JsonRpcMessage::Request(request) = &mut *message
        && let Some((method, extensions)) = without_parameters(&mut request.request)
        && has_parameters()
    {
        let extensions = std::mem::take(extensions);
        let custom = CustomRequest { extensions, ..CustomRequest::new(method, None) };
        request.request = ClientRequest::CustomRequest(custom);
    }
    message
}

/// The requests that may come without parameters, and whose parameters would mean something.
#[expect(clippy::wildcard_enum_match_arm, reason = "all others rmcp reads as a whole or not at all")]
fn without_parameters(request: &mut ClientRequest) -> Option<(&'static str, &mut Extensions)> {
    match request {
        ClientRequest::ListToolsRequest(ListToolsRequest { params: None, extensions, .. }) => {
            Some((ListToolsRequestMethod::VALUE, extensions))
        }
        ClientRequest::ListPromptsRequest(ListPromptsRequest { params: None, extensions, .. }) => {
            Some((ListPromptsRequestMethod::VALUE, extensions))
        }
        ClientRequest::ListResourcesRequest(ListResourcesRequest { params: None, extensions, .. }) => {
            Some((ListResourcesRequestMethod::VALUE, extensions))
        }
        ClientRequest::ListResourceTemplatesRequest(ListResourceTemplatesRequest {
            params: None, extensions, ..
        }) => Some((ListResourceTemplatesRequestMethod::VALUE, extensions)),
        _ => None,
    }
}

fn has_parameters(text: &[u8]) -> bool {
    #[derive(Deserialize)]
    struct Parameters {
        params: Option<IgnoredAny>,
    }
    serde_json::from_slice::<Parameters>(text).is_ok_and(|parameters| parameters.params.is_some())
}

/// A request with parameters of no shape that any method has: JSON-RPC would take an array, MCP has none.
fn misshapen(value: Value) -> Option<Message> {
    let Value::Object(mut members) = value else { return None };
    let is_request =
        members.get("jsonrpc")? == "2.0" && !["result", "error"].iter().any(|key| members.contains_key(*key));
    let id = RequestId::deserialize(members.get("id")?).ok()?;
    let params = members.remove("params")?;
    let is_misshapen =
        params.as_object().is_none_or(|params| params.get("_meta").is_some_and(|meta| !meta.is_object()));
    let method = members.get("method")?.as_str()?;
    let request = ClientRequest::CustomRequest(CustomRequest::new(method, Some(params)));
    (is_request && is_misshapen).then(|| Box::new(ClientJsonRpcMessage::request(request, id)))
}

fn unreadable(value: &Value) -> Unreadable {
    match value {
        Value::Array(_) => Unreadable::Batch,
        Value::Object(members) => match members.get("id") {
            None if members.contains_key("method") => Unreadable::Notification,
            id => Unreadable::NoMessage(id.and_then(|id| RequestId::deserialize(id).ok())),
        },
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Unreadable::NoMessage(None),
    }
}

/// JSON of which nothing but the id can be read. None: it is no JSON.
fn too_deep(text: &[u8]) -> Option<Unreadable> {
    #[derive(Deserialize)]
    struct Envelope {
        id: Option<RequestId>,
    }
    let text = std::str::from_utf8(text).ok()?;
    serde_json::from_str::<IgnoredAny>(text).ok()?;
    let envelope = serde_json::from_str::<Envelope>(text);
    Some(Unreadable::NoMessage(envelope.map_or(None, |envelope| envelope.id)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The method of a request as it will be handled, in brackets if its parameters are of no use.
    fn handled(text: &str) -> String {
        let shown = |message: &Message| {
            let JsonRpcMessage::Request(request) = &**message else { return "no request".to_owned() };
            match matches!(request.request, ClientRequest::CustomRequest(_)) {
                true => format!("[{}]", request.request.method()),
                false => request.request.method().to_owned(),
            }
        };
        let of_value = serde_json::from_str(text).ok().and_then(from_value);
        let read = read(text.as_bytes());
        assert_eq!(read.as_ref().ok().map(shown), of_value.as_ref().map(shown), "{text}");
        match read {
            Ok(message) => shown(&message),
            Err(Unreadable::NotJson(_)) => "no JSON".to_owned(),
            Err(Unreadable::Batch) => "batch".to_owned(),
            Err(Unreadable::Notification) => "no notification".to_owned(),
            Err(Unreadable::NoMessage(id)) => format!("no message {id:?}"),
        }
    }

    #[test]
    fn parameters_of_no_use_are_not_missing_ones() {
        for method in ["tools/list", "prompts/list", "resources/list", "resources/templates/list"] {
            for (params, is_of_use) in [
                ("", true),
                (r#","params":null"#, true),
                (r#","params":{}"#, true),
                (r#","params":{"cursor":null}"#, true),
                (r#","params":{"cursor":"x"}"#, true),
                (r#","params":{"_meta":{"a":1}}"#, true),
                (r#","params":{"_meta":null}"#, true),
                (r#","params":{"cursor":7}"#, false),
                (r#","params":{"cursor":7,"_meta":{}}"#, false),
                (r#","params":{"cursor":["x"]}"#, false),
                (r#","params":[]"#, false),
                (r#","params":"x""#, false),
                (r#","params":7"#, false),
                (r#","params":{"_meta":7}"#, false),
            ] {
                let expected = if is_of_use { method.to_owned() } else { format!("[{method}]") };
                assert_eq!(handled(&format!(r#"{{"jsonrpc":"2.0","id":1,"method":"{method}"{params}}}"#)), expected);
            }
        }
    }

    #[test]
    fn a_text_is_a_message_or_says_what_it_is() {
        let deep =
            format!(r#"{{"jsonrpc":"2.0","id":7,"method":"ping","params":{}{}}}"#, "[".repeat(200), "]".repeat(200));
        for (text, expected) in [
            (r#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#, "ping"),
            (r#"{"jsonrpc":"2.0","id":1,"method":"ping","params":[]}"#, "[ping]"),
            (
                r#"{"jsonrpc":"2.0","id":"a","method":"tools/call","params":{"name":"x","arguments":[]}}"#,
                "[tools/call]",
            ),
            (r#"{"jsonrpc":"2.0","id":"a","method":"tools/call","params":{"name":"x","arguments":{}}}"#, "tools/call"),
            (r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#, "no request"),
            (r#"{"jsonrpc":"2.0","id":1,"result":{}}"#, "no request"),
            (r#"{"jsonrpc":"2.0","method":"notifications/initialized","params":[]}"#, "no notification"),
            (r#"{"id":1,"method":"ping","params":[]}"#, "no message Some(Number(1))"),
            (r#"{"jsonrpc":"2.0","id":1,"method":"ping","params":[],"result":{}}"#, "no message Some(Number(1))"),
            (r#"{"jsonrpc":"2.0","id":1.5,"method":"ping","params":[]}"#, "no message None"),
            (r#"{"jsonrpc":"2.0","id":1,"method":7}"#, "no message Some(Number(1))"),
            ("{}", "no message None"),
            ("17", "no message None"),
            ("[]", "batch"),
            ("", "no JSON"),
            ("{", "no JSON"),
            (&deep, "no message Some(Number(7))"),
            (r#"{"jsonrpc":"2.0","id":7,"method":"ping","params":{"a":1e999}}"#, "no message Some(Number(7))"),
            ("[1e999]", "no message None"),
        ] {
            assert_eq!(handled(text), expected, "{text}");
        }
    }
}
