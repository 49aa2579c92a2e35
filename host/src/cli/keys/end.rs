//! When a key ends, as people write it: a time from now or a date. Shows moments the same way.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::cli::output::Hinted;

/// Further ends are typing errors.
const LONGEST: Duration = Duration::from_hours(100 * 366 * 24);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    After(Duration),
    At(SystemTime),
}

impl End {
    pub(super) fn from(self, now: SystemTime) -> anyhow::Result<SystemTime> {
        let end = match self {
            Self::After(duration) => now.checked_add(duration),
            Self::At(end) => Some(end),
        };
        let latest = now + LONGEST;
        let too_far = || Hinted::new("a key cannot end in more than 100 years", "leave --expires out");
        Ok(end.filter(|end| *end <= latest).ok_or_else(too_far)?)
    }
}

/// A date is midnight UTC as it begins.
pub(super) fn end(text: &str) -> Result<End, String> {
    let date = if text.len() == "2027-01-31".len() { format!("{text}T00:00:00Z") } else { text.to_owned() };
    if let Ok(end) = humantime::parse_rfc3339_weak(&date) {
        return Ok(End::At(end));
    }
    let problem = "it is neither a time from now, such as 90d or 12h, nor a date, such as 2027-01-31";
    duration(text).map(End::After).map_err(|_| problem.to_owned())
}

pub(super) fn duration(text: &str) -> Result<Duration, String> {
    humantime::parse_duration(text).map_err(|error| format!("it is no time such as 30m, 12h or 7d: {error}"))
}

/// A moment in seconds since 1970, in UTC.
pub(super) fn moment(seconds: u64) -> String {
    let latest = 253_402_300_799;
    humantime::format_rfc3339_seconds(UNIX_EPOCH + Duration::from_secs(seconds.min(latest))).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: u64 = 24 * 3600;

    #[test]
    fn an_end_is_a_time_from_now_or_a_date() {
        let at = |seconds| Ok(End::At(UNIX_EPOCH + Duration::from_secs(seconds)));
        let after = |seconds| Ok(End::After(Duration::from_secs(seconds)));
        let cases = [
            ("90d", after(90 * DAY)),
            ("1h 30m", after(5400)),
            ("1970-01-31", at(30 * DAY)),
            ("1970-01-02T00:00:10Z", at(DAY + 10)),
            ("1970-01-02 00:00:10", at(DAY + 10)),
        ];
        for (text, expected) in cases {
            assert_eq!(end(text), expected, "{text}");
        }
        for text in ["", "90", "-1d", "tomorrow", "2027-13-01", "2027-02-30", "31.01.2027", "0x10d"] {
            assert!(end(text).is_err(), "{text}");
        }
        assert_eq!(moment(DAY + 10), "1970-01-02T00:00:10Z");
        assert!(moment(u64::MAX).starts_with("9999-12-31"));
        let now = UNIX_EPOCH + Duration::from_secs(DAY);
        assert!(End::After(LONGEST * 2).from(now).is_err() && End::After(Duration::MAX).from(now).is_err());
    }
}
