//! Where the gateway is: `ISARTOR_GATEWAY_URL`, parsed once. Pure; looks nothing up.

use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use reqwest::Url;

/// An `http` or `https` URL with a host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GatewayUrl(Url);

#[derive(Debug, PartialEq, thiserror::Error)]
pub enum GatewayUrlError {
    #[error("{text} is not a URL: {reason}")]
    NotAUrl { text: String, reason: String },
    #[error("{text} is neither an http nor an https URL")]
    NotHttp { text: String },
    /// The text stays out: it would end up in logs and in front of a model.
    #[error("it must not contain a user name or password")]
    Credentials,
}

impl FromStr for GatewayUrl {
    type Err = GatewayUrlError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parsed = Url::parse(text.trim());
        let url = parsed.map_err(|error| GatewayUrlError::NotAUrl { text: text.into(), reason: error.to_string() })?;
        match url.scheme() {
            _ if !url.username().is_empty() || url.password().is_some() => Err(GatewayUrlError::Credentials),
            "http" | "https" => Ok(Self(url)),
            _ => Err(GatewayUrlError::NotHttp { text: text.into() }),
        }
    }
}

impl fmt::Display for GatewayUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.0.as_str().trim_end_matches('/'))
    }
}

impl GatewayUrl {
    /// The gateway that this machine would start by itself.
    pub fn local(port: u16) -> Self {
        format!("http://localhost:{port}").parse().expect("a host and a port make a URL")
    }

    /// Where it serves MCP; a URL that already says so stays as it is.
    pub(super) fn endpoint(&self) -> Url {
        let mut url = self.0.clone();
        let path = url.path().trim_end_matches('/').to_owned();
        url.set_path(&if path.ends_with("/mcp") { path } else { format!("{path}/mcp") });
        url
    }

    pub(super) fn port(&self) -> u16 {
        self.0.port_or_known_default().expect("http and https have a default port")
    }

    pub(super) fn host(&self) -> &str {
        let host = self.0.host_str().expect("an http URL has a host");
        host.trim_start_matches('[').trim_end_matches(']')
    }

    pub(super) fn is_loopback(&self) -> bool {
        let host = self.host();
        host.eq_ignore_ascii_case("localhost")
            || host.parse::<Ipv4Addr>().is_ok_and(|address| address.is_loopback())
            || host.parse::<Ipv6Addr>().is_ok_and(|address| address.is_loopback())
    }

    /// Whether `isartor up` could serve this URL here.
    pub(super) fn can_be_started(&self) -> bool {
        self.is_loopback() && self.0.scheme() == "http"
    }

    /// Whether a gateway that says it is at `other` is the one meant: all names of this machine are one.
    pub(super) fn is_served_at(&self, other: &str) -> bool {
        let Ok(other) = other.parse::<Self>() else { return false };
        let same_host = self.host() == other.host() || (self.is_loopback() && other.is_loopback());
        same_host && self.port() == other.port() && self.0.scheme() == other.0.scheme()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> GatewayUrl {
        text.parse().unwrap()
    }

    #[test]
    fn all_loopback_names_of_one_port_are_one_gateway() {
        let cases = [
            ("http://localhost:8080", "http://127.0.0.1:8080", true),
            ("http://LOCALHOST:8080/", "http://[::1]:8080", true),
            ("http://127.1.2.3:8080/mcp/", "http://localhost:8080", true),
            ("http://localhost", "http://127.0.0.1:80", true),
            ("http://localhost:8080", "http://localhost:8081", false),
            ("https://localhost:8080", "http://localhost:8080", false),
            ("http://cache.example:8080", "http://localhost:8080", false),
            ("http://localhost.example:8080", "http://localhost:8080", false),
            ("http://10.0.0.1:8080", "http://10.0.0.1:8080", true),
            ("http://localhost:8080", "nonsense", false),
        ];
        for (meant, served, expected) in cases {
            assert_eq!(url(meant).is_served_at(served), expected, "{meant} and {served}");
        }
    }

    #[test]
    fn the_endpoint_is_below_the_gateway() {
        let cases = [
            ("http://localhost:8080", "http://localhost:8080/mcp"),
            ("http://localhost:8080/mcp/", "http://localhost:8080/mcp"),
            ("https://example.org/isartor/", "https://example.org/isartor/mcp"),
        ];
        for (given, endpoint) in cases {
            assert_eq!(url(given).endpoint().as_str(), endpoint);
        }
    }

    #[test]
    fn only_a_plain_loopback_url_can_be_started() {
        for (text, expected) in [
            ("http://localhost:8080", true),
            ("http://[::1]:1", true),
            ("https://localhost:8080", false),
            ("http://0.0.0.0:8080", false),
            ("http://example.org", false),
        ] {
            assert_eq!(url(text).can_be_started(), expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_http_url_is_refused() {
        for text in ["", "localhost:8080", "ftp://localhost", "${GATEWAY}", "http://", "http://a:b@localhost"] {
            assert!(text.parse::<GatewayUrl>().is_err(), "{text}");
        }
    }
}
