//! The path below which a proxy serves us. Takes it off a request that still has it, and remembers it for answers
//! that name paths of ours.

use std::sync::Arc;

use axum::http::uri::PathAndQuery;
use axum::http::{HeaderName, Request, Uri};
use url::Url;

use super::proxies::Peer;

const X_FORWARDED_PREFIX: HeaderName = HeaderName::from_static("x-forwarded-prefix");
const MAX_PREFIX_BYTES: usize = 1024;

/// What stands before our paths in the URLs that this request's client uses: `/isartor`. Among the extensions of a
/// request that came that way, and of no other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicPrefix(Arc<str>);

impl PublicPrefix {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[derive(Debug)]
pub(super) struct Prefix {
    /// The path of the external URL, without a slash at its end.
    external: Option<PublicPrefix>,
}

impl Prefix {
    pub(super) fn new(external_url: Option<&Url>) -> Self {
        let path = external_url.map(|url| url.path().trim_end_matches('/')).filter(|path| !path.is_empty());
        Self { external: path.map(|path| PublicPrefix(path.into())) }
    }

    /// Some proxies pass the path on as it was, others without the prefix: both arrive at the same route.
    pub(super) fn take_off<B>(&self, request: &mut Request<B>, peer: &Peer) {
        let was_there = self.external.as_ref().is_some_and(|prefix| take_off(prefix, request.uri_mut()));
        if !was_there && !peer.is_trusted_proxy {
            return;
        }
        if let Some(prefix) = said(request, peer).or_else(|| self.external.clone()) {
            request.extensions_mut().insert(prefix);
        }
    }
}

fn take_off(prefix: &PublicPrefix, uri: &mut Uri) -> bool {
    let Some(whole) = uri.path_and_query().map(PathAndQuery::as_str) else { return false };
    let rest = match whole.strip_prefix(prefix.as_str()) {
        Some(rest) if rest.starts_with('/') => rest.to_owned(),
        Some(rest) if rest.is_empty() || rest.starts_with('?') => format!("/{rest}"),
        Some(_) | None => return false,
    };
    let mut parts = std::mem::take(uri).into_parts();
    parts.path_and_query = Some(rest.try_into().expect("the end of a path is a path"));
    *uri = parts.try_into().expect("it was a URI with another path");
    true
}

/// What a trusted proxy says that it took off.
fn said<B>(request: &Request<B>, peer: &Peer) -> Option<PublicPrefix> {
    let value = request.headers().get(X_FORWARDED_PREFIX).filter(|_| peer.is_trusted_proxy)?;
    let prefix = value.to_str().ok()?.trim_end_matches('/');
    is_plain_path(prefix).then(|| PublicPrefix(prefix.into()))
}

/// Two slashes would begin a URL of somebody else's.
fn is_plain_path(prefix: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/-_.~".contains(&byte);
    let is_short = prefix.len() <= MAX_PREFIX_BYTES;
    is_short && prefix.starts_with('/') && !prefix.contains("//") && prefix.bytes().all(is_plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Path that arrives, whether from a trusted proxy, what it says it took off; path that is served, public prefix.
    type Case<'a> = (&'a str, bool, Option<&'a str>, &'a str, Option<&'a str>);

    #[test]
    fn with_the_prefix_or_without_it_the_route_is_the_same() {
        let ours = Some("/a/b");
        let cases: [Case<'_>; 17] = [
            ("/mcp", false, None, "/mcp", None),
            ("/mcp", false, Some("/evil"), "/mcp", None),
            ("/a/b/mcp", false, None, "/mcp", ours),
            ("/a/b/mcp", false, Some("/evil"), "/mcp", ours),
            ("/a/b/mcp?x=1", false, None, "/mcp?x=1", ours),
            ("/a/b", false, None, "/", ours),
            ("/a/b?x", false, None, "/?x", ours),
            ("/a/b/", false, None, "/", ours),
            ("/a/b/a/b/mcp", false, None, "/a/b/mcp", ours),
            ("/a/bc/mcp", false, None, "/a/bc/mcp", None),
            ("/A/b/mcp", false, None, "/A/b/mcp", None),
            ("http://isartor.example/a/b/mcp", false, None, "http://isartor.example/mcp", ours),
            ("/mcp", true, None, "/mcp", ours),
            ("/mcp", true, Some("/c/"), "/mcp", Some("/c")),
            ("/a/b/mcp", true, Some("/c"), "/mcp", Some("/c")),
            ("/mcp", true, Some("//evil.example/c"), "/mcp", ours),
            ("/mcp", true, Some("c"), "/mcp", ours),
        ];
        let external = "https://isartor.example/a/b/".parse().unwrap();
        for (path, is_trusted_proxy, said, served, public) in cases {
            let mut request = Request::get(path).body(()).unwrap();
            if let Some(said) = said {
                request.headers_mut().insert(X_FORWARDED_PREFIX, said.parse().unwrap());
            }
            let peer = Peer { address: [10, 0, 0, 1].into(), is_trusted_proxy, is_here: false };
            Prefix::new(Some(&external)).take_off(&mut request, &peer);
            let found = request.extensions().get().map(PublicPrefix::as_str);
            assert_eq!((request.uri().to_string().as_str(), found), (served, public), "{path} {said:?}");
        }
    }
}
