//! The life of a third-party plugin: accepted, granted something, switched off, updated, removed. Each is one change
//! of the lock, after the files; a crash in between leaves a plugin that does not run, never one that nobody accepted.

mod audited;
mod error;
mod kept;
pub mod source;

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use tempfile::TempDir;

use crate::audit::{AuditFile, Event};
use crate::plugin::difference::{self, Line};
use crate::plugin::lock::{AcceptedFile, Granted, Lock, Locked, Pins};
use crate::plugin::manifest::capability::{CapabilityName, CapabilityRequest};
use crate::plugin::{Examined, LimitOverrides, Manifest, Plugins};
use crate::settings::Home;
use crate::system::{self, Private};

pub use error::InstallError;

/// How the folder of a plugin that is being written is called.
const STAGED_PREFIX: &str = ".staged-";

/// What the user said to a package.
#[derive(Debug, Clone, Default)]
pub struct Consent {
    pub grants: BTreeSet<CapabilityName>,
    /// Which of a connector's `[[file]]`s it may edit, by id.
    pub files: BTreeSet<String>,
}

/// Why an older version may, or may not, replace a newer one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Downgrade {
    Refused,
    Allowed,
}

/// How a package stands to what is installed.
#[derive(Debug)]
pub enum Standing {
    /// Nothing with this id is installed.
    New,
    /// Byte for byte what was accepted.
    Same,
    /// Something else, and how it differs; none when it is not known any more what was accepted.
    Other { before: Box<Locked>, difference: Option<Vec<Line>> },
}

/// The plugins of one home.
pub struct Installation<'a> {
    pub home: &'a Home,
    pub now: SystemTime,
    /// What is done is told to it.
    pub audit: AuditFile,
}

