//! Puts a text in the place of a file in one step: whoever reads sees the old file or the new one, whole.

use std::fs::{self, DirBuilder, File, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, PermissionsExt, fchown};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::snapshot::Existing;
use super::{ClientConfigError, Snapshot};

/// The mode of a file that was not there before: it may hold a key.
const NEW_FILE_MODE: u32 = 0o600;
const TEMPORARY_SUFFIX: &str = ".isartor-tmp";

/// Makes the file hold `after`, or go, if it is still as `before` says.
pub(super) fn write(before: &Snapshot, after: Option<&str>, state_dir: &Path) -> Result<(), ClientConfigError> {
    let failed = |source| ClientConfigError::Write { path: before.path.clone(), source };
    for directory in before.missing_directories() {
        DirBuilder::new().mode(0o700).create(directory).map_err(failed)?;
    }
    let directory = before.real().parent().unwrap_or(Path::new("/"));
    match after {
        Some(text) => {
            let temporary = temporary(before, text, directory).map_err(failed)?;
            check_still(before, state_dir)?;
            temporary.persist(before.real()).map_err(|error| failed(error.error))?;
        }
        None => {
            check_still(before, state_dir)?;
            fs::remove_file(before.real()).map_err(failed)?;
        }
    }
    sync_directory(directory).map_err(|source| ClientConfigError::NotSynced { path: before.path.clone(), source })?;
    verify(before, after)
}

/// The check for the last moment. Directories that were missing have been made since `before`.
fn check_still(before: &Snapshot, state_dir: &Path) -> Result<(), ClientConfigError> {
    match before.missing_directories() {
        [] => before.check_unchanged(state_dir),
        _ if !before.real().exists() => Ok(()),
        _ => Err(ClientConfigError::Changed { path: before.path.clone() }),
    }
}

/// A complete, synced copy of `text` beside the file, with the file's mode and owner; gone again when dropped.
fn temporary(before: &Snapshot, text: &str, directory: &Path) -> io::Result<NamedTempFile> {
    let name = before.real().file_name().unwrap_or_default().to_string_lossy();
    let prefix = format!(".{name}.");
    remove_leftovers(directory, &prefix)?;
    let mut temporary = tempfile::Builder::new().prefix(&prefix).suffix(TEMPORARY_SUFFIX).tempfile_in(directory)?;
    temporary.write_all(text.as_bytes())?;
    match before.existing() {
        Some(existing) => keep_owner_and_mode(temporary.as_file(), existing, existing.mode)?,
        None => temporary.as_file().set_permissions(Permissions::from_mode(NEW_FILE_MODE))?,
    }
    temporary.as_file().sync_all()?;
    Ok(temporary)
}

/// Temporary files of a process that was killed; the lock says that no other is at work.
fn remove_leftovers(directory: &Path, prefix: &str) -> io::Result<()> {
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name.starts_with(prefix) && name.ends_with(TEMPORARY_SUFFIX) {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

pub(super) fn keep_owner_and_mode(file: &File, existing: &Existing, mode: u32) -> io::Result<()> {
    use std::os::unix::fs::MetadataExt;
    let metadata = file.metadata()?;
    if (metadata.uid(), metadata.gid()) != (existing.user, existing.group) {
        fchown(file, Some(existing.user), Some(existing.group))?;
    }
    file.set_permissions(Permissions::from_mode(mode))
}

pub(super) fn sync_directory(directory: &Path) -> io::Result<()> {
    File::open(directory)?.sync_all()
}

fn verify(before: &Snapshot, after: Option<&str>) -> Result<(), ClientConfigError> {
    let found = match fs::read(before.real()) {
        Ok(bytes) => Some(bytes),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(source) => return Err(ClientConfigError::Read { path: before.path.clone(), source }),
    };
    match found.as_deref() == after.map(str::as_bytes) {
        true => Ok(()),
        false => Err(ClientConfigError::NotWritten { path: before.path.clone() }),
    }
}

/// Removes directories that we made, innermost first; one that others use by now stays, with those around it.
pub(super) fn remove_empty(directories: &[PathBuf]) -> Result<(), ClientConfigError> {
    for directory in directories.iter().rev() {
        match fs::remove_dir(directory) {
            Ok(()) => {}
            Err(error) if matches!(error.kind(), io::ErrorKind::DirectoryNotEmpty | io::ErrorKind::NotFound) => break,
            Err(source) => return Err(ClientConfigError::Write { path: directory.clone(), source }),
        }
    }
    Ok(())
}
