//! A user's file as it was read: its text, where it really is, and what must be kept of it. Never changes anything.

use std::fs::{self, Metadata};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::ClientConfigError;
use super::journal::digest;
use crate::system::{self, Owner};

const MAX_BYTES: u64 = 16 << 20;
const MAX_LINKS: usize = 40;

/// Parts of a path that no client's configuration is in; whoever writes there runs code at the next login.
const PROTECTED: &[&str] = &[
    ".ssh",
    ".gnupg",
    ".bashrc",
    ".bash_profile",
    ".bash_login",
    ".profile",
    ".zshrc",
    ".zshenv",
    ".zprofile",
    ".zlogin",
    "autostart",
    "LaunchAgents",
    "LaunchDaemons",
    "systemd",
];

/// Where a client's file is, and how much of the way to it may be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    pub path: PathBuf,
    /// Directories below this one may be made; this one must be there.
    pub base: PathBuf,
}

/// A file, or its absence, at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// As the client spells it.
    pub path: PathBuf,
    base: PathBuf,
    /// Where symbolic links lead to.
    real: PathBuf,
    /// Directories that must be made first, outermost first.
    missing_directories: Vec<PathBuf>,
    existing: Option<Existing>,
}

/// What is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Existing {
    pub(super) text: String,
    pub(super) mode: u32,
    pub(super) owner: Owner,
    pub(super) is_own: bool,
    pub(super) modified: Option<SystemTime>,
}

impl Snapshot {
    pub(super) fn take(place: &Place, state_dir: &Path) -> Result<Self, ClientConfigError> {
        let real = resolve(&place.path)?;
        let missing_directories = missing_directories(&real, place)?;
        let real = with_real_parent(&real)?;
        check_allowed(&real, place, state_dir)?;
        let existing = read(&real, &place.path)?;
        let Place { path, base } = place.clone();
        Ok(Self { path, base, real, missing_directories, existing })
    }

    /// Fails when the file is no longer what it was.
    pub(super) fn check_unchanged(&self, state_dir: &Path) -> Result<(), ClientConfigError> {
        let place = Place { path: self.path.clone(), base: self.base.clone() };
        match Self::take(&place, state_dir)? == *self {
            true => Ok(()),
            false => Err(ClientConfigError::Changed { path: self.path.clone() }),
        }
    }

    /// Whether a program may be writing it in pieces right now. A file that was truncated is empty, however long ago
    /// its program was stopped; what ends with a closing brace is whole, as it parsed.
    pub(super) fn may_be_half_written(&self, now: SystemTime, settled_after: Duration) -> bool {
        let Some(existing) = &self.existing else { return false };
        let age = existing.modified.and_then(|modified| now.duration_since(modified).ok());
        let is_recent = age.is_some_and(|age| age < settled_after);
        existing.text.is_empty() || (is_recent && !existing.text.trim_end().ends_with('}'))
    }

    pub fn text(&self) -> Option<&str> {
        self.existing.as_ref().map(|existing| existing.text.as_str())
    }

    /// SHA-256 of the bytes, in hexadecimal.
    pub fn digest(&self) -> Option<String> {
        self.text().map(digest)
    }

    /// The permission bits; none where there is no file.
    pub fn mode(&self) -> Option<u32> {
        self.existing.as_ref().map(|existing| existing.mode)
    }

    pub fn missing_directories(&self) -> &[PathBuf] {
        &self.missing_directories
    }

    pub(super) fn existing(&self) -> Option<&Existing> {
        self.existing.as_ref()
    }

    pub(super) fn real(&self) -> &Path {
        &self.real
    }

    pub(super) fn base(&self) -> &Path {
        &self.base
    }

    /// The file's directory, or the one in which the missing ones are made.
    pub(super) fn nearest_directory(&self) -> &Path {
        let first = self.missing_directories.first().map_or(self.real.as_path(), PathBuf::as_path);
        first.parent().unwrap_or(Path::new("/"))
    }
}

