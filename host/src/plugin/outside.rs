//! What the capabilities reach outside of the sandbox, shared by all plugins of a process. Holds no plugin.

mod answers;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use super::activity::Activity;
use super::imports::HttpClients;
use super::receipt::Counters;
use super::secrets::Secrets;
use super::store::PluginStore;
use crate::settings::Home;

pub use answers::{Answering, Answers, AnswersError, StoredAnswer};

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
