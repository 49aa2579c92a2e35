//! The one door: every request passes here before any route sees it, unknown paths included. Decides from the head
//! alone who is asking, or why nobody may; never touches a body.

mod credential;
mod cross_origin;
mod media_type;
mod names;
mod prefix;
mod proxies;

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::body::HttpBody;
use axum::http::header::{CONTENT_TYPE, HOST, ORIGIN};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Request};

use self::names::{Names, SEC_FETCH_SITE};
use self::prefix::Prefix;
use self::proxies::{Proxies, X_FORWARDED_HOST, forwarded_hosts};
use super::error::ApiError;
use super::keys::KeysInUse;
use super::limits::rates::Rates;
use crate::audit::{Audit, Event, Rejection};
use crate::chat::Access;
use crate::settings::Settings;

pub(super) use credential::Credentials;
pub(super) use cross_origin::{let_read, preflight};
pub use prefix::PublicPrefix;
pub(super) use proxies::Peer;

const MAX_URI_BYTES: usize = 8 * 1024;

/// What a gateway at one address lets in.
pub(super) struct Guard {
    names: Names,
    proxies: Proxies,
    prefix: Prefix,
    rates: Rates,
    keys: Arc<KeysInUse>,
    audit: Audit,
    max_body_bytes: usize,
}

/// What becomes of a request.
#[derive(Debug)]
pub(super) struct Admission {
    /// The origin of the page that may read the answer, whatever it is; that of our own pages need not be said.
    pub(super) page: Option<HeaderValue>,
    pub(super) verdict: Result<Admitted, ApiError>,
}

#[derive(Debug)]
pub(super) enum Admitted {
    /// To be served, for whom. None: somebody without a key, who may only see whether we are well.
    Request(Option<Access>),
    /// A browser that asks what a page of a listed origin may send.
    Preflight,
}

impl Guard {
    pub(super) fn new(address: SocketAddr, settings: &Settings, keys: Arc<KeysInUse>, audit: Audit) -> Self {
        let server = &settings.server;
        let proxies = Proxies::new(server.trusted_proxies.clone());
        Self {
            names: Names::new(address, server),
            prefix: Prefix::new(server.external_url.as_ref()),
            rates: Rates::new(&server.limits, address, !proxies.are_none()),
            proxies,
            keys,
            audit,
            max_body_bytes: server.max_body_bytes,
        }
    }

    /// Who is at the other end of a connection between these two addresses.
    pub(super) fn peer(&self, theirs: IpAddr, ours: IpAddr) -> Peer {
        self.proxies.peer(theirs, ours)
    }

    /// Judges a request, whose path loses the prefix below which a proxy serves us.
    pub(super) fn admit<B: HttpBody>(&self, request: &mut Request<B>, peer: &Peer) -> Admission {
        self.prefix.take_off(request, peer);
        let client = self.proxies.client(peer, request.headers());
        let asking = client.unwrap_or(peer.address);
        match self.page(request, peer, client) {
            Ok(page) => Admission { verdict: self.judge(request, page, asking), page: page.cloned() },
            Err(refusal) => {
                self.tell(request, &refusal, asking);
                Admission { verdict: Err(refusal), page: None }
            }
        }
    }

    /// The page that asks, when it may and is not one of our own. First of all, nobody tries out names or keys as fast
    /// as they can, unless they are on this machine.
    fn page<B>(
        &self,
        request: &Request<B>,
        peer: &Peer,
        client: Option<IpAddr>,
    ) -> Result<Option<&HeaderValue>, ApiError> {
        client.map_or(Ok(()), |address| self.rates.check_address(address))?;
        self.check_host(request, peer)?;
        self.names.page(request.headers())
    }

    /// What somebody may who has the right name and comes from the right page.
    fn judge<B: HttpBody>(
        &self,
        request: &Request<B>,
        page: Option<&HeaderValue>,
        asking: IpAddr,
    ) -> Result<Admitted, ApiError> {
        check_uri(request)?;
        if page.is_some() && cross_origin::is_preflight(request) {
            return Ok(Admitted::Preflight);
        }
        let access = credential::access(request, &self.keys, Some(asking))?;
        if let Some(key) = access.as_ref().and_then(|access| access.key.as_ref()) {
            self.rates.check_key(key)?;
        }
        check_content_type(request)?;
        self.check_length(request.body())?;
        Ok(Admitted::Request(access))
    }

    /// A page that made its own name point at us (DNS rebinding) still sends that name. Whatever names us must be
    /// right: the header, the request's target, and what a proxy was called by.
    fn check_host<B>(&self, request: &Request<B>, peer: &Peer) -> Result<(), ApiError> {
        let host = only(request.headers(), &HOST).ok_or(ApiError::HostNotAllowed)?;
        let target = request.uri().authority().map(|authority| authority.as_str().as_bytes());
        let is_ours = |name: &[u8]| self.names.has_host(name);
        let is_allowed =
            is_ours(host) && target.is_none_or(is_ours) && forwarded_hosts(peer, request.headers()).all(is_ours);
        if is_allowed { Ok(()) } else { Err(ApiError::HostNotAllowed) }
    }

    /// A wrong name or page is somebody's mistake or somebody's attack: the owner can look it up.
    fn tell<B>(&self, request: &Request<B>, refusal: &ApiError, asking: IpAddr) {
        let because_of = if *refusal == ApiError::HostNotAllowed {
            let is_forwarded = only(request.headers(), &HOST).is_some_and(|host| self.names.has_host(host));
            if is_forwarded { (Rejection::Forwarded, X_FORWARDED_HOST) } else { (Rejection::Host, HOST) }
        } else if *refusal == ApiError::OriginNotAllowed {
            let is_near = self.names.listed(request.headers()).is_ok();
            if is_near { (Rejection::FetchSite, SEC_FETCH_SITE) } else { (Rejection::Origin, ORIGIN) }
        } else {
            return;
        };
        let value = request.headers().get(because_of.1).map(HeaderValue::as_bytes).unwrap_or_default();
        self.audit.record(Event::rejected(because_of.0, value, request.uri().path(), Some(asking)));
    }

    /// A body that says it is too long need not be read.
    fn check_length<B: HttpBody>(&self, body: &B) -> Result<(), ApiError> {
        if body.size_hint().lower() > self.max_body_bytes as u64 {
            return Err(ApiError::BodyTooLarge { limit_bytes: self.max_body_bytes });
        }
        Ok(())
    }
}

/// The value of a header that must be there exactly once.
fn only<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a [u8]> {
    let mut values = headers.get_all(name).iter();
    let first = values.next()?;
    values.next().is_none().then(|| first.as_bytes())
}

fn check_uri<B>(request: &Request<B>) -> Result<(), ApiError> {
    let length = request.uri().path_and_query().map_or(0, |path| path.as_str().len());
    if length > MAX_URI_BYTES { Err(ApiError::UriTooLong { limit_bytes: MAX_URI_BYTES }) } else { Ok(()) }
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
