//! The one door: every request passes here before any route sees it, unknown paths included. Decides from the head
//! alone who is asking, or why nobody may; never touches a body.

mod credential;
mod media_type;

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::body::HttpBody;
use axum::http::header::{CONTENT_TYPE, HOST, ORIGIN};
use axum::http::{HeaderMap, HeaderName, Method, Request};

use super::error::ApiError;
use super::keys::KeysInUse;
use crate::chat::Access;

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
const HTTP_PORT: u16 = 80;

/// What a gateway at one address lets in.
pub(super) struct Guard {
    /// Every spelling of a Host header that means us.
    hosts: Vec<String>,
    /// The same as origins.
    origins: Vec<String>,
    keys: Arc<KeysInUse>,
    max_body_bytes: usize,
}

impl Guard {
    pub(super) fn new(address: SocketAddr, keys: Arc<KeysInUse>, max_body_bytes: usize) -> Self {
        let hosts = own_names(address);
        let origins = hosts.iter().map(|host| format!("http://{host}")).collect();
        Self { hosts, origins, keys, max_body_bytes }
    }

    /// Who is asking. None: somebody without a key, who may only see whether we are well.
    pub(super) fn admit<B: HttpBody>(&self, request: &Request<B>) -> Result<Option<Access>, ApiError> {
        self.check_host(request)?;
        self.check_origin(request.headers())?;
        let access = credential::access(request, &self.keys, None)?;
        check_content_type(request)?;
        self.check_length(request.body())?;
        Ok(access)
    }

    /// A page that made its own name point at us (DNS rebinding) still sends that name.
    fn check_host<B>(&self, request: &Request<B>) -> Result<(), ApiError> {
        let host = only(request.headers(), &HOST).ok_or(ApiError::HostNotAllowed)?;
        let is_ours = |name: &[u8]| self.hosts.iter().any(|own| own.as_bytes().eq_ignore_ascii_case(name));
        let authority = request.uri().authority().map(|authority| authority.as_str().as_bytes());
        if is_ours(host) && authority.is_none_or(is_ours) { Ok(()) } else { Err(ApiError::HostNotAllowed) }
    }

    /// A browser says where a page that asks comes from; everybody else says nothing.
    fn check_origin(&self, headers: &HeaderMap) -> Result<(), ApiError> {
        let own_origin = |origin: &[u8]| self.origins.iter().any(|own| own.as_bytes() == origin);
        let own_page = |site: &[u8]| matches!(site, b"same-origin" | b"none");
        let allowed = headers.get_all(ORIGIN).iter().all(|origin| own_origin(origin.as_bytes()))
            && headers.get_all(SEC_FETCH_SITE).iter().all(|site| own_page(site.as_bytes()));
        if allowed { Ok(()) } else { Err(ApiError::OriginNotAllowed) }
    }

    /// A body that says it is too long need not be read.
    fn check_length<B: HttpBody>(&self, body: &B) -> Result<(), ApiError> {
        if body.size_hint().lower() > self.max_body_bytes as u64 {
            return Err(ApiError::BodyTooLarge { limit_bytes: self.max_body_bytes });
        }
        Ok(())
    }
}

/// `localhost:8080` and its like; without the port where a client leaves it out.
fn own_names(address: SocketAddr) -> Vec<String> {
    let mut names = vec!["localhost".to_owned(), "127.0.0.1".to_owned(), "[::1]".to_owned()];
    let own = match address.ip() {
        IpAddr::V4(ip) => ip.to_string(),
        IpAddr::V6(ip) => format!("[{ip}]"),
    };
    if !names.contains(&own) {
        names.push(own);
    }
    let port = address.port();
    let mut hosts: Vec<String> = names.iter().map(|name| format!("{name}:{port}")).collect();
    if port == HTTP_PORT {
        hosts.extend(names);
    }
    hosts
}

/// The value of a header that must be there exactly once.
fn only<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a [u8]> {
    let mut values = headers.get_all(name).iter();
    let first = values.next()?;
    values.next().is_none().then(|| first.as_bytes())
}

/// A page can send text or a form to any address without asking; JSON it cannot.
fn check_content_type<B: HttpBody>(request: &Request<B>) -> Result<(), ApiError> {
    let writes = matches!(*request.method(), Method::POST | Method::PUT | Method::PATCH);
    if !writes && request.body().is_end_stream() {
        return Ok(());
    }
    match only(request.headers(), &CONTENT_TYPE) {
        Some(value) if media_type::is_json(value) => Ok(()),
        Some(_) | None => Err(ApiError::UnsupportedMediaType),
    }
}

#[cfg(test)]
mod tests;
