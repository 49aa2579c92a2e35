//! Things that one thread may use at a time, and the queue for them: first come, first served. Knows nothing of models.

use std::collections::VecDeque;
use std::ops::{Deref, DerefMut};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

/// Of so many turns one is for those who can wait, whenever one of them waits: work that is never done is no work.
const TURNS_WITH_ONE_FOR_LATER: usize = 8;

/// Who goes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Urgency {
    /// Somebody waits for the answer.
    Now,
    /// Nobody does: those who do go first, but for every eighth turn.
    Later,
}

/// So many wait already that nobody else may.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Full;

pub(super) struct Pool<T>(Arc<Shared<T>>);

/// Goes to the next in the queue, or back into the pool, when dropped; also when its user panics.
pub(super) struct Lease<T> {
    shared: Arc<Shared<T>>,
    item: Option<T>,
}

struct Shared<T> {
    places: Mutex<Places<T>>,
    max_waiting: usize,
}

/// Nobody waits while something is free.
struct Places<T> {
    free: Vec<T>,
    now: VecDeque<oneshot::Sender<Lease<T>>>,
    later: VecDeque<oneshot::Sender<Lease<T>>>,
    turns: usize,
}

enum Turn<T> {
    Come(Lease<T>),
    Waiting(oneshot::Receiver<Lease<T>>),
}

impl<T> Pool<T> {
    /// At most `max_waiting` wait for something, of those who do not want to be blocked.
    pub(super) fn new(items: Vec<T>, max_waiting: usize) -> Self {
        let places = Places { free: items, now: VecDeque::new(), later: VecDeque::new(), turns: 0 };
        Self(Arc::new(Shared { places: Mutex::new(places), max_waiting }))
    }

    /// Waits for its turn. Whoever stops waiting loses the place in the queue, and nothing else is lost.
    pub(super) async fn take(&self, urgency: Urgency) -> Result<Lease<T>, Full> {
        match self.turn(urgency, self.0.max_waiting)? {
            Turn::Come(lease) => Ok(lease),
            Turn::Waiting(turn) => Ok(turn.await.expect(ALL_ARE_SERVED)),
        }
    }

    /// The same for a thread that has nothing else to do, however many wait.
    pub(super) fn take_blocking(&self) -> Lease<T> {
        match self.turn(Urgency::Now, usize::MAX).expect("there is always one more place") {
            Turn::Come(lease) => lease,
            Turn::Waiting(turn) => turn.blocking_recv().expect(ALL_ARE_SERVED),
        }
    }

    /// How many wait because nothing is free.
    pub(super) fn waiting(&self) -> usize {
        let places = self.0.places();
        places.now.len() + places.later.len()
    }

    fn turn(&self, urgency: Urgency, max_waiting: usize) -> Result<Turn<T>, Full> {
        let mut places = self.0.places();
        if let Some(item) = places.free.pop() {
            return Ok(Turn::Come(Lease { shared: Arc::clone(&self.0), item: Some(item) }));
        }
        let queue = places.queue(urgency);
        if queue.len() >= max_waiting {
            queue.retain(|turn| !turn.is_closed());
        }
        if queue.len() >= max_waiting {
            return Err(Full);
        }
        let (next, turn) = oneshot::channel();
        queue.push_back(next);
        Ok(Turn::Waiting(turn))
    }
}

const ALL_ARE_SERVED: &str = "who waits is served before the pool goes, because who waits holds it";

impl<T> Shared<T> {
    /// A panic cannot leave the places half changed, so a poisoned lock is as good as another.
    fn places(&self) -> MutexGuard<'_, Places<T>> {
        self.places.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn pass_on(self: &Arc<Self>, mut item: T) {
        let mut places = self.places();
        while let Some(next) = places.next() {
            match next.send(Lease { shared: Arc::clone(self), item: Some(item) }) {
                Ok(()) => return,
                Err(mut refused) => item = refused.item.take().expect("put in just now"),
            }
        }
        places.free.push(item);
    }
}

impl<T> Places<T> {
    fn queue(&mut self, urgency: Urgency) -> &mut VecDeque<oneshot::Sender<Lease<T>>> {
        match urgency {
            Urgency::Now => &mut self.now,
            Urgency::Later => &mut self.later,
        }
    }

    fn next(&mut self) -> Option<oneshot::Sender<Lease<T>>> {
        self.turns = self.turns.wrapping_add(1);
        let (first, second) = match self.turns.is_multiple_of(TURNS_WITH_ONE_FOR_LATER) {
            true => (Urgency::Later, Urgency::Now),
            false => (Urgency::Now, Urgency::Later),
        };
        self.queue(first).pop_front().or_else(|| self.queue(second).pop_front())
    }
}

impl<T> Deref for Lease<T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.item.as_ref().expect("taken only when dropped")
    }
}

impl<T> DerefMut for Lease<T> {
    fn deref_mut(&mut self) -> &mut T {
        self.item.as_mut().expect("taken only when dropped")
    }
}

impl<T> Drop for Lease<T> {
    fn drop(&mut self) {
        if let Some(item) = self.item.take() {
            self.shared.pass_on(item);
        }
    }
}

#[cfg(test)]
mod tests;
