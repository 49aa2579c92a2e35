//! What the gateway says of itself, in `/health` and on the control socket.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::Gateway;
use crate::chat::LayerState;
use crate::plugin::ToolPlugin;
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
    pub plugins: Plugins,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Layers {
    pub exact: String,
    pub semantic: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Plugins {
    pub loaded: usize,
    /// Those that take their time and join later.
    #[serde(default)]
    pub loading: Vec<String>,
    pub failed: Vec<FailedPlugin>,
    /// What the tool plugins in use have done since the gateway started.
    #[serde(default)]
    pub tools: Vec<ToolPluginState>,
    /// Which `isartor-plugins.lock` is in effect: its SHA-256, or nothing when there is none.
    #[serde(default)]
    pub lock: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ToolPluginState {
    pub name: String,
    pub version: String,
    /// How much longer it stays suspended because it kept failing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suspended_for_seconds: Option<u64>,
    pub calls: u64,
    pub faults: u64,
    pub bytes_in: u64,
    pub bytes_out: u64,
    /// How often it used each capability.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub capability_calls: BTreeMap<String, u64>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FailedPlugin {
    pub name: String,
    pub reason: String,
}

impl Health {
    pub(super) fn of(gateway: &Gateway) -> Self {
        let report = gateway.plugins.report();
        let failed = report.failed.iter();
        let failed = failed.map(|(name, reason)| FailedPlugin { name: name.clone(), reason: reason.clone() });
        Self {
            status: "ok".to_owned(),
            version: VERSION.to_owned(),
            uptime_seconds: gateway.started.elapsed().as_secs(),
            layers: Layers {
                exact: LayerState::Active.as_str().to_owned(),
                semantic: gateway.chat.semantic_layer().as_str().to_owned(),
            },
            entries: gateway.chat.entries(),
            plugins: Plugins {
                loaded: report.loaded,
                loading: report.loading.clone(),
                failed: failed.collect(),
                tools: tool_plugins(gateway),
                lock: report.lock.clone(),
            },
        }
    }
}

fn tool_plugins(gateway: &Gateway) -> Vec<ToolPluginState> {
    let mut counters = gateway.plugins.outside().counters();
    let tools = gateway.plugins.tools().current();
    let state = |plugin: &Arc<ToolPlugin>| {
        let manifest = plugin.manifest();
        let counted = counters.remove(&manifest.id).unwrap_or_default();
        let suspended_for_seconds = match plugin.breaker() {
            BreakerState::Suspended { wait } => Some(wait.as_secs().max(1)),
            BreakerState::Closed { .. } | BreakerState::Waiting => None,
        };
        let capability_calls =
            counted.capability_calls.iter().map(|(name, calls)| (name.to_string(), *calls)).collect();
        ToolPluginState {
            name: manifest.id.clone(),
            version: manifest.version.to_string(),
            suspended_for_seconds,
            calls: counted.calls,
            faults: counted.faults,
            bytes_in: counted.bytes_in,
            bytes_out: counted.bytes_out,
            capability_calls,
        }
    };
    tools.plugins().iter().map(state).collect()
}
