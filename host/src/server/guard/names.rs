//! By which names this gateway may be called, and which pages may use it. Compares whole values; never looks for a
//! part of one.

use std::net::{IpAddr, SocketAddr};

use axum::http::{HeaderMap, HeaderName, HeaderValue, header::ORIGIN};
use url::Url;

use crate::server::error::ApiError;
use crate::settings::ServerSettings;

pub(super) const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
const HTTP_PORT: u16 = 80;

#[derive(Debug)]
pub(super) struct Names {
    /// Every spelling of a Host header that means us.
    hosts: Vec<String>,
    /// Those of pages that come from us.
    own_origins: Vec<String>,
    /// Those of pages that the user listed: only these are elsewhere and may read what we answer.
    listed_origins: Vec<HeaderValue>,
}

impl Names {
    pub(super) fn new(address: SocketAddr, server: &ServerSettings) -> Self {
        let mut hosts = own_hosts(address);
        let mut own_origins: Vec<String> = hosts.iter().map(|host| format!("http://{host}")).collect();
        if let Some(url) = &server.external_url {
            hosts.extend(external_hosts(url));
            own_origins.push(url.origin().ascii_serialization());
        }
        for host in &server.allowed_hosts {
            hosts.push(host.clone());
            if !names_port(host) {
                hosts.push(format!("{host}:{}", address.port()));
            }
        }
        let is_elsewhere = |origin: &&String| !own_origins.contains(origin);
        let listed_origins = server.allowed_origins.iter().filter(is_elsewhere);
        // An origin that no header can hold is none that anybody sends.
        let listed_origins = listed_origins.filter_map(|origin| HeaderValue::from_str(origin).ok()).collect();
        Self { hosts, own_origins, listed_origins }
    }

    pub(super) fn has_host(&self, name: &[u8]) -> bool {
        self.hosts.iter().any(|own| own.as_bytes().eq_ignore_ascii_case(name))
    }

    /// A browser says which page asks and how far it is from us; everybody else says nothing. The listed origin of the
    /// page, or nothing for our own pages and for no page at all.
    pub(super) fn page(&self, headers: &HeaderMap) -> Result<Option<&HeaderValue>, ApiError> {
        let listed = self.listed(headers)?;
        let may_be_far = listed.is_some();
        let is_near_enough = |site: &HeaderValue| match site.as_bytes() {
            b"same-origin" | b"none" => true,
            b"same-site" | b"cross-site" => may_be_far,
            _ => false,
        };
        let is_allowed = headers.get_all(SEC_FETCH_SITE).iter().all(is_near_enough);
        if is_allowed { Ok(listed) } else { Err(ApiError::OriginNotAllowed) }
    }

    /// The same, however far the page is.
    pub(super) fn listed(&self, headers: &HeaderMap) -> Result<Option<&HeaderValue>, ApiError> {
        let mut origins = headers.get_all(ORIGIN).iter();
        match (origins.next(), origins.next()) {
            (None, _) => Ok(None),
            (Some(origin), None) if self.own_origins.iter().any(|own| own.as_bytes() == origin.as_bytes()) => Ok(None),
            (Some(origin), None) => {
                let listed = self.listed_origins.iter().find(|listed| *listed == origin);
                listed.map(Some).ok_or(ApiError::OriginNotAllowed)
            }
            (Some(_), Some(_)) => Err(ApiError::OriginNotAllowed),
        }
    }
}

/// `localhost:8080` and its like; without the port where a client leaves it out. Not the address that stands for
/// all: no client is at it.
fn own_hosts(address: SocketAddr) -> Vec<String> {
    let mut names = vec!["localhost".to_owned(), "127.0.0.1".to_owned(), "[::1]".to_owned()];
    let own = match address.ip() {
        IpAddr::V4(ip) => ip.to_string(),
        IpAddr::V6(ip) => format!("[{ip}]"),
    };
    if !address.ip().is_unspecified() && !names.contains(&own) {
        names.push(own);
    }
    let port = address.port();
    let mut hosts: Vec<String> = names.iter().map(|name| format!("{name}:{port}")).collect();
    if port == HTTP_PORT {
        hosts.extend(names);
    }
    hosts
}

/// The scheme's own port is mostly left out, and may be named.
fn external_hosts(url: &Url) -> Vec<String> {
    let Some(name) = url.host_str() else { return Vec::new() };
    let named = url.port_or_known_default().map(|port| format!("{name}:{port}"));
    let bare = url.port().is_none().then(|| name.to_owned());
    named.into_iter().chain(bare).collect()
}

fn names_port(host: &str) -> bool {
    let is_port = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    host.rsplit_once(':').is_some_and(|(name, port)| is_port(port) && (!name.contains(':') || name.ends_with(']')))
}
