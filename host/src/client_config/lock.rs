//! Keeps two of us apart while files are changed. Knows nothing of what is changed.

use std::fs::File;
use std::path::Path;
use std::time::Duration;

use super::ClientConfigError;

use crate::system::lock_within;

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
        match lock_within(&path, ATTEMPTS, PAUSE) {
            Ok(Some(file)) => Ok(Self { _file: file }),
            Ok(None) => Err(ClientConfigError::Busy { path }),
            Err(source) => Err(ClientConfigError::Journal { path, source }),
        }
    }
}
