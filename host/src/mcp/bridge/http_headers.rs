//! The headers that MCP adds to a POST. Pure.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, InvalidHeaderValue};

use super::message;

pub(super) const SESSION_ID: HeaderName = HeaderName::from_static("mcp-session-id");
const PROTOCOL_VERSION: HeaderName = HeaderName::from_static("mcp-protocol-version");
const METHOD: HeaderName = HeaderName::from_static("mcp-method");
const NAME: HeaderName = HeaderName::from_static("mcp-name");
const API_KEY: HeaderName = HeaderName::from_static("x-api-key");

/// What a gateway said when the session began.
#[derive(Debug)]
pub(super) struct Session {
    pub(super) id: Option<HeaderValue>,
    pub(super) version: Option<HeaderValue>,
}

/// On every request.
pub(super) fn common(api_key: Option<&str>) -> Result<HeaderMap, InvalidHeaderValue> {
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(ACCEPT, HeaderValue::from_static("application/json, text/event-stream"));
    if let Some(api_key) = api_key {
        let mut value = HeaderValue::from_str(api_key)?;
        value.set_sensitive(true);
        headers.insert(API_KEY, value);
    }
    Ok(headers)
}

pub(super) fn of_session(session: &Session) -> HeaderMap {
    let named = [(SESSION_ID, &session.id), (PROTOCOL_VERSION, &session.version)];
    named.into_iter().filter_map(|(name, value)| Some((name, value.clone()?))).collect()
}

/// Without a session, each request's headers repeat what its body says.
pub(super) fn of_message(line: &[u8]) -> HeaderMap {
    let params = message::params(line);
    let method = message::member(line, "method");
    let named = match method.as_str() {
        Some("resources/read") => &params["uri"],
        _ => &params["name"],
    };
    let values =
        [(PROTOCOL_VERSION, message::own_protocol_version(&params)), (METHOD, method.as_str()), (NAME, named.as_str())];
    values.into_iter().filter_map(|(name, value)| Some((name, header_value(value?)))).collect()
}

/// What a header cannot carry as it is goes as base64.
fn header_value(text: &str) -> HeaderValue {
    let plain = text.bytes().all(|byte| matches!(byte, b' '..=b'~')) && text.trim() == text && !text.starts_with("=?");
    let encoded = if plain { text.to_owned() } else { format!("=?base64?{}?=", BASE64_STANDARD.encode(text)) };
    HeaderValue::from_str(&encoded).expect("visible ASCII is a header value")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_without_a_session_says_in_its_headers_what_it_is() {
        let line = r#"{"method":"tools/call","params":{"name":"größe","_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}}}"#;
        let headers = of_message(line.as_bytes());
        assert_eq!(headers["mcp-protocol-version"], "2026-07-28");
        assert_eq!(headers["mcp-method"], "tools/call");
        assert_eq!(headers["mcp-name"], "=?base64?Z3LDtsOfZQ==?=");
        assert_eq!(of_message(br#"{"method":"tools/list"}"#).len(), 1);
    }
}
