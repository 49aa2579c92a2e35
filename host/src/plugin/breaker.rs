//! Suspends a plugin that keeps failing, and lets it try again after a while. Pure: the time is an argument.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// So many faults ...
const FAULTS_MAX: usize = 5;
/// ... within so long suspend a plugin ...
const WINDOW: Duration = Duration::from_secs(60);
/// ... for so long.
const SUSPENSION: Duration = Duration::from_secs(60);

/// The recent history of one plugin.
#[derive(Debug, Default)]
pub struct Breaker {
    /// When each fault of the last [`WINDOW`] happened.
    faults: VecDeque<Instant>,
    suspended_until: Option<Instant>,
}

/// What a call may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Admission {
    Admitted,
    /// The plugin is suspended, and this call finds out whether it works again.
    Trial,
    Refused {
        wait: Duration,
    },
}

/// What a call's end changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    Suspended { wait: Duration },
    Resumed,
}

/// For people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BreakerState {
    Closed {
        recent_faults: usize,
    },
    Suspended {
        wait: Duration,
    },
    /// The suspension is over; the next call is a trial.
    Waiting,
}

impl Breaker {
    /// Whether a call may begin. While a trial runs, for as long as a suspension lasts, no other is admitted.
    pub fn admit(&mut self, now: Instant) -> Admission {
        match self.suspended_until {
            None => Admission::Admitted,
            Some(until) if now < until => Admission::Refused { wait: until - now },
            Some(_) => {
                self.suspended_until = Some(now + SUSPENSION);
                Admission::Trial
            }
        }
    }

    /// A call that was admitted went well.
    pub fn succeeded(&mut self, admission: Admission) -> Option<Change> {
        if admission != Admission::Trial {
            return None;
        }
        *self = Self::default();
        Some(Change::Resumed)
    }

    /// A call that was admitted ended in a fault.
    pub fn faulted(&mut self, admission: Admission, now: Instant) -> Option<Change> {
        if self.suspended_until.is_some() && admission != Admission::Trial {
            return None;
        }
        self.forget_old(now);
        self.faults.push_back(now);
        if admission != Admission::Trial && self.faults.len() < FAULTS_MAX {
            return None;
        }
        self.suspended_until = Some(now + SUSPENSION);
        Some(Change::Suspended { wait: SUSPENSION })
    }

    pub fn state(&self, now: Instant) -> BreakerState {
        match self.suspended_until {
            None => {
                let is_recent = |fault: &&Instant| now.saturating_duration_since(**fault) < WINDOW;
                BreakerState::Closed { recent_faults: self.faults.iter().filter(is_recent).count() }
            }
            Some(until) if now < until => BreakerState::Suspended { wait: until - now },
            Some(_) => BreakerState::Waiting,
        }
    }

    fn forget_old(&mut self, now: Instant) {
        while self.faults.front().is_some_and(|fault| now.saturating_duration_since(*fault) >= WINDOW) {
            self.faults.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Runs a call at each second: `x` ends in a fault, `.` goes well, `r` must be refused.
    fn run(script: &[(u64, char)]) -> Vec<Option<Change>> {
        let start = Instant::now();
        let mut breaker = Breaker::default();
        let mut changes = Vec::new();
        for &(second, what) in script {
            let now = start + Duration::from_secs(second);
            let admission = breaker.admit(now);
            assert_eq!(matches!(admission, Admission::Refused { .. }), what == 'r', "second {second}: {admission:?}");
            changes.push(match what {
                'x' => breaker.faulted(admission, now),
                '.' => breaker.succeeded(admission),
                _ => None,
            });
        }
        changes
    }

    #[test]
    fn five_faults_in_a_minute_suspend() {
        let changes = run(&[(0, 'x'), (1, 'x'), (2, '.'), (3, 'x'), (4, 'x'), (59, 'x'), (60, 'r'), (118, 'r')]);
        assert_eq!(changes[5], Some(Change::Suspended { wait: SUSPENSION }));
        assert!(changes[..5].iter().all(Option::is_none));
        let changes = run(&[(0, 'x'), (1, 'x'), (2, 'x'), (3, 'x'), (60, 'x'), (61, '.')]);
        assert!(changes.iter().all(Option::is_none), "the first was too long ago");
    }

    #[test]
    fn one_trial_decides() {
        let suspended = [(0, 'x'), (0, 'x'), (0, 'x'), (0, 'x'), (0, 'x')];
        let well = run(&[&suspended[..], &[(59, 'r'), (60, '.'), (60, 'x'), (61, '.')]].concat());
        assert_eq!(well[6], Some(Change::Resumed));
        assert_eq!(well[7], None, "it begins with a clean record");
        let badly = run(&[&suspended[..], &[(60, 'x'), (119, 'r'), (120, '.')]].concat());
        assert_eq!((badly[5], badly[7]), (Some(Change::Suspended { wait: SUSPENSION }), Some(Change::Resumed)));
    }

    #[test]
    fn nothing_else_runs_during_a_trial_and_late_comers_change_nothing() {
        let start = Instant::now();
        let mut breaker = Breaker::default();
        let before = breaker.admit(start);
        for _ in 0..FAULTS_MAX {
            breaker.faulted(Admission::Admitted, start);
        }
        let later = start + SUSPENSION;
        assert_eq!(breaker.state(later), BreakerState::Waiting);
        assert_eq!(breaker.admit(later), Admission::Trial);
        assert_eq!(breaker.admit(later), Admission::Refused { wait: SUSPENSION });
        assert_eq!((breaker.succeeded(before), breaker.faulted(before, later)), (None, None));
        assert_eq!(breaker.admit(later + SUSPENSION), Admission::Trial, "a trial that said nothing is given up");
    }
}
