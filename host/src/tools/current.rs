//! The tools as they are now. A new set takes the place of the old one at once; calls in flight end on the old one.

use std::sync::Arc;

use tokio::sync::watch;

use super::Tools;

/// Holds the tools of a running gateway, and tells who listens when their list changes.
pub struct CurrentTools {
    sender: watch::Sender<Arc<Tools>>,
}

impl CurrentTools {
    pub fn new(tools: Tools) -> Self {
        Self { sender: watch::Sender::new(Arc::new(tools)) }
    }

    /// The tools at this moment. Whoever calls one keeps this until the call is over.
    pub fn current(&self) -> Arc<Tools> {
        Arc::clone(&self.sender.borrow())
    }

    /// Puts `tools` in the place of the current ones. Who listens hears of it only when clients would see another list.
    pub fn replace(&self, tools: Tools) {
        self.sender.send_if_modified(|current| {
            let looks_different = current.differences(&tools).any();
            *current = Arc::new(tools);
            looks_different
        });
    }

    /// Hears of every change from now on.
    pub fn changes(&self) -> watch::Receiver<Arc<Tools>> {
        self.sender.subscribe()
    }
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use super::*;
    use crate::cache::Cache;
    use crate::chat::Chat;
    use crate::settings::CacheSettings;

    fn native(chat: &Arc<Chat>) -> Tools {
        Tools::without_plugins(Arc::clone(chat))
    }

    #[test]
    fn only_another_list_is_a_change() {
        let dir = tempfile::tempdir().unwrap();
        let settings = CacheSettings::default();
        let cache = Cache::open(&dir.path().join("cache.redb"), &settings, "", "").unwrap();
        let chat = Arc::new(Chat::new(Arc::new(cache), None, &settings, Arc::new(SystemTime::now)));
        let tools = CurrentTools::new(native(&chat));
        let in_flight = tools.current();
        let changes = tools.changes();
        tools.replace(native(&chat));
        assert!(!changes.has_changed().unwrap());
        assert!(!Arc::ptr_eq(&in_flight, &tools.current()), "the new set is in use all the same");
        let mut fewer = native(&chat);
        fewer.list.pop();
        tools.replace(fewer);
        assert!(changes.has_changed().unwrap());
        assert_eq!(in_flight.list().len(), tools.current().list().len() + 1);
    }
}
