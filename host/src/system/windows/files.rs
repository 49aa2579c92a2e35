//! Files of a profile: who may use them is inherited from its directory, which is its owner's alone.

use std::fs::{self, DirBuilder, File, FileType, Metadata, OpenOptions};
use std::io;
use std::os::windows::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use crate::system::Private;

/// `FILE_FLAG_OPEN_REPARSE_POINT`: a link is opened itself.
const OPEN_LINK_ITSELF: u32 = 0x0020_0000;
/// What a file that may be written looks like to those who think in modes, and one that may not.
const WRITABLE: u32 = 0o600;
const READ_ONLY: u32 = 0o400;

impl Private for OpenOptions {
    fn private(&mut self) -> &mut Self {
        self
    }
}

impl Private for DirBuilder {
    fn private(&mut self) -> &mut Self {
        self
    }
}

/// Whether a file that is mapped into memory stays as it is until it is not.
pub(crate) const KEEPS_MAPPED_FILES: bool = true;

/// Opens a regular file to be read. Follows no link in its last part.
pub(crate) fn open_regular(path: &Path) -> io::Result<File> {
    let file = File::options().read(true).custom_flags(OPEN_LINK_ITSELF).open(path)?;
    match file.metadata()?.is_file() {
        true => Ok(file),
        false => Err(io::Error::new(io::ErrorKind::InvalidInput, "it is not a regular file")),
    }
}

/// Whom a file in a profile belongs to is not asked: nobody else may make one there.
pub(crate) fn is_own(_: &Metadata) -> bool {
    true
}

pub(crate) fn mode(metadata: &Metadata) -> u32 {
    if metadata.permissions().readonly() { READ_ONLY } else { WRITABLE }
}

pub(crate) fn is_open_to_others(_: &Metadata) -> bool {
    false
}

/// Nothing: modes are not known here.
pub(crate) fn set_mode(_: &Path, _: u32) -> io::Result<()> {
    Ok(())
}

/// Whose a file is, as far as it is told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Owner {
    /// How many names it has; not asked, so one.
    pub(crate) links: u64,
}

pub(crate) fn owner(_: &Metadata) -> Owner {
    Owner { links: 1 }
}

/// Nothing: a file that is made in a directory belongs to whom the directory says.
pub(crate) fn give_to(_: &File, _: Option<Owner>, _: u32) -> io::Result<()> {
    Ok(())
}

/// Which file it is and when it changed last: replaced files differ in when they were made or written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Identity {
    pub(crate) file: u64,
    changed: u64,
}

pub(crate) fn identity(metadata: &Metadata) -> Identity {
    Identity { file: metadata.creation_time(), changed: metadata.last_write_time() }
}

/// What something is that is no regular file.
pub(crate) fn kind_of(file_type: FileType) -> &'static str {
    if file_type.is_dir() {
        "a directory"
    } else if file_type.is_symlink() {
        "a symbolic link"
    } else {
        "a device"
    }
}

/// Not in one step here, so not at all.
pub(crate) fn exchange(_: &Path, _: &Path) -> io::Result<()> {
    Err(io::Error::new(io::ErrorKind::Unsupported, "names cannot change places"))
}

/// Moves a file, and never over another one.
pub(crate) fn move_to_free_name(from: &Path, to: &Path) -> io::Result<()> {
    fs::hard_link(from, to)?;
    fs::remove_file(from)
}

/// Nothing: NTFS keeps a journal of its names.
pub(crate) fn sync_directory(_: &Path) -> io::Result<()> {
    Ok(())
}

/// Keeps processes apart that replace files of one directory, until the answer is dropped.
pub(crate) fn lock_directory(directory: &Path) -> io::Result<File> {
    let path = directory.join(".changes.lock");
    let file = File::options().write(true).create(true).truncate(false).open(path)?;
    file.lock()?;
    Ok(file)
}

/// The file to lock for a text that others read meanwhile: one beside it, since a locked file cannot be read.
pub(crate) fn lock_for(text: &Path) -> PathBuf {
    text.with_extension("held")
}

/// Not asked: a full disk fails the write of the new file, and the old one stays.
pub(crate) fn free_bytes(_: &Path) -> Option<u64> {
    None
}

/// Not asked: what may not be made fails before anything is changed.
pub(crate) fn may_change(_: &Path) -> io::Result<()> {
    Ok(())
}

pub(crate) fn is_closed_to_changes(_: &Path) -> bool {
    false
}
