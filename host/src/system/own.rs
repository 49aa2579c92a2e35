//! Files and directories of our own: private, locked, and replaced whole.

use std::fs::{self, DirBuilder, File, TryLockError};
use std::io::{self, Write};
use std::path::Path;
use std::thread;
use std::time::Duration;

use super::{Private, is_open_to_others, is_own, set_mode, sync_directory};

/// Makes `dir` with mode 0700, or checks that an existing one is ours and tightens it.
pub(crate) fn private_dir(dir: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).private().create(dir)?;
    let metadata = fs::metadata(dir)?;
    if !is_own(&metadata) {
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, "the directory belongs to another user"));
    }
    if is_open_to_others(&metadata) {
        set_mode(dir, 0o700)?;
    }
    Ok(())
}

/// Until then the name of a new file may be lost with the power.
pub(crate) fn sync_parent(path: &Path) -> io::Result<()> {
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    sync_directory(parent.unwrap_or(Path::new(".")))
}

/// The lock of the file at `path`, which is made where it is missing, with its directories. Tried so often, with a
/// pause in between; none when another process holds it all that time.
pub(crate) fn lock_within(path: &Path, attempts: u32, pause: Duration) -> io::Result<Option<File>> {
    DirBuilder::new().recursive(true).private().create(path.parent().unwrap_or(Path::new("/")))?;
    let file = File::options().write(true).create(true).truncate(false).private().open(path)?;
    for _ in 0..attempts {
        match file.try_lock() {
            Ok(()) => return Ok(Some(file)),
            Err(TryLockError::WouldBlock) => thread::sleep(pause),
            Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(TryLockError::Error(error)) => return Err(error),
        }
    }
    Ok(None)
}

/// Replaces a file of ours as one step, with mode 0600: under another name first, so that a crash leaves the old file or
/// the new one.
pub(crate) fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let directory = path.parent().ok_or_else(|| io::Error::other("the path has no directory"))?;
    let mut file = tempfile::NamedTempFile::new_in(directory)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    sync_directory(directory)
}
