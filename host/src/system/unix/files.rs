//! Modes, owners, links and what else files have here.

use std::fs::{self, DirBuilder, File, FileType, Metadata, OpenOptions, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, FileTypeExt, MetadataExt, OpenOptionsExt, PermissionsExt, fchown};
use std::path::{Path, PathBuf};

use rustix::fs::{Access, AtFlags, CWD, OFlags, RenameFlags, accessat, renameat_with, statvfs};
use rustix::io::Errno;
use rustix::process::geteuid;

use crate::system::Private;

/// What others may do with a file.
const OTHERS: u32 = 0o077;

impl Private for OpenOptions {
    fn private(&mut self) -> &mut Self {
        self.mode(0o600)
    }
}

impl Private for DirBuilder {
    fn private(&mut self) -> &mut Self {
        self.mode(0o700)
    }
}

/// Whether a file that is mapped into memory stays as it is until it is not.
pub(crate) const KEEPS_MAPPED_FILES: bool = false;

/// Opens a regular file to be read. Follows no link in its last part, and never waits for the writer of a pipe.
pub(crate) fn open_regular(path: &Path) -> io::Result<File> {
    let flags = i32::try_from((OFlags::NOFOLLOW | OFlags::NONBLOCK).bits()).expect("open flags fit an int");
    let file = File::options().read(true).custom_flags(flags).open(path)?;
    match file.metadata()?.is_file() {
        true => Ok(file),
        false => Err(io::Error::new(io::ErrorKind::InvalidInput, "it is not a regular file")),
    }
}

/// Whether it belongs to whoever runs this process.
pub(crate) fn is_own(metadata: &Metadata) -> bool {
    metadata.uid() == geteuid().as_raw()
}

/// The permission bits.
pub(crate) fn mode(metadata: &Metadata) -> u32 {
    metadata.mode() & 0o7777
}

pub(crate) fn is_open_to_others(metadata: &Metadata) -> bool {
    mode(metadata) & OTHERS != 0
}

pub(crate) fn set_mode(path: &Path, mode: u32) -> io::Result<()> {
    fs::set_permissions(path, Permissions::from_mode(mode))
}

/// User and group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Owner {
    user: u32,
    group: u32,
    /// How many names the file has.
    pub(crate) links: u64,
}

pub(crate) fn owner(metadata: &Metadata) -> Owner {
    Owner { user: metadata.uid(), group: metadata.gid(), links: metadata.nlink() }
}

/// Makes `file` theirs, with these permission bits.
pub(crate) fn give_to(file: &File, new: Option<Owner>, mode: u32) -> io::Result<()> {
    let metadata = file.metadata()?;
    if let Some(new) = new
        && (metadata.uid(), metadata.gid()) != (new.user, new.group)
    {
        fchown(file, Some(new.user), Some(new.group))?;
    }
    file.set_permissions(Permissions::from_mode(mode))
}

/// Which file it is and when it changed last, its mode included: replaced files differ at least in their inode.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Identity {
    pub(crate) file: u64,
    /// Seconds and nanoseconds.
    changed: (i64, i64),
}

pub(crate) fn identity(metadata: &Metadata) -> Identity {
    Identity { file: metadata.ino(), changed: (metadata.ctime(), metadata.ctime_nsec()) }
}

/// What something is that is no regular file.
pub(crate) fn kind_of(file_type: FileType) -> &'static str {
    if file_type.is_dir() {
        "a directory"
    } else if file_type.is_fifo() {
        "a pipe"
    } else if file_type.is_socket() {
        "a socket"
    } else if file_type.is_symlink() {
        "a symbolic link"
    } else {
        "a device"
    }
}

/// Two names change places in one step. An error of the kind `Unsupported` where the file system cannot.
pub(crate) fn exchange(one: &Path, other: &Path) -> io::Result<()> {
    renameat_with(CWD, one, CWD, other, RenameFlags::EXCHANGE).map_err(|error| match error {
        Errno::INVAL | Errno::NOSYS | Errno::NOTSUP => io::Error::new(io::ErrorKind::Unsupported, error),
        error => error.into(),
    })
}

/// Moves a file, and never over another one.
pub(crate) fn move_to_free_name(from: &Path, to: &Path) -> io::Result<()> {
    Ok(renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE)?)
}

/// Until then a name that was made or changed may be lost with the power.
pub(crate) fn sync_directory(directory: &Path) -> io::Result<()> {
    File::open(directory)?.sync_all()
}

/// Keeps processes apart that replace files of one directory, until the answer is dropped.
pub(crate) fn lock_directory(directory: &Path) -> io::Result<File> {
    let directory = File::open(directory)?;
    directory.lock()?;
    Ok(directory)
}

/// The file to lock for a text that others read meanwhile: itself.
pub(crate) fn lock_for(text: &Path) -> PathBuf {
    text.to_owned()
}

/// None where the file system does not say.
pub(crate) fn free_bytes(directory: &Path) -> Option<u64> {
    let room = statvfs(directory).ok().filter(|room| room.f_blocks > 0)?;
    Some(room.f_bavail.saturating_mul(room.f_frsize))
}

/// Fails where files of `directory` may not be made and replaced.
pub(crate) fn may_change(directory: &Path) -> io::Result<()> {
    Ok(accessat(CWD, directory, Access::WRITE_OK | Access::EXEC_OK, AtFlags::EACCESS)?)
}

/// Whether even its owner may not change it (`chattr +i`, `chattr +a`). Where it cannot be told, a write will fail.
pub(crate) fn is_closed_to_changes(path: &Path) -> bool {
    #[cfg(target_os = "linux")]
    {
        use rustix::fs::{StatxAttributes, StatxFlags, statx};
        let fixed = StatxAttributes::IMMUTABLE | StatxAttributes::APPEND;
        statx(CWD, path, AtFlags::empty(), StatxFlags::empty()).is_ok_and(|it| it.stx_attributes.intersects(fixed))
    }
    #[cfg(not(target_os = "linux"))]
    {
        let _ = path;
        false
    }
}
