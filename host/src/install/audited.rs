//! What the audit log is told of a plugin, once it is so.

use std::collections::BTreeSet;

use super::{InstallError, Installation};
use crate::audit::{Event, PluginChange};
use crate::plugin::lock::Locked;
use crate::plugin::manifest::capability::CapabilityName;

impl Installation<'_> {
    pub(super) fn tell(&self, event: &Event) -> Result<(), InstallError> {
        Ok(self.audit.append(self.now, event)?)
    }

    pub(super) fn tell_accepted(&self, locked: Locked, sha256_before: Option<String>) -> Result<(), InstallError> {
        let is_new = sha256_before.is_none();
        let change = PluginChange {
            capabilities: names(locked.allowed()),
            plugin: locked.id,
            version: locked.version.to_string(),
            sha256: locked.component_sha256,
            sha256_before,
            signed_by: locked.publisher_key,
            source: locked.source.as_str().into(),
            files: locked.files.into_iter().map(|file| file.id).collect(),
        };
        self.tell(&if is_new { Event::PluginInstalled(change) } else { Event::PluginUpdated(change) })
    }

    pub(super) fn tell_switched(&self, id: &str, enabled: bool) -> Result<(), InstallError> {
        let plugin = id.to_owned();
        self.tell(&if enabled { Event::PluginEnabled { plugin } } else { Event::PluginDisabled { plugin } })
    }
}

pub(super) fn names(capabilities: BTreeSet<CapabilityName>) -> Vec<String> {
    capabilities.iter().map(ToString::to_string).collect()
}
