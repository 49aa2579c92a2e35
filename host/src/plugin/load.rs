//! From files to a checked plugin: manifest, digest, component, imports. Calls nothing in it.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use sha2::{Digest, Sha256};
use wasmtime::component::Component;

use super::code::Code;
use super::engine::{Compilation, Engine};
use super::grants::Grants;
use super::lock::{AcceptedFile, Locked, Pins};
use super::manifest::Manifest;
use super::manifest::capability::CapabilityName;
use super::{Limits, PluginError, component, hexadecimal, package};

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
    pub(super) code: Result<Code, PluginError>,
}

/// What somebody decided about a plugin before it may be called.
pub(super) enum Decided<'l> {
    /// It came with this program.
    Bundled,
    /// The user accepted it, or not yet.
    ByUser(Option<&'l Locked>),
    /// It is being looked at: everything it asks for is linked, to nothing.
    Inert,
}

/// A plugin that may be called. Compiled when it is first needed.
pub struct Plugin {
    manifest: Manifest,
    origin: Origin,
    files: Vec<AcceptedFile>,
    pins: Option<Pins>,
    code: Code,
    grants: Grants,
    limits: Limits,
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

/// A folder that may hold a plugin.
pub(super) struct Folder {
    pub(super) name: String,
    path: PathBuf,
}

impl Folder {
    pub(super) fn read(self) -> Candidate {
        let manifest = package::manifest(&self.name, &self.path);
        let component = package::component(&self.name, &self.path);
        let code = component.map(|bytes| Code::in_folder(&bytes, self.path.clone()));
        Candidate { name: self.name, origin: Origin::Directory(self.path), manifest, code }
    }
}

/// Every folder in `dir` but the hidden ones, by name. A directory that is not there holds no plugins.
pub(super) fn folders(dir: &Path) -> Result<Vec<Folder>, PluginError> {
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
            folders.push(Folder { name, path: entry.path() });
        }
    }
    folders.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(folders)
}

impl Plugin {
    /// Checks all that can be checked without compiling.
    pub(super) fn check(engine: &Arc<Engine>, candidate: Candidate, decided: &Decided) -> Result<Self, PluginError> {
        let Candidate { name, origin, manifest: text, code } = candidate;
        let (text, manifest) = parsed(&name, text?)?;
        let code = code?;
        if !decided.knows(code.digest()) {
            component::check(&name, &text, &code.bytes(&name)?)?;
        }
        let locked = match decided {
            Decided::Bundled | Decided::Inert => None,
            Decided::ByUser(Some(locked)) => {
                let manifest_digest = hexadecimal(&Sha256::digest(text.as_bytes()));
                if locked.component_sha256 != code.digest() || locked.manifest_sha256 != manifest_digest {
                    return Err(PluginError::Changed { plugin: name });
                }
                Some(*locked)
            }
            Decided::ByUser(None) => return Err(PluginError::NotAccepted { plugin: name, origin }),
        };
        let limits = limits(&manifest, locked, &code)?;
        let allowed = match decided {
            Decided::Inert => CapabilityName::ALL.into(),
            Decided::Bundled | Decided::ByUser(_) => locked.map(Locked::allowed).unwrap_or_default(),
        };
        let files = match decided {
            Decided::Inert => manifest.files.iter().map(AcceptedFile::of).collect(),
            Decided::Bundled | Decided::ByUser(_) => locked.map(|locked| locked.files.clone()).unwrap_or_default(),
        };
        Ok(Self {
            files,
            grants: Grants::decide(&manifest, &origin, &allowed),
            pins: locked.map(Locked::pins),
            manifest,
            origin,
            code,
            limits,
            engine: Arc::clone(engine),
            compiled: Mutex::new(None),
        })
    }

    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// SHA-256 of the component, in hexadecimal.
    pub fn digest(&self) -> &str {
        self.code.digest()
    }

    /// Whether nothing that matters for calling it differs.
    pub(super) fn is_the_same_as(&self, other: &Self) -> bool {
        self.digest() == other.digest()
            && self.manifest == other.manifest
            && self.origin == other.origin
            && self.grants == other.grants
            && self.limits == other.limits
            && self.files == other.files
            && self.pins == other.pins
    }

