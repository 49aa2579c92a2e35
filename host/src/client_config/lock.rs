//! Keeps two of us apart while files are changed. Knows nothing of what is changed.

use std::fs::{DirBuilder, File, TryLockError};
use std::io;
use std::path::Path;
use std::thread;
use std::time::Duration;

use super::ClientConfigError;

use crate::system::Private;

const FILE: &str = "lock";
const PAUSE: Duration = Duration::from_millis(10);
/// 30 seconds: a change takes a fraction of one.
const ATTEMPTS: u32 = 3_000;

/// The right to change clients' files. Released when it is dropped, however the process ends.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

impl Lock {
    /// Waits for its turn, but not for ever.
    pub(super) fn take(backups_dir: &Path) -> Result<Self, ClientConfigError> {
        let path = backups_dir.join(FILE);
        let opened = (DirBuilder::new().recursive(true).private().create(backups_dir))
            .and_then(|()| File::options().write(true).create(true).truncate(false).private().open(&path));
        let failed = |source| ClientConfigError::Journal { path: path.clone(), source };
        let file = opened.map_err(failed)?;
        for _ in 0..ATTEMPTS {
            match file.try_lock() {
                Ok(()) => return Ok(Self { _file: file }),
                Err(TryLockError::WouldBlock) => thread::sleep(PAUSE),
                Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(TryLockError::Error(source)) => return Err(failed(source)),
            }
        }
        Err(ClientConfigError::Busy { path })
    }
}
