//! A plugin in its author's hands: under the limits of every other, with all that it asks for linked to nothing.

use std::path::Path;
use std::sync::Arc;

use super::engine::Engine;
use super::examine::candidate;
use super::load::Decided;
use super::{Connector, Inspection, Manifest, Outside, Package, Plugin, PluginError, Policy, ToolPlugin};

/// One plugin that nobody accepted.
pub struct Trial {
    plugin: Arc<Plugin>,
}

impl Trial {
    /// Checks all that can be checked without compiling. `state_dir` is where compiled code is kept; `program` compiles
    /// it, in a process of its own.
    pub fn open(package: &Package, state_dir: Option<&Path>, program: &Path) -> Result<Self, PluginError> {
        let manifest = package.parsed_manifest()?;
        let engine = Arc::new(Engine::new(state_dir, program)?);
        let plugin = Plugin::check(&engine, candidate(&manifest, package), &Decided::Inert)?;
        Ok(Self { plugin: Arc::new(plugin) })
    }

    pub fn manifest(&self) -> &Manifest {
        self.plugin.manifest()
    }

    /// Compiles it and checks its imports.
    pub fn inspect(&self) -> Result<Inspection, PluginError> {
        self.plugin.inspect()
    }

    pub fn connector(&self) -> Result<Connector, PluginError> {
        Connector::load(Arc::clone(&self.plugin))
    }

    /// Configured with `settings`, with one instance warm.
    pub fn policy(&self, settings: &[(String, String)]) -> Result<Policy, PluginError> {
        Policy::load(Arc::clone(&self.plugin), settings)
    }

    pub fn tool(&self) -> Result<ToolPlugin, PluginError> {
        ToolPlugin::load(Arc::clone(&self.plugin), Arc::new(Outside::default()))
    }
}
