//! What a plugin may import. Grant = the manifest asks and the user allowed; the model can never grant.

use super::PluginError;
use super::load::Origin;
use super::manifest::{Kind, Manifest};

/// The interfaces of WASI that a third-party tool may import; they are linked to nothing: no files, no environment,
/// no arguments, no network, and output that goes to the log.
const WASI_BASICS: [&str; 4] = ["wasi:io/", "wasi:cli/", "wasi:clocks/", "wasi:random/"];

/// Which imports are linked for one plugin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Grants {
    /// Not one import. All policies and connectors, and every bundled plugin.
    Nothing,
    /// The WASI basics, linked to nothing.
    WasiBasics,
}

/// Decides from what the manifest asks. No capability exists yet, so none can be asked for.
pub(super) fn decide(manifest: &Manifest, origin: &Origin) -> Result<Grants, PluginError> {
    if let Some(request) = manifest.capabilities.first() {
        return Err(PluginError::UnknownCapability {
            plugin: manifest.id.clone(),
            capability: super::error::printable(&request.name),
        });
    }
    Ok(match (manifest.kind, origin) {
        (Kind::Tool, Origin::Directory(_)) => Grants::WasiBasics,
        (Kind::Tool, Origin::Bundled) | (Kind::Policy | Kind::Connector, _) => Grants::Nothing,
    })
}

/// Checks what the component really imports against what it was granted.
pub(super) fn check_imports(plugin: &str, grants: Grants, imports: &[String]) -> Result<(), PluginError> {
    let refused = imports.iter().find(|import| !grants.allow(import));
    match refused {
        None => Ok(()),
        Some(import) => Err(PluginError::ForbiddenImport {
            plugin: plugin.to_owned(),
            import: super::error::printable(import),
            rule: grants.rule(),
        }),
    }
}

impl Grants {
    fn allow(self, import: &str) -> bool {
        match self {
            Self::Nothing => false,
            Self::WasiBasics => WASI_BASICS.iter().any(|prefix| import.starts_with(prefix)),
        }
    }

    fn rule(self) -> &'static str {
        match self {
            Self::Nothing => "was not granted: this plugin may import nothing",
            Self::WasiBasics => {
                "was not granted: this plugin may import only the WASI basics (io, cli, clocks, random)"
            }
        }
    }
}
