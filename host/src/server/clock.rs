//! A clock for lifetimes: it runs as fast as the machine's, and does not follow its steps. Setting the machine's clock,
//! by a minute or by a year, neither expires what is stored nor keeps it for ever.

use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

use crate::system::{since_boot, write_whole};

/// While the machine was off only its calendar tells how long that was. It may be wrong, so no more than this counts.
const LONGEST_AWAY: Duration = Duration::from_hours(7 * 24);

/// Tells the time from one reading on.
#[derive(Debug, Clone)]
pub struct SteadyClock {
    file: PathBuf,
    begun: Mark,
}

/// What the clocks of the machine showed at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Reading {
    calendar: SystemTime,
    /// Also counts while the machine sleeps.
    since_boot: Duration,
    /// Differs from boot to boot; none where the system has no such thing.
    boot: Option<String>,
}

/// What the steady clock showed when the machine's clocks showed this.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Mark {
    steady_milliseconds: u64,
    calendar_milliseconds: u64,
    since_boot_milliseconds: u64,
    boot: Option<String>,
}

impl SteadyClock {
    /// Goes on where the last gateway of this home left off. A mark that cannot be read is as good as none.
    pub fn start(file: PathBuf) -> Self {
        let before = match read(&file) {
            Ok(before) => before,
            Err(error) => {
                tracing::warn!(%error, file = %file.display(), "the clock begins anew with the machine's calendar");
                None
            }
        };
        let clock = Self { file, begun: Mark::after(before.as_ref(), &Reading::take()) };
        clock.remember();
        clock
    }

    pub fn now(&self) -> SystemTime {
        let since_boot = since_boot();
        let elapsed = since_boot.saturating_sub(Duration::from_millis(self.begun.since_boot_milliseconds));
        UNIX_EPOCH + Duration::from_millis(self.begun.steady_milliseconds) + elapsed
    }

    /// For the next gateway of this home. Without it that one counts from an older mark.
    pub fn remember(&self) {
        let mark = Mark::of(self.now(), &Reading::take());
        let json = serde_json::to_vec(&mark).expect("a mark is numbers and a word");
        if let Err(error) = write_whole(&self.file, &json) {
            tracing::warn!(%error, file = %self.file.display(), "cannot write down the time");
        }
    }
}

impl Mark {
    fn after(before: Option<&Self>, reading: &Reading) -> Self {
        let steady = match before {
            None => reading.calendar,
            Some(before) => UNIX_EPOCH + Duration::from_millis(before.steady_milliseconds) + before.elapsed(reading),
        };
        Self::of(steady, reading)
    }

    fn of(steady: SystemTime, reading: &Reading) -> Self {
        Self {
            steady_milliseconds: milliseconds(since_1970(steady)),
            calendar_milliseconds: milliseconds(since_1970(reading.calendar)),
            since_boot_milliseconds: milliseconds(reading.since_boot),
            boot: reading.boot.clone(),
        }
    }

    /// How long ago this mark was made.
    fn elapsed(&self, reading: &Reading) -> Duration {
        if self.boot.is_some() && self.boot == reading.boot {
            return reading.since_boot.saturating_sub(Duration::from_millis(self.since_boot_milliseconds));
        }
        let away = since_1970(reading.calendar).saturating_sub(Duration::from_millis(self.calendar_milliseconds));
        away.min(LONGEST_AWAY)
    }
}

impl Reading {
    fn take() -> Self {
        Self { calendar: SystemTime::now(), since_boot: since_boot(), boot: boot() }
    }
}

/// A clock set before 1970 is wrong, and the earliest moment is the closest to what it says.
fn since_1970(time: SystemTime) -> Duration {
    time.duration_since(UNIX_EPOCH).unwrap_or_default()
}

fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// Linux numbers its boots. Elsewhere each start counts as another boot, and the calendar is asked.
fn boot() -> Option<String> {
    std::fs::read_to_string("/proc/sys/kernel/random/boot_id").ok().map(|id| id.trim().to_owned())
}

fn read(file: &Path) -> io::Result<Option<Mark>> {
    match std::fs::read(file) {
        Ok(bytes) => Ok(Some(serde_json::from_slice(&bytes)?)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const YEAR: u64 = 365 * 24 * 3600;
    const DAY: u64 = 24 * 3600;
    const START: u64 = 50 * YEAR;

    fn reading(calendar_seconds: u64, since_boot_seconds: u64, boot: Option<&str>) -> Reading {
        Reading {
            calendar: UNIX_EPOCH + Duration::from_secs(calendar_seconds),
            since_boot: Duration::from_secs(since_boot_seconds),
            boot: boot.map(str::to_owned),
        }
    }

    fn steady_seconds(mark: &Mark) -> u64 {
        mark.steady_milliseconds / 1000
    }

    #[test]
    fn a_first_start_believes_the_calendar() {
        assert_eq!(steady_seconds(&Mark::after(None, &reading(START, 9, Some("a")))), START);
    }

    #[test]
    fn between_two_gateways() {
        let before = Mark::after(None, &reading(START, 100, Some("a")));
        let cases = [
            ("nothing odd", reading(START + 60, 160, Some("a")), 60),
            ("the calendar a year ahead, the same boot", reading(START + YEAR, 160, Some("a")), 60),
            ("the calendar a year back, the same boot", reading(START - YEAR, 160, Some("a")), 60),
            ("an hour off", reading(START + 3600, 5, Some("b")), 3600),
            ("the calendar lost while off", reading(0, 5, Some("b")), 0),
            ("a year ahead after a boot", reading(START + YEAR, 5, Some("b")), 7 * DAY),
            ("no boot to compare", reading(START + 60, 160, None), 60),
        ];
        for (case, reading, elapsed) in cases {
            assert_eq!(steady_seconds(&Mark::after(Some(&before), &reading)), START + elapsed, "{case}");
        }
    }

    #[test]
    fn steps_do_not_add_up() {
        let mut mark = Mark::after(None, &reading(START, 0, Some("a")));
        for step in 1..=100 {
            let calendar = if step % 2 == 0 { START - YEAR } else { START + YEAR };
            mark = Mark::after(Some(&mark), &reading(calendar, step * 10, Some("a")));
        }
        assert_eq!(steady_seconds(&mark), START + 1000);
    }

    #[test]
    fn a_broken_mark_is_replaced() {
        let home = tempfile::tempdir().unwrap();
        let file = home.path().join("clock.json");
        std::fs::write(&file, "{").unwrap();
        let now = SteadyClock::start(file.clone()).now();
        assert!(SystemTime::now().duration_since(now).unwrap_or_default() < Duration::from_mins(1));
        assert!(read(&file).unwrap().is_some());
    }
}
