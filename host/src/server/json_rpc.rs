//! What the edge knows of JSON-RPC: which paths speak it, and how a message is refused there before anybody reads it.

use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;
use axum::http::{HeaderName, Method};
use axum::response::Response;
use serde_json::{Value, json};

use super::error::{self, ApiError};

const MCP_METHOD: HeaderName = HeaderName::from_static("mcp-method");
const INVALID_REQUEST: i32 = -32600;

/// Whether clients of this path expect their errors as JSON-RPC.
pub(super) fn is_spoken_at(path: &str) -> bool {
    matches!(path.trim_end_matches('/'), "/mcp" | "/messages")
}

/// Whether this request only waits for what may happen: it may last for ever, and no work is done for it.
pub(super) fn only_listens(head: &Parts) -> bool {
    head.method == Method::GET || head.headers.get(MCP_METHOD).is_some_and(|method| method == "subscriptions/listen")
}

/// Whether an answer comes piece by piece, while the work that it answers goes on.
pub(super) fn is_stream(answer: &Response) -> bool {
    let declared = answer.headers().get(CONTENT_TYPE);
    declared.is_some_and(|declared| declared.as_bytes().starts_with(b"text/event-stream"))
}

/// An error that answers a message which was not read.
pub(super) fn refusal(error: &ApiError) -> Response {
    let error_object = json!({ "code": INVALID_REQUEST, "message": error.message(), "data": { "code": error.code() } });
    let body = json!({ "jsonrpc": "2.0", "id": Value::Null, "error": error_object });
    let mut response = error::json(error.status(), &body);
    error.add_headers(response.headers_mut());
    response
}
