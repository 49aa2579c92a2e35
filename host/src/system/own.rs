//! Files and directories of our own: private, and replaced whole.

use std::fs::{self, DirBuilder};
use std::io::{self, Write};
use std::path::Path;

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
