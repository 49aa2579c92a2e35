//! How fast calls may run beside others. A short call runs as it likes; one that goes on leaves the runtime's threads to
//! others, and later pauses at each tick, so that all the long ones together take half of the cores but one. Never ends
//! a call.

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use tokio::runtime::{Handle, RuntimeFlavor};

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
    goes_on: Arc<AtomicBool>,
}

impl Pace {
    pub(super) fn new() -> Self {
        Self { long_calls: Arc::default(), cores: thread::available_parallelism().map_or(1, usize::from) }
    }

    pub(in crate::plugin) fn runner(&self) -> Runner {
        Runner { pace: self.clone(), ticks: 0, goes_on: Arc::default() }
    }
}

impl Runner {
    /// Whether the call has run for a tick, which only that call changes.
    pub(in crate::plugin) fn goes_on(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.goes_on)
    }

    /// A tick of the clock has gone by in this call: how long it is to pause.
    pub(in crate::plugin) fn tick(&mut self) -> Duration {
        self.ticks = self.ticks.saturating_add(1);
        self.goes_on.store(true, Ordering::Relaxed);
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

/// So long that `long_calls`, each of which runs for one tick at a time, take half of the cores but one.
fn pause(long_calls: usize, cores: usize) -> Duration {
    let shared = cores.saturating_sub(1).max(1);
    let ticks = (2 * long_calls).div_ceil(shared).saturating_sub(1).max(1);
    TICK * u32::try_from(ticks).unwrap_or(u32::MAX)
}

/// Runs `work`, which holds the thread that it runs on for a tick at a time, and lets what waits for that thread go on
/// on another one once that has begun.
pub(in crate::plugin) async fn beside_others<T>(work: impl Future<Output = T>, goes_on: &AtomicBool) -> T {
    let has_threads = Handle::current().runtime_flavor() == RuntimeFlavor::MultiThread;
    let mut work = pin!(work);
    std::future::poll_fn(|context| match has_threads && goes_on.load(Ordering::Relaxed) {
        true => tokio::task::block_in_place(|| work.as_mut().poll(context)),
        false => work.as_mut().poll(context),
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_calls_together_take_half_of_the_cores_but_one() {
        for cores in 1..=16_u32 {
            for calls in 1..=64_u32 {
                let pause = pause(calls as usize, cores as usize);
                let share = TICK.as_secs_f64() / (TICK + pause).as_secs_f64();
                let most = f64::from((cores - 1).max(1)) / 2.0;
                let together = f64::from(calls) * share;
                assert!(share <= 0.5 && together <= most.max(0.5) + 1e-9, "{calls} calls on {cores} cores");
            }
        }
    }

    #[test]
    fn only_calls_that_go_on_pause_and_they_are_forgotten() {
        let pace = Pace { long_calls: Arc::default(), cores: 2 };
        let (mut one, mut other) = (pace.runner(), pace.runner());
        assert!((1..SPRINT_TICKS).all(|_| one.tick().is_zero() && other.tick().is_zero()));
        assert_eq!((one.tick(), other.tick(), one.tick()), (TICK, TICK * 3, TICK * 3));
        drop(other);
        assert_eq!(one.tick(), TICK);
        drop(one);
        assert_eq!(pace.long_calls.load(Ordering::Relaxed), 0);
    }
}