impl Installation<'_> {
    pub fn lock(&self) -> Result<Lock, InstallError> {
        Ok(Lock::read(&self.home.plugins_lock())?)
    }

    /// Compares a package with what was accepted under its id. Refuses another publisher's, and an older one.
    pub fn compare(&self, examined: &Examined, downgrade: Downgrade) -> Result<Standing, InstallError> {
        let lock = self.lock()?;
        let id = &examined.manifest.id;
        let Some(before) = lock.find(id) else { return Ok(Standing::New) };
        if before.publisher_key.is_some() && before.publisher_key != examined.signed_by {
            return Err(InstallError::OtherPublisher { plugin: id.clone() });
        }
        if before.kind != examined.manifest.kind {
            return Err(InstallError::OtherKind { plugin: id.clone() });
        }
        if examined.manifest.version < before.version && downgrade == Downgrade::Refused {
            let (from, to) = (before.version.clone(), examined.manifest.version.clone());
            return Err(InstallError::Downgrade { plugin: id.clone(), from: from.to_string(), to: to.to_string() });
        }
        if before.component_sha256 == examined.component_sha256 && before.manifest_sha256 == examined.manifest_sha256 {
            return Ok(Standing::Same);
        }
        let difference = kept::read(self.home, before)?.map(|old| difference::between(&old, &examined.shown));
        Ok(Standing::Other { before: Box::new(before.clone()), difference })
    }

    /// Puts the package into the plugins directory and accepts it. What was switched off stays off, and
    /// limits that the user changed stay changed.
    pub fn accept(&self, examined: &Examined, source: &str, consent: &Consent) -> Result<(), InstallError> {
        let (home, id) = (self.home, &examined.manifest.id);
        home.create().map_err(|source| InstallError::Files { path: home.root().into(), source })?;
        let (locked, sha256_before) = Lock::change(&home.plugins_lock(), |lock| {
            let before = lock.find(id);
            let sha256_before = before.map(|before| before.component_sha256.clone());
            let enabled = before.is_none_or(|before| before.enabled);
            let limits = before.map(|before| before.limits.clone()).unwrap_or_default();
            let locked = Locked { enabled, limits, ..self.locked(examined, source, consent) };
            kept::write(home, &locked, &examined.shown)?;
            replace_files(&home.plugins_dir(), examined)?;
            lock.accept(locked.clone());
            Ok::<_, InstallError>((locked, sha256_before))
        })?;
        self.tell_accepted(locked, sha256_before)
    }

    fn locked(&self, examined: &Examined, source: &str, consent: &Consent) -> Locked {
        let manifest = &examined.manifest;
        let granted = consent.grants.iter().filter_map(|&name| self.granted(manifest, name));
        let files = manifest.files.iter().filter(|file| consent.files.contains(&file.id));
        let Pins { tools, prompts, resources } = examined.shown.pins();
        Locked {
            id: manifest.id.clone(),
            version: manifest.version.clone(),
            kind: manifest.kind,
            wit: manifest.wit.clone(),
            source: source.to_owned(),
            component_sha256: examined.component_sha256.clone(),
            manifest_sha256: examined.manifest_sha256.clone(),
            enabled: true,
            accepted_at: seconds(self.now),
            publisher_key: examined.signed_by.clone(),
            limits: LimitOverrides::default(),
            tools,
            prompts,
            resources,
            grants: granted.collect(),
            files: files.map(AcceptedFile::of).collect(),
        }
    }

    /// None when the manifest does not ask for it.
    fn granted(&self, manifest: &Manifest, capability: CapabilityName) -> Option<Granted> {
        let allows = allows(manifest, capability);
        (!allows.is_empty()).then(|| Granted { capability, allows, granted_at: seconds(self.now) })
    }

    /// Removes the files first: what is left of a plugin after a crash is accepted and gone, which runs nothing.
    pub fn remove(&self, id: &str) -> Result<(), InstallError> {
        self.change(id, |lock| {
            let folder = self.home.plugins_dir().join(id);
            match fs::remove_dir_all(&folder) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    return Err(InstallError::Files { path: folder, source: error });
                }
                Ok(()) | Err(_) => {}
            }
            kept::remove(self.home, id)?;
            lock.plugins.retain(|plugin| plugin.id != id);
            Ok(())
        })?;
        self.tell(&Event::PluginRemoved { plugin: id.to_owned() })
    }

    /// Switches a plugin on or off; says whether that changed anything.
    pub fn set_enabled(&self, id: &str, enabled: bool) -> Result<bool, InstallError> {
        let is_changed = match Plugins::is_bundled(id) {
            true => self.set_bundled_enabled(id, enabled)?,
            false => self.set_installed_enabled(id, enabled)?,
        };
        if is_changed {
            self.tell_switched(id, enabled)?;
        }
        Ok(is_changed)
    }

    fn set_installed_enabled(&self, id: &str, enabled: bool) -> Result<bool, InstallError> {
        self.change(id, |lock| {
            let plugin = lock.find_mut(id).ok_or_else(|| InstallError::NotInstalled { plugin: id.to_owned() })?;
            Ok(std::mem::replace(&mut plugin.enabled, enabled) != enabled)
        })
    }

    fn set_bundled_enabled(&self, id: &str, enabled: bool) -> Result<bool, InstallError> {
        self.home.create().map_err(|source| InstallError::Files { path: self.home.root().into(), source })?;
        Lock::change(&self.home.plugins_lock(), |lock| {
            Ok(match enabled {
                true => lock.bundled_off.remove(id),
                false => lock.bundled_off.insert(id.to_owned()),
            })
        })
    }

    /// Grants what `manifest`, the accepted one, asks for.
    pub fn grant(&self, manifest: &Manifest, capabilities: &[CapabilityName]) -> Result<(), InstallError> {
        let id = &manifest.id;
        self.change(id, |lock| {
            let plugin = lock.find_mut(id).ok_or_else(|| InstallError::NotInstalled { plugin: id.clone() })?;
            for &capability in capabilities {
                let granted = self.granted(manifest, capability);
                let granted = granted.ok_or_else(|| not_asked_for(manifest, capability))?;
                plugin.grants.retain(|other| other.capability != capability);
                plugin.grants.push(granted);
            }
            plugin.grants.sort_by_key(|grant| grant.capability);
            Ok(())
        })?;
        let capabilities = audited::names(capabilities.iter().copied().collect());
        self.tell(&Event::PluginGranted { plugin: id.clone(), capabilities })
    }

    /// Takes grants back; says which of them there were.
    pub fn revoke(&self, id: &str, capabilities: &[CapabilityName]) -> Result<Vec<CapabilityName>, InstallError> {
        let had: Vec<CapabilityName> = self.change(id, |lock| {
            let plugin = lock.find_mut(id).ok_or_else(|| InstallError::NotInstalled { plugin: id.to_owned() })?;
            let had = plugin.allowed();
            plugin.grants.retain(|grant| !capabilities.contains(&grant.capability));
            Ok(capabilities.iter().copied().filter(|capability| had.contains(capability)).collect())
        })?;
        if !had.is_empty() {
            let capabilities = audited::names(had.iter().copied().collect());
            self.tell(&Event::PluginRevoked { plugin: id.to_owned(), capabilities })?;
        }
        Ok(had)
    }

    fn change<T>(
        &self,
        id: &str,
        change: impl FnOnce(&mut Lock) -> Result<T, InstallError>,
    ) -> Result<T, InstallError> {
        // Without this a misspelt name would make a home.
        if self.lock()?.find(id).is_none() {
            return Err(InstallError::NotInstalled { plugin: id.to_owned() });
        }
        Lock::change(&self.home.plugins_lock(), change)
    }
}

