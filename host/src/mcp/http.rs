//! MCP over Streamable HTTP at `/mcp` and `/mcp/`, every protocol version. Host, Origin and the API key are the
//! guard's business; two lists of allowed names would drift apart.

use std::sync::Arc;

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::Request;
use axum::http::header::{ACCEPT, CONTENT_TYPE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use axum::{Json, Router};
use rmcp::transport::streamable_http_server::session::local::LocalSessionManager;
use rmcp::transport::streamable_http_server::{StreamableHttpServerConfig, StreamableHttpService};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use super::sessions::Sessions;
use super::{McpServer, Source};
use crate::server::Gateway;

const SESSION_HEADER: &str = "mcp-session-id";
const BOTH_ANSWER_TYPES: HeaderValue = HeaderValue::from_static("application/json, text/event-stream");

const PARSE_ERROR: i32 = -32700;
const INVALID_REQUEST: i32 = -32600;

/// The routes of MCP. Once `stopping` is cancelled the streams on which a client only listens end; a call in flight
/// may finish.
pub fn router(gateway: &Gateway, stopping: CancellationToken) -> Router {
    let endpoint = Arc::new(Endpoint::new(gateway, stopping));
    let route = any(move |request: Request| {
        let endpoint = Arc::clone(&endpoint);
        async move { endpoint.answer(request).await }
    });
    Router::new().route("/mcp", route.clone()).route("/mcp/", route)
}

struct Endpoint {
    /// Answers POST and DELETE; nothing ends these but their own end.
    exchanges: StreamableHttpService<McpServer, LocalSessionManager>,
    /// Answers GET, which may stay open for ever.
    listening: StreamableHttpService<McpServer, LocalSessionManager>,
    sessions: Sessions,
    max_body_bytes: usize,
}

impl Endpoint {
    fn new(gateway: &Gateway, stopping: CancellationToken) -> Self {
        let sessions = Sessions::new();
        let max_body_bytes = gateway.settings.server.max_body_bytes;
        // No hint when to come back: it is an event without data, which clients of older versions take for a message.
        let config = StreamableHttpServerConfig::default()
            .with_sse_retry(None)
            .disable_allowed_hosts()
            .disable_allowed_origins()
            .with_json_response(true)
            .with_max_request_body_bytes(max_body_bytes);
        let serve = |config| {
            let (tools, stopping) = (Arc::clone(gateway.plugins.tools()), stopping.clone());
            let server = move || Ok(McpServer::new(Arc::clone(&tools), Source::Requests, stopping.clone()));
            StreamableHttpService::new(server, Arc::clone(&sessions.local), config)
        };
        let exchanges = serve(config.clone());
        let listening = serve(config.with_cancellation_token(stopping.clone()));
        Self { exchanges, listening, sessions, max_body_bytes }
    }

    async fn answer(&self, request: Request) -> Response {
        let (mut parts, body) = request.into_parts();
        name_both_answer_types(&mut parts.headers);
        // A body that cannot be read to its end is too large, or its sender is gone and reads no answer.
        let Ok(bytes) = to_bytes(body, self.max_body_bytes).await else {
            let message = format!("the body is larger than {} bytes", self.max_body_bytes);
            return refusal(StatusCode::PAYLOAD_TOO_LARGE, INVALID_REQUEST, &message);
        };
        let begins_session = parts.method == Method::POST && !parts.headers.contains_key(SESSION_HEADER);
        let is_json = declares_json(&parts.headers);
        let response = self.pass_on(parts, bytes.clone()).await;
        if response.status() == StatusCode::UNSUPPORTED_MEDIA_TYPE && is_json {
            return unreadable(&bytes);
        }
        if begins_session && let Some(id) = response.headers().get(SESSION_HEADER).and_then(|id| id.to_str().ok()) {
            self.sessions.begun(id.into()).await;
        }
        response
    }

    async fn pass_on(&self, parts: Parts, bytes: Bytes) -> Response {
        let service = if parts.method == Method::GET { &self.listening } else { &self.exchanges };
        service.handle(Request::from_parts(parts, Body::from(bytes))).await.map(Body::new)
    }
}

/// rmcp wants both types named; some clients accept anything and say so.
fn name_both_answer_types(headers: &mut HeaderMap) {
    let accepts_anything = match headers.get(ACCEPT) {
        None => true,
        Some(accepted) => accepted.to_str().is_ok_and(|text| text.contains("*/*")),
    };
    if accepts_anything {
        headers.insert(ACCEPT, BOTH_ANSWER_TYPES);
    }
}

fn declares_json(headers: &HeaderMap) -> bool {
    let declared = headers.get(CONTENT_TYPE).and_then(|declared| declared.to_str().ok());
    declared.is_some_and(|declared| declared.trim_start().starts_with("application/json"))
}

/// rmcp answers what it cannot read with 415 and plain text; clients expect a JSON-RPC error.
fn unreadable(bytes: &[u8]) -> Response {
    match serde_json::from_slice::<Value>(bytes) {
        Err(error) => refusal(StatusCode::BAD_REQUEST, PARSE_ERROR, &format!("the body is not JSON: {error}")),
        Ok(_) if bytes.trim_ascii_start().starts_with(b"[") => {
            refusal(StatusCode::BAD_REQUEST, INVALID_REQUEST, "batches are not supported: send one message a request")
        }
        Ok(_) => refusal(StatusCode::BAD_REQUEST, INVALID_REQUEST, "the body is not a JSON-RPC 2.0 message"),
    }
}

fn refusal(status: StatusCode, code: i32, message: &str) -> Response {
    let body = json!({"jsonrpc": "2.0", "id": Value::Null, "error": {"code": code, "message": message}});
    (status, Json(body)).into_response()
}
