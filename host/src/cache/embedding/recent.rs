//! What was lately computed from a text, bounded in bytes, and what is being computed right now: whoever asks for the
//! same text meanwhile waits for that. Never keeps a failure.

use std::hash::RandomState;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use lru::LruCache;
use tokio::sync::OnceCell;

/// What an entry takes beside its text and its vector, roughly.
const ENTRY_BYTES: usize = 256;

type Cell = Arc<OnceCell<Arc<[f32]>>>;

pub(super) struct Recent {
    texts: Mutex<Texts>,
    max_bytes: usize,
}

struct Texts {
    cells: LruCache<Box<str>, Cell, RandomState>,
    bytes: usize,
}

impl Recent {
    pub(super) fn new(max_bytes: usize) -> Self {
        let cells = LruCache::unbounded_with_hasher(RandomState::new());
        Self { texts: Mutex::new(Texts { cells, bytes: 0 }), max_bytes }
    }

    /// What is known of a text, without waiting.
    pub(super) fn known(&self, text: &str) -> Option<Arc<[f32]>> {
        self.texts().cells.get(text)?.get().cloned()
    }

    /// What is known of `text`, or else what `compute` makes of it. One caller at a time computes; when it fails or
    /// stops waiting, the next one does.
    pub(super) async fn vector<E>(
        &self,
        text: &str,
        compute: impl Future<Output = Result<Arc<[f32]>, E>>,
    ) -> Result<Arc<[f32]>, E> {
        let cell = self.cell(text);
        cell.get_or_try_init(|| compute).await.cloned()
    }

    fn cell(&self, text: &str) -> Cell {
        let mut texts = self.texts();
        if let Some(cell) = texts.cells.get(text) {
            return Arc::clone(cell);
        }
        let cell = Cell::default();
        texts.bytes += entry_bytes(text);
        texts.cells.put(text.into(), Arc::clone(&cell));
        // Who still computes or waits holds the cell; it is only no longer found.
        while texts.bytes > self.max_bytes
            && let Some((oldest, _)) = texts.cells.pop_lru()
        {
            texts.bytes -= entry_bytes(&oldest);
        }
        cell
    }

    /// A panic cannot happen between two changes, so a poisoned lock is as good as another.
    fn texts(&self) -> MutexGuard<'_, Texts> {
        self.texts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn entry_bytes(text: &str) -> usize {
    text.len() + size_of::<[f32; super::DIMENSIONS]>() + ENTRY_BYTES
}

#[cfg(test)]
mod tests {
    use std::pin::{Pin, pin};
    use std::task::{Context, Poll, Waker};

    use tokio::sync::oneshot;

    use super::*;

    fn poll<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
        future.poll(&mut Context::from_waker(Waker::noop()))
    }

    fn vector() -> Arc<[f32]> {
        Arc::new([1.0])
    }

    /// Nothing but an answer at once is expected.
    fn at_once(recent: &Recent, text: &str) -> Result<Arc<[f32]>, &'static str> {
        match poll(pin!(recent.vector(text, async { Ok(vector()) }))) {
            Poll::Ready(computed) => computed,
            Poll::Pending => panic!("it waits"),
        }
    }

    #[test]
    fn a_text_is_computed_once_for_all_who_ask_meanwhile() {
        let recent = Recent::new(1 << 20);
        let (done, wait) = oneshot::channel::<()>();
        let mut first = pin!(recent.vector("a", async { wait.await.map(|()| vector()).map_err(|_| "dropped") }));
        let mut second = pin!(recent.vector("a", async { Err("it is being computed") }));
        assert!(poll(first.as_mut()).is_pending() && poll(second.as_mut()).is_pending());
        assert_eq!(recent.known("a"), None);
        done.send(()).expect("it is waited for");
        assert_eq!(poll(first.as_mut()), Poll::Ready(Ok(vector())));
        assert_eq!(poll(second.as_mut()), Poll::Ready(Ok(vector())));
        assert_eq!(recent.known("a"), Some(vector()));
    }

    #[test]
    fn a_failure_is_not_kept_and_neither_is_one_who_stopped_waiting() {
        let recent = Recent::new(1 << 20);
        assert_eq!(poll(pin!(recent.vector("a", async { Err("no") }))), Poll::Ready(Err("no")));
        let mut left = Box::pin(recent.vector("a", std::future::pending::<Result<_, &str>>()));
        assert!(poll(left.as_mut()).is_pending());
        drop(left);
        assert_eq!(at_once(&recent, "a"), Ok(vector()));
    }

    #[test]
    fn the_least_recently_used_go_first() {
        let recent = Recent::new(3 * entry_bytes("a"));
        for text in ["a", "b", "c"] {
            at_once(&recent, text).expect("it is computed");
        }
        assert!(recent.known("a").is_some());
        at_once(&recent, "d").expect("it is computed");
        let known = ["a", "b", "c", "d"].map(|text| recent.known(text).is_some());
        assert_eq!(known, [true, false, true, true]);
        at_once(&recent, &"long".repeat(entry_bytes("a"))).expect("what is too large is computed all the same");
        assert_eq!(recent.texts().bytes, 0);
    }
}