/// Which of the grants of `before` still mean the same for `manifest`: those whose requests read as they did.
pub fn still_granted(before: &Locked, manifest: &Manifest) -> BTreeSet<CapabilityName> {
    let same = before.grants.iter().filter(|grant| grant.allows == allows(manifest, grant.capability));
    same.map(|grant| grant.capability).collect()
}

/// The same for the files that a connector may edit.
pub fn still_accepted(before: &Locked, manifest: &Manifest) -> BTreeSet<String> {
    let same = |accepted: &&AcceptedFile| {
        manifest.files.iter().any(|file| file.id == accepted.id && file.path.to_string() == accepted.path)
    };
    before.files.iter().filter(same).map(|accepted| accepted.id.clone()).collect()
}

fn allows(manifest: &Manifest, capability: CapabilityName) -> Vec<String> {
    let requests = manifest.capabilities.iter().filter(|request| request.name() == capability);
    requests.map(CapabilityRequest::allows).collect()
}

fn not_asked_for(manifest: &Manifest, capability: CapabilityName) -> InstallError {
    let asked: BTreeSet<&str> = manifest.capabilities.iter().map(|request| request.name().as_str()).collect();
    let asked = asked.into_iter().collect::<Vec<_>>().join(", ");
    InstallError::NotAskedFor { plugin: manifest.id.clone(), capability, asked }
}

/// Writes the new folder beside the old one, then lets them change places.
fn replace_files(plugins_dir: &Path, examined: &Examined) -> Result<(), InstallError> {
    let folder = plugins_dir.join(&examined.manifest.id);
    let failed = |source| InstallError::Files { path: folder.clone(), source };
    crate::system::private_dir(plugins_dir).map_err(failed)?;
    sweep_staged(plugins_dir).map_err(failed)?;
    let staged = private_tempdir_in(plugins_dir).map_err(failed)?;
    let package = &examined.package;
    for (name, bytes) in [("plugin.toml", package.manifest.as_bytes()), ("plugin.wasm", &package.component)] {
        write_private(&staged.path().join(name), bytes).map_err(failed)?;
    }
    let staged = staged.keep();
    if folder.try_exists().map_err(failed)? {
        return match system::exchange(&staged, &folder) {
            Ok(()) => fs::remove_dir_all(&staged),
            // Not every file system can. In between, the plugin is not there, and so does not run.
            Err(error) if error.kind() == io::ErrorKind::Unsupported => {
                fs::remove_dir_all(&folder).and_then(|()| fs::rename(&staged, &folder))
            }
            Err(error) => Err(error),
        }
        .map_err(failed);
    }
    fs::rename(&staged, &folder).map_err(failed)
}

fn private_tempdir_in(dir: &Path) -> io::Result<TempDir> {
    let made = tempfile::Builder::new().prefix(STAGED_PREFIX).tempdir_in(dir)?;
    system::set_mode(made.path(), 0o700)?;
    Ok(made)
}

fn write_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = fs::File::options().write(true).create_new(true).private().open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// What an installation that was cut short left behind. Only one runs at a time, so none of it is in use.
fn sweep_staged(plugins_dir: &Path) -> io::Result<()> {
    for entry in fs::read_dir(plugins_dir)? {
        let entry = entry?;
        if entry.file_name().as_encoded_bytes().starts_with(STAGED_PREFIX.as_bytes()) {
            fs::remove_dir_all(entry.path())?;
        }
    }
    Ok(())
}

/// Since 1970; a clock before that counts as then.
fn seconds(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}
