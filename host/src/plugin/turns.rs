//! Takes turns: so many calls of one plugin run, so many more wait, the others are refused at once.

use std::time::Instant;

use tokio::sync::{Semaphore, SemaphorePermit};

use super::Limits;

pub(super) struct Turns {
    running: Semaphore,
    waiting: Semaphore,
}

/// Why it is not a call's turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Busy {
    #[error("{running} calls are running and {waiting} are waiting")]
    Full { running: usize, waiting: usize },
    #[error("its turn did not come in time")]
    TooLate,
    #[error("as many plugins are running as the host has room for")]
    NoRoom,
}

impl Turns {
    pub(super) fn new(limits: &Limits) -> Self {
        Self { running: Semaphore::new(limits.concurrent_calls), waiting: Semaphore::new(limits.waiting_calls) }
    }

    /// Waits for a turn, until `deadline` at most. The turn is over when what it returns is dropped.
    pub(super) async fn take(&self, limits: &Limits, deadline: Instant) -> Result<SemaphorePermit<'_>, Busy> {
        if let Ok(turn) = self.running.try_acquire() {
            return Ok(turn);
        }
        let (running, waiting) = (limits.concurrent_calls, limits.waiting_calls);
        let _place = self.waiting.try_acquire().map_err(|_| Busy::Full { running, waiting })?;
        match tokio::time::timeout_at(deadline.into(), self.running.acquire()).await {
            Ok(turn) => Ok(turn.expect("nobody closes this semaphore")),
            Err(_elapsed) => Err(Busy::TooLate),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::plugin::Kind;

    #[tokio::test]
    async fn some_run_some_wait_and_the_others_are_refused() {
        let limits = Limits { concurrent_calls: 1, waiting_calls: 1, ..Limits::of(Kind::Tool) };
        let turns = Turns::new(&limits);
        let soon = Instant::now() + Duration::from_millis(20);
        let first = turns.take(&limits, soon).await.unwrap();
        let (waited, refused) = tokio::join!(turns.take(&limits, soon), turns.take(&limits, soon));
        assert_eq!(waited.map(drop), Err(Busy::TooLate));
        assert_eq!(refused.map(drop), Err(Busy::Full { running: 1, waiting: 1 }));
        let much_later = Instant::now() + Duration::from_secs(600);
        let release = async { drop(first) };
        let (second, ()) = tokio::join!(turns.take(&limits, much_later), release);
        assert!(second.is_ok());
    }
}
