//! Loads the tool plugins side by side, so that a slow one holds up none of the others. Keeps what has not changed.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::{JoinSet, spawn_blocking};
use tokio::time::{Instant, timeout_at};

use super::resources::Updates;
use super::{LeftOut, Offer, Tools};
use crate::chat::Chat;
use crate::plugin::{Kind, Outside, Plugin, PluginError, Plugins, ToolPlugin};

/// The tool plugins of one set, each ready, failed or still on its way. Dropping it gives up those on their way.
pub struct Loading {
    chat: Arc<Chat>,
    updates: Arc<Updates>,
    /// The plugin that uses names without its own in front.
    transparent: Option<String>,
    plugins: Vec<Progress>,
    on_their_way: JoinSet<(usize, Result<Offer, PluginError>)>,
}

struct Progress {
    id: String,
    state: State,
}

enum State {
    OnItsWay,
    Ready(Offer),
    Failed(String),
}

impl Loading {
    /// Begins to load every tool plugin of `plugins`. One that `previous` has just so is taken over with what is known
    /// about it; it is only asked again what it offers. `outside` is what the plugins' capabilities reach.
    pub fn begin(chat: Arc<Chat>, plugins: &Plugins, outside: &Arc<Outside>, previous: &Tools) -> Self {
        let updates = Arc::clone(previous.resources.updates());
        let (plugins_of_set, on_their_way) = (Vec::new(), JoinSet::new());
        let mut loading = Self { chat, updates, transparent: None, plugins: plugins_of_set, on_their_way };
        for (index, plugin) in plugins.of_kind(Kind::Tool).enumerate() {
            loading.plugins.push(Progress { id: plugin.manifest().id.clone(), state: State::OnItsWay });
            let known = previous.plugins.iter().find(|known| known.is_of(plugin)).cloned();
            let (plugin, outside) = (Arc::clone(plugin), Arc::clone(outside));
            loading.on_their_way.spawn(async move { (index, offer(plugin, outside, known).await) });
        }
        loading
    }

    /// The plugin called `id` uses names without its own in front.
    pub fn transparent(self, id: Option<String>) -> Self {
        Self { transparent: id, ..self }
    }

    /// Waits until every plugin is ready or has failed, and for `patience` at most.
    pub async fn wait(&mut self, patience: Duration) {
        let deadline = Instant::now() + patience;
        while timeout_at(deadline, self.next()).await.is_ok_and(|settled| settled) {}
    }

    /// Waits until one more plugin is ready or has failed. False when none is on its way.
    pub async fn next(&mut self) -> bool {
        let Some(joined) = self.on_their_way.join_next().await else { return false };
        match joined {
            Ok((index, Ok(offer))) => self.plugins[index].state = State::Ready(offer),
            Ok((index, Err(error))) => self.plugins[index].state = State::Failed(error.chain()),
            // Which one it was shows when no other is left.
            Err(error) => tracing::error!(%error, "loading a plugin came to an unexpected end"),
        }
        true
    }

    /// The tools of the plugins that are ready, in the order the plugins were found, and what was left out.
    pub fn tools(&self) -> (Tools, Vec<LeftOut>) {
        let mut tools = Tools::without_plugins(Arc::clone(&self.chat));
        tools.resources.continue_updates(Arc::clone(&self.updates));
        let mut left_out = Vec::new();
        for Progress { id, state } in &self.plugins {
            match state {
                State::Ready(offer) => left_out.extend(tools.add(offer, self.transparent.as_deref())),
                State::Failed(reason) => left_out.push(LeftOut { name: id.clone(), reason: reason.clone() }),
                State::OnItsWay if self.on_their_way.is_empty() => {
                    let reason = "loading it came to an unexpected end; the log says more".to_owned();
                    left_out.push(LeftOut { name: id.clone(), reason });
                }
                State::OnItsWay => {}
            }
        }
        (tools, left_out)
    }

    /// The plugins that are neither ready nor failed.
    pub fn on_their_way(&self) -> Vec<String> {
        if self.on_their_way.is_empty() {
            return Vec::new();
        }
        let waiting = self.plugins.iter().filter(|progress| matches!(progress.state, State::OnItsWay));
        waiting.map(|progress| progress.id.clone()).collect()
    }
}

/// Compiles it, off the threads that serve, and asks what it offers.
async fn offer(
    plugin: Arc<Plugin>,
    outside: Arc<Outside>,
    known: Option<Arc<ToolPlugin>>,
) -> Result<Offer, PluginError> {
    let plugin = match known {
        Some(known) => known,
        None => {
            let loaded = spawn_blocking(move || ToolPlugin::load(plugin, outside)).await;
            Arc::new(loaded.expect("loading a plugin does not panic")?)
        }
    };
    Offer::of(plugin).await
}
