//! The index and the snapshot that belongs to it, swapped together: whoever reads both sees one moment.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::{Duration, Instant};

use tokio::sync::watch;

use super::change::Change;
use super::error::CacheError;
use super::index::Index;
use super::lifetime::Moment;
use super::tables::Snapshot;

/// How long a compaction waits for look-ups that still read what it is about to move.
const READERS_PATIENCE: Duration = Duration::from_secs(2);

/// Changed by the writer only (and where no look-up can tell: by the graph builder, and by who learns whose entries these
/// are or notes that some have ended).
pub(super) struct Contents {
    current: RwLock<Current>,
    trouble: RwLock<Option<CacheError>>,
    evicted: AtomicU64,
    /// Counts what was put in place of what was there.
    changes: watch::Sender<u64>,
}

pub(super) struct Current {
    pub(super) index: Index,
    /// None while the database is being rearranged, and after that failed.
    snapshot: Option<Arc<Snapshot>>,
}

impl Current {
    pub(super) fn snapshot(&self) -> Result<Arc<Snapshot>, CacheError> {
        self.snapshot.clone().ok_or(CacheError::Closed)
    }
}

impl Contents {
    pub(super) fn new(index: Index, snapshot: Snapshot) -> Self {
        let current = Current { index, snapshot: Some(Arc::new(snapshot)) };
        Self {
            current: RwLock::new(current),
            trouble: RwLock::new(None),
            evicted: AtomicU64::new(0),
            changes: watch::Sender::new(0),
        }
    }

    /// A panic under the lock poisons it; the writer, which is the only one to change anything, then loads the
    /// contents anew, so that there is nothing to fear from reading them.
    pub(super) fn read(&self) -> RwLockReadGuard<'_, Current> {
        self.current.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn write(&self) -> RwLockWriteGuard<'_, Current> {
        self.current.write().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn apply(&self, changes: Vec<Change>, snapshot: Snapshot) {
        let snapshot = Some(Arc::new(snapshot));
        let mut current = self.write();
        for change in changes {
            current.index.apply(change);
        }
        let before = std::mem::replace(&mut current.snapshot, snapshot);
        drop(current);
        // Dropped after the lock: the last reference to a snapshot takes redb's own locks.
        drop(before);
        self.changes.send_modify(|count| *count += 1);
    }

    pub(super) fn replace(&self, index: Index, snapshot: Snapshot) {
        let snapshot = Some(Arc::new(snapshot));
        let before = std::mem::replace(&mut *self.write(), Current { index, snapshot });
        drop(before);
        self.changes.send_modify(|count| *count += 1);
    }

    /// Runs `work` while nobody reads the database; look-ups wait. None when they do not end in time.
    pub(super) fn alone<T>(&self, work: impl FnOnce() -> (T, Option<Snapshot>)) -> Option<T> {
        let mut current = self.write();
        let snapshot = current.snapshot.take();
        if let Some(Err(still_read)) = snapshot.map(closed) {
            current.snapshot = Some(still_read);
            return None;
        }
        let (done, snapshot) = work();
        current.snapshot = snapshot.map(Arc::new);
        Some(done)
    }

    /// Tells of what has ended by itself since this was called last.
    pub(super) fn notice_ends(&self, now: Moment) {
        if self.read().index.has_unnoticed_ends(now) {
            self.write().index.notice_ends(now);
            self.changes.send_modify(|count| *count += 1);
        }
    }

    /// Hears of everything that comes, goes or becomes known from now on.
    pub(super) fn changes(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }

    /// How many entries have left to make room for others, since this was made.
    pub(super) fn evicted(&self) -> u64 {
        self.evicted.load(Ordering::Relaxed)
    }

    pub(super) fn add_evicted(&self, count: u64) {
        self.evicted.fetch_add(count, Ordering::Relaxed);
    }

    /// Why nothing can be stored at present.
    pub(super) fn trouble(&self) -> Option<CacheError> {
        self.trouble.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn set_trouble(&self, trouble: Option<CacheError>) {
        *self.trouble.write().unwrap_or_else(PoisonError::into_inner) = trouble;
    }
}

/// Waits for whoever holds the snapshot beside us, and gives it back when that takes too long.
fn closed(mut snapshot: Arc<Snapshot>) -> Result<(), Arc<Snapshot>> {
    let begun = Instant::now();
    loop {
        match Arc::try_unwrap(snapshot) {
            Ok(_) => return Ok(()),
            Err(shared) if begun.elapsed() > READERS_PATIENCE => return Err(shared),
            Err(shared) => snapshot = shared,
        }
        std::thread::sleep(Duration::from_millis(1));
    }
}
