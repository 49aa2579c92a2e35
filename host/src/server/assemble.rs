//! Builds a gateway from its settings: cache, plugins, tools; the model follows in the background.

use std::sync::Arc;
use std::time::Instant;

use super::reload::Reload;
use super::{Gateway, KeysInUse, PluginsInUse, SteadyClock};
use crate::audit::Audit;
use crate::cache::embedding::embedder_id;
use crate::cache::{Cache, CacheError};
use crate::chat::{Chat, Policies, Statistics};
use crate::keys::KeysError;
use crate::model::{self, Progress};
use crate::plugin::{Lock, Outside, Places, PluginError, Plugins, Policy};
use crate::settings::Settings;
use crate::tools::ChatAnswers;

#[derive(Debug, thiserror::Error)]
pub enum AssembleError {
    #[error("cannot open the cache")]
    Cache(#[from] CacheError),
    #[error("cannot set up the plugins")]
    Plugins(#[from] PluginError),
    #[error("cannot use the keys")]
    Keys(#[from] KeysError),
}

/// Opens everything that answers at once. A plugin that fails is reported and left out.
/// The second half follows the plugins' lock once the gateway runs.
pub async fn assemble(settings: Arc<Settings>, audit: Audit) -> Result<(Gateway, Reload), AssembleError> {
    let home = &settings.home;
    let mut failed = Vec::new();
    let (lock, fingerprint) = accepted(&settings, &mut failed);
    let plugins_dir = home.plugins_dir();
    let places = Places { plugins_dir: &plugins_dir, state_dir: Some(home.root()), program: &settings.program };
    let plugins = Plugins::open(places, &lock)?;
    failed.extend(plugins.failed().map(|failed| (failed.name.clone(), failed.reason.clone())));
    let policy = policy(&plugins, &settings, &mut failed);
    let digest = policy.as_ref().map(Policy::digest).unwrap_or_default().to_owned();
    let (policy, no_policy) = match policy {
        Ok(policy) => (Some(policy), None),
        Err(why) => (None, why),
    };
    let policies = Policies { shadow: shadow(&plugins, &settings, &mut failed), active: policy };
    let embedder = embedder_id(settings.embedding.precision);
    let clock = SteadyClock::start(home.clock_file());
    let told = clock.clone();
    let keys = Arc::new(KeysInUse::open(&settings, clock.clone(), audit.clone())?);
    let database = home.database();
    let (cache, set_aside) = Cache::open_or_set_aside(&database, &settings.cache, embedder, &digest, clock.now())?;
    let cache = Arc::new(cache);
    let statistics = Statistics::restored(&home.statistics_file(), clock.now());
    let chat = Chat::new(cache, policies, &settings.cache, Arc::new(move || told.now()));
    let chat = Arc::new(chat.counting(statistics));
    if let Some(why) = no_policy {
        chat.deactivate(why);
    }
    let answers = Arc::new(ChatAnswers::new(Arc::clone(&chat)));
    let outside = Arc::new(Outside::new(home, settings.plugin_config.clone(), Some(answers)));
    let in_use = Arc::new(PluginsInUse::new(Arc::clone(&chat), outside, settings.transparent_plugin.clone()));
    in_use.put_to_use(&plugins, failed, fingerprint).await;
    let policy = (!digest.is_empty()).then_some(digest);
    let reload = Reload::new(Arc::clone(&settings), Arc::clone(&chat), Arc::clone(&in_use), plugins, policy);
    Ok((Gateway { settings, chat, plugins: in_use, keys, set_aside, clock, audit, started: Instant::now() }, reload))
}

/// What the user accepted. A lock that cannot be read accepts nothing, and is reported.
fn accepted(settings: &Settings, failed: &mut Vec<(String, String)>) -> (Lock, String) {
    match Lock::identified(&settings.home.plugins_lock()) {
        Ok(accepted) => accepted,
        Err(error) => {
            tracing::error!(error = &error as &dyn std::error::Error, "no plugin of a third party is used");
            failed.push(("isartor-plugins.lock".to_owned(), error.to_string()));
            (Lock::default(), String::new())
        }
    }
}

/// The policy, or what is wrong with it where one is wanted: without a policy nothing may be served semantically, and the
/// exact tier goes on.
fn policy(
    plugins: &Plugins,
    settings: &Settings,
    failed: &mut Vec<(String, String)>,
) -> Result<Policy, Option<String>> {
    if !settings.embedding.enabled {
        return Err(None);
    }
    match plugins.policy(settings.policy.name.as_deref(), &settings.policy.settings) {
        Ok(policy) => Ok(policy),
        Err(error) => {
            let name = settings.policy.name.clone().unwrap_or_else(|| "policy".to_owned());
            tracing::error!(policy = name, error = error.chain(), "no policy, so the semantic tier stays off");
            let why = format!("the policy {name} cannot be used: {}", error.chain());
            failed.push((name, error.chain()));
            Err(Some(why))
        }
    }
}

/// The policy that decides beside the other one. Without it nothing is missed but its verdicts.
fn shadow(plugins: &Plugins, settings: &Settings, failed: &mut Vec<(String, String)>) -> Option<Policy> {
    let shadow = settings.policy.shadow.as_ref().filter(|_| settings.embedding.enabled)?;
    match plugins.policy(Some(&shadow.name), &shadow.settings) {
        Ok(policy) => Some(policy),
        Err(error) => {
            tracing::error!(policy = shadow.name, error = error.chain(), "the shadow policy cannot be used");
            failed.push((shadow.name.clone(), error.chain()));
            None
        }
    }
}

/// Loads the model, pulling it first where it is missing, and turns the semantic tier on. Without a model it says
/// so once and the gateway stays with the exact tier.
pub async fn load_model(gateway: Gateway, progress: &(dyn Fn(Progress) + Send + Sync)) {
    let settings = &gateway.settings.embedding;
    if !settings.enabled || !gateway.chat.wants_embedder() {
        return;
    }
    match model::open(settings, progress).await {
        Ok(embedder) => {
            gateway.chat.activate(embedder).await;
            tracing::info!("the semantic tier is active");
        }
        Err(error) => {
            gateway.chat.deactivate(model::chain(&error));
            tracing::error!(
                error = &error as &dyn std::error::Error,
                "no model, so only the exact tier answers; run 'isartor model pull' and start again"
            );
        }
    }
}
