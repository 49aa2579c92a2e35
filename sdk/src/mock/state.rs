//! What each capability does to a mock host: the rules of the real one, as far as a plugin can tell.

use std::ops::Bound;
use std::time::Duration;

use super::{Answer, Host, Progress};
use crate::cache::{Hit, Layer};
use crate::client;
use crate::http::{HttpError, Request, Response};
use crate::log::Level;
use crate::store::StoreError;
use crate::tool::Failure;

const KEY_MAX_BYTES: usize = 256;
const KEYS_MAX: usize = 1_000;
/// What a key costs besides itself.
const ENTRY_BYTES: u64 = 64;

impl Host {
    pub(crate) fn log(&mut self, level: Level, message: &str) {
        self.logged.push((level, message.to_owned()));
    }

    /// A report that has not gone further is dropped, as the real host drops it.
    pub(crate) fn progress(&mut self, done: f64, total: Option<f64>, message: Option<&str>) {
        if self.progress.last().is_none_or(|last| done > last.done) {
            self.progress.push(Progress { done, total, message: message.map(str::to_owned) });
        }
    }

    pub(crate) fn notify(&mut self, level: client::Level, message: &str) {
        self.notified.push((level, message.to_owned()));
    }

    pub(crate) fn resource_updated(&mut self, uri: &str) {
        self.updated.push(uri.to_owned());
    }

    pub(crate) fn since_epoch(&self) -> Duration {
        self.since_epoch
    }

    pub(crate) fn config_value(&self, key: &str) -> Option<String> {
        self.config.get(key).cloned()
    }

    pub(crate) fn config_all(&self) -> Vec<(String, String)> {
        self.config.iter().map(|(key, value)| (key.clone(), value.clone())).collect()
    }

    pub(crate) fn is_set(&self, key: &str) -> bool {
        self.secrets.contains(key)
    }

    pub(crate) fn send(&mut self, request: Request) -> Result<Response, HttpError> {
        let none_left = || HttpError::Failed(format!("the mock has no response to {} {}", request.method, request.url));
        let outcome = self.responses.pop_front().unwrap_or_else(|| Err(none_left()));
        self.requests.push(request);
        outcome
    }

    pub(crate) fn get(&self, key: &str) -> Result<Option<Vec<u8>>, StoreError> {
        check_key(key)?;
        Ok(self.store.get(key).cloned())
    }

    pub(crate) fn set(&mut self, key: &str, value: &[u8]) -> Result<(), StoreError> {
        check_key(key)?;
        let others = self.store.iter().filter(|(other, _)| *other != key);
        let used: u64 = others.map(|(other, value)| size_bytes(other, value)).sum();
        if used + size_bytes(key, value) > self.quota_bytes {
            return Err(StoreError::Quota { quota_bytes: self.quota_bytes });
        }
        self.store.insert(key.to_owned(), value.to_vec());
        Ok(())
    }

    pub(crate) fn delete(&mut self, key: &str) -> Result<(), StoreError> {
        check_key(key)?;
        self.store.remove(key);
        Ok(())
    }

    pub(crate) fn keys(&self, prefix: &str, after: Option<&str>) -> Vec<String> {
        let first = after.map_or(Bound::Unbounded, Bound::Excluded);
        let keys = self.store.range::<str, _>((first, Bound::Unbounded)).map(|(key, _)| key);
        keys.filter(|key| key.starts_with(prefix)).take(KEYS_MAX).cloned().collect()
    }

    pub(crate) fn lookup(&self, prompt: &str, model: Option<&str>) -> Result<Option<Hit>, Failure> {
        check_text("prompt", prompt)?;
        let is_for = |answer: &&Answer| {
            answer.prompt == prompt && (model.is_none() || answer.model.is_none() || answer.model.as_deref() == model)
        };
        Ok(self.answers.iter().rev().find(is_for).map(|answer| Hit {
            response: answer.response.clone(),
            layer: Layer::Exact,
            score: 1.0,
            age_seconds: 0,
            matched_prompt: answer.prompt.clone(),
        }))
    }

    pub(crate) fn remember(&mut self, prompt: &str, response: &str, model: Option<&str>) -> Result<(), Failure> {
        check_text("prompt", prompt)?;
        check_text("response", response)?;
        let model = model.map(str::to_owned);
        self.answers.push(Answer { prompt: prompt.to_owned(), response: response.to_owned(), model });
        Ok(())
    }
}

