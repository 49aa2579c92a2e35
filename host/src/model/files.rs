//! Writing a file so that nobody ever sees half of it, and reading back what it became: its SHA-256.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use tempfile::NamedTempFile;

use crate::system;

const BLOCK_BYTES: usize = 1 << 20;

/// What could not be done with which file.
#[derive(Debug, thiserror::Error)]
#[error("cannot {action} {}", path.display())]
pub struct FileError {
    pub(super) action: &'static str,
    pub(super) path: PathBuf,
    pub(super) source: io::Error,
}

impl FileError {
    /// What the user can do about it.
    pub(super) fn hint(&self) -> String {
        let path = self.path.display();
        let full = matches!(self.source.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded);
        let remedy = if full { "make room for" } else { "check" };
        format!("{remedy} {path}, or choose another directory with ISARTOR__EMBEDDING__DIR")
    }
}

/// Names the action and the path of an error: `.map_err(failed("read", path))`.
pub(super) fn failed(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> FileError {
    move |source| FileError { action, path: path.to_owned(), source }
}

/// A file in the making, readable by its owner only and gone when dropped before it is installed.
pub(super) struct Draft {
    file: NamedTempFile,
    hasher: Sha256,
}

impl Draft {
    pub(super) fn create(directory: &Path) -> Result<Self, FileError> {
        let file = NamedTempFile::new_in(directory).map_err(failed("create a file in", directory))?;
        Ok(Self { file, hasher: Sha256::new() })
    }

    pub(super) fn append(&mut self, bytes: &[u8]) -> Result<(), FileError> {
        self.hasher.update(bytes);
        self.file.as_file_mut().write_all(bytes).map_err(failed("write", self.file.path()))
    }

    /// The SHA-256 of what was written so far.
    pub(super) fn sha256(&self) -> String {
        hexadecimal(self.hasher.clone())
    }

    /// Gives the file its name, in place of what has that name now, and makes both durable.
    pub(super) fn install(self, path: &Path) -> Result<(), FileError> {
        self.file.as_file().sync_all().map_err(failed("write", self.file.path()))?;
        self.file.persist(path).map_err(|error| failed("write", path)(error.error))?;
        sync_parent(path)
    }
}

/// Writes a small file in one step.
pub(super) fn write(path: &Path, bytes: &[u8], drafts: &Path) -> Result<(), FileError> {
    let mut draft = Draft::create(drafts)?;
    draft.append(bytes)?;
    draft.install(path)
}

/// Moves a finished file, and makes the move durable.
pub(super) fn rename(from: &Path, to: &Path) -> Result<(), FileError> {
    fs::rename(from, to).map_err(failed("write", to))?;
    sync_parent(to)
}

/// The SHA-256 of a file; none when there is no such file.
pub(super) fn sha256(path: &Path) -> Result<Option<String>, FileError> {
    let mut file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed("read", path)(error)),
    };
    let mut hasher = Sha256::new();
    let mut block = vec![0; BLOCK_BYTES];
    loop {
        match file.read(&mut block) {
            Ok(0) => return Ok(Some(hexadecimal(hasher))),
            Ok(length) => hasher.update(&block[..length]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(failed("read", path)(error)),
        }
    }
}

/// Removes a file or a directory with all it holds; one that is not there is no error.
pub(super) fn remove(path: &Path) -> Result<(), FileError> {
    let removed = match fs::symlink_metadata(path) {
        Ok(metadata) if metadata.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
        Err(error) => Err(error),
    };
    match removed {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(failed("remove", path)(error)),
        Ok(()) | Err(_) => Ok(()),
    }
}

fn sync_parent(path: &Path) -> Result<(), FileError> {
    let directory = path.parent().expect("every model file is in a directory");
    system::sync_directory(directory).map_err(failed("write", directory))
}

fn hexadecimal(hasher: Sha256) -> String {
    hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}
