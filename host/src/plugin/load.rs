//! From files to a checked plugin: manifest, digest, component, imports. Calls nothing in it.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Read};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use sha2::{Digest, Sha256};
use wasmparser::{Parser, Payload};
use wasmtime::component::Component;
use wasmtime::component::types::ComponentItem;

use super::engine::Engine;
use super::grants::Grants;
use super::manifest::Manifest;
use super::{Limits, PluginError};

const MANIFEST_FILE: &str = "plugin.toml";
const COMPONENT_FILE: &str = "plugin.wasm";
const MANIFEST_MAX_BYTES: u64 = 64 << 10;

/// The custom section in which a component carries the bytes of its plugin.toml.
const MANIFEST_SECTION: &str = "isartor:manifest";

/// Where a plugin came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    Bundled,
    Directory(PathBuf),
}

/// What was found, before anything is checked.
pub(super) struct Candidate {
    pub(super) name: String,
    pub(super) origin: Origin,
    pub(super) manifest: Result<String, PluginError>,
    pub(super) component: Result<Cow<'static, [u8]>, PluginError>,
}

/// A plugin that may be called. Compiled when it is first needed.
pub struct Plugin {
    manifest: Manifest,
    origin: Origin,
    digest: String,
    bytes: Cow<'static, [u8]>,
    grants: Grants,
    engine: Arc<Engine>,
    compiled: Mutex<Option<Component>>,
}

/// What `isartor plugin inspect` shows.
#[derive(Debug, Clone)]
pub struct Inspection {
    /// Every import that carries a function; the component cannot have more authority than this.
    pub imports: Vec<String>,
    pub grants: Vec<String>,
    pub size_bytes: usize,
}

/// Every folder in `dir` but the hidden ones. A directory that is not there holds no plugins.
pub(super) fn in_directory(dir: &Path) -> Result<Vec<Candidate>, PluginError> {
    let read_error = |source| PluginError::Read { path: dir.to_owned(), source };
    let entries = match fs::read_dir(dir) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(read_error(error)),
    };
    let mut folders = Vec::new();
    for entry in entries {
        let entry = entry.map_err(read_error)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if !name.starts_with('.') && entry.path().is_dir() {
            folders.push((name, entry.path()));
        }
    }
    folders.sort();
    Ok(folders.into_iter().map(|(name, folder)| candidate(name, folder)).collect())
}

fn candidate(name: String, folder: PathBuf) -> Candidate {
    let manifest = read(&name, &folder.join(MANIFEST_FILE), MANIFEST_MAX_BYTES).and_then(|bytes| {
        String::from_utf8(bytes)
            .map_err(|_| PluginError::Manifest { plugin: name.clone(), message: "it is not UTF-8".to_owned() })
    });
    let max_bytes = Limits::COMPONENT_MAX_BYTES;
    let component = read(&name, &folder.join(COMPONENT_FILE), max_bytes).map(Cow::Owned);
    Candidate { name, origin: Origin::Directory(folder), manifest, component }
}

/// Reads a regular file, never a link, a pipe or a device, and never more than `max_bytes`.
fn read(plugin: &str, path: &Path, max_bytes: u64) -> Result<Vec<u8>, PluginError> {
    let read_error = |source| PluginError::Read { path: path.to_owned(), source };
    let flags = rustix::fs::OFlags::NOFOLLOW | rustix::fs::OFlags::NONBLOCK;
    let flags = i32::try_from(flags.bits()).expect("open flags fit an int");
    let file = File::options().read(true).custom_flags(flags).open(path).map_err(read_error)?;
    let metadata = file.metadata().map_err(read_error)?;
    if !metadata.is_file() {
        return Err(read_error(io::Error::new(io::ErrorKind::InvalidInput, "it is not a regular file")));
    }
    let mut bytes = Vec::new();
    file.take(max_bytes + 1).read_to_end(&mut bytes).map_err(read_error)?;
    let size = bytes.len() as u64;
    if size > max_bytes {
        return Err(PluginError::TooLarge { plugin: plugin.to_owned(), bytes: size.max(metadata.len()), max_bytes });
    }
    Ok(bytes)
}