fn check_key(key: &str) -> Result<(), StoreError> {
    match (1..=KEY_MAX_BYTES).contains(&key.len()) {
        true => Ok(()),
        false => Err(StoreError::InvalidKey),
    }
}

fn size_bytes(key: &str, value: &[u8]) -> u64 {
    (key.len() + value.len()) as u64 + ENTRY_BYTES
}

fn check_text(what: &str, text: &str) -> Result<(), Failure> {
    match text.is_empty() || text.contains('\0') {
        true => Err(Failure::invalid_input(format!("the {what} is empty or holds a NUL"))),
        false => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{cache, client, clock, config, http, log, secret, store};

    #[test]
    fn every_capability_reaches_the_host_of_its_thread_while_the_call_lasts() {
        let host = Host::new().at(Duration::from_secs(5)).config("region", "eu").secret("TOKEN").answer("q", "a");
        let host = host.response(200, "first").outcome(Err(HttpError::Timeout));
        let ((), host) = host.run(|| {
            assert_eq!(clock::since_epoch(), Duration::from_secs(5));
            assert_eq!(config::all(), [("region".to_owned(), "eu".to_owned())]);
            assert_eq!((config::get("region"), config::get("zone")), (Some("eu".to_owned()), None));
            assert!(secret::is_set("TOKEN") && !secret::is_set("OTHER"));
            assert_eq!(cache::lookup("q", Some("m")).unwrap().unwrap().response, "a");
            cache::store("p", "b", Some("m")).unwrap();
            assert_eq!(cache::lookup("p", Some("other")).unwrap(), None);
            assert!(cache::lookup("", None).is_err());
            assert_eq!(http::Request::get("https://a.b/1").send().unwrap().body, b"first");
            assert_eq!(http::Request::get("https://a.b/2").send(), Err(HttpError::Timeout));
            assert!(matches!(http::Request::get("https://a.b/3").send(), Err(HttpError::Failed(_))));
            log::warn("three requests");
            client::progress(1.0, Some(2.0), None);
            client::progress(1.0, None, Some("no further"));
            client::notify(client::Level::Notice, "half done");
            client::resource_updated("word-count://totals");
        });
        assert_eq!(host.requests().iter().map(|request| request.url.as_str()).collect::<Vec<_>>().len(), 3);
        assert_eq!(host.logged(), [(Level::Warn, "three requests".to_owned())]);
        assert_eq!(host.progress_reports(), [Progress { done: 1.0, total: Some(2.0), message: None }]);
        assert_eq!(host.notified(), [(client::Level::Notice, "half done".to_owned())]);
        assert_eq!(host.updated_resources(), ["word-count://totals"]);
        assert_eq!(host.answered("p"), Some("b"));
        assert_eq!(config::get("region"), None, "the host is gone with its call");
        let (elsewhere, _) = host.run(|| std::thread::spawn(|| secret::is_set("TOKEN")).join());
        assert!(!elsewhere.unwrap(), "another thread has another host");
    }

    #[test]
    fn the_store_has_keys_and_a_quota() {
        let host = Host::new().store("a/1", "x").quota(200);
        let ((), host) = host.run(|| {
            assert_eq!(store::get("a/1").unwrap().as_deref(), Some(&b"x"[..]));
            assert_eq!(store::set("", b"x"), Err(StoreError::InvalidKey));
            assert_eq!(store::get(&"k".repeat(257)), Err(StoreError::InvalidKey));
            store::set("a/2", b"y").unwrap();
            assert_eq!(store::set("a/3", b"z"), Err(StoreError::Quota { quota_bytes: 200 }));
            store::set("a/2", b"replaced").unwrap();
            assert_eq!(store::keys("a/", None).unwrap(), ["a/1", "a/2"]);
            assert_eq!(store::keys("a/", Some("a/1")).unwrap(), ["a/2"]);
            store::delete("a/1").unwrap();
            store::delete("a/1").unwrap();
        });
        assert_eq!((host.stored("a/1"), host.stored("a/2")), (None, Some(&b"replaced"[..])));
    }

    #[test]
    fn a_panic_takes_its_own_host_only() {
        let ((), host) = Host::new().config("a", "outer").run(|| {
            let inner = std::panic::catch_unwind(|| Host::new().run(|| panic!("on purpose")).1);
            assert!(inner.is_err());
            assert_eq!(config::get("a").as_deref(), Some("outer"));
        });
        assert!(host.logged().is_empty());
    }
}
