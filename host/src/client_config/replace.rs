//! Puts a text in the place of a file in one step: whoever reads sees the old file or the new one, whole.

use std::fs::{self, DirBuilder};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::snapshot::Existing;
use super::{ClientConfigError, Snapshot};
use crate::system::{self, Private};

const TEMPORARY_SUFFIX: &str = ".isartor-tmp";

/// Makes the file hold `after`, or go, if it is still as `before` says.
pub(super) fn write(before: &Snapshot, after: Option<(&str, u32)>, state_dir: &Path) -> Result<(), ClientConfigError> {
    let failed = |source| ClientConfigError::Write { path: before.path.clone(), source };
    for directory in before.missing_directories() {
        DirBuilder::new().private().create(directory).map_err(failed)?;
    }
    let directory = before.real().parent().unwrap_or(Path::new("/"));
    match after {
        Some((text, mode)) => {
            let temporary = temporary(before, text, mode, directory).map_err(failed)?;
            check_still(before, state_dir)?;
            match before.existing() {
                Some(existing) => swap(before, existing, temporary)?,
                None => create(before, temporary)?,
            }
        }
        None => {
            check_still(before, state_dir)?;
            remove(before, directory)?;
        }
    }
    system::sync_directory(directory)
        .map_err(|source| ClientConfigError::NotSynced { path: before.path.clone(), source })?;
    verify(before, after.map(|(text, _)| text))
}

/// The check for the last moment. Directories that were missing have been made since `before`.
fn check_still(before: &Snapshot, state_dir: &Path) -> Result<(), ClientConfigError> {
    match before.missing_directories() {
        [] => before.check_unchanged(state_dir),
        _ if !before.real().exists() => Ok(()),
        _ => Err(ClientConfigError::Changed { path: before.path.clone() }),
    }
}

/// Puts the new file where nothing is.
fn create(before: &Snapshot, temporary: NamedTempFile) -> Result<(), ClientConfigError> {
    let path = || before.path.clone();
    match temporary.persist_noclobber(before.real()) {
        Ok(_) => Ok(()),
        Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => {
            Err(ClientConfigError::Changed { path: path() })
        }
        Err(error) => Err(ClientConfigError::Write { path: path(), source: error.error }),
    }
}

/// Changes places with the old file, which then can be looked at once more: a program that wrote to it since the
/// last check gets it back.
fn swap(before: &Snapshot, existing: &Existing, temporary: NamedTempFile) -> Result<(), ClientConfigError> {
    let failed = |source| ClientConfigError::Write { path: before.path.clone(), source };
    let exchange = || system::exchange(temporary.path(), before.real());
    match exchange() {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Err(ClientConfigError::Changed { path: before.path.clone() });
        }
        // Not every file system can.
        Err(error) if error.kind() == io::ErrorKind::Unsupported => {
            return temporary.persist(before.real()).map(drop).map_err(|error| failed(error.error));
        }
        Err(error) => return Err(failed(error)),
    }
    if fs::read(temporary.path()).is_ok_and(|bytes| bytes == existing.text.as_bytes()) {
        return Ok(());
    }
    match exchange() {
        Ok(()) => Err(ClientConfigError::Changed { path: before.path.clone() }),
        Err(error) => {
            // What the other program wrote must not go with the temporary file.
            temporary.keep().map_err(|kept| failed(kept.error))?;
            Err(failed(error))
        }
    }
}

/// Moves the file aside first, for the same reason.
fn remove(before: &Snapshot, directory: &Path) -> Result<(), ClientConfigError> {
    let failed = |source| ClientConfigError::Write { path: before.path.clone(), source };
    let aside = directory.join(format!("{}removed{TEMPORARY_SUFFIX}", prefix_of(before.real())));
    fs::rename(before.real(), &aside).map_err(failed)?;
    if fs::read(&aside).ok().as_deref() == before.text().map(str::as_bytes) {
        return fs::remove_file(&aside).map_err(failed);
    }
    system::move_to_free_name(&aside, before.real()).map_err(failed)?;
    Err(ClientConfigError::Changed { path: before.path.clone() })
}

/// A complete, synced copy of `text` beside the file, with the file's owner; gone again when dropped.
fn temporary(before: &Snapshot, text: &str, mode: u32, directory: &Path) -> io::Result<NamedTempFile> {
    let mut temporary = temporary_beside(before.real(), directory)?;
    temporary.write_all(text.as_bytes())?;
    system::give_to(temporary.as_file(), before.existing().map(|existing| existing.owner), mode)?;
    temporary.as_file().sync_all()?;
    Ok(temporary)
}

/// An empty file in `directory` that is known as ours for `real`.
pub(super) fn temporary_beside(real: &Path, directory: &Path) -> io::Result<NamedTempFile> {
    tempfile::Builder::new().prefix(&prefix_of(real)).suffix(TEMPORARY_SUFFIX).tempfile_in(directory)
}

fn prefix_of(real: &Path) -> String {
    format!(".{}.", real.file_name().unwrap_or_default().to_string_lossy())
}

/// Temporary files of a run that was killed; the lock says that no other is at work.
pub(super) fn remove_leftovers(real: &Path) -> io::Result<()> {
    let entries = match fs::read_dir(real.parent().unwrap_or(Path::new("/"))) {
        // Where nothing can be listed, nothing of ours can be removed either; that must not stop other changes.
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::PermissionDenied) => {
            return Ok(());
        }
        entries => entries?,
    };
    let prefix = prefix_of(real);
    for entry in entries {
        let entry = entry?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name.starts_with(&prefix) && name.ends_with(TEMPORARY_SUFFIX) {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
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
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) if error.kind() == io::ErrorKind::DirectoryNotEmpty => break,
            Err(source) => return Err(ClientConfigError::Write { path: directory.clone(), source }),
        }
    }
    Ok(())
}
