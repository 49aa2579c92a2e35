//! A host for native tests: what a plugin's capabilities reach when there is no isartor. Only `cargo test` has it; a
//! component never does.
//!
//! The capability modules reach it on the thread that [`Host::run`] was called on, while that call lasts.
//!
//! ```
//! use isartor_plugin::{http, log, mock, store};
//!
//! /// What a tool would do: ask once, then remember.
//! fn greeting() -> Result<String, http::HttpError> {
//!     if let Ok(Some(kept)) = store::get("greeting") {
//!         return Ok(String::from_utf8_lossy(&kept).into_owned());
//!     }
//!     log::info("asking");
//!     let answer = http::Request::get("https://example.com/greeting").send()?;
//!     store::set("greeting", &answer.body).map_err(|error| http::HttpError::Failed(error.to_string()))?;
//!     Ok(String::from_utf8_lossy(&answer.body).into_owned())
//! }
//!
//! let host = mock::Host::new().response(200, "Hello");
//! let (first, host) = host.run(greeting);
//! let (second, host) = host.run(greeting);
//! assert_eq!((first, second), (Ok("Hello".to_owned()), Ok("Hello".to_owned())));
//! assert_eq!(host.requests().len(), 1);
//! assert_eq!(host.logged(), [(log::Level::Info, "asking".to_owned())]);
//! assert_eq!(host.stored("greeting"), Some(&b"Hello"[..]));
//! ```

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

use crate::client;
use crate::http::{HttpError, Request, Response};
use crate::log::Level;

mod state;

/// A store's quota when plugin.toml says nothing, in bytes.
const QUOTA_DEFAULT_BYTES: u64 = 1 << 20;

thread_local! {
    /// One host for each thread, since tests run side by side.
    static CURRENT: RefCell<Option<Host>> = const { RefCell::new(None) };
}

/// What the capabilities reach, and what they did.
#[derive(Debug, Clone)]
pub struct Host {
    since_epoch: Duration,
    config: BTreeMap<String, String>,
    secrets: BTreeSet<String>,
    store: BTreeMap<String, Vec<u8>>,
    quota_bytes: u64,
    answers: Vec<Answer>,
    responses: VecDeque<Result<Response, HttpError>>,
    requests: Vec<Request>,
    logged: Vec<(Level, String)>,
    progress: Vec<Progress>,
    notified: Vec<(client::Level, String)>,
    updated: Vec<String>,
}

/// How far a call said that it was.
#[derive(Debug, Clone, PartialEq)]
pub struct Progress {
    /// What was done.
    pub done: f64,
    /// Of how much, if that was known.
    pub total: Option<f64>,
    /// A word about it.
    pub message: Option<String>,
}

/// One entry of the cache.
#[derive(Debug, Clone)]
struct Answer {
    prompt: String,
    response: String,
    model: Option<String>,
}

impl Default for Host {
    fn default() -> Self {
        Self::new()
    }
}

impl Host {
    /// A host with nothing in it: an empty store of 1 MiB and an empty cache, no settings and no secrets, no response,
    /// and a clock that stands at 1970-01-01 00:00 UTC.
    pub fn new() -> Self {
        Self {
            since_epoch: Duration::ZERO,
            config: BTreeMap::new(),
            secrets: BTreeSet::new(),
            store: BTreeMap::new(),
            quota_bytes: QUOTA_DEFAULT_BYTES,
            answers: Vec::new(),
            responses: VecDeque::new(),
            requests: Vec::new(),
            logged: Vec::new(),
            progress: Vec::new(),
            notified: Vec::new(),
            updated: Vec::new(),
        }
    }

    /// The time, as the `clock` capability tells it: how long ago 1970-01-01 00:00 UTC was. It stands still.
    #[must_use]
    pub fn at(self, since_epoch: Duration) -> Self {
        Self { since_epoch, ..self }
    }

    /// The user wrote `key = value` under `[plugin.<id>]`.
    #[must_use]
    pub fn config(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.config.insert(key.into(), value.into());
        self
    }

    /// The user has set the secret called `key`. Its value is nowhere: a plugin never sees one.
    #[must_use]
    pub fn secret(mut self, key: impl Into<String>) -> Self {
        self.secrets.insert(key.into());
        self
    }

    /// The store holds `value` under `key`, as an earlier call left it.
    #[must_use]
    pub fn store(mut self, key: impl Into<String>, value: impl Into<Vec<u8>>) -> Self {
        self.store.insert(key.into(), value.into());
        self
    }

    /// How much the store may keep, in bytes: keys, values, and 64 for each key.
    #[must_use]
    pub fn quota(self, quota_bytes: u64) -> Self {
        Self { quota_bytes, ..self }
    }

    /// The cache holds `response` to `prompt`, stored without a model. It is found by the very same prompt.
    #[must_use]
    pub fn answer(mut self, prompt: impl Into<String>, response: impl Into<String>) -> Self {
        self.answers.push(Answer { prompt: prompt.into(), response: response.into(), model: None });
        self
    }

    /// The next request that has no response yet gets this one, without headers.
    #[must_use]
    pub fn response(self, status: u16, body: impl Into<Vec<u8>>) -> Self {
        self.outcome(Ok(Response { status, headers: Vec::new(), body: body.into() }))
    }

    /// The next request that has no response yet ends so. A request beyond the last outcome fails.
    #[must_use]
    pub fn outcome(mut self, outcome: Result<Response, HttpError>) -> Self {
        self.responses.push_back(outcome);
        self
    }

    /// Calls `call` with this host around it, and gives the host back with what it saw. Of two hosts around each other
    /// the inner one is reached. A panic goes through, and takes the host with it.
    pub fn run<T>(self, call: impl FnOnce() -> T) -> (T, Self) {
        let around = Around { outer: CURRENT.replace(Some(self)) };
        let value = call();
        let host = CURRENT.take().expect("only `run` takes a host away, and it puts it back");
        drop(around);
        (value, host)
    }

    /// The requests that were sent, in order.
    pub fn requests(&self) -> &[Request] {
        &self.requests
    }

    /// The lines that were logged, in order.
    pub fn logged(&self) -> &[(Level, String)] {
        &self.logged
    }

    /// The reports of progress to the client, in order.
    pub fn progress_reports(&self) -> &[Progress] {
        &self.progress
    }

    /// The messages to the client, in order.
    pub fn notified(&self) -> &[(client::Level, String)] {
        &self.notified
    }

    /// The resources that were said to have changed, in order.
    pub fn updated_resources(&self) -> &[String] {
        &self.updated
    }

    /// What the store holds under `key`.
    pub fn stored(&self, key: &str) -> Option<&[u8]> {
        self.store.get(key).map(Vec::as_slice)
    }

    /// What the cache would answer to `prompt` for any model.
    pub fn answered(&self, prompt: &str) -> Option<&str> {
        let found = self.answers.iter().rev().find(|answer| answer.prompt == prompt);
        found.map(|answer| answer.response.as_str())
    }
}

/// Puts the outer host back, whichever way the call ends.
struct Around {
    outer: Option<Host>,
}

impl Drop for Around {
    fn drop(&mut self) {
        CURRENT.set(self.outer.take());
    }
}

/// What the host of this thread says; none without one.
pub(crate) fn ask<T>(question: impl FnOnce(&mut Host) -> T) -> Option<T> {
    CURRENT.with_borrow_mut(|host| host.as_mut().map(question))
}
