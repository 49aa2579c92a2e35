//! The clock that ends loops: a thread that advances the epoch while a plugin runs, and soon rests when none does. Knows
//! no plugin.

use std::io;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

use super::TICK;

/// So many ticks without a call, one second, until it rests: waking it takes longer than many a call.
const RESTLESS_TICKS: u32 = 100;

/// Rests for good when it is dropped.
#[derive(Debug)]
pub(super) struct Clock(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    state: Mutex<State>,
    woken: Condvar,
}

#[derive(Debug, Default)]
struct State {
    calls: usize,
    is_resting: bool,
    is_over: bool,
}

/// While it is there, time goes on.
#[derive(Debug)]
pub(in crate::plugin) struct Ticking(Arc<Shared>);

impl Clock {
    pub(super) fn start(tick: impl Fn() + Send + 'static) -> io::Result<Self> {
        let clock = Self(Arc::default());
        let shared = Arc::clone(&clock.0);
        let run = move || {
            let mut quiet_ticks = 0;
            while shared.goes_on(&mut quiet_ticks) {
                tick();
                thread::sleep(TICK);
            }
        };
        thread::Builder::new().name("plugin-clock".to_owned()).spawn(run)?;
        Ok(clock)
    }

    /// To be held by a call for as long as it runs.
    pub(super) fn ticking(&self) -> Ticking {
        let mut state = self.0.state();
        state.calls += 1;
        if state.is_resting {
            self.0.woken.notify_one();
        }
        drop(state);
        Ticking(Arc::clone(&self.0))
    }
}

impl Drop for Clock {
    fn drop(&mut self) {
        self.0.state().is_over = true;
        self.0.woken.notify_one();
    }
}

impl Drop for Ticking {
    fn drop(&mut self) {
        self.0.state().calls -= 1;
    }
}

impl Shared {
    /// A panic cannot happen between two changes, so a poisoned lock is as good as another.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether there is a next tick, once it is wanted.
    fn goes_on(&self, quiet_ticks: &mut u32) -> bool {
        let mut state = self.state();
        *quiet_ticks = if state.calls > 0 { 0 } else { *quiet_ticks + 1 };
        if *quiet_ticks > RESTLESS_TICKS {
            state.is_resting = true;
            let is_unwanted = |state: &mut State| state.calls == 0 && !state.is_over;
            state = self.woken.wait_while(state, is_unwanted).unwrap_or_else(PoisonError::into_inner);
            state.is_resting = false;
            *quiet_ticks = 0;
        }
        !state.is_over
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[test]
    fn time_goes_on_for_as_long_as_a_call_does_and_rests_between() {
        let ticks = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&ticks);
        let clock = Clock::start(move || {
            counted.fetch_add(1, Ordering::Relaxed);
        });
        let clock = clock.unwrap();
        let until = |condition: &dyn Fn() -> bool| (0..3_000).any(|_| condition() || (thread::sleep(TICK), false).1);
        let is_resting = || clock.0.state().is_resting;
        for _ in 0..2 {
            assert!(until(&is_resting), "it never rests");
            let (call, begun) = (clock.ticking(), ticks.load(Ordering::Relaxed));
            let longer_than_patience = begun + 2 * RESTLESS_TICKS as usize;
            assert!(until(&|| ticks.load(Ordering::Relaxed) > longer_than_patience), "it leaves a call alone");
            assert!(!is_resting());
            drop(call);
        }
        drop(clock);
        assert!(until(&|| Arc::strong_count(&ticks) == 1), "the thread outlives its clock");
    }
}
