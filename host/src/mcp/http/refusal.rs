//! What a client of MCP over HTTP is told when its request is not served: a status and a JSON-RPC error.

use std::borrow::Cow;

use axum::http::header::{CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use rmcp::model::{ErrorCode, ErrorData, JsonRpcError, RequestId};

use crate::mcp::methods;

/// What clients know as "begin again".
const SESSION_NOT_FOUND: ErrorCode = ErrorCode(-32001);
const RETRY_AFTER_SECONDS: HeaderValue = HeaderValue::from_static("60");

#[derive(Debug)]
pub(in crate::mcp) struct Refusal {
    status: StatusCode,
    id: Option<RequestId>,
    pub(in crate::mcp) error: Box<ErrorData>,
}

impl Refusal {
    fn new(status: StatusCode, code: ErrorCode, message: impl Into<Cow<'static, str>>) -> Self {
        Self { status, id: None, error: Box::new(ErrorData::new(code, message, None)) }
    }

    pub(in crate::mcp) fn parse_error(error: &serde_json::Error) -> Self {
        Self::new(StatusCode::BAD_REQUEST, ErrorCode::PARSE_ERROR, format!("the body is not JSON: {error}"))
    }

    pub(in crate::mcp) fn invalid_request(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, ErrorCode::INVALID_REQUEST, message)
    }

    pub(in crate::mcp) fn no_message() -> Self {
        Self::invalid_request("the body is not a JSON-RPC 2.0 message")
    }

    pub(in crate::mcp) fn no_batches() -> Self {
        Self::invalid_request("this version has no batches: send one message")
    }

    /// A method with wrong parameters, or no method at all.
    pub(in crate::mcp) fn misunderstood(method: &str, is_modern: bool) -> Self {
        let error = methods::misunderstood(method.to_owned(), is_modern);
        let is_unknown = error.code == ErrorCode::METHOD_NOT_FOUND;
        let status = if is_unknown { StatusCode::NOT_FOUND } else { StatusCode::BAD_REQUEST };
        Self { status, id: None, error: Box::new(error) }
    }

    pub(in crate::mcp) fn not_acceptable(types: &str) -> Self {
        let message = format!("the Accept header must allow {types}");
        Self::new(StatusCode::NOT_ACCEPTABLE, ErrorCode::INVALID_REQUEST, message)
    }

    pub(in crate::mcp) fn session_required() -> Self {
        Self::invalid_request("the Mcp-Session-Id header is missing: send initialize first")
    }

    pub(in crate::mcp) fn session_not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, SESSION_NOT_FOUND, "there is no such session: send initialize again")
    }

    pub(in crate::mcp) fn too_many_sessions() -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, ErrorCode::INTERNAL_ERROR, "there are too many sessions; try later")
    }

    /// Fails closed: a request that no guard has passed has no principal.
    pub(in crate::mcp) fn unguarded() -> Self {
        Self::internal("the request carries no principal")
    }

    pub(in crate::mcp) fn internal(message: &'static str) -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, ErrorCode::INTERNAL_ERROR, message)
    }

    /// As the answer to the request with this id.
    pub(in crate::mcp) fn of(self, id: Option<RequestId>) -> Self {
        Self { id, ..self }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let is_temporary = self.status == StatusCode::SERVICE_UNAVAILABLE;
        let mut response = json(self.status, JsonRpcError::new(self.id, *self.error));
        if is_temporary {
            response.headers_mut().insert(RETRY_AFTER, RETRY_AFTER_SECONDS);
        }
        response
    }
}

fn json(status: StatusCode, error: JsonRpcError) -> Response {
    let body = serde_json::to_vec(&error).expect("an error has string keys");
    (status, [json_content()], body).into_response()
}

pub(in crate::mcp) fn json_content() -> (HeaderName, HeaderValue) {
    (CONTENT_TYPE, HeaderValue::from_static("application/json"))
}
