//! The index and the snapshot that belongs to it, swapped together: whoever reads both sees one moment.

use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use super::change::Change;
use super::index::Index;
use super::tables::Snapshot;

/// Changed by the writer only (and by the graph builder, where no look-up can tell).
pub(super) struct Contents(RwLock<Current>);

pub(super) struct Current {
    pub(super) index: Index,
    pub(super) snapshot: Arc<Snapshot>,
}

impl Contents {
    pub(super) fn new(index: Index, snapshot: Snapshot) -> Self {
        Self(RwLock::new(Current { index, snapshot: Arc::new(snapshot) }))
    }

    /// A panic under the lock poisons it; the writer, which is the only one to change anything, then loads the
    /// contents anew, so that there is nothing to fear from reading them.
    pub(super) fn read(&self) -> RwLockReadGuard<'_, Current> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn write(&self) -> RwLockWriteGuard<'_, Current> {
        self.0.write().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn apply(&self, changes: Vec<Change>, snapshot: Snapshot) {
        let snapshot = Arc::new(snapshot);
        let mut current = self.write();
        for change in changes {
            current.index.apply(change);
        }
        let before = std::mem::replace(&mut current.snapshot, snapshot);
        drop(current);
        // Dropped after the lock: the last reference to a snapshot takes redb's own locks.
        drop(before);
    }

    pub(super) fn replace(&self, index: Index, snapshot: Snapshot) {
        let before = std::mem::replace(&mut *self.write(), Current { index, snapshot: Arc::new(snapshot) });
        drop(before);
    }
}
