//! What a plugin may import. Grant = the manifest asks and the user allowed; the model can never grant.

use std::collections::BTreeSet;

use super::PluginError;
use super::error::printable;
use super::load::Origin;
use super::manifest::capability::{CapabilityName, CapabilityRequest};
use super::manifest::{Kind, Manifest};

/// The packages of WASI that a third-party tool may import; they are linked to nothing: no files, no environment,
/// no arguments, no network, and output that goes to the log.
const WASI_BASICS: [&str; 7] =
    ["wasi:io/", "wasi:cli/", "wasi:clocks/", "wasi:random/", "wasi:filesystem/", "wasi:sockets/", "wasi:http/"];

/// What is linked for one plugin, and nothing else is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Grants {
    wasi_basics: bool,
    /// Those of the manifest's requests that the user allowed.
    granted: Vec<CapabilityRequest>,
    /// Those that wait for the user.
    waiting: BTreeSet<CapabilityName>,
}

impl Grants {
    /// `allowed` is what the user granted to exactly this digest.
    pub(super) fn decide(manifest: &Manifest, origin: &Origin, allowed: &BTreeSet<CapabilityName>) -> Self {
        let third_party_tool = manifest.kind == Kind::Tool && *origin != Origin::Bundled;
        let (granted, refused): (Vec<_>, Vec<_>) =
            manifest.capabilities.iter().cloned().partition(|request| allowed.contains(&request.name()));
        Self { wasi_basics: third_party_tool, granted, waiting: refused.iter().map(CapabilityRequest::name).collect() }
    }

    /// Whether the WASI basics are linked, to nothing.
    pub fn wasi_basics(&self) -> bool {
        self.wasi_basics
    }

    /// What was granted, as the manifest asks for it.
    pub fn granted(&self) -> &[CapabilityRequest] {
        &self.granted
    }

    pub fn has(&self, name: CapabilityName) -> bool {
        self.granted.iter().any(|request| request.name() == name)
    }

    /// What the manifest asks for and nobody granted.
    pub fn waiting(&self) -> &BTreeSet<CapabilityName> {
        &self.waiting
    }

    /// Checks what the component really imports.
    pub(super) fn check_imports(&self, plugin: &str, imports: &[String]) -> Result<(), PluginError> {
        match imports.iter().find(|import| !self.allow(import)) {
            None => Ok(()),
            Some(import) => Err(self.refusal(plugin, import)),
        }
    }

    fn allow(&self, import: &str) -> bool {
        let basic = self.wasi_basics && WASI_BASICS.iter().any(|package| import.starts_with(package));
        basic || CapabilityName::of_import(import).is_some_and(|name| self.has(name))
    }

    fn refusal(&self, plugin: &str, import: &str) -> PluginError {
        let (plugin, import) = (plugin.to_owned(), printable(import));
        match CapabilityName::of_import(&import) {
            Some(capability) if self.waiting.contains(&capability) => {
                PluginError::NotGranted { plugin, import, capability }
            }
            Some(capability) => PluginError::NotAskedFor { plugin, import, capability },
            None if import.starts_with("isartor:plugin/") => PluginError::OtherVersion { plugin, import },
            None => PluginError::ForbiddenImport { plugin, import, wasi_basics: self.wasi_basics },
        }
    }
}
