//! Which resources of plugins have changed, in the order in which plugins said so. Bounded: what is forgotten counts as
//! changed. Tells nobody by itself.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use super::ResourceSource;

/// How many resources are remembered to have changed.
const MAX_REMEMBERED: usize = 1_024;

/// Shared by all tools of a gateway, one set after another.
#[derive(Default)]
pub struct Updates {
    remembered: Mutex<Remembered>,
    /// Counts what was said.
    count: watch::Sender<u64>,
}

#[derive(Default)]
struct Remembered {
    /// When each was said to have changed, as a count.
    latest: HashMap<Arc<str>, u64>,
    /// All that was said up to then may be missing.
    forgotten: u64,
}

impl Updates {
    /// Counts on with each that changes from now on.
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.count.subscribe()
    }

    /// Whether this one has changed since the count was `seen`.
    pub fn has_changed(&self, uri: &str, seen: u64) -> bool {
        let remembered = self.remembered();
        remembered.latest.get(uri).copied().unwrap_or(remembered.forgotten) > seen
    }

    fn announce(&self, uri: &str) {
        let mut remembered = self.remembered();
        let count = *self.count.borrow() + 1;
        if remembered.latest.len() >= MAX_REMEMBERED && !remembered.latest.contains_key(uri) {
            remembered.latest.clear();
            remembered.forgotten = count - 1;
        }
        remembered.latest.insert(uri.into(), count);
        self.count.send_replace(count);
    }

    fn remembered(&self) -> MutexGuard<'_, Remembered> {
        self.remembered.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Lets one plugin say that resources have changed: its own, and no others.
pub(in crate::tools) struct Announcer {
    pub(super) updates: Arc<Updates>,
    pub(super) source: Arc<dyn ResourceSource>,
}

impl Announcer {
    pub(in crate::tools) fn announce(&self, uri: &str) {
        if self.source.resources().iter().any(|info| info.uri == uri) || self.source.fits(uri) {
            self.updates.announce(uri);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_forgotten_counts_as_changed() {
        let updates = Updates::default();
        let changed = |uri: &str, seen| updates.has_changed(uri, seen);
        updates.announce("a");
        assert_eq!((changed("a", 0), changed("a", 1), changed("b", 0)), (true, false, false));
        updates.announce("a");
        assert_eq!(*updates.changes().borrow(), 2);
        assert!(changed("a", 1));
        for number in 1..=MAX_REMEMBERED {
            updates.announce(&number.to_string());
        }
        let seen = *updates.changes().borrow();
        assert!(changed("a", 0) && changed("b", 0), "there was no room for them");
        assert!(!changed("a", seen) && !changed("b", seen), "who heard all that was said has missed nothing");
    }
}
