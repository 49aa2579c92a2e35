//! How long a connection may take over the head of each request, as hyper asks for it: anew for every request. Here
//! one timer of the runtime serves them all, so that a request neither enters one nor takes it out again.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};

use hyper::rt::{Sleep, Timer};
use tokio::time::{Sleep as RuntimeSleep, sleep_until};

type Kept = Option<Pin<Box<RuntimeSleep>>>;

/// The timer of one connection.
#[derive(Default)]
pub(super) struct HeadTimer {
    /// What the last request left behind. It may go off early, and is then set to the time that is meant.
    kept: Arc<Mutex<Kept>>,
}

struct HeadSleep {
    deadline: Instant,
    /// Taken when the head is first waited for.
    sleep: Kept,
    kept: Arc<Mutex<Kept>>,
}

impl Timer for HeadTimer {
    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Sleep>> {
        self.sleep_until(self.now() + duration)
    }

    fn sleep_until(&self, deadline: Instant) -> Pin<Box<dyn Sleep>> {
        Box::pin(HeadSleep { deadline, sleep: None, kept: Arc::clone(&self.kept) })
    }
}

impl Sleep for HeadSleep {}

impl Future for HeadSleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let this = &mut *self;
        let deadline = this.deadline.into();
        let kept = || this.kept.lock().unwrap_or_else(PoisonError::into_inner).take();
        let sleep = this.sleep.get_or_insert_with(|| kept().unwrap_or_else(|| Box::pin(sleep_until(deadline))));
        if sleep.deadline() > deadline {
            sleep.as_mut().reset(deadline);
        }
        loop {
            ready!(sleep.as_mut().poll(context));
            if sleep.deadline() == deadline {
                return Poll::Ready(());
            }
            sleep.as_mut().reset(deadline);
        }
    }
}

impl Drop for HeadSleep {
    fn drop(&mut self) {
        let sleep = self.sleep.take();
        if sleep.is_some() {
            *self.kept.lock().unwrap_or_else(PoisonError::into_inner) = sleep;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;

    use super::*;

    #[tokio::test]
    async fn each_head_has_its_whole_time_on_one_timer() {
        let (timer, patience) = (HeadTimer::default(), Duration::from_millis(60));
        for _ in 0..3 {
            let mut head = timer.sleep(patience);
            assert!(!poll_fn(|context| Poll::Ready(head.as_mut().poll(context).is_ready())).await);
            tokio::time::sleep(patience / 2).await;
        }
        assert!(timer.kept.lock().unwrap().is_some(), "the timer outlives the request");
        let begun = Instant::now();
        timer.sleep(patience).await;
        assert!(begun.elapsed() >= patience, "the timer of an earlier request went off");
    }
}
