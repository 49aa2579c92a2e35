//! Whether a request is one that the user granted. Pure: it looks at the request as parsed and at nothing else.

use std::net::IpAddr;

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::{Method, Url};
use url::Host;

use super::address::is_public;
use crate::plugin::bindings::capabilities::isartor::plugin::http::Request;
use crate::plugin::manifest::capability::{HostPattern, HttpRequest, SecretRequest};

/// Headers that decide where a request goes or how it is framed, besides `proxy-*`.
const FORBIDDEN_HEADERS: [&str; 9] = [
    "host",
    "content-length",
    "connection",
    "keep-alive",
    "transfer-encoding",
    "te",
    "trailer",
    "upgrade",
    "http2-settings",
];

/// Most headers of one request, and most bytes of their names and values.
const HEADERS_MAX: usize = 100;
const HEADERS_MAX_BYTES: usize = 64 << 10;

/// A request that may be sent.
#[derive(Debug)]
pub(super) struct Permitted {
    pub(super) method: Method,
    pub(super) url: Url,
    pub(super) headers: HeaderMap,
    host: String,
    port: u16,
    default_port: u16,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Refusal {
    /// Not what the user granted.
    Denied(String),
    /// Not a request.
    Malformed(String),
}

/// Checks scheme, user information, host, address, port, method and headers, in this order.
pub(super) fn permit(
    granted: &HttpRequest,
    secrets: &[&SecretRequest],
    request: &Request,
) -> Result<Permitted, Refusal> {
    let url = Url::parse(&request.url).map_err(|error| Refusal::Malformed(format!("the URL is unusable: {error}")))?;
    let default_port = default_port(&url, granted.plain)?;
    if !url.username().is_empty() || url.password().is_some() {
        return denied("the URL holds a user name or a password");
    }
    let port = url.port().unwrap_or(default_port);
    let host = host(&url, port, default_port, granted)?;
    Ok(Permitted {
        method: method(granted, &request.method)?,
        headers: headers(secrets, &request.headers)?,
        url,
        host,
        port,
        default_port,
    })
}

impl Permitted {
    /// Whether a secret for `hosts` goes with it.
    pub(super) fn goes_to(&self, hosts: &[HostPattern]) -> bool {
        hosts.iter().any(|pattern| pattern.covers(&self.host, self.port, self.default_port))
    }

