//! A plugin as it is handed over: its manifest, its component and perhaps a signature, read once. What is checked,
//! shown, hashed and kept are these bytes and no others.

use std::io::Read;
use std::path::{Path, PathBuf};

use super::component::embedded_manifest;
use super::{Limits, Manifest, PluginError};
use crate::system::open_regular;

pub(super) const MANIFEST_FILE: &str = "plugin.toml";
pub(super) const COMPONENT_FILE: &str = "plugin.wasm";
const MANIFEST_MAX_BYTES: u64 = 64 << 10;

/// What minisign puts behind the name of the file that it signs.
pub const SIGNATURE_SUFFIX: &str = ".minisig";
/// Two comments of at most some kilobytes and two short base64 lines.
pub const SIGNATURE_MAX_BYTES: u64 = 16 << 10;

/// Everything that somebody gives out as one plugin.
#[derive(Debug, Clone)]
pub struct Package {
    /// Where it came from, as errors name it.
    pub name: String,
    pub manifest: String,
    pub component: Vec<u8>,
    /// What the `.minisig` file says, when there is one.
    pub signature: Option<String>,
}

impl Package {
    /// What it says of itself, parsed and checked.
    pub(super) fn parsed_manifest(&self) -> Result<Manifest, PluginError> {
        Manifest::parse(&self.manifest).map_err(|message| PluginError::Manifest { plugin: self.name.clone(), message })
    }

    /// A folder with `plugin.toml` and `plugin.wasm`, or a component that carries its manifest.
    pub fn read(path: &Path) -> Result<Self, PluginError> {
        let name = path.display().to_string();
        if !path.is_dir() {
            let component = read(&name, path, Limits::COMPONENT_MAX_BYTES)?;
            return Self::packed(&name, component, read_signature(&name, path)?);
        }
        let component_path = path.join(COMPONENT_FILE);
        let manifest = utf8(&name, read(&name, &path.join(MANIFEST_FILE), MANIFEST_MAX_BYTES)?)?;
        let component = read(&name, &component_path, Limits::COMPONENT_MAX_BYTES)?;
        let signature = read_signature(&name, &component_path)?;
        Ok(Self { name, manifest, component, signature })
    }

    /// One file that carries its manifest. `name` stands in errors.
    pub fn packed(name: &str, component: Vec<u8>, signature: Option<String>) -> Result<Self, PluginError> {
        let manifest = match embedded_manifest(name, &component)? {
            Some(bytes) => utf8(name, bytes.to_vec())?,
            None => return Err(PluginError::Unpacked { package: name.to_owned() }),
        };
        Ok(Self { name: name.to_owned(), manifest, component, signature })
    }
}

fn read_signature(name: &str, path: &Path) -> Result<Option<String>, PluginError> {
    let mut signature = path.as_os_str().to_owned();
    signature.push(SIGNATURE_SUFFIX);
    let signature = PathBuf::from(signature);
    match signature.try_exists() {
        Ok(true) => utf8(name, read(name, &signature, SIGNATURE_MAX_BYTES)?).map(Some),
        Ok(false) => Ok(None),
        Err(source) => Err(PluginError::Read { path: signature, source }),
    }
}

/// A manifest as text.
pub(super) fn manifest(plugin: &str, folder: &Path) -> Result<String, PluginError> {
    utf8(plugin, read(plugin, &folder.join(MANIFEST_FILE), MANIFEST_MAX_BYTES)?)
}

/// A component as bytes.
pub(super) fn component(plugin: &str, folder: &Path) -> Result<Vec<u8>, PluginError> {
    read(plugin, &folder.join(COMPONENT_FILE), Limits::COMPONENT_MAX_BYTES)
}

fn utf8(plugin: &str, bytes: Vec<u8>) -> Result<String, PluginError> {
    String::from_utf8(bytes)
        .map_err(|_| PluginError::Manifest { plugin: plugin.to_owned(), message: "it is not UTF-8".to_owned() })
}

/// Reads a regular file, never a link, a pipe or a device, and never more than `max_bytes`.
fn read(plugin: &str, path: &Path, max_bytes: u64) -> Result<Vec<u8>, PluginError> {
    let read_error = |source| PluginError::Read { path: path.to_owned(), source };
    let file = open_regular(path).map_err(read_error)?;
    let metadata = file.metadata().map_err(read_error)?;
    let too_large = |bytes| PluginError::TooLarge { plugin: plugin.to_owned(), bytes, max_bytes };
    if metadata.len() > max_bytes {
        return Err(too_large(metadata.len()));
    }
    let mut bytes = Vec::new();
    file.take(max_bytes + 1).read_to_end(&mut bytes).map_err(read_error)?;
    // It may have grown meanwhile.
    match bytes.len() as u64 > max_bytes {
        true => Err(too_large(bytes.len() as u64)),
        false => Ok(bytes),
    }
}
