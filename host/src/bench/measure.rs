//! Times, and what is said of them.

use std::time::{Duration, Instant};

/// One line of the report.
#[derive(Debug, Clone)]
pub struct Measure {
    pub what: String,
    pub times: Times,
    pub beside: Option<Yardstick>,
    pub note: Option<String>,
}

/// Of many rounds.
#[derive(Debug, Clone, Copy)]
pub struct Times {
    pub rounds: usize,
    pub p50: Duration,
    pub p99: Duration,
    pub per_second: f64,
}

/// What the least that could be done takes, in the median.
#[derive(Debug, Clone)]
pub struct Yardstick {
    pub what: String,
    pub took: Duration,
}

impl Measure {
    pub(super) fn new(what: impl Into<String>, times: Times) -> Self {
        Self { what: what.into(), times, beside: None, note: None }
    }

    pub(super) fn beside(self, what: impl Into<String>, took: Duration) -> Self {
        Self { beside: Some(Yardstick { what: what.into(), took }), ..self }
    }

    pub(super) fn noting(self, note: impl Into<String>) -> Self {
        Self { note: Some(note.into()), ..self }
    }
}

impl Times {
    /// Of rounds that took `elapsed` together, one after another or side by side.
    pub(super) fn of(mut rounds: Vec<Duration>, elapsed: Duration) -> Self {
        rounds.sort_unstable();
        let at = |hundredths: usize| {
            let last = rounds.len().saturating_sub(1);
            rounds.get(last * hundredths / 100).copied().unwrap_or_default()
        };
        let per_second = rounds.len() as f64 / elapsed.as_secs_f64().max(f64::MIN_POSITIVE);
        Self { rounds: rounds.len(), p50: at(50), p99: at(99), per_second }
    }

    /// Of rounds one after another.
    pub(super) fn in_turn(rounds: Vec<Duration>) -> Self {
        let elapsed = rounds.iter().sum();
        Self::of(rounds, elapsed)
    }

    pub(super) fn once(took: Duration) -> Self {
        Self::in_turn(vec![took])
    }
}

/// What `work` gives, and how long it took.
pub(super) fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let begun = Instant::now();
    let done = work();
    (done, begun.elapsed())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles() {
        let rounds = (1..=200).rev().map(Duration::from_millis).collect();
        let times = Times::of(rounds, Duration::from_secs(2));
        assert_eq!((times.p50, times.p99), (Duration::from_millis(100), Duration::from_millis(198)));
        assert_eq!((times.rounds, times.per_second), (200, 100.0));
        assert_eq!(Times::in_turn(Vec::new()).p99, Duration::ZERO);
        assert_eq!(Times::once(Duration::from_secs(4)).per_second, 0.25);
    }
}
