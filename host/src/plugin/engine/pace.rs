//! How fast calls may run beside others. A short call runs as it likes; one that goes on pauses at each tick, so that
//! all the long ones together leave a core, or half of the only one, to everybody else. Never ends a call.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use super::TICK;

/// So many ticks a call may run without a pause: 200 ms, more than most calls take altogether.
const SPRINT_TICKS: u32 = 20;

/// The long calls of one process.
#[derive(Debug, Clone)]
pub(in crate::plugin) struct Pace {
    long_calls: Arc<AtomicUsize>,
    cores: usize,
}

/// One call on its way.
#[derive(Debug)]
pub(in crate::plugin) struct Runner {
    pace: Pace,
    ticks: u32,
}

impl Pace {
    pub(super) fn new() -> Self {
        Self { long_calls: Arc::default(), cores: thread::available_parallelism().map_or(1, usize::from) }
    }

    pub(in crate::plugin) fn runner(&self) -> Runner {
        Runner { pace: self.clone(), ticks: 0 }
    }
}

impl Runner {
    /// A tick of the clock has gone by in this call: how long it is to pause.
    pub(in crate::plugin) fn tick(&mut self) -> Duration {
        self.ticks = self.ticks.saturating_add(1);
        let long_calls = match self.ticks {
            ..SPRINT_TICKS => return Duration::ZERO,
            SPRINT_TICKS => self.pace.long_calls.fetch_add(1, Ordering::Relaxed) + 1,
            _ => self.pace.long_calls.load(Ordering::Relaxed),
        };
        pause(long_calls, self.pace.cores)
    }
}

impl Drop for Runner {
    fn drop(&mut self) {
        if self.ticks >= SPRINT_TICKS {
            self.pace.long_calls.fetch_sub(1, Ordering::Relaxed);
        }
    }
}

/// So long that of `long_calls`, each of which runs for one tick at a time, fewer than `cores` run at once.
fn pause(long_calls: usize, cores: usize) -> Duration {
    let shared = cores.saturating_sub(1).max(1);
    TICK * u32::try_from(long_calls.div_ceil(shared)).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_calls_together_leave_a_core() {
        for cores in 1..=16_u32 {
            for calls in 1..=64_u32 {
                let pause = pause(calls as usize, cores as usize);
                let share = TICK.as_secs_f64() / (TICK + pause).as_secs_f64();
                let most = f64::from((cores - 1).max(1));
                assert!(f64::from(calls) * share <= most, "{calls} calls on {cores} cores");
            }
        }
    }

    #[test]
    fn only_calls_that_go_on_pause_and_they_are_forgotten() {
        let pace = Pace { long_calls: Arc::default(), cores: 2 };
        let (mut one, mut other) = (pace.runner(), pace.runner());
        assert!((1..SPRINT_TICKS).all(|_| one.tick().is_zero() && other.tick().is_zero()));
        assert_eq!((one.tick(), other.tick(), one.tick()), (TICK, TICK * 2, TICK * 2));
        drop(other);
        assert_eq!(one.tick(), TICK);
        drop(one);
        assert_eq!(pace.long_calls.load(Ordering::Relaxed), 0);
    }
}
