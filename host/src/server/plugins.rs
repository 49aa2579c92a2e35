//! Which plugins are in use: one set gives way to the next while the gateway serves. A slow or failing plugin never
//! holds up the others.

use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use tokio::task::AbortHandle;

use crate::chat::Chat;
use crate::plugin::{Lock, Outside, Plugins};
use crate::tools::{CurrentTools, LeftOut, Loading, Tools};

/// How long a new set waits for its slowest plugins; those that take longer join it when they are ready.
const PATIENCE: Duration = Duration::from_secs(1);

/// Which plugins are in use, for `/health`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PluginReport {
    pub loaded: usize,
    /// Those that will join when they are ready.
    pub loading: Vec<String>,
    /// Name and reason.
    pub failed: Vec<(String, String)>,
    /// The fingerprint of the lock that this is the result of.
    pub lock: String,
}

/// The plugins of a running gateway, and the tools that they bring.
pub struct PluginsInUse {
    chat: Arc<Chat>,
    outside: Arc<Outside>,
    /// The plugin whose tools, prompts and resources keep their own names.
    transparent: Option<String>,
    tools: Arc<CurrentTools>,
    report: RwLock<Arc<PluginReport>>,
    joining: Mutex<Option<AbortHandle>>,
}

impl PluginsInUse {
    /// No plugin yet. `outside` is what the plugins' capabilities reach.
    pub fn new(chat: Arc<Chat>, outside: Arc<Outside>, transparent: Option<String>) -> Self {
        let tools = Arc::new(CurrentTools::new(Tools::without_plugins(Arc::clone(&chat))));
        Self { chat, outside, transparent, tools, report: RwLock::default(), joining: Mutex::default() }
    }

    /// What the plugins' capabilities reach, with what they did so far.
    pub fn outside(&self) -> &Outside {
        &self.outside
    }

    pub fn tools(&self) -> &Arc<CurrentTools> {
        &self.tools
    }

    pub fn report(&self) -> Arc<PluginReport> {
        Arc::clone(&self.report.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Removes what plugins kept that the user has removed.
    pub(super) fn forget_all_but(&self, lock: &Lock) {
        let accepted = lock.plugins.iter().map(|plugin| plugin.id.clone()).collect();
        match self.outside.store().prune(&accepted) {
            Ok(gone) => gone.iter().for_each(|plugin| tracing::info!(plugin, "removed what the plugin kept")),
            Err(error) => tracing::warn!(error = error.chain(), "cannot remove what removed plugins kept"),
        }
    }

    /// Puts `plugins` in the place of those in use; `failed` names what else did not work, and why; `lock` is the
    /// fingerprint of the lock that says so. Returns when the tools of all but the slow ones are there. Plugins that
    /// did not change go on as they are.
    pub async fn put_to_use(self: &Arc<Self>, plugins: &Plugins, failed: Vec<(String, String)>, lock: String) {
        self.give_up_joining();
        let loading = Loading::begin(Arc::clone(&self.chat), plugins, &self.outside, &self.tools.current());
        let mut loading = loading.transparent(self.transparent.clone());
        let set = Set { ids: plugins.all().iter().map(|plugin| plugin.manifest().id.clone()).collect(), failed, lock };
        loading.wait(PATIENCE).await;
        self.show(&set, &loading);
        if !loading.on_their_way().is_empty() {
            let this = Arc::clone(self);
            let joining = tokio::spawn(async move {
                while loading.next().await {
                    this.show(&set, &loading);
                }
            });
            *self.joining.lock().unwrap_or_else(PoisonError::into_inner) = Some(joining.abort_handle());
        }
    }

    /// What is still on its way belongs to a set that gives way to another.
    fn give_up_joining(&self) {
        if let Some(joining) = self.joining.lock().unwrap_or_else(PoisonError::into_inner).take() {
            joining.abort();
        }
    }

    fn show(&self, set: &Set, loading: &Loading) {
        let (tools, left_out) = loading.tools();
        let report = Arc::new(set.report(left_out, loading.on_their_way()));
        let before = self.report();
        for (name, reason) in report.failed.iter().filter(|failed| !before.failed.contains(failed)) {
            tracing::warn!(name, reason, "left out");
        }
        *self.report.write().unwrap_or_else(PoisonError::into_inner) = report;
        self.tools.replace(tools);
    }
}

/// What does not depend on how far the loading is.
struct Set {
    ids: Vec<String>,
    failed: Vec<(String, String)>,
    lock: String,
}

impl Set {
    fn report(&self, left_out: Vec<LeftOut>, loading: Vec<String>) -> PluginReport {
        let mut failed = self.failed.clone();
        failed.extend(left_out.into_iter().map(|tool| (tool.name, tool.reason)));
        let is_missing = |id: &String| loading.contains(id) || failed.iter().any(|(name, _)| name == id);
        let loaded = self.ids.iter().filter(|id| !is_missing(id)).count();
        PluginReport { loaded, loading, failed, lock: self.lock.clone() }
    }
}
