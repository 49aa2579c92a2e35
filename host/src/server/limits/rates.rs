//! How many requests a second one key and one address may send. Costs nothing where there is no limit; remembers
//! nobody for longer than it takes to be as good as new.

use std::hash::Hash;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU32, Ordering};

use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use crate::server::error::ApiError;
use crate::settings::LimitSettings;

/// After this many requests those are forgotten that have not sent any for a second.
const CHECKS_BETWEEN_SWEEPS: u32 = 4_096;

#[derive(Debug)]
pub(in crate::server) struct Rates {
    addresses: Option<Rate<IpAddr>>,
    keys: Option<Rate<String>>,
}

impl Rates {
    /// At a loopback address with no proxy in front, nobody comes from elsewhere.
    pub(in crate::server) fn new(limits: &LimitSettings, address: SocketAddr, has_proxies: bool) -> Self {
        let is_reachable = has_proxies || !address.ip().is_loopback();
        Self {
            addresses: is_reachable.then(|| Rate::new(limits.requests_per_second_per_address)),
            keys: limits.requests_per_second_per_key.map(Rate::new),
        }
    }

    pub(in crate::server) fn check_address(&self, address: IpAddr) -> Result<(), ApiError> {
        self.addresses.as_ref().map_or(Ok(()), |rate| rate.check(&subscriber(address)))
    }

    pub(in crate::server) fn check_key(&self, key: &String) -> Result<(), ApiError> {
        self.keys.as_ref().map_or(Ok(()), |rate| rate.check(key))
    }
}

/// Whoever has one IPv6 address has the other 2^64 of its network too.
pub(super) fn subscriber(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX)).into(),
        address @ IpAddr::V4(_) => address,
    }
}

#[derive(Debug)]
struct Rate<Who: Hash + Eq + Clone> {
    limiter: DefaultKeyedRateLimiter<Who>,
    clock: DefaultClock,
    checks: AtomicU32,
}

impl<Who: Hash + Eq + Clone> Rate<Who> {
    /// As many may come at once as in a second.
    fn new(per_second: NonZeroU32) -> Self {
        let limiter = RateLimiter::keyed(Quota::per_second(per_second));
        Self { limiter, clock: DefaultClock::default(), checks: AtomicU32::new(0) }
    }

    fn check(&self, who: &Who) -> Result<(), ApiError> {
        if self.checks.fetch_add(1, Ordering::Relaxed) % CHECKS_BETWEEN_SWEEPS == CHECKS_BETWEEN_SWEEPS - 1 {
            self.limiter.retain_recent();
            self.limiter.shrink_to_fit();
        }
        self.limiter.check_key(who).map_err(|refused| {
            let wait = refused.wait_time_from(self.clock.now());
            ApiError::TooManyRequests { retry_after_seconds: wait.as_secs() + 1 }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rates(per_second: u32, address: &str, has_proxies: bool) -> Rates {
        let per_second = NonZeroU32::new(per_second).unwrap();
        let limits = LimitSettings {
            max_requests_in_flight: 1,
            max_total_body_bytes: 1,
            max_connections_per_address: 1,
            max_json_depth: 64,
            requests_per_second_per_key: Some(per_second),
            requests_per_second_per_address: per_second,
        };
        Rates::new(&limits, address.parse().unwrap(), has_proxies)
    }

    #[test]
    fn everybody_has_a_share_of_their_own() {
        let rates = rates(2, "0.0.0.0:80", false);
        let from = |address: &str| rates.check_address(address.parse().unwrap());
        let refused = Err(ApiError::TooManyRequests { retry_after_seconds: 1 });
        assert_eq!((from("192.0.2.1"), from("::ffff:192.0.2.1")), (Ok(()), Ok(())));
        assert_eq!(from("192.0.2.1"), refused);
        assert_eq!((from("192.0.2.2"), from("192.0.2.2")), (Ok(()), Ok(())));
        assert_eq!((from("2001:db8::1"), from("2001:db8::2:1")), (Ok(()), Ok(())));
        assert_eq!(from("2001:db8::3"), refused);
        assert_eq!(from("2001:db8:0:1::3"), Ok(()));
        let with = |key: &str| rates.check_key(&key.to_owned());
        assert_eq!((with("a"), with("a"), with("a"), with("b")), (Ok(()), Ok(()), refused, Ok(())));
    }

    #[test]
    fn at_a_loopback_address_only_a_proxy_brings_others() {
        assert!(rates(2, "127.0.0.1:80", false).addresses.is_none());
        assert!(rates(2, "127.0.0.1:80", true).addresses.is_some());
        assert!(rates(2, "[::]:80", false).addresses.is_some());
    }

    #[test]
    fn who_is_as_good_as_new_is_forgotten() {
        let rates = rates(1_000_000_000, "0.0.0.0:80", false);
        for number in 0..3 * CHECKS_BETWEEN_SWEEPS {
            rates.check_address(IpAddr::from(number.to_be_bytes())).unwrap();
        }
        let remembered = rates.addresses.as_ref().unwrap().limiter.len();
        assert!(remembered <= CHECKS_BETWEEN_SWEEPS as usize, "{remembered}");
    }
}
