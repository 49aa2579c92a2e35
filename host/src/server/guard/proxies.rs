//! What proxies say of the client behind them (`X-Forwarded-*`). Believes only those that the settings name.

use std::net::IpAddr;

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use ipnet::IpNet;

pub(super) const X_FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");
const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The other end of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::server) struct Peer {
    pub(super) address: IpAddr,
    /// Whether what it says of others is believed.
    pub(super) is_trusted_proxy: bool,
    /// Whether it is a program on this machine.
    pub(super) is_here: bool,
}

impl Peer {
    /// Its address, unless it is on this machine or speaks for others.
    pub(in crate::server) fn stranger(&self) -> Option<IpAddr> {
        (!self.is_here && !self.is_trusted_proxy).then_some(self.address)
    }
}

#[derive(Debug)]
pub(super) struct Proxies {
    trusted: Vec<IpNet>,
}

impl Proxies {
    pub(super) fn new(trusted: Vec<IpNet>) -> Self {
        Self { trusted }
    }

    pub(super) fn are_none(&self) -> bool {
        self.trusted.is_empty()
    }

    /// Who is at the other end of a connection between these two addresses.
    pub(super) fn peer(&self, theirs: IpAddr, ours: IpAddr) -> Peer {
        let address = theirs.to_canonical();
        let is_here = address.is_loopback() || address == ours.to_canonical();
        Peer { address, is_trusted_proxy: self.trust(address), is_here }
    }

    /// The machine that asks, unless it is this one: the nearest that is no proxy of ours. What is further away may
    /// be anybody's invention.
    pub(super) fn client(&self, peer: &Peer, headers: &HeaderMap) -> Option<IpAddr> {
        if !peer.is_trusted_proxy {
            return (!peer.is_here).then_some(peer.address);
        }
        let mut nearest = peer.address;
        for value in headers.get_all(X_FORWARDED_FOR).iter().rev() {
            for address in value.as_bytes().rsplit(|byte| *byte == b',') {
                let Some(address) = address_in(address) else { return beyond_here(nearest) };
                nearest = address;
                if !self.trust(address) {
                    return beyond_here(nearest);
                }
            }
        }
        beyond_here(nearest)
    }

    fn trust(&self, address: IpAddr) -> bool {
        self.trusted.iter().any(|network| network.contains(&address))
    }
}

/// The hosts that a trusted proxy says were asked for.
pub(super) fn forwarded_hosts<'a>(peer: &Peer, headers: &'a HeaderMap) -> impl Iterator<Item = &'a [u8]> + use<'a> {
    let believed = peer.is_trusted_proxy.then(|| headers.get_all(X_FORWARDED_HOST).iter());
    let values = believed.into_iter().flatten().map(HeaderValue::as_bytes);
    values.flat_map(|value| value.split(|byte| *byte == b',')).map(<[u8]>::trim_ascii)
}

fn beyond_here(address: IpAddr) -> Option<IpAddr> {
    (!address.is_loopback()).then_some(address)
}

/// `192.0.2.1`, `192.0.2.1:4711`, `2001:db8::1`, `[2001:db8::1]` or `[2001:db8::1]:4711`.
fn address_in(text: &[u8]) -> Option<IpAddr> {
    let text = std::str::from_utf8(text).ok()?.trim();
    let bracketed = || text.strip_prefix('[')?.strip_suffix(']')?.parse().ok();
    let with_port = || text.parse::<std::net::SocketAddr>().ok().map(|address| address.ip());
    let address: IpAddr = text.parse().ok().or_else(bracketed).or_else(with_port)?;
    Some(address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proxies() -> Proxies {
        Proxies::new(["127.0.0.1/32", "10.0.0.0/8", "2001:db8:1::/48"].map(|net| net.parse().unwrap()).to_vec())
    }

    #[test]
    fn the_client_is_the_nearest_that_is_no_proxy_of_ours() {
        let cases: [(&str, &[&str], Option<&str>); 17] = [
            ("192.0.2.1", &[], Some("192.0.2.1")),
            ("192.0.2.1", &["198.51.100.7"], Some("192.0.2.1")),
            ("::ffff:192.0.2.1", &[], Some("192.0.2.1")),
            ("127.0.0.2", &["198.51.100.7"], None),
            ("192.168.7.7", &[], None),
            ("127.0.0.1", &[], None),
            ("127.0.0.1", &["198.51.100.7"], Some("198.51.100.7")),
            ("::ffff:10.1.2.3", &["198.51.100.7"], Some("198.51.100.7")),
            ("127.0.0.1", &["203.0.113.9, 198.51.100.7"], Some("198.51.100.7")),
            ("127.0.0.1", &["203.0.113.9, 198.51.100.7,10.0.0.3"], Some("198.51.100.7")),
            ("127.0.0.1", &["203.0.113.9", "198.51.100.7", "10.0.0.3"], Some("198.51.100.7")),
            ("127.0.0.1", &["127.0.0.5, 198.51.100.7:4711"], Some("198.51.100.7")),
            ("127.0.0.1", &["[2001:db8::7]:4711"], Some("2001:db8::7")),
            ("127.0.0.1", &["2001:db8::7, [2001:db8:1::1]"], Some("2001:db8::7")),
            ("10.0.0.1", &["unknown"], Some("10.0.0.1")),
            ("10.0.0.1", &["198.51.100.7, evil, 10.0.0.4"], Some("10.0.0.4")),
            ("10.0.0.1", &["127.0.0.9"], None),
        ];
        for (peer, forwarded, expected) in cases {
            let mut headers = HeaderMap::new();
            for value in forwarded {
                headers.append(X_FORWARDED_FOR, HeaderValue::from_static(value));
            }
            let peer = proxies().peer(peer.parse().unwrap(), "192.168.7.7".parse().unwrap());
            let found = proxies().client(&peer, &headers).map(|address| address.to_string());
            assert_eq!(found.as_deref(), expected, "{peer:?} {forwarded:?}");
        }
    }
}