impl Plugin {
    /// Checks all that can be checked without compiling.
    pub(super) fn check(engine: &Arc<Engine>, candidate: Candidate) -> Result<Self, PluginError> {
        let Candidate { name, origin, manifest, component } = candidate;
        let text = manifest?;
        let parsed =
            Manifest::parse(&text).map_err(|message| PluginError::Manifest { plugin: name.clone(), message })?;
        if parsed.id != name {
            let message = format!("its id is {:?}, but its folder is called {name:?}", parsed.id);
            return Err(PluginError::Manifest { plugin: name, message });
        }
        if origin != Origin::Bundled && parsed.kind == super::Kind::Connector {
            return Err(PluginError::ThirdPartyConnector { plugin: name });
        }
        let bytes = component?;
        check_component(&name, &text, &bytes)?;
        let grants = Grants::decide(&parsed, &origin, &BTreeSet::new());
        let digest = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        let engine = Arc::clone(engine);
        Ok(Self { manifest: parsed, origin, digest, bytes, grants, engine, compiled: Mutex::new(None) })
    }

    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// SHA-256 of the component, in hexadecimal.
    pub fn digest(&self) -> &str {
        &self.digest
    }

    pub fn size_bytes(&self) -> usize {
        self.bytes.len()
    }

    /// Compiles it, if that has not happened, and reads what it imports.
    pub fn inspect(&self) -> Result<Inspection, PluginError> {
        let component = self.component()?;
        let basics = self.grants.wasi_basics().then(|| "WASI basics, linked to nothing".to_owned());
        let granted = self.grants.granted().iter().map(|request| request.name().to_string());
        let grants = basics.into_iter().chain(granted).collect();
        Ok(Inspection { imports: imports(&self.engine, &component), grants, size_bytes: self.bytes.len() })
    }

    pub(super) fn engine(&self) -> &Arc<Engine> {
        &self.engine
    }

    pub fn grants(&self) -> &Grants {
        &self.grants
    }

    pub fn limits(&self) -> Limits {
        Limits::of(self.manifest.kind)
    }

    pub(super) fn world_error(&self, source: wasmtime::Error) -> PluginError {
        PluginError::World { plugin: self.manifest.id.clone(), kind: self.manifest.kind.as_str(), source }
    }

    /// The compiled component, with its imports checked against its grants.
    pub(super) fn component(&self) -> Result<Component, PluginError> {
        let mut compiled = self.compiled.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(component) = &*compiled {
            return Ok(component.clone());
        }
        let plugin = &self.manifest.id;
        let component = self
            .engine
            .compile(&self.bytes, &self.digest)
            .map_err(|source| PluginError::Compile { plugin: plugin.clone(), source })?;
        self.grants.check_imports(plugin, &imports(&self.engine, &component))?;
        *compiled = Some(component.clone());
        Ok(component)
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "the other sections are the engine's to check")]
/// Refuses what is no component, and one whose embedded manifest is not the one beside it.
fn check_component(plugin: &str, manifest: &str, bytes: &[u8]) -> Result<(), PluginError> {
    let refuse = |message| PluginError::NotAComponent { plugin: plugin.to_owned(), message };
    if Parser::is_core_wasm(bytes) {
        return Err(refuse("it is a core WebAssembly module; make a component of it with 'wasm-tools component new'"));
    }
    if !Parser::is_component(bytes) {
        return Err(refuse("it is not a WebAssembly component"));
    }
    let mut depth = 0_usize;
    for payload in Parser::new(0).parse_all(bytes) {
        match payload.map_err(|_| refuse("it is damaged"))? {
            Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => depth += 1,
            Payload::End(_) => depth = depth.saturating_sub(1),
            Payload::CustomSection(section)
                if depth == 0 && section.name() == MANIFEST_SECTION && section.data() != manifest.as_bytes() =>
            {
                return Err(refuse("the manifest inside it differs from plugin.toml"));
            }
            _ => {}
        }
    }
    Ok(())
}

#[expect(clippy::wildcard_enum_match_arm, reason = "whatever is not known to be a type counts as authority")]
/// The names of the imports that carry a function, a resource or anything else that can be called.
/// An instance that holds only types grants nothing and does not count.
fn imports(engine: &Engine, component: &Component) -> Vec<String> {
    let engine = engine.wasmtime();
    component
        .component_type()
        .imports(engine)
        .filter(|(_, import)| match &import.ty {
            ComponentItem::ComponentInstance(instance) => {
                instance.exports(engine).any(|(_, export)| !matches!(export.ty, ComponentItem::Type(_)))
            }
            ComponentItem::Type(_) => false,
            _ => true,
        })
        .map(|(name, _)| name.to_owned())
        .collect()
}
