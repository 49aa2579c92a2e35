//! When a lost gateway is looked for again. Pure.

use std::time::{Duration, Instant};

const SHORTEST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Reconnection {
    next: Instant,
    pause: Duration,
}

impl Reconnection {
    /// A link that is lost again soon is no reason to hurry.
    pub(super) fn after_loss(before: Option<Self>, now: Instant) -> Self {
        let is_recent = |before: &Self| now < before.next + LONGEST_PAUSE;
        let pause = before.filter(is_recent).map_or(SHORTEST_PAUSE, |before| before.pause);
        Self { next: now + pause, pause }
    }

    /// Whether now is the time; the next one is later. A gateway of this machine is looked for all the time, others
    /// after pauses that double.
    pub(super) fn is_due(&mut self, now: Instant, is_on_this_machine: bool) -> bool {
        if now < self.next {
            return false;
        }
        let longest = if is_on_this_machine { SHORTEST_PAUSE } else { LONGEST_PAUSE };
        self.pause = longest.min(self.pause * 2);
        self.next = now + self.pause;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The seconds after which a gateway that never answers is looked for.
    fn attempts(is_on_this_machine: bool) -> Vec<u64> {
        let lost = Instant::now();
        let mut reconnection = Reconnection::after_loss(None, lost);
        let is_due = |second: &u64| reconnection.is_due(lost + Duration::from_secs(*second), is_on_this_machine);
        (0..100).filter(is_due).collect()
    }

    #[test]
    fn a_gateway_elsewhere_is_looked_for_less_and_less() {
        assert_eq!(attempts(true), (1..100).collect::<Vec<u64>>());
        assert_eq!(attempts(false), [1, 2, 4, 8, 16, 32, 62, 92]);
    }

    #[test]
    fn only_a_link_that_lasts_ends_the_waiting() {
        let lost = Instant::now();
        let mut reconnection = Reconnection::after_loss(None, lost);
        assert!(reconnection.is_due(lost + Duration::from_secs(1), false));
        let soon = Reconnection::after_loss(Some(reconnection), lost + Duration::from_secs(2));
        assert_eq!(soon.pause, Duration::from_secs(1));
        let much_later = Reconnection::after_loss(Some(reconnection), lost + Duration::from_secs(100));
        assert_eq!(much_later.pause, SHORTEST_PAUSE);
    }
}