    /// As a receipt names it.
    pub(super) fn destination(&self) -> String {
        format!("{}:{}", self.host, self.port)
    }
}

fn default_port(url: &Url, plain: bool) -> Result<u16, Refusal> {
    match url.scheme() {
        "https" => Ok(443),
        "http" if plain => Ok(80),
        "http" => denied("http:// is not granted, only https://"),
        other => denied(format!("{other}: is neither https nor http")),
    }
}

/// The host in lower case, if it is granted and, when it is an address, one that may be reached.
fn host(url: &Url, port: u16, default_port: u16, granted: &HttpRequest) -> Result<String, Refusal> {
    let (text, address) = match url.host() {
        Some(Host::Domain(name)) => (name.to_owned(), None),
        Some(Host::Ipv4(address)) => (address.to_string(), Some(IpAddr::V4(address))),
        Some(Host::Ipv6(address)) => (address.to_string(), Some(IpAddr::V6(address))),
        None => return Err(Refusal::Malformed("the URL has no host".to_owned())),
    };
    // An address has no subdomains: *.0.0.1 is not a family of hosts.
    let covers = |pattern: &&HostPattern| {
        (address.is_none() || !pattern.subdomains) && pattern.covers(&text, port, default_port)
    };
    if granted.hosts.iter().find(covers).is_none() {
        return denied(format!("{text}:{port} is not a granted host and port"));
    }
    match address {
        Some(address) if !granted.private_addresses && !is_public(address) => denied(private(&address.to_string())),
        Some(_) | None => Ok(text),
    }
}

/// Why a private address is not reached.
pub(super) fn private(what: &str) -> String {
    format!("{what} is no address of the internet, and private addresses are not granted")
}

fn method(granted: &HttpRequest, method: &str) -> Result<Method, Refusal> {
    // CONNECT asks for a tunnel, through which nothing could be checked any more.
    if !granted.methods.contains(method) || method == "CONNECT" {
        return denied(format!("the method {method:?} is not granted"));
    }
    Method::from_bytes(method.as_bytes()).map_err(|_| Refusal::Malformed(format!("{method:?} is not a method")))
}

fn headers(secrets: &[&SecretRequest], asked: &[(String, String)]) -> Result<HeaderMap, Refusal> {
    let bytes: usize = asked.iter().map(|(name, value)| name.len() + value.len()).sum();
    if asked.len() > HEADERS_MAX || bytes > HEADERS_MAX_BYTES {
        let most = format!("there are more than {HEADERS_MAX} headers, or more than {HEADERS_MAX_BYTES} bytes of them");
        return Err(Refusal::Malformed(most));
    }
    let mut headers = HeaderMap::new();
    for (name, value) in asked {
        let malformed = || Refusal::Malformed(format!("the header {name:?} cannot be sent"));
        let parsed = HeaderName::from_bytes(name.as_bytes()).map_err(|_| malformed())?;
        let is_secret = secrets.iter().any(|secret| secret.header.eq_ignore_ascii_case(parsed.as_str()));
        let is_forbidden = FORBIDDEN_HEADERS.contains(&parsed.as_str()) || parsed.as_str().starts_with("proxy-");
        if is_secret || is_forbidden {
            return denied(format!("the header {parsed} is the host's to set"));
        }
        headers.append(parsed, HeaderValue::from_str(value).map_err(|_| malformed())?);
    }
    Ok(headers)
}

fn denied<T>(reason: impl Into<String>) -> Result<T, Refusal> {
    Err(Refusal::Denied(reason.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn granted(hosts: &[&str]) -> HttpRequest {
        HttpRequest {
            hosts: hosts.iter().map(|host| HostPattern::try_from((*host).to_owned()).expect("a pattern")).collect(),
            methods: ["GET", "POST", "CONNECT"].map(str::to_owned).into(),
            plain: false,
            private_addresses: false,
            reason: "a test".to_owned(),
        }
    }

    fn request(method: &str, url: &str, headers: &[(&str, &str)]) -> Request {
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Request { method: method.to_owned(), url: url.to_owned(), headers, body: None, timeout_milliseconds: None }
    }

    #[test]
    fn a_url_is_permitted_as_granted_and_no_further() {
        let only = granted(&["api.example.com", "*.example.org:8443", "8.8.8.8"]);
        let plain = HttpRequest { plain: true, ..granted(&["api.example.com"]) };
        // The addresses are granted by name here, so that it is their being private that refuses them.
        let addresses = granted(&["127.0.0.1", "10.0.0.1", "169.254.169.254", "0.0.0.0", "*.0.0.1"]);
        let private = HttpRequest { plain: true, private_addresses: true, ..granted(&["127.0.0.1:8080"]) };
        let cases = [
            (&only, "https://api.example.com/x?y#z", Ok("api.example.com:443")),
            (&only, "HTTPS://API.Example.COM:443/", Ok("api.example.com:443")),
            (&only, "https://a.b.example.org:8443/", Ok("a.b.example.org:8443")),
            (&only, "https://8.8.8.8/", Ok("8.8.8.8:443")),
            (&only, "https://0x08080808/", Ok("8.8.8.8:443")),
            (&plain, "http://api.example.com/", Ok("api.example.com:80")),
            (&private, "http://127.0.0.1:8080/", Ok("127.0.0.1:8080")),
            (&private, "http://0x7f.1:8080/", Ok("127.0.0.1:8080")),
            (&only, "http://api.example.com/", Err("http:// is not granted")),
            (&only, "ftp://api.example.com/", Err("neither https nor http")),
            (&only, "file:///etc/passwd", Err("neither https nor http")),
            (&only, "https://api.example.com:22/", Err("not a granted host and port")),
            (&only, "https://api.example.com:8443/", Err("not a granted host and port")),
            (&plain, "http://api.example.com:443/", Err("not a granted host and port")),
            (&only, "https://api.example.com./", Err("not a granted host and port")),
            (&only, "https://example.org:8443/", Err("not a granted host and port")),
            (&only, "https://evil-example.org:8443/", Err("not a granted host and port")),
            (&only, "https://api.example.com.evil.org/", Err("not a granted host and port")),
            (&only, "https://api.example.com@evil.org/", Err("user name or a password")),
            (&only, "https://user:word@api.example.com/", Err("user name or a password")),
            (&only, "https://api.example.com\\@evil.org/", Ok("api.example.com:443")),
            (&only, "https://evil.org\\@api.example.com/", Err("not a granted host and port")),
            (&only, "https://evil.org#@api.example.com/", Err("not a granted host and port")),
            (&only, "https://xn--api-example.com/", Err("")),
            (&addresses, "https://127.0.0.1/", Err("no address of the internet")),
            (&addresses, "https://0x7f.1/", Err("no address of the internet")),
            (&addresses, "https://2130706433/", Err("no address of the internet")),
            (&addresses, "https://017700000001/", Err("no address of the internet")),
            (&addresses, "https://10.1/", Err("no address of the internet")),
            (&addresses, "https://0/", Err("no address of the internet")),
            (&addresses, "https://169.254.169.254/latest", Err("no address of the internet")),
            (&addresses, "https://8.0.0.1/", Err("not a granted host and port")),
            (&addresses, "https://[::1]/", Err("not a granted host and port")),
            (&addresses, "https://[::ffff:10.0.0.1]/", Err("not a granted host and port")),
            (&private, "http://127.0.0.1/", Err("not a granted host and port")),
            (&only, "//api.example.com/", Err("unusable")),
            (&only, "https:///", Err("unusable")),
        ];
        for (granted, url, expected) in cases {
            let got = permit(granted, &[], &request("GET", url, &[]));
            match (got, expected) {
                (Ok(permitted), Ok(destination)) => assert_eq!(permitted.destination(), destination, "{url}"),
                (Err(Refusal::Denied(reason) | Refusal::Malformed(reason)), Err(words)) => {
                    assert!(reason.contains(words), "{url}: {reason}");
                }
                (got, _) => panic!("{url}: {got:?}"),
            }
        }
    }

    #[test]
    fn methods_and_headers_are_checked() {
        let granted = granted(&["a.example"]);
        let secret = SecretRequest {
            key: "TOKEN".to_owned(),
            header: "X-Api-Key".to_owned(),
            prefix: String::new(),
            hosts: granted.hosts.clone(),
            reason: "a test".to_owned(),
        };
        let try_it = |method: &str, name: &str, value: &str| {
            permit(&granted, &[&secret], &request(method, "https://a.example/", &[(name, value)])).map(drop)
        };
        assert_eq!(try_it("POST", "Accept", "text/plain"), Ok(()));
        for method in ["DELETE", "get", "CONNECT", "GET ", ""] {
            assert!(matches!(try_it(method, "accept", "*/*"), Err(Refusal::Denied(_))), "{method:?}");
        }
        for name in [
            "Host",
            "content-LENGTH",
            "Connection",
            "Transfer-Encoding",
            "TE",
            "Upgrade",
            "Proxy-Authorization",
            "x-api-key",
        ] {
            assert!(matches!(try_it("GET", name, "x"), Err(Refusal::Denied(_))), "{name:?}");
        }
        for (name, value) in [("", "x"), ("a b", "x"), ("a:", "x"), ("a", "x\r\nHost: evil"), ("a", "x\0")] {
            assert!(matches!(try_it("GET", name, value), Err(Refusal::Malformed(_))), "{name:?}: {value:?}");
        }
        let many = request("GET", "https://a.example/", &[("a", ""); 40_000]);
        for headers in [&many.headers[..], &[("a".to_owned(), "x".repeat(70_000))]] {
            let request = Request { headers: headers.to_vec(), ..request("GET", "https://a.example/", &[]) };
            assert!(matches!(permit(&granted, &[], &request), Err(Refusal::Malformed(_))), "too many headers");
        }
    }
}
