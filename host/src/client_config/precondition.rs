//! What must hold before a file is changed. Looks, and never touches anything.

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use rustix::fs::{Access, AtFlags, CWD, accessat, statvfs};

use super::snapshot::Existing;
use super::{Change, ClientConfigError, Snapshot};

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
        if rustix::process::geteuid().is_root() {
            self.check_is_roots(self.base())?;
            self.check_is_roots(directory)?;
        }
        let allowed = Access::WRITE_OK | Access::EXEC_OK;
        accessat(CWD, directory, allowed, AtFlags::EACCESS).map_err(|error| ClientConfigError::Directory {
            path: self.path.clone(),
            directory: directory.to_owned(),
            source: error.into(),
        })
    }

    fn check_file(&self, existing: &Existing) -> Result<(), ClientConfigError> {
        let path = self.path.clone();
        if existing.user != rustix::process::geteuid().as_raw() {
            return Err(ClientConfigError::ForeignOwner { path });
        }
        if existing.mode & 0o200 == 0 {
            return Err(ClientConfigError::ReadOnly { path });
        }
        if existing.links > 1 {
            return Err(ClientConfigError::HardLinked { path, links: existing.links });
        }
        match is_immutable(self.real()) {
            true => Err(ClientConfigError::Immutable { path }),
            false => Ok(()),
        }
    }

    /// What root makes in a user's home is lost to that user.
    fn check_is_roots(&self, directory: &Path) -> Result<(), ClientConfigError> {
        match fs::metadata(directory) {
            Ok(metadata) if metadata.uid() != 0 => {
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
    let Ok(room) = statvfs(change.before.nearest_directory()) else { return Ok(()) };
    let free_bytes = room.f_bavail.saturating_mul(room.f_frsize);
    match room.f_blocks > 0 && free_bytes < needed_bytes {
        true => Err(ClientConfigError::NoRoom { path: change.before.path.clone(), needed_bytes, free_bytes }),
        false => Ok(()),
    }
}

/// Whether even its owner may not change it (`chattr +i`, `chattr +a`).
#[cfg(target_os = "linux")]
fn is_immutable(path: &Path) -> bool {
    use rustix::fs::{StatxAttributes, StatxFlags, statx};
    let fixed = StatxAttributes::IMMUTABLE | StatxAttributes::APPEND;
    // Where it cannot be told, the write itself will fail.
    statx(CWD, path, AtFlags::empty(), StatxFlags::empty()).is_ok_and(|found| found.stx_attributes.intersects(fixed))
}

#[cfg(not(target_os = "linux"))]
fn is_immutable(_: &Path) -> bool {
    false
}
