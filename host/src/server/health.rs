//! What the gateway says of itself, in `/health` and on the control socket.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Gateway;
use crate::chat::LayerState;
use crate::plugin::Counters;
use crate::plugin::breaker::BreakerState;

/// This program's version.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Health {
    pub status: String,
    pub version: String,
    pub uptime_seconds: u64,
    pub layers: Layers,
    pub entries: usize,
    /// Entries that the semantic tier has yet to see; the exact one finds them.
    #[serde(default)]
    pub semantic_lag: usize,
    #[serde(default)]
    pub cache: CacheHealth,
    /// Why nothing can be added to the audit log at present.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audit_trouble: Option<String>,
    pub plugins: Plugins,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct CacheHealth {
    /// Why nothing can be stored at present; look-ups go on.
    pub trouble: Option<String>,
    /// Where the cache is that could not be read when this gateway started.
    pub set_aside: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Layers {
    pub exact: String,
    pub semantic: String,
    /// Why the semantic tier does not do all it should, in a sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub semantic_reason: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Plugins {
    pub loaded: usize,
    /// Those that take their time and join later.
    #[serde(default)]
    pub loading: Vec<String>,
    pub failed: Vec<FailedPlugin>,
    /// Those that kept failing, and for how many seconds more they are suspended, by id.
    #[serde(default)]
    pub suspended: BTreeMap<String, u64>,
    /// Which `isartor-plugins.lock` is in effect: its SHA-256, or nothing when there is none.
    #[serde(default)]
    pub lock: String,
    /// What each plugin did since the gateway began, by id.
    #[serde(default)]
    pub used: BTreeMap<String, PluginUse>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PluginUse {
    pub calls: u64,
    /// How many of the calls ended in a fault.
    pub faults: u64,
    pub bytes_in: u64,
    pub bytes_out: u64,
    /// How often it used each capability.
    pub capabilities: BTreeMap<String, u64>,
}

impl From<Counters> for PluginUse {
    fn from(counters: Counters) -> Self {
        let Counters { calls, faults, bytes_in, bytes_out, capability_calls } = counters;
        let capabilities = capability_calls.into_iter().map(|(name, calls)| (name.to_string(), calls)).collect();
        Self { calls, faults, bytes_in, bytes_out, capabilities }
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FailedPlugin {
    pub name: String,
    pub reason: String,
}

/// What everybody may know; the version only whoever may see the rest.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct HealthInBrief {
    pub status: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
}

impl HealthInBrief {
    /// Others have a `/health` with a status, too.
    pub(super) fn is_ours(&self) -> bool {
        ["ok", "degraded", "starting"].contains(&self.status.as_str())
    }
}

impl Health {
    pub(super) fn in_brief(&self) -> HealthInBrief {
        HealthInBrief { status: self.status.clone(), version: None }
    }

    pub(super) fn of(gateway: &Gateway) -> Self {
        let report = gateway.plugins.report();
        let failed = report.failed.iter();
        let failed = failed.map(|(name, reason)| FailedPlugin { name: name.clone(), reason: reason.clone() });
        let trouble = gateway.chat.cache().holdings().trouble;
        let audit_trouble = gateway.audit.trouble();
        Self {
            status: status(gateway, trouble.is_none() && audit_trouble.is_none()).to_owned(),
            version: VERSION.to_owned(),
            uptime_seconds: gateway.started.elapsed().as_secs(),
            layers: Layers {
                exact: LayerState::Active.as_str().to_owned(),
                semantic: gateway.chat.semantic_layer().as_str().to_owned(),
                semantic_reason: gateway.chat.semantic_reason(),
            },
            entries: gateway.chat.entries(),
            semantic_lag: gateway.chat.semantic_lag(),
            cache: CacheHealth {
                trouble: trouble.map(|error| format!("{error}; {}", error.hint())),
                set_aside: gateway.set_aside.as_ref().map(|path| path.display().to_string()),
            },
            audit_trouble,
            plugins: Plugins {
                loaded: report.loaded,
                loading: report.loading.clone(),
                failed: failed.collect(),
                suspended: suspended(gateway),
                lock: report.lock.clone(),
                used: gateway.plugins.outside().counters().into_iter().map(|(id, used)| (id, used.into())).collect(),
            },
        }
    }
}

/// One word for whoever only wants to know whether to worry.
fn status(gateway: &Gateway, is_well: bool) -> &'static str {
    let is_loading = !gateway.plugins.report().loading.is_empty();
    match is_well && gateway.keys.report().trouble.is_none() {
        false => "degraded",
        true if is_loading || gateway.chat.semantic_layer() == LayerState::Loading => "starting",
        true => "ok",
    }
}

fn suspended(gateway: &Gateway) -> BTreeMap<String, u64> {
    let tools = gateway.plugins.tools().current();
    let still = tools.plugins().iter().filter_map(|plugin| match plugin.breaker() {
        BreakerState::Suspended { wait } => Some((plugin.manifest().id.clone(), wait.as_secs().max(1))),
        BreakerState::Closed { .. } | BreakerState::Waiting => None,
    });
    still.collect()
}
