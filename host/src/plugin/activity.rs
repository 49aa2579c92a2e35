//! What the calls of one plugin share while the process lives: counters, the log's minute, places for requests.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Semaphore;

use super::receipt::Counters;

const MINUTE: Duration = Duration::from_secs(60);

/// Requests of one plugin that are under way at the same time; more wait.
const CONCURRENT_REQUESTS: usize = 4;

/// One plugin's share of the process. Outlives the plugin's being reloaded.
#[derive(Debug)]
pub(super) struct Activity {
    counters: Mutex<Counters>,
    log_minute: Mutex<LogMinute>,
    pub(super) requests: Semaphore,
}

impl Activity {
    pub(super) fn new(now: Instant) -> Self {
        Self {
            counters: Mutex::default(),
            log_minute: Mutex::new(LogMinute { started: now, budget: None }),
            requests: Semaphore::new(CONCURRENT_REQUESTS),
        }
    }

    pub(super) fn counters(&self) -> Counters {
        self.counters.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn count(&self, change: impl FnOnce(&mut Counters)) {
        change(&mut self.counters.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// Takes a line's bytes out of this minute's budget, which is `max_bytes` from all calls.
    pub(super) fn log(&self, bytes: usize, max_bytes: usize, now: Instant) -> Taken {
        self.log_minute.lock().unwrap_or_else(PoisonError::into_inner).take(bytes, max_bytes, now)
    }
}

/// How many bytes may still go somewhere, and whether anybody was told that there are no more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Budget {
    max_bytes: usize,
    left_bytes: usize,
    spent: bool,
}

/// What a budget says to a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Taken {
    Fits,
    /// It does not fit, and it is the first.
    SpentNow {
        max_bytes: usize,
    },
    /// A line before it did not fit.
    Spent,
}

impl Budget {
    pub(super) fn new(max_bytes: usize) -> Self {
        Self { max_bytes, left_bytes: max_bytes, spent: false }
    }

    /// Once something did not fit, nothing fits any more: a log with holes would read as if it were whole.
    pub(super) fn take(&mut self, bytes: usize) -> Taken {
        if self.spent {
            return Taken::Spent;
        }
        match self.left_bytes.checked_sub(bytes) {
            Some(left) => {
                self.left_bytes = left;
                Taken::Fits
            }
            None => {
                self.spent = true;
                Taken::SpentNow { max_bytes: self.max_bytes }
            }
        }
    }
}

#[derive(Debug)]
struct LogMinute {
    started: Instant,
    /// None until something is logged.
    budget: Option<Budget>,
}

impl LogMinute {
    fn take(&mut self, bytes: usize, max_bytes: usize, now: Instant) -> Taken {
        if now.saturating_duration_since(self.started) >= MINUTE {
            *self = Self { started: now, budget: None };
        }
        self.budget.get_or_insert_with(|| Budget::new(max_bytes)).take(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spent_budget_says_so_once() {
        let mut budget = Budget::new(10);
        let taken: Vec<Taken> = [4, 6, 0, 1, 0].into_iter().map(|bytes| budget.take(bytes)).collect();
        let spent_now = Taken::SpentNow { max_bytes: 10 };
        assert_eq!(taken, [Taken::Fits, Taken::Fits, Taken::Fits, spent_now, Taken::Spent]);
    }

    #[test]
    fn each_minute_has_its_own_budget() {
        let start = Instant::now();
        let activity = Activity::new(start);
        const MAX: usize = 1_000;
        let spent_now = Taken::SpentNow { max_bytes: MAX };
        for (seconds, bytes, expected) in [
            (0, MAX, Taken::Fits),
            (59, 1, spent_now),
            (59, 1, Taken::Spent),
            (60, 1, Taken::Fits),
            (60, MAX, spent_now),
            (200, MAX, Taken::Fits),
        ] {
            assert_eq!(activity.log(bytes, MAX, start + Duration::from_secs(seconds)), expected, "at {seconds} s");
        }
    }
}
