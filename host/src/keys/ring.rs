//! The keys in use at one time, made for being asked with each request: by id, without a lock, and as fast for a key
//! that is there as for one that is not.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::SystemTime;

use serde::Serialize;

use super::{Key, KeyId, Keys, SecretDigest, SecretKey, Uses, seconds};
use crate::chat::Access;

/// When a key was used last is known to the minute: writing it down with each request would cost more than asking.
const USE_PRECISION_SECONDS: u64 = 60;
/// Clocks of two machines, or of one that was corrected, may differ by so much.
const CLOCK_TOLERANCE_SECONDS: u64 = 24 * 3600;

/// What the clocks show: people's, which can be set, and one that only runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Now {
    pub calendar: SystemTime,
    pub steady: SystemTime,
}

/// Why a key does not open. Whoever presents it is not told which.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Denied {
    Malformed,
    Unknown,
    WrongSecret,
    Revoked,
    Expired,
}

/// Never changes; another takes its place.
#[derive(Debug, Default)]
pub struct Ring {
    held: HashMap<KeyId, Held>,
    has_ends: bool,
}

#[derive(Debug)]
struct Held {
    digest: SecretDigest,
    access: Access,
    is_revoked: bool,
    life: Option<Life>,
    /// Seconds since 1970; 0 is never.
    used_at: AtomicU64,
}

/// The time in which a key that ends may be used.
#[derive(Debug)]
struct Life {
    begin_seconds: u64,
    end_seconds: u64,
    /// The end, as the clock shows it that nobody sets.
    steady_end: SystemTime,
}

impl Ring {
    pub fn new(keys: &Keys, uses: &Uses, now: Now) -> Self {
        let held = keys.all().iter().map(|key| (key.id, Held::of(key, uses.last(key.id), now)));
        Self { held: held.collect(), has_ends: keys.all().iter().any(|key| key.expires_at.is_some()) }
    }

    /// Whether there is a key, though it may have ended.
    pub fn is_empty(&self) -> bool {
        self.held.is_empty()
    }

    /// Whether any of its keys may end by itself.
    pub fn has_ends(&self) -> bool {
        self.has_ends
    }

    /// Who presents this key, and uses it.
    pub fn judge(&self, presented: &[u8], now: Now) -> Result<&Access, Denied> {
        let held = self.find(presented, now)?;
        held.note_use(now);
        Ok(&held.access)
    }

    /// Whom this key still opens to, without a use of it.
    pub fn opens_to(&self, presented: &[u8], now: Now) -> Result<&Access, Denied> {
        Ok(&self.find(presented, now)?.access)
    }

    fn find(&self, presented: &[u8], now: Now) -> Result<&Held, Denied> {
        let key = SecretKey::parse(presented).ok_or(Denied::Malformed)?;
        let held = self.held.get(&key.id());
        let expected = held.map_or(SecretDigest::NONE, |held| held.digest);
        let is_right = key.digest().matches(&expected);
        match held {
            None => Err(Denied::Unknown),
            Some(_) if !is_right => Err(Denied::WrongSecret),
            Some(held) if held.is_revoked => Err(Denied::Revoked),
            Some(held) if held.life.as_ref().is_some_and(|life| life.is_over(now)) => Err(Denied::Expired),
            Some(held) => Ok(held),
        }
    }

    /// What the key of this id is called, also one that does not open.
    pub fn name_of(&self, presented: &[u8]) -> Option<&str> {
        self.held.get(&SecretKey::parse(presented)?.id())?.access.key.as_deref()
    }

    /// When each key was used last.
    pub fn uses(&self) -> Uses {
        let used = self.held.iter().map(|(id, held)| (*id, held.used_at.load(Ordering::Relaxed)));
        Uses::from_iter(used.filter(|(_, at)| *at > 0))
    }
}

impl Held {
    fn of(key: &Key, used_at: Option<u64>, now: Now) -> Self {
        Self {
            digest: key.sha256,
            access: key.access(),
            is_revoked: key.revoked_at.is_some(),
            life: key.expires_at.map(|end| Life::of(key.created_at, end, now)),
            used_at: AtomicU64::new(used_at.unwrap_or_default()),
        }
    }