/// Follows the symbolic links of the last part; what they lead to need not be there.
fn resolve(path: &Path) -> Result<PathBuf, ClientConfigError> {
    let mut real = path.to_owned();
    for _ in 0..MAX_LINKS {
        let target = match fs::symlink_metadata(&real) {
            Ok(metadata) if metadata.is_symlink() => fs::read_link(&real).map_err(|source| read_error(path, source))?,
            Ok(_) => return Ok(real),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(real),
            Err(source) => return Err(read_error(path, source)),
        };
        real.pop();
        real.push(target);
    }
    Err(ClientConfigError::TooManyLinks { path: path.to_owned() })
}

/// The directories between the base and the file that are not there.
fn missing_directories(real: &Path, place: &Place) -> Result<Vec<PathBuf>, ClientConfigError> {
    let mut missing = Vec::new();
    for directory in real.ancestors().skip(1) {
        match fs::metadata(directory) {
            Ok(metadata) if metadata.is_dir() => break,
            Ok(_) => return Err(ClientConfigError::NotAFile { path: directory.to_owned(), what: "no directory" }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => missing.push(directory.to_owned()),
            Err(source) => return Err(read_error(&place.path, source)),
        }
    }
    missing.reverse();
    match missing.first() {
        Some(outermost) if outermost == &place.base || !outermost.starts_with(&place.base) => {
            Err(ClientConfigError::NoBase { path: place.path.clone(), base: outermost.clone() })
        }
        Some(_) | None => Ok(missing),
    }
}

/// The same file without symbolic links on the way, as far as the way is there.
fn with_real_parent(real: &Path) -> Result<PathBuf, ClientConfigError> {
    let there = real.ancestors().skip(1).find(|directory| directory.is_dir()).unwrap_or(Path::new("/"));
    let rest = real.strip_prefix(there).expect("an ancestor is a prefix");
    Ok(there.canonicalize().map_err(|source| read_error(real, source))?.join(rest))
}

fn check_allowed(real: &Path, place: &Place, state_dir: &Path) -> Result<(), ClientConfigError> {
    let protected = |what| Err(ClientConfigError::Protected { path: place.path.clone(), real: real.to_owned(), what });
    let is_in = |directory: &Path| {
        real.starts_with(directory) || directory.canonicalize().is_ok_and(|directory| real.starts_with(directory))
    };
    if is_in(state_dir) {
        return protected("inside isartor's own directory");
    }
    let below_base = real.strip_prefix(&place.base).unwrap_or(real);
    if below_base.components().any(|part| PROTECTED.iter().any(|name| part.as_os_str().eq_ignore_ascii_case(name))) {
        return protected("where files are run or trusted by others");
    }
    Ok(())
}

fn read(real: &Path, path: &Path) -> Result<Option<Existing>, ClientConfigError> {
    let metadata = match fs::symlink_metadata(real) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(read_error(path, source)),
    };
    check_file(&metadata, path)?;
    let file = system::open_regular(real).map_err(|source| read_error(path, source))?;
    let metadata = file.metadata().map_err(|source| read_error(path, source))?;
    check_file(&metadata, path)?;
    let mut bytes = Vec::new();
    file.take(MAX_BYTES + 1).read_to_end(&mut bytes).map_err(|source| read_error(path, source))?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(ClientConfigError::TooLarge { path: path.to_owned(), max_bytes: MAX_BYTES });
    }
    let text = String::from_utf8(bytes).map_err(|error| {
        let offset = error.utf8_error().valid_up_to();
        ClientConfigError::NotUtf8 { path: path.to_owned(), offset }
    })?;
    Ok(Some(Existing {
        text,
        mode: system::mode(&metadata),
        owner: system::owner(&metadata),
        is_own: system::is_own(&metadata),
        modified: metadata.modified().ok(),
    }))
}

fn check_file(metadata: &Metadata, path: &Path) -> Result<(), ClientConfigError> {
    if !metadata.is_file() {
        return Err(ClientConfigError::NotAFile { path: path.to_owned(), what: system::kind_of(metadata.file_type()) });
    }
    Ok(())
}

fn read_error(path: &Path, source: io::Error) -> ClientConfigError {
    ClientConfigError::Read { path: path.to_owned(), source }
}
