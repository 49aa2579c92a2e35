//! What a session with `initialize` has asked for: messages of a level, news of resources. Kept as long as the session.

use std::collections::HashSet;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use tokio::sync::Notify;

use crate::chat::Caller;
use crate::tools::LogLevel;
use crate::tools::resources::Watched;

/// More resources than this are not watched for one client, nor more names than fit here.
pub(super) const MAX_WATCHED: usize = 256;
const MAX_URI_BYTES: usize = 32 * 1024;

/// Shared with the task that tells the client what has changed.
#[derive(Default)]
pub(super) struct Wishes {
    caller: OnceLock<Caller>,
    asked: Mutex<Asked>,
    anew: Notify,
}

#[derive(Default)]
struct Asked {
    level: Option<LogLevel>,
    watched: HashSet<Watched>,
}

impl Asked {
    fn has_room_for(&self, resource: &Watched) -> bool {
        let bytes: usize = self.watched.iter().map(uri_bytes).sum();
        self.watched.len() < MAX_WATCHED && bytes + uri_bytes(resource) <= MAX_URI_BYTES
    }
}

/// Of our own resources no name is kept.
fn uri_bytes(resource: &Watched) -> usize {
    match resource {
        Watched::OfPlugin(uri) => uri.len(),
        Watched::Stats | Watched::Entry(_) => 0,
    }
}

impl Wishes {
    /// What was asked for before a restart.
    pub(super) fn restored(level: Option<LogLevel>, watched: impl IntoIterator<Item = Watched>) -> Self {
        let asked = Asked { level, watched: watched.into_iter().take(MAX_WATCHED).collect() };
        Self { asked: Mutex::new(asked), ..Self::default() }
    }

    /// Whose session it is. The first word counts: a session has one principal.
    pub(super) fn belong_to(&self, caller: &Caller) {
        self.caller.get_or_init(|| caller.clone());
    }

    pub(super) fn caller(&self) -> Option<&Caller> {
        self.caller.get()
    }

    /// Without one there are no messages.
    pub(super) fn level(&self) -> Option<LogLevel> {
        self.asked().level
    }

    pub(super) fn set_level(&self, level: LogLevel) {
        self.asked().level = Some(level);
    }

    /// False when there are too many already.
    pub(super) fn watch(&self, resource: Watched) -> bool {
        let mut asked = self.asked();
        if !asked.watched.contains(&resource) && !asked.has_room_for(&resource) {
            return false;
        }
        asked.watched.insert(resource);
        self.anew.notify_one();
        true
    }

    /// Until one more resource is watched; whether it already is counts too.
    pub(super) async fn asked_anew(&self) {
        self.anew.notified().await;
    }

    pub(super) fn unwatch(&self, resource: &Watched) {
        self.asked().watched.remove(resource);
    }

    pub(super) fn watched(&self) -> Vec<Watched> {
        self.asked().watched.iter().cloned().collect()
    }

    fn asked(&self) -> MutexGuard<'_, Asked> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
