//! The only code that changes a user's file: back up, replace in one step, verify, and remember how to undo it.
//! Never decides what is written; `connect` does, with a connector.

mod backup;
mod error;
mod journal;
mod replace;
mod snapshot;
mod undo;
mod verify;

use std::fs::{DirBuilder, File};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

pub use error::ClientConfigError;
pub use journal::{Key, Original, Record};
pub use snapshot::{Place, Snapshot};
pub use undo::Undo;
pub use verify::{Difference, Format, Scalar, Slot, check_connected, check_disconnected};

use journal::Journal;

const LOCK_FILE: &str = "lock";

/// What is about to happen to one file.
#[derive(Debug)]
pub struct Change {
    pub key: Key,
    pub before: Snapshot,
    /// None: the file goes.
    pub after: Option<String>,
    /// Whether the file as it is must be kept beside it first.
    pub backs_up: bool,
    pub afterwards: Afterwards,
}

/// What is remembered once the file is changed.
#[derive(Debug)]
pub enum Afterwards {
    /// How to undo the change.
    Remember(Record),
    /// Nothing: this was the undoing. The record's backup is done with when the file is as it was.
    Forget { backup: Option<PathBuf>, created_directories: Vec<PathBuf> },
}

/// What was done.
#[derive(Debug, PartialEq, Eq)]
pub struct Applied {
    pub path: PathBuf,
    /// Whether the file went rather than changed.
    pub is_removed: bool,
    /// Where the file is kept as it was; none when there was none.
    pub backup: Option<PathBuf>,
}

/// The clients' configurations, and the record of what was done to them.
#[derive(Debug)]
pub struct ClientConfigs {
    /// No client's file may be in here.
    state_dir: PathBuf,
    backups_dir: PathBuf,
}

impl ClientConfigs {
    /// Touches nothing.
    pub fn new(state_dir: &Path, backups_dir: &Path) -> Self {
        Self { state_dir: state_dir.to_owned(), backups_dir: backups_dir.to_owned() }
    }

    /// The file at `place` as it is, or that it is not there.
    pub fn read(&self, place: &Place) -> Result<Snapshot, ClientConfigError> {
        Snapshot::take(place, &self.state_dir)
    }

    /// What was last done under `key`.
    pub fn record(&self, key: &Key) -> Result<Option<Record>, ClientConfigError> {
        Ok(Journal::load(&self.backups_dir)?.find(key).cloned())
    }

    /// Whether anything of `client` was changed and not changed back.
    pub fn knows(&self, client: &str) -> Result<bool, ClientConfigError> {
        Ok(Journal::load(&self.backups_dir)?.knows(client))
    }

    /// Carries a change out, if the file is still what it was planned from.
    pub fn apply(&self, change: Change, now: SystemTime) -> Result<Applied, ClientConfigError> {
        let _lock = self.lock()?;
        change.before.check_unchanged(&self.state_dir)?;
        let made = match change.before.existing() {
            Some(existing) if change.backs_up => Some(backup::make(&change.before, existing, now)?),
            Some(_) | None => None,
        };
        let mut journal = Journal::load(&self.backups_dir)?;
        let is_removed = change.after.is_none();
        let backup = match change.afterwards {
            Afterwards::Remember(record) => {
                let record = record.with_backup(made.as_deref());
                let backup = made.or_else(|| record.backup().map(Path::to_owned));
                // Before the file: a record of a change that never happened does no harm, the opposite does.
                journal.put(&change.key, record)?;
                replace::write(&change.before, change.after.as_deref(), &self.state_dir)?;
                backup
            }
            Afterwards::Forget { backup, created_directories } => {
                replace::write(&change.before, change.after.as_deref(), &self.state_dir)?;
                backup::discard(backup.as_deref())?;
                replace::remove_empty(&created_directories)?;
                journal.forget(&change.key)?;
                made
            }
        };
        Ok(Applied { path: change.before.path, is_removed, backup })
    }

    /// Keeps two of us apart. Released when the file is closed, however the process ends.
    fn lock(&self) -> Result<File, ClientConfigError> {
        let path = self.backups_dir.join(LOCK_FILE);
        let locked = (DirBuilder::new().recursive(true).mode(0o700).create(&self.backups_dir))
            .and_then(|()| File::options().write(true).create(true).truncate(false).mode(0o600).open(&path))
            .and_then(|file| file.lock().map(|()| file));
        locked.map_err(|source| ClientConfigError::Journal { path, source })
    }
}