    /// Connectors of third parties: the files that the user lets it edit.
    pub fn accepted_files(&self) -> &[AcceptedFile] {
        &self.files
    }

    /// What the user accepted that it offers; none for what is bundled.
    pub fn pins(&self) -> Option<&Pins> {
        self.pins.as_ref()
    }

    pub fn size_bytes(&self) -> usize {
        self.code.size_bytes()
    }

    /// Compiles it, if that has not happened, and reads what it imports, granted or not.
    pub fn inspect(&self) -> Result<Inspection, PluginError> {
        let component = self.unchecked_component()?;
        let basics = self.grants.wasi_basics().then(|| "WASI basics, linked to nothing".to_owned());
        let granted = self.grants.granted().iter().map(|request| request.name().to_string());
        let grants = basics.into_iter().chain(granted).collect();
        Ok(Inspection { imports: component::imports(&self.engine, &component), grants, size_bytes: self.size_bytes() })
    }

    pub(super) fn engine(&self) -> &Arc<Engine> {
        &self.engine
    }

    pub fn grants(&self) -> &Grants {
        &self.grants
    }

    pub fn limits(&self) -> Limits {
        self.limits
    }

    pub(super) fn world_error(&self, source: wasmtime::Error) -> PluginError {
        PluginError::World { plugin: self.manifest.id.clone(), kind: self.manifest.kind.as_str(), source }
    }

    /// Whether everything that it imports was granted.
    pub fn check_imports(&self) -> Result<(), PluginError> {
        self.component().map(drop)
    }

    /// The compiled component, with its imports checked against its grants.
    pub(super) fn component(&self) -> Result<Component, PluginError> {
        let component = self.unchecked_component()?;
        self.grants.check_imports(&self.manifest.id, &component::imports(&self.engine, &component))?;
        Ok(component)
    }

    fn unchecked_component(&self) -> Result<Component, PluginError> {
        let mut compiled = self.compiled.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(component) = &*compiled {
            return Ok(component.clone());
        }
        let component = match self.engine.kept(&self.manifest.id, self.digest()) {
            Some(component) => component,
            None => self.compile()?,
        };
        *compiled = Some(component.clone());
        Ok(component)
    }

    fn compile(&self) -> Result<Component, PluginError> {
        let plugin = &self.manifest.id;
        let how = match self.origin {
            Origin::Bundled => Compilation::Here,
            Origin::Directory(_) => Compilation::Elsewhere(&self.limits),
        };
        let compiled = self.engine.compile(&self.code.bytes(plugin)?, self.digest(), how);
        compiled.map_err(|source| PluginError::Compile { plugin: plugin.clone(), source })
    }
}

impl Decided<'_> {
    /// Whether a component with this digest was looked at before it got here.
    fn knows(&self, digest: &str) -> bool {
        match self {
            Self::Bundled => true,
            Self::ByUser(locked) => locked.is_some_and(|locked| locked.component_sha256 == digest),
            Self::Inert => false,
        }
    }
}

/// Those of its kind with what the user changed; its component must be within them.
fn limits(manifest: &Manifest, locked: Option<&Locked>, code: &Code) -> Result<Limits, PluginError> {
    let plugin = || manifest.id.clone();
    let limits = match locked {
        Some(locked) => Limits::of(manifest.kind).with(&locked.limits),
        None => Ok(Limits::of(manifest.kind)),
    };
    let limits = limits.map_err(|message| PluginError::Limits { plugin: plugin(), message })?;
    let (bytes, max_bytes) = (code.size_bytes() as u64, limits.component_max_bytes);
    match bytes > max_bytes {
        true => Err(PluginError::TooLarge { plugin: plugin(), bytes, max_bytes }),
        false => Ok(limits),
    }
}

fn parsed(name: &str, text: String) -> Result<(String, Manifest), PluginError> {
    let unusable = |message| PluginError::Manifest { plugin: name.to_owned(), message };
    let manifest = Manifest::parse(&text).map_err(unusable)?;
    match manifest.id == name {
        true => Ok((text, manifest)),
        false => Err(unusable(format!("its id is {:?}, but its folder is called {name:?}", manifest.id))),
    }
}
