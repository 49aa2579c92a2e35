//! How `isartor mcp` says on the gateway's socket whose key its client was given: one JSON-RPC request before all
//! others. Both ends of it; decides nothing.

use std::borrow::Cow;

use rmcp::model::{ErrorCode, ErrorData};
use serde::Deserialize;
use serde_json::json;

/// The id of this request; no client would think of it.
pub(super) const CREDENTIAL_ID: &str = "isartor:bridge:authenticate";
const METHOD: &str = "isartor/authenticate";

#[derive(Deserialize)]
struct Request<'a> {
    #[serde(borrow)]
    method: Cow<'a, str>,
    params: Presented,
}

#[derive(Deserialize)]
struct Presented {
    api_key: String,
}

pub(super) fn request(api_key: &str) -> Vec<u8> {
    line(&json!({"jsonrpc": "2.0", "id": CREDENTIAL_ID, "method": METHOD, "params": {"api_key": api_key}}))
}

/// The key that the first line of a connection presents; none when that line is something else.
pub(super) fn presented(first_line: &[u8]) -> Option<String> {
    let request = serde_json::from_slice::<Request<'_>>(first_line);
    request.ok().filter(|request| request.method == METHOD).map(|request| request.params.api_key)
}

pub(super) fn accepted() -> Vec<u8> {
    line(&json!({"jsonrpc": "2.0", "id": CREDENTIAL_ID, "result": {}}))
}

pub(super) fn refused() -> Vec<u8> {
    let error = ErrorData::new(ErrorCode::INVALID_REQUEST, "the API key is not valid", None);
    line(&json!({"jsonrpc": "2.0", "id": CREDENTIAL_ID, "error": error}))
}

fn line(message: &serde_json::Value) -> Vec<u8> {
    let mut line = message.to_string().into_bytes();
    line.push(b'\n');
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_request_itself_presents_a_key() {
        assert_eq!(presented(&request("a \"key\"\n")), Some("a \"key\"\n".to_owned()));
        assert_eq!(request("a\nb").iter().filter(|byte| **byte == b'\n').count(), 1);
        for other in [
            &b""[..],
            b"not JSON\n",
            br#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"api_key":"a"}}"#,
            br#"{"jsonrpc":"2.0","id":1,"method":"isartor/authenticate"}"#,
            br#"{"jsonrpc":"2.0","id":1,"method":"isartor/authenticate","params":{"api_key":7}}"#,
        ] {
            assert_eq!(presented(other), None);
        }
    }
}
