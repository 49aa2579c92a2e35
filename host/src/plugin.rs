//! Plugins: found, checked, linked with what they were granted, and called within limits. The only place that
//! knows wasmtime; a plugin's fault ends its call, never the host.

mod activity;
mod bindings;
pub mod breaker;
mod bundled;
mod circuit;
mod code;
mod component;
pub mod connector;
pub mod definition;
pub mod difference;
mod engine;
mod error;
mod examine;
mod grants;
mod imports;
mod listener;
mod load;
pub mod lock;
pub mod manifest;
pub mod outside;
pub mod package;
pub mod policy;
mod receipt;
mod secrets;
pub mod shown;
mod signature;
mod store;
pub mod tool;
mod trial;
mod turns;

use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub use component::MANIFEST_SECTION;
pub use connector::Connector;
pub use engine::compiler::CompileError;
pub use engine::limits::{LimitOverrides, Limits};
pub use error::{Fault, PluginError, ReportedKind, is_invisible, printable};
pub use examine::Examined;
pub use grants::Grants;
pub use listener::{Listener, LogLevel};
pub use load::{Inspection, Origin, Plugin};
pub use lock::Lock;
pub use manifest::{Kind, Manifest};
pub use outside::Outside;
pub use package::Package;
pub use policy::Policy;
pub use receipt::{Counters, Outcome, Receipt, Use};
pub use secrets::{PluginSecrets, Secret, Secrets, SecretsError};
pub use store::{PluginStore, PluginStoreError};
pub use tool::ToolPlugin;
pub use trial::Trial;
pub use turns::Busy;

use engine::Engine;
use load::Decided;

/// Every plugin that is there. A bad one is listed as left out; it never stops the others.
pub struct Plugins {
    engine: Arc<Engine>,
    plugins_dir: PathBuf,
    plugins: Vec<Arc<Plugin>>,
    left_out: Vec<LeftOutPlugin>,
}

/// Where plugins are, and what they need around them.
#[derive(Debug, Clone, Copy)]
pub struct Places<'p> {
    pub plugins_dir: &'p Path,
    /// Where compiled code is kept; none keeps it nowhere.
    pub state_dir: Option<&'p Path>,
    /// This program, which compiles what others built in a process of its own.
    pub program: &'p Path,
}

/// Compiles the component on `input` in this process, which is there for nothing else and limits itself first.
pub fn compile_component(
    memory_max_bytes: u64,
    seconds: u64,
    input: impl Read,
    output: impl Write,
) -> Result<(), CompileError> {
    engine::compile_here(memory_max_bytes, seconds, input, output)
}

/// A plugin that is there and not in use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOutPlugin {
    pub name: String,
    pub standing: Standing,
    pub reason: String,
    pub hint: Option<String>,
}

/// Why a plugin is not in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// The user switched it off.
    Disabled,
    /// It waits for the user: not accepted, or changed since.
    Suspended,
    /// It is broken.
    Failed,
}

impl Standing {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Disabled => "disabled",
            Self::Suspended => "suspended",
            Self::Failed => "failed",
        }
    }
}

impl Plugins {
    /// Reads the manifests of the bundled plugins and of those in `plugins_dir` that `lock` accepts. Compiles nothing.
    pub fn open(places: Places<'_>, lock: &Lock) -> Result<Self, PluginError> {
        let none = Self {
            engine: Arc::new(Engine::new(places.state_dir, places.program)?),
            plugins_dir: places.plugins_dir.to_owned(),
            plugins: Vec::new(),
            left_out: Vec::new(),
        };
        none.reopen(lock)
    }

