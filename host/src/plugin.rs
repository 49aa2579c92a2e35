//! Plugins: found, checked, linked with what they were granted, and called within limits. The only place that
//! knows wasmtime; a plugin's fault ends its call, never the host.

mod bindings;
mod bundled;
pub mod connector;
mod engine;
mod error;
mod grants;
mod imports;
mod load;
pub mod manifest;
pub mod outside;
pub mod policy;
pub mod tool;

use std::path::Path;
use std::sync::Arc;

pub use connector::Connector;
pub use engine::limits::Limits;
pub use error::{Fault, PluginError};
pub use grants::Grants;
pub use load::{Inspection, Origin, Plugin};
pub use manifest::{Kind, Manifest};
pub use outside::Outside;
pub use policy::Policy;
pub use tool::ToolPlugin;

use engine::Engine;

/// Every plugin that is there. A bad one is listed as failed and left out; it never stops the others.
pub struct Plugins {
    plugins: Vec<Arc<Plugin>>,
    failed: Vec<FailedPlugin>,
}

/// A plugin that was left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailedPlugin {
    pub name: String,
    pub reason: String,
}

impl Plugins {
    /// Reads the manifests of the bundled plugins and of those in `plugins_dir`. Compiles nothing.
    /// `state_dir` is where compiled code is kept; none keeps it nowhere.
    pub fn open(plugins_dir: &Path, state_dir: Option<&Path>) -> Result<Self, PluginError> {
        let engine = Arc::new(Engine::new(state_dir)?);
        let mut found = bundled::all();
        found.extend(load::in_directory(plugins_dir)?);
        let mut opened = Self { plugins: Vec::new(), failed: Vec::new() };
        for candidate in found {
            opened.add(&engine, candidate);
        }
        Ok(opened)
    }

    fn add(&mut self, engine: &Arc<Engine>, candidate: load::Candidate) {
        let name = candidate.name.clone();
        let result = Plugin::check(engine, candidate).and_then(|plugin| self.refuse_clash(plugin));
        match result {
            Ok(plugin) => self.plugins.push(Arc::new(plugin)),
            Err(error) => {
                tracing::warn!(plugin = name, error = %error.chain(), "plugin left out");
                self.failed.push(FailedPlugin { name, reason: error.chain() });
            }
        }
    }

    fn refuse_clash(&self, plugin: Plugin) -> Result<Plugin, PluginError> {
        let id = &plugin.manifest().id;
        match self.find(id) {
            Some(_) => Err(PluginError::Clash { plugin: id.clone() }),
            None => Ok(plugin),
        }
    }

    fn find(&self, id: &str) -> Option<&Arc<Plugin>> {
        self.plugins.iter().find(|plugin| plugin.manifest().id == id)
    }

    pub fn all(&self) -> &[Arc<Plugin>] {
        &self.plugins
    }

    pub fn failed(&self) -> &[FailedPlugin] {
        &self.failed
    }

    /// The plugins of one kind, in the order they were found.
    pub fn of_kind(&self, kind: Kind) -> impl Iterator<Item = &Arc<Plugin>> {
        self.plugins.iter().filter(move |plugin| plugin.manifest().kind == kind)
    }

    /// The plugin called `id`, whatever its kind.
    pub fn get(&self, id: &str) -> Result<&Arc<Plugin>, PluginError> {
        self.find(id).ok_or_else(|| self.not_found("plugin", id, self.plugins.iter()))
    }

    /// The connector for the client called `id`.
    pub fn connector(&self, id: &str) -> Result<Connector, PluginError> {
        let found = self.of_kind(Kind::Connector).find(|plugin| plugin.manifest().id == id);
        let plugin = found.ok_or_else(|| self.not_found("connector", id, self.of_kind(Kind::Connector)))?;
        Connector::load(Arc::clone(plugin))
    }

    /// The policy called `name`, or the one whose manifest says it is the default, configured and warm.
    pub fn policy(&self, name: Option<&str>, settings: &[(String, String)]) -> Result<Policy, PluginError> {
        let mut policies = self.of_kind(Kind::Policy);
        let plugin = match name {
            Some(name) => policies
                .find(|plugin| plugin.manifest().id == name)
                .ok_or_else(|| self.not_found("policy", name, self.of_kind(Kind::Policy)))?,
            None => policies
                .find(|plugin| plugin.manifest().default)
                .ok_or_else(|| PluginError::NoDefaultPolicy { available: names(self.of_kind(Kind::Policy)) })?,
        };
        Policy::load(Arc::clone(plugin), settings)
    }

    fn not_found<'a>(
        &self,
        what: &'static str,
        name: &str,
        available: impl Iterator<Item = &'a Arc<Plugin>>,
    ) -> PluginError {
        let reason = self.failed.iter().find(|failed| failed.name == name).map(|failed| failed.reason.clone());
        PluginError::NotFound { what, name: name.to_owned(), available: names(available), reason }
    }
}

fn names<'a>(plugins: impl Iterator<Item = &'a Arc<Plugin>>) -> String {
    plugins.map(|plugin| plugin.manifest().id.as_str()).collect::<Vec<_>>().join(", ")
}
