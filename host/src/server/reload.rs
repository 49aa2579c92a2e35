//! Follows `isartor-plugins.lock` while the gateway runs: what the user changed takes effect without a restart. A
//! lock that cannot be read changes nothing until it can.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tokio::task::spawn_blocking;
use tokio::time::MissedTickBehavior;

use super::plugins::PluginsInUse;
use crate::chat::Chat;
use crate::plugin::lock::LockError;
use crate::plugin::{Lock, Plugins};
use crate::settings::Settings;
use crate::system::{Identity, identity};

/// How often the file is looked at: seldom enough to cost nothing, often enough for a person who waits.
const PERIOD: Duration = Duration::from_millis(200);

/// The plugins as the lock last said, and who uses them.
pub struct Reload {
    settings: Arc<Settings>,
    chat: Arc<Chat>,
    in_use: Arc<PluginsInUse>,
    plugins: Arc<Plugins>,
    /// The digest of the policy that the gateway started with.
    policy: Option<String>,
    seen: Option<Mark>,
}

/// What changes when a file does, or who may read it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Mark {
    identity: Identity,
    size_bytes: u64,
}

impl Reload {
    pub(super) fn new(
        settings: Arc<Settings>,
        chat: Arc<Chat>,
        in_use: Arc<PluginsInUse>,
        plugins: Plugins,
        policy: Option<String>,
    ) -> Self {
        // Looked at once more after the start: the file may have changed meanwhile, and what removed plugins kept is
        // still there.
        Self { settings, chat, in_use, plugins: Arc::new(plugins), policy, seen: None }
    }

    /// Until the gateway ends.
    pub async fn follow(mut self) {
        let mut ticks = tokio::time::interval(PERIOD);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            let mark = mark(&self.settings.home.plugins_lock());
            if mark != self.seen {
                self.seen = mark;
                if let Err(error) = self.apply().await {
                    tracing::error!(error = &error as &dyn std::error::Error, "the plugins stay as they are");
                }
            }
        }
    }

    async fn apply(&mut self) -> Result<(), LockError> {
        let (lock, fingerprint) = Lock::identified(&self.settings.home.plugins_lock())?;
        let is_new = fingerprint != self.in_use.report().lock;
        let (before, in_use) = (Arc::clone(&self.plugins), Arc::clone(&self.in_use));
        let reopen = move || {
            in_use.forget_all_but(&lock);
            is_new.then(|| before.reopen(&lock))
        };
        let plugins = match spawn_blocking(reopen).await.expect("reading plugins does not panic") {
            None => return Ok(()),
            Some(Ok(plugins)) => plugins,
            Some(Err(error)) => {
                tracing::error!(error = error.chain(), "the plugins stay as they are");
                return Ok(());
            }
        };
        let mut failed: Vec<(String, String)> =
            plugins.failed().map(|one| (one.name.clone(), one.reason.clone())).collect();
        failed.extend(self.check_policy(&plugins));
        failed.extend(self.check_shadow(&plugins));
        self.plugins = Arc::new(plugins);
        self.in_use.put_to_use(&self.plugins, failed, fingerprint).await;
        tracing::info!("the plugins are as isartor-plugins.lock says");
        Ok(())
    }

    /// A policy that the user switched off or did not accept decides nothing any more. What it described of the stored
    /// texts belongs to its digest, so another one comes in with the next start.
    fn check_policy(&self, plugins: &Plugins) -> Option<(String, String)> {
        if !self.settings.embedding.enabled {
            return None;
        }
        let now = plugins.policy_plugin(self.settings.policy.name.as_deref());
        let problem = match &now {
            Ok(plugin) if self.policy.as_deref() == Some(plugin.digest()) => None,
            Ok(plugin) => {
                let restart = "it is not the policy that the gateway started with; restart the gateway to use it";
                let reason = self.why_not(plugins).unwrap_or_else(|| restart.to_owned());
                Some((plugin.manifest().id.clone(), reason))
            }
            Err(error) => {
                let name = self.settings.policy.name.clone().unwrap_or_else(|| "policy".to_owned());
                Some((name, error.chain()))
            }
        };
        self.chat.forbid_semantic(problem.as_ref().map(|(policy, why)| format!("the policy {policy}: {why}")));
        problem
    }

    /// Neither is one that is only counted asked any more.
    fn check_shadow(&self, plugins: &Plugins) -> Option<(String, String)> {
        let shadow = self.settings.policy.shadow.as_ref().filter(|_| self.settings.embedding.enabled)?;
        let now = plugins.policy_plugin(Some(&shadow.name));
        self.chat.allow_shadow(now.as_ref().ok().map(|plugin| plugin.digest()));
        now.err().map(|error| (shadow.name.clone(), error.chain()))
    }

    /// What is wrong with the policy, where the gateway started without one: a restart would not help.
    fn why_not(&self, plugins: &Plugins) -> Option<String> {
        let settings = &self.settings.policy;
        let load = || plugins.policy(settings.name.as_deref(), &settings.settings).err();
        match self.policy {
            Some(_) => None,
            None => tokio::task::block_in_place(load).map(|error| error.chain()),
        }
    }
}

/// None when there is no file.
pub(super) fn mark(path: &Path) -> Option<Mark> {
    let metadata = path.metadata().ok()?;
    Some(Mark { identity: identity(&metadata), size_bytes: metadata.len() })
}
