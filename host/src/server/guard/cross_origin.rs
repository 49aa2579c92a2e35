//! What a page of a listed origin is told (CORS): exactly its own origin may read, never anybody, never a private
//! network, never with cookies.

use axum::body::Body;
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_HEADERS,
    ACCESS_CONTROL_REQUEST_METHOD, VARY,
};
use axum::http::{HeaderMap, HeaderValue, Method, Request, StatusCode};
use axum::response::Response;

const METHODS: HeaderValue = HeaderValue::from_static("GET, POST, DELETE");
const READABLE: HeaderValue = HeaderValue::from_static("WWW-Authenticate, Mcp-Session-Id");
const SENDABLE: &str = "Accept, Authorization, Content-Type, Last-Event-ID, Mcp-Method, Mcp-Name, \
                        Mcp-Protocol-Version, Mcp-Session-Id, X-API-Key";
/// Arguments of tools, which MCP may carry as headers: their names are the tools' own.
const ARGUMENT_PREFIX: &str = "mcp-param-";
const MAX_AGE_SECONDS: HeaderValue = HeaderValue::from_static("600");

/// Whether a browser asks what it may send, before it sends it.
pub(super) fn is_preflight<B>(request: &Request<B>) -> bool {
    *request.method() == Method::OPTIONS && request.headers().contains_key(ACCESS_CONTROL_REQUEST_METHOD)
}

/// The answer to that question from a listed origin, the same for every path.
pub(in crate::server) fn preflight(asked: &HeaderMap) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    let headers = response.headers_mut();
    headers.insert(ACCESS_CONTROL_ALLOW_METHODS, METHODS);
    headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, sendable(asked));
    headers.insert(ACCESS_CONTROL_MAX_AGE, MAX_AGE_SECONDS);
    headers.append(VARY, HeaderValue::from_name(ACCESS_CONTROL_REQUEST_HEADERS));
    response
}

/// Lets the page at `origin` read an answer.
pub(in crate::server) fn let_read(origin: HeaderValue, response: &mut Response) {
    let headers = response.headers_mut();
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, READABLE);
    headers.append(VARY, HeaderValue::from_static("Origin"));
}

fn sendable(asked: &HeaderMap) -> HeaderValue {
    let asked = asked.get_all(ACCESS_CONTROL_REQUEST_HEADERS).iter().filter_map(|names| names.to_str().ok());
    let arguments = asked.flat_map(|names| names.split(',')).map(str::trim).filter(|name| is_argument(name));
    let names = arguments.fold(SENDABLE.to_owned(), |names, name| names + ", " + name);
    HeaderValue::from_str(&names).expect("every part of it was a header or is a token")
}

fn is_argument(name: &str) -> bool {
    let is_token = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
    let prefix = name.get(..ARGUMENT_PREFIX.len());
    prefix.is_some_and(|prefix| prefix.eq_ignore_ascii_case(ARGUMENT_PREFIX)) && is_token(name)
}
