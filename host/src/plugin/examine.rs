//! Looking at a package before anybody accepted it: what it claims, what its bytes prove, what it offers. Whatever
//! runs meanwhile runs with everything it asks for linked to nothing.

use std::path::PathBuf;
use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::code::Code;
use super::definition::{Definition, Described};
use super::load::{Candidate, Decided, Origin, Plugin};
use super::shown::{Offers, Shown};
use super::{
    Connector, Kind, Manifest, Package, PluginError, Plugins, Policy, ToolPlugin, component, hexadecimal, signature,
};

/// What was found out about a package.
#[derive(Debug, Clone)]
pub struct Examined {
    pub package: Package,
    pub manifest: Manifest,
    pub component_sha256: String,
    pub manifest_sha256: String,
    /// The minisign key that signed it, checked.
    pub signed_by: Option<String>,
    pub shown: Shown,
}

impl Plugins {
    /// Checks everything that can be checked without trusting it.
    pub async fn examine(&self, package: Package) -> Result<Examined, PluginError> {
        let manifest = package.parsed_manifest()?;
        if Self::is_bundled(&manifest.id) {
            return Err(PluginError::Clash { plugin: manifest.id });
        }
        let carries_manifest = component::embedded_manifest(&manifest.id, &package.component)?.is_some();
        let signed_by =
            signature::verify(&manifest, &package.component, carries_manifest, package.signature.as_deref())?;
        let plugin = Arc::new(Plugin::check(&self.engine, candidate(&manifest, &package), &Decided::Inert)?);
        let imports = plugin.inspect()?.imports;
        let offers = offered(&plugin).await?;
        Ok(Examined {
            component_sha256: plugin.digest().to_owned(),
            manifest_sha256: hexadecimal(&Sha256::digest(package.manifest.as_bytes())),
            signed_by,
            shown: Shown::of(&manifest, imports, offers),
            manifest,
            package,
        })
    }
}

pub(super) fn candidate(manifest: &Manifest, package: &Package) -> Candidate {
    Candidate {
        name: manifest.id.clone(),
        origin: Origin::Directory(PathBuf::new()),
        manifest: Ok(package.manifest.clone()),
        code: Ok(Code::in_memory(package.component.clone())),
    }
}

/// Loads it as its kind, which checks its exports; a tool is asked what it offers.
async fn offered(plugin: &Arc<Plugin>) -> Result<Offers, PluginError> {
    match plugin.manifest().kind {
        Kind::Connector => Connector::load(Arc::clone(plugin)).map(|_| Offers::default()),
        // Its settings are not known here, so only its world can be checked.
        Kind::Policy => Policy::check(plugin).map(|()| Offers::default()),
        Kind::Tool => {
            let plugin = ToolPlugin::load(Arc::clone(plugin), Arc::default())?;
            let resources = plugin.resources().await?;
            let templates = resources.templates.iter().map(Described::from);
            Ok(Offers {
                tools: plugin.definitions().await?.iter().map(Definition::from).collect(),
                prompts: plugin.prompts().await?.iter().map(Described::from).collect(),
                resources: resources.resources.iter().map(Described::from).chain(templates).collect(),
            })
        }
    }
}