    /// The same with another lock. What has not changed keeps its compiled code.
    pub fn reopen(&self, lock: &Lock) -> Result<Self, PluginError> {
        let (engine, plugins_dir) = (Arc::clone(&self.engine), self.plugins_dir.clone());
        let mut opened = Self { engine, plugins_dir, plugins: Vec::new(), left_out: Vec::new() };
        for candidate in bundled::all() {
            let is_on = !lock.bundled_off.contains(&candidate.name);
            opened.add(candidate, &Decided::Bundled, is_on, self);
        }
        for folder in load::folders(&self.plugins_dir)? {
            let locked = lock.find(&folder.name);
            let is_on = locked.is_none_or(|locked| locked.enabled);
            opened.add(folder.read(), &Decided::ByUser(locked), is_on, self);
        }
        for locked in &lock.plugins {
            if !opened.knows(&locked.id) {
                opened.leave_out(&locked.id, &PluginError::Gone { plugin: locked.id.clone() });
            }
        }
        Ok(opened)
    }

    fn add(&mut self, candidate: load::Candidate, decided: &Decided, is_on: bool, before: &Self) {
        let name = candidate.name.clone();
        let checked = match is_on {
            true => Plugin::check(&self.engine, candidate, decided).and_then(|plugin| self.refuse_clash(plugin)),
            false => Err(PluginError::Disabled { plugin: name.clone() }),
        };
        match checked {
            Ok(plugin) => {
                let same = before.find(&name).filter(|known| known.is_the_same_as(&plugin)).map(Arc::clone);
                self.plugins.push(same.unwrap_or_else(|| Arc::new(plugin)));
            }
            Err(error) => self.leave_out(&name, &error),
        }
    }

    fn leave_out(&mut self, name: &str, error: &PluginError) {
        let (name, reason, hint) = (name.to_owned(), error.chain(), error.hint());
        self.left_out.push(LeftOutPlugin { name, standing: error.standing(), reason, hint });
    }

    fn refuse_clash(&self, plugin: Plugin) -> Result<Plugin, PluginError> {
        let id = &plugin.manifest().id;
        match self.knows(id) {
            true => Err(PluginError::Clash { plugin: id.clone() }),
            false => Ok(plugin),
        }
    }

    fn knows(&self, id: &str) -> bool {
        self.find(id).is_some() || self.left_out.iter().any(|left_out| left_out.name == id)
    }

    fn find(&self, id: &str) -> Option<&Arc<Plugin>> {
        self.plugins.iter().find(|plugin| plugin.manifest().id == id)
    }

    pub fn all(&self) -> &[Arc<Plugin>] {
        &self.plugins
    }

    /// Those that are not in use, with the reason.
    pub fn left_out(&self) -> &[LeftOutPlugin] {
        &self.left_out
    }

    /// Those that should be in use and are not.
    pub fn failed(&self) -> impl Iterator<Item = &LeftOutPlugin> {
        self.left_out.iter().filter(|left_out| left_out.standing != Standing::Disabled)
    }

    /// Whether this program carries a plugin called `id`, in use or not.
    pub fn is_bundled(id: &str) -> bool {
        bundled::names().any(|name| name == id)
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
        Policy::load(Arc::clone(self.policy_plugin(name)?), settings)
    }

    /// The same, not loaded.
    pub fn policy_plugin(&self, name: Option<&str>) -> Result<&Arc<Plugin>, PluginError> {
        let mut policies = self.of_kind(Kind::Policy);
        match name {
            Some(name) => policies
                .find(|plugin| plugin.manifest().id == name)
                .ok_or_else(|| self.not_found("policy", name, self.of_kind(Kind::Policy))),
            None => policies
                .find(|plugin| plugin.manifest().default)
                .ok_or_else(|| PluginError::NoDefaultPolicy { available: names(self.of_kind(Kind::Policy)) }),
        }
    }

    fn not_found<'a>(
        &self,
        what: &'static str,
        name: &str,
        available: impl Iterator<Item = &'a Arc<Plugin>>,
    ) -> PluginError {
        let left_out = self.left_out.iter().find(|left_out| left_out.name == name);
        let reason = left_out.map(|left_out| left_out.reason.clone());
        PluginError::NotFound { what, name: name.to_owned(), available: names(available), reason }
    }
}

fn names<'a>(plugins: impl Iterator<Item = &'a Arc<Plugin>>) -> String {
    plugins.map(|plugin| plugin.manifest().id.as_str()).collect::<Vec<_>>().join(", ")
}

/// Digests as everybody writes them.
fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
