//! What the capabilities reach outside of the sandbox, shared by all plugins of a process. Holds no plugin.

use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::activity::Activity;
use super::imports::HttpClients;
use super::receipt::Counters;
use super::secrets::Secrets;
use super::store::PluginStore;
use crate::settings::Home;

/// The cache of answers, as a caller of a tool sees it. The use case that owns the cache implements it.
pub trait Answers: Send + Sync {
    /// The stored answer that may be served to `principal`, if there is one.
    fn lookup<'a>(
        &'a self,
        principal: &'a str,
        prompt: String,
        model: Option<String>,
    ) -> Answering<'a, Option<StoredAnswer>>;

    /// Stores an answer for `principal`.
    fn store<'a>(
        &'a self,
        principal: &'a str,
        prompt: String,
        response: String,
        model: Option<String>,
    ) -> Answering<'a, ()>;
}

pub type Answering<'a, T> = Pin<Box<dyn Future<Output = Result<T, AnswersError>> + Send + 'a>>;

/// An answer that was found.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredAnswer {
    pub response: String,
    /// Whether the very same question was stored, else one that is near.
    pub exact: bool,
    /// Cosine similarity; 1.0 for an exact one.
    pub score: f32,
    pub age: Duration,
    pub matched_prompt: String,
}

/// Why there is no answer and no miss either. Its text is safe for a plugin.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AnswersError {
    #[error("{0}")]
    Invalid(String),
    #[error("the cache failed")]
    Failed,
}

/// Passed in at start; a command that only looks at plugins passes the default, which reaches nothing.
#[derive(Default)]
pub struct Outside {
    store: PluginStore,
    secrets: Secrets,
    config: BTreeMap<String, Vec<(String, String)>>,
    answers: Option<Arc<dyn Answers>>,
    /// None reaches no network.
    clients: Option<HttpClients>,
    activities: Mutex<BTreeMap<String, Arc<Activity>>>,
}

impl Outside {
    /// `config` is what the user wrote under `[plugin.<id>]`, by id. Opens nothing yet.
    pub fn new(
        home: &Home,
        config: BTreeMap<String, Vec<(String, String)>>,
        answers: Option<Arc<dyn Answers>>,
    ) -> Self {
        let store = PluginStore::at(home.plugin_store());
        let secrets = Secrets::at(home.secrets_file());
        Self { store, secrets, config, answers, clients: Some(HttpClients::default()), ..Self::default() }
    }

    /// The sums of every plugin that was called, by id.
    pub fn counters(&self) -> BTreeMap<String, Counters> {
        let activities = self.activities.lock().unwrap_or_else(PoisonError::into_inner);
        activities.iter().map(|(plugin, activity)| (plugin.clone(), activity.counters())).collect()
    }

    /// What the plugins keep on disk.
    pub fn store(&self) -> &PluginStore {
        &self.store
    }

    pub fn secrets(&self) -> &Secrets {
        &self.secrets
    }

    pub(super) fn config(&self, plugin: &str) -> &[(String, String)] {
        self.config.get(plugin).map_or(&[], Vec::as_slice)
    }

    pub(super) fn answers(&self) -> Option<&Arc<dyn Answers>> {
        self.answers.as_ref()
    }

    pub(super) fn clients(&self) -> Option<&HttpClients> {
        self.clients.as_ref()
    }

    /// The same for every load of the same plugin, so that a reload resets no budget.
    pub(super) fn activity(&self, plugin: &str) -> Arc<Activity> {
        let mut activities = self.activities.lock().unwrap_or_else(PoisonError::into_inner);
        let activity = activities.entry(plugin.to_owned());
        Arc::clone(activity.or_insert_with(|| Arc::new(Activity::new(Instant::now()))))
    }
}
