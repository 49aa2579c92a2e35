//! The only code that changes a user's file: back up, replace in one step, verify, and remember how to undo it.
//! Never decides what is written; `connect` does, with a connector.

mod backup;
mod change;
mod entry_form;
mod error;
mod history;
mod journal;
mod lock;
mod pending;
mod precondition;
mod record;
mod replace;
mod restore;
mod snapshot;
mod undo;
mod verify;

use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, SystemTime};

pub use change::Change;
pub use entry_form::{Edited, EntryForm, WrittenEntry};
pub use error::ClientConfigError;
pub use history::{Action, Backup, Before};
pub use lock::Lock;
pub use record::{Key, Original, Record};
pub use snapshot::{Place, Snapshot};
pub use undo::Undo;
pub use verify::{Difference, Format, Scalar, Slot, check_connected, check_disconnected};

use crate::settings::DEFAULT_BACKUPS_KEPT;
use change::Afterwards;
use journal::Journal;
use pending::{Outcome, Pending};

/// A file that was written to this recently may be half of what it will be.
const SETTLED_AFTER: Duration = Duration::from_millis(100);
const SETTLING_LOOKS: u32 = 5;

/// What was done.
#[derive(Debug, PartialEq, Eq)]
pub struct Applied {
    pub path: PathBuf,
    /// Whether the file went rather than changed.
    pub is_removed: bool,
    /// Where the file is kept as it was; none when there was none, or when that is what it became.
    pub backup: Option<PathBuf>,
    /// What `backups` calls the change.
    pub backup_id: String,
    /// The file's mode before and now, where it is another one.
    pub mode: Option<(u32, u32)>,
    /// None: there was no file.
    pub sha256_before: Option<String>,
    /// None: the file went.
    pub sha256_after: Option<String>,
}

/// The clients' configurations, and the record of what was done to them.
#[derive(Debug)]
pub struct ClientConfigs {
    /// No client's file may be in here.
    state_dir: PathBuf,
    backups_dir: PathBuf,
    /// Of each file.
    backups_kept: usize,
}

impl ClientConfigs {
    /// Touches nothing.
    pub fn new(state_dir: &Path, backups_dir: &Path) -> Self {
        let (state_dir, backups_dir) = (state_dir.to_owned(), backups_dir.to_owned());
        Self { state_dir, backups_dir, backups_kept: DEFAULT_BACKUPS_KEPT }
    }

    /// The same, keeping so many backups of each file.
    #[must_use]
    pub fn keeping(self, backups_kept: usize) -> Self {
        Self { backups_kept, ..self }
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
        Ok(Journal::load(&self.backups_dir)?.records().iter().any(|entry| entry.key.client == client))
    }

    /// Waits for the right to change files, and ends what a killed run left half done.
    pub fn lock(&self) -> Result<Lock, ClientConfigError> {
        let lock = Lock::take(&self.backups_dir)?;
        self.settle_with(&mut Journal::load(&self.backups_dir)?, None)?;
        Ok(lock)
    }

    /// Ends what a killed run left half done, where there can be such a thing.
    pub fn settle(&self) -> Result<(), ClientConfigError> {
        if self.backups_dir.is_dir() { self.lock().map(drop) } else { Ok(()) }
    }

    /// Whether the file is still what the change was planned from.
    pub fn is_current(&self, change: &Change) -> Result<bool, ClientConfigError> {
        match change.before.check_unchanged(&self.state_dir) {
            Ok(()) => Ok(true),
            Err(error) if error.is_transient() => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Fails where the change is known to fail. Writes nothing.
    pub fn check(&self, change: &Change) -> Result<(), ClientConfigError> {
        change.before.check_unchanged(&self.state_dir)?;
        change.before.check_changeable()?;
        precondition::check_room(change)
    }

    /// Carries a change out, if the file is still what it was planned from.
    pub fn apply(&self, _lock: &Lock, change: Change, now: SystemTime) -> Result<Applied, ClientConfigError> {
        self.check(&change)?;
        if change.before.may_be_half_written(now, SETTLED_AFTER) {
            // In pieces, so that on a busy machine its program gets as many turns as we do.
            for _ in 0..SETTLING_LOOKS {
                thread::sleep(SETTLED_AFTER / SETTLING_LOOKS);
                change.before.check_unchanged(&self.state_dir)?;
            }
        }
        let mut journal = Journal::load(&self.backups_dir)?;
        let pending = self.pending(&change, &journal, now);
        journal.begin(pending.clone())?;
        let done = self.carry_out(&change, &pending);
        // When it failed, the file tells how far it came; what cannot be settled now the next run settles.
        let settled = self.settle_with(&mut journal, done.is_ok().then_some(Outcome::Happened));
        done.and(settled).map(|()| self.applied(&change, &pending))
    }

    fn settle_with(&self, journal: &mut Journal, outcome: Option<Outcome>) -> Result<(), ClientConfigError> {
        pending::settle(journal, &self.backups_dir, self.backups_kept, outcome)
    }

    fn carry_out(&self, change: &Change, pending: &Pending) -> Result<(), ClientConfigError> {
        if let Some(existing) = change.before.existing() {
            backup::keep_at_home(&pending.change.file_in(&self.backups_dir), &change.before, existing)?;
            if let Some(beside) = &pending.made_beside {
                backup::keep_beside(beside, &change.before, existing)?;
            }
        }
        let after = change.after.as_deref().map(|text| (text, change.mode()));
        replace::write(&change.before, after, &self.state_dir)
    }

    /// Everything that is about to happen, decided.
    fn pending(&self, change: &Change, journal: &Journal, now: SystemTime) -> Pending {
        let is_taken = |id: &str| {
            let file = history::file_of(id, &self.backups_dir);
            journal.changes().iter().any(|change| change.id == id) || file.exists()
        };
        let id = backup::free_id(&change.key.client, now, is_taken);
        let at_home = change.before.existing().map(|_| history::file_of(&id, &self.backups_dir));
        let made_beside = change.is_copied_beside().then(|| backup::free_name_beside(&change.before.path, now));
        let effects = change.effects(made_beside.as_deref(), at_home.as_deref());
        Pending {
            change: change.for_history(id, now),
            real: change.before.real().to_owned(),
            made_directories: change.before.missing_directories().to_vec(),
            made_beside,
            effects,
        }
    }

    fn applied(&self, change: &Change, pending: &Pending) -> Applied {
        let at_home = || change.before.text().map(|_| pending.change.file_in(&self.backups_dir));
        let original = || pending.effects.put.first().and_then(|entry| entry.record.backup()).map(Path::to_owned);
        let backup = match &change.afterwards {
            Afterwards::Remember(_) => pending.made_beside.clone().or_else(original).or_else(at_home),
            Afterwards::Forget { .. } => pending.made_beside.clone(),
            Afterwards::Replace { .. } => at_home(),
        };
        Applied {
            path: change.before.path.clone(),
            is_removed: change.after.is_none(),
            backup,
            backup_id: pending.change.id.clone(),
            mode: change.changed_mode(),
            sha256_before: pending.change.sha256_before().map(str::to_owned),
            sha256_after: pending.change.sha256_after.clone(),
        }
    }
}
