//! Entries that are stored and not yet found by their meaning, as long as they are few: look-ups of the same scope wait
//! for them, and not for long. Never holds up a store.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::timeout;

use crate::cache::{EntryId, Scope};

/// Look-ups wait for so many entries; what is stored beyond is found by its meaning when its turn comes.
pub(super) const MAX_PENDING: usize = 64;

/// So many embeddings take a third of this, unless the machine has more to do.
const PATIENCE: Duration = Duration::from_millis(250);

#[derive(Default)]
pub(super) struct Pending {
    entries: Mutex<BTreeMap<EntryId, Scope>>,
    settled: Notify,
}

impl Pending {
    /// Notes an entry just stored, when there is room.
    pub(super) fn add(&self, id: EntryId, scope: Scope) {
        let mut entries = self.entries();
        if entries.len() < MAX_PENDING {
            entries.insert(id, scope);
        }
    }

    /// The newest entry that a look-up of this scope, coming now, should wait for.
    pub(super) fn newest(&self, scope: &Scope) -> Option<EntryId> {
        self.entries().iter().rev().find(|(_, held)| *held == scope).map(|(id, _)| *id)
    }

    /// Until no entry of the scope is pending that is as old as `newest`, or for as long as patience lasts.
    pub(super) async fn wait(&self, scope: &Scope, newest: EntryId) {
        let settled = async {
            loop {
                let changed = self.settled.notified();
                if !self.entries().range(..=newest).any(|(_, held)| held == scope) {
                    return;
                }
                changed.await;
            }
        };
        if timeout(PATIENCE, settled).await.is_err() {
            tracing::debug!("a look-up goes on without the entries that are still to be embedded");
        }
    }

    pub(super) fn all(&self) -> Vec<EntryId> {
        self.entries().keys().copied().collect()
    }

    /// Nobody needs to wait for these any more.
    pub(super) fn settle(&self, ids: impl IntoIterator<Item = EntryId>) {
        let mut entries = self.entries();
        for id in ids {
            entries.remove(&id);
        }
        drop(entries);
        self.settled.notify_waiters();
    }

    /// No panic can happen between two changes, so a poisoned lock is as good as another.
    fn entries(&self) -> MutexGuard<'_, BTreeMap<EntryId, Scope>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::task::{Context, Waker};

    use super::*;

    fn scope(namespace: &str) -> Scope {
        Scope { principal: "local".to_owned(), namespace: Some(namespace.to_owned()), context: None }
    }

    fn id(number: u64) -> EntryId {
        EntryId(number)
    }

    #[tokio::test]
    async fn a_look_up_waits_for_the_older_entries_of_its_scope_only() {
        let pending = Pending::default();
        for (number, namespace) in [(1, "a"), (2, "b"), (3, "a")] {
            pending.add(id(number), scope(namespace));
        }
        assert_eq!(pending.newest(&scope("c")), None);
        let newest = pending.newest(&scope("a")).expect("two are pending");
        assert_eq!(newest, id(3));
        pending.add(id(4), scope("a"));
        let a = scope("a");
        let mut wait = pin!(pending.wait(&a, newest));
        let mut context = Context::from_waker(Waker::noop());
        assert!(wait.as_mut().poll(&mut context).is_pending());
        pending.settle([id(1), id(2)]);
        assert!(wait.as_mut().poll(&mut context).is_pending());
        pending.settle([id(3)]);
        assert!(wait.as_mut().poll(&mut context).is_ready());
        assert_eq!(pending.all(), [id(4)]);
    }

    #[tokio::test]
    async fn nobody_waits_for_ever_and_few_are_waited_for() {
        let pending = Pending::default();
        for number in 0..100 {
            pending.add(id(number), scope("a"));
        }
        assert_eq!(pending.newest(&scope("a")), Some(id(63)));
        let began = std::time::Instant::now();
        pending.wait(&scope("a"), id(63)).await;
        assert!(began.elapsed() >= PATIENCE);
    }
}
