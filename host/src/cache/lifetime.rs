//! When an entry was stored and until when it may be served, in milliseconds. Never asks a clock.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// A point in time, to the millisecond; times before 1970 count as 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Moment {
    /// Since 1970.
    pub(super) milliseconds: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Lifetime {
    pub(super) created: Moment,
    /// The first moment at which the entry is gone.
    pub(super) ends: Moment,
}

impl Moment {
    /// Later than every moment a clock can show.
    pub(super) const NEVER: Self = Self { milliseconds: u64::MAX };

    /// Before every moment a clock can show: what ends here was never alive.
    pub(super) const ALWAYS: Self = Self { milliseconds: 0 };

    /// Whole seconds since 1970, as far as 32 bits go: until 2106.
    pub(super) fn seconds(self) -> u32 {
        u32::try_from(self.milliseconds / 1000).unwrap_or(u32::MAX)
    }

    pub(super) fn plus(self, duration: Duration) -> Self {
        Self { milliseconds: self.milliseconds.saturating_add(whole_milliseconds(duration)) }
    }

    pub(super) fn minus(self, duration: Duration) -> Self {
        Self { milliseconds: self.milliseconds.saturating_sub(whole_milliseconds(duration)) }
    }
}

impl From<SystemTime> for Moment {
    fn from(time: SystemTime) -> Self {
        // A clock set before 1970 is wrong, and the earliest moment is the closest to what it says.
        Self { milliseconds: time.duration_since(UNIX_EPOCH).map_or(0, whole_milliseconds) }
    }
}

impl From<Moment> for SystemTime {
    fn from(moment: Moment) -> Self {
        UNIX_EPOCH.checked_add(Duration::from_millis(moment.milliseconds)).unwrap_or(UNIX_EPOCH)
    }
}

impl Lifetime {
    pub(super) fn new(now: SystemTime, ttl: Option<Duration>) -> Self {
        let created = Moment::from(now);
        Self { created, ends: ttl.map_or(Moment::NEVER, |ttl| created.plus(ttl)) }
    }

    /// From an entry that was exported.
    pub(super) fn until(created: SystemTime, expires: Option<SystemTime>) -> Self {
        Self { created: created.into(), ends: expires.map_or(Moment::NEVER, Moment::from) }
    }

    /// None: never.
    pub(super) fn expires(&self) -> Option<SystemTime> {
        (self.ends != Moment::NEVER).then(|| self.ends.into())
    }

    pub(super) fn includes(&self, now: Moment) -> bool {
        now < self.ends
    }
}

fn whole_milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lifetimes() {
        let at = |seconds| UNIX_EPOCH + Duration::from_secs(seconds);
        let before_1970 = UNIX_EPOCH - Duration::from_secs(9);
        let ttl = |seconds| Some(Duration::from_secs(seconds));
        let cases = [
            (at(100), None, at(u32::MAX.into()), true),
            (at(100), ttl(10), at(100), true),
            (at(100), ttl(10), at(109), true),
            (at(100), ttl(10), at(110), false),
            (at(100), ttl(10), at(50), true),
            (at(100), ttl(10), before_1970, true),
            (at(100), ttl(0), at(100), false),
            (at(100), Some(Duration::MAX), at(u32::MAX.into()), true),
            (before_1970, ttl(10), at(9), true),
            (before_1970, ttl(10), at(10), false),
        ];
        for (created, ttl, now, alive) in cases {
            let lifetime = Lifetime::new(created, ttl);
            assert_eq!(lifetime.includes(now.into()), alive, "{created:?} {ttl:?} {now:?}");
        }
        assert_eq!(SystemTime::from(Lifetime::new(at(7), None).created), at(7));
    }
}
