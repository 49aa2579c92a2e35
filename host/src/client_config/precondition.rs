//! What must hold before a file is changed. Looks, and never touches anything.

use std::fs;
use std::io;
use std::path::Path;

use super::snapshot::Existing;
use super::{Change, ClientConfigError, Snapshot};
use crate::system;

/// What a file takes on the disk is rounded up to this, and its directory may grow as much.
const BLOCK_BYTES: u64 = 4096;

impl Snapshot {
    /// Fails when the file may be read and not changed: we neither change its mode nor take it from its owner, and
    /// no other name of it may go on showing the old content.
    pub fn check_changeable(&self) -> Result<(), ClientConfigError> {
        if let Some(existing) = self.existing() {
            self.check_file(existing)?;
        }
        let directory = self.nearest_directory();
        if system::is_root() {
            self.check_is_roots(self.base())?;
            self.check_is_roots(directory)?;
        }
        system::may_change(directory).map_err(|source| ClientConfigError::Directory {
            path: self.path.clone(),
            directory: directory.to_owned(),
            source,
        })
    }

    fn check_file(&self, existing: &Existing) -> Result<(), ClientConfigError> {
        let path = self.path.clone();
        if !existing.is_own {
            return Err(ClientConfigError::ForeignOwner { path });
        }
        if existing.mode & 0o200 == 0 {
            return Err(ClientConfigError::ReadOnly { path });
        }
        if existing.owner.links > 1 {
            return Err(ClientConfigError::HardLinked { path, links: existing.owner.links });
        }
        match system::is_closed_to_changes(self.real()) {
            true => Err(ClientConfigError::Immutable { path }),
            false => Ok(()),
        }
    }

    /// What root makes in a user's home is lost to that user.
    fn check_is_roots(&self, directory: &Path) -> Result<(), ClientConfigError> {
        match fs::metadata(directory) {
            Ok(metadata) if !system::is_own(&metadata) => {
                Err(ClientConfigError::RootElsewhere { path: self.path.clone(), directory: directory.to_owned() })
            }
            Ok(_) => Ok(()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(source) => Err(ClientConfigError::Read { path: directory.to_owned(), source }),
        }
    }
}

/// Fails when the disk has no room for the new file beside the old one and its copy.
pub(super) fn check_room(change: &Change) -> Result<(), ClientConfigError> {
    let blocks = |text: Option<&str>| text.map_or(0, |text| (text.len() as u64).div_ceil(BLOCK_BYTES));
    let copied = if change.is_copied_beside() { blocks(change.before.text()) } else { 0 };
    let needed_bytes = (blocks(change.after.as_deref()) + copied + 1) * BLOCK_BYTES;
    // A file system that does not say has to be tried.
    let Some(free_bytes) = system::free_bytes(change.before.nearest_directory()) else { return Ok(()) };
    match free_bytes < needed_bytes {
        true => Err(ClientConfigError::NoRoom { path: change.before.path.clone(), needed_bytes, free_bytes }),
        false => Ok(()),
    }
}