    fn note_use(&self, now: Now) {
        let used_at = seconds(now.calendar);
        if used_at.abs_diff(self.used_at.load(Ordering::Relaxed)) >= USE_PRECISION_SECONDS {
            self.used_at.store(used_at, Ordering::Relaxed);
        }
    }
}

impl Life {
    fn of(begin_seconds: u64, end_seconds: u64, now: Now) -> Self {
        let left = std::time::Duration::from_secs(end_seconds.saturating_sub(seconds(now.calendar)));
        Self { begin_seconds, end_seconds, steady_end: now.steady.checked_add(left).unwrap_or(now.steady) }
    }

    /// Setting the calendar back makes no key live longer, and before a key was made it was not there either.
    fn is_over(&self, now: Now) -> bool {
        let calendar = seconds(now.calendar);
        let is_before = calendar.saturating_add(CLOCK_TOLERANCE_SECONDS) < self.begin_seconds;
        is_before || calendar >= self.end_seconds || now.steady >= self.steady_end
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use super::*;
    use crate::chat::Permission;
    use crate::keys::Wanted;

    const START: u64 = 1_800_000_000;
    const YEAR: u64 = 365 * 24 * 3600;

    fn at(calendar: u64, steady: u64) -> Now {
        Now { calendar: UNIX_EPOCH + Duration::from_secs(calendar), steady: UNIX_EPOCH + Duration::from_secs(steady) }
    }

    fn ring(expires: Option<u64>) -> (Ring, SecretKey) {
        let (secret, now) = (SecretKey::generate().unwrap(), at(START, 0));
        let expires = expires.map(|seconds| UNIX_EPOCH + Duration::from_secs(seconds));
        let mut keys = Keys::default();
        let wanted = Wanted { expires, scopes: vec![Permission::Read], ..Wanted::default() };
        keys.create(wanted, &secret, now.calendar).unwrap();
        (Ring::new(&keys, &Uses::default(), now), secret)
    }

    #[test]
    fn a_key_ends_whatever_is_done_to_the_calendar() {
        let (ring, secret) = ring(Some(START + 100));
        let cases = [
            ("at once", at(START, 0), true),
            ("just before the end", at(START + 99, 99), true),
            ("at the end", at(START + 100, 100), false),
            ("the calendar a year ahead", at(START + YEAR, 10), false),
            ("the calendar back by a minute", at(START - 60, 10), true),
            ("the calendar back by a minute at the end", at(START - 60, 100), false),
            ("the calendar back by a year", at(START - YEAR, 10), false),
            ("the calendar lost", at(0, 10), false),
        ];
        for (case, now, admitted) in cases {
            assert_eq!(ring.judge(secret.expose().as_bytes(), now).is_ok(), admitted, "{case}");
        }
    }

    #[test]
    fn what_differs_anywhere_does_not_open() {
        let (ring, secret) = ring(None);
        let (text, now) = (secret.expose(), at(START, 0));
        assert!(ring.judge(text.as_bytes(), now).is_ok());
        for at in 0..text.len() {
            let mut other = text.clone().into_bytes();
            other[at] = if other[at] == b'0' { b'1' } else { b'0' };
            assert!(ring.judge(&other, now).is_err(), "byte {at}");
        }
        let stranger = SecretKey::generate().unwrap();
        assert_eq!(ring.judge(stranger.expose().as_bytes(), now), Err(Denied::Unknown));
        let mixed = format!("isk_{}_{}", secret.id(), &stranger.expose()[17..]);
        assert_eq!(ring.judge(mixed.as_bytes(), now), Err(Denied::WrongSecret));
    }

    #[test]
    fn uses_are_remembered_to_the_minute() {
        let (ring, secret) = ring(None);
        assert_eq!(ring.uses().last(secret.id()), None);
        for (at_seconds, known) in [(START, START), (START + 59, START), (START + 61, START + 61)] {
            ring.judge(secret.expose().as_bytes(), at(at_seconds, 0)).unwrap();
            assert_eq!(ring.uses().last(secret.id()), Some(known));
        }
    }
}
