//! Whoever fails a thousand times a second must not push what matters out of the audit log: the first failures of a
//! kind are passed on, the rest is counted. Pure but for what it counts.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::time::{Duration, Instant};

use super::event::Event;

/// How long is counted before it is summed up.
const WINDOW: Duration = Duration::from_secs(300);
/// How many of a kind are passed on in that time.
const PASSED_ON: u32 = 3;
/// Kinds that are told apart; what comes from yet other addresses is counted together.
const MAX_KINDS: usize = 64;

/// What fails, why, and from where; no address stands for all others.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Kind {
    pub(super) event: &'static str,
    pub(super) reason: &'static str,
    pub(super) peer: Option<IpAddr>,
}

#[derive(Debug, Default)]
struct Tally {
    passed_on: u32,
    more: u64,
}

#[derive(Debug)]
pub(super) struct Flood {
    began: Instant,
    tallies: BTreeMap<Kind, Tally>,
}

impl Flood {
    pub(super) fn new(now: Instant) -> Self {
        Self { began: now, tallies: BTreeMap::new() }
    }

    /// The event, unless there were enough of its kind.
    pub(super) fn pass(&mut self, event: Event) -> Option<Event> {
        let Some(mut kind) = event.kind() else { return Some(event) };
        if self.tallies.len() >= MAX_KINDS && !self.tallies.contains_key(&kind) {
            kind.peer = None;
        }
        let tally = self.tallies.entry(kind).or_default();
        if tally.passed_on < PASSED_ON {
            tally.passed_on += 1;
            return Some(event);
        }
        tally.more += 1;
        None
    }

    /// How many there were of each kind beyond those that were passed on, once in a while or `now_or_never`.
    pub(super) fn sums(&mut self, now: Instant, now_or_never: bool) -> Vec<Event> {
        let elapsed = now.saturating_duration_since(self.began);
        if elapsed < WINDOW && !now_or_never {
            return Vec::new();
        }
        let tallies = std::mem::replace(self, Self::new(now)).tallies;
        let repeated = tallies.into_iter().filter(|(_, tally)| tally.more > 0);
        repeated
            .map(|(Kind { event, reason, peer }, Tally { more, .. })| Event::Repeated {
                of: event,
                reason,
                peer,
                times: more,
                within_seconds: elapsed.as_secs().max(1),
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;
    use crate::audit::{AuthFailure, EndOfRun};

    fn failure(reason: AuthFailure, peer: u32) -> Event {
        Event::auth_failed(reason, "/mcp", Some(IpAddr::V4(Ipv4Addr::from(peer))))
    }

    #[test]
    fn the_first_of_each_kind_pass_and_the_rest_is_counted() {
        let began = Instant::now();
        let mut flood = Flood::new(began);
        let mut passed = |event| flood.pass(event).is_some();
        let unknown = (0..10).filter(|_| passed(failure(AuthFailure::Unknown, 1))).count();
        let expired = (0..2).filter(|_| passed(failure(AuthFailure::Expired, 1))).count();
        let stopped = (0..9).filter(|_| passed(Event::Stopped { how: EndOfRun::Drained })).count();
        assert_eq!((unknown, expired, stopped), (3, 2, 9));
        assert_eq!(flood.sums(began + WINDOW / 2, false).len(), 0);
        match flood.sums(began + WINDOW, false).as_slice() {
            [Event::Repeated { of: "auth_failed", reason: "unknown", times: 7, within_seconds: 300, .. }] => {}
            sums => panic!("{sums:?}"),
        }
        assert!(flood.pass(failure(AuthFailure::Unknown, 1)).is_some(), "counting began anew");
    }

    #[test]
    fn many_addresses_count_as_one() {
        let mut flood = Flood::new(Instant::now());
        let passed = (0..100_000).filter(|peer| flood.pass(failure(AuthFailure::Missing, *peer)).is_some()).count();
        assert!(passed < 200, "{passed}");
        assert!(flood.tallies.len() <= MAX_KINDS + 1, "{}", flood.tallies.len());
        let told: u64 = flood
            .sums(Instant::now(), true)
            .iter()
            .map(|sum| if let Event::Repeated { times, .. } = sum { *times } else { 0 })
            .sum();
        assert_eq!(told + passed as u64, 100_000);
    }
}
