//! Things that one thread may use at a time, and the queue for them. Knows nothing of models.

use std::ops::{Deref, DerefMut};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

pub(super) struct Pool<T> {
    free: Mutex<Vec<T>>,
    returned: Condvar,
}

/// Goes back into the pool when dropped, also when its user panics.
pub(super) struct Lease<'pool, T> {
    pool: &'pool Pool<T>,
    item: Option<T>,
}

impl<T> Pool<T> {
    pub(super) fn new(items: Vec<T>) -> Self {
        Self { free: Mutex::new(items), returned: Condvar::new() }
    }

    /// Waits until something is free.
    pub(super) fn take(&self) -> Lease<'_, T> {
        let mut free = self.free();
        loop {
            if let Some(item) = free.pop() {
                return Lease { pool: self, item: Some(item) };
            }
            free = self.returned.wait(free).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// A panic cannot leave the list half changed, so a poisoned lock is as good as another.
    fn free(&self) -> MutexGuard<'_, Vec<T>> {
        self.free.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> Deref for Lease<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.item.as_ref().expect("taken only when dropped")
    }
}

impl<T> DerefMut for Lease<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        self.item.as_mut().expect("taken only when dropped")
    }
}

impl<T> Drop for Lease<'_, T> {
    fn drop(&mut self) {
        if let Some(item) = self.item.take() {
            self.pool.free().push(item);
            self.pool.returned.notify_one();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::thread;

    use super::*;

    #[test]
    fn more_users_than_items_take_turns() {
        let pool = Pool::new(vec![0_usize, 0]);
        let (busy, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
        thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for _ in 0..200 {
                        let mut item = pool.take();
                        most.fetch_max(busy.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                        *item += 1;
                        busy.fetch_sub(1, Ordering::SeqCst);
                    }
                });
            }
        });
        assert!(most.into_inner() <= 2);
        assert_eq!(*pool.take() + *pool.take(), 8 * 200);
    }

    #[test]
    fn a_panic_gives_the_item_back() {
        let pool = Pool::new(vec![7]);
        let panicked = thread::scope(|scope| {
            scope
                .spawn(|| {
                    let _lease = pool.take();
                    panic!("in the middle of it");
                })
                .join()
        });
        assert!(panicked.is_err());
        assert_eq!(*pool.take(), 7);
    }
}
