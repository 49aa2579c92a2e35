//! A change that was begun: what it takes to end it or to take it back, however the process that began it ended.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::history::{Action, Backup, EXTENSION};
use super::journal::{Entry, Journal, digest};
use super::{ClientConfigError, Key, backup, replace};

/// Everything about a change that must outlive the process.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Pending {
    pub(super) change: Backup,
    /// Where symbolic links lead to.
    pub(super) real: PathBuf,
    /// What is made for the change, and goes again when it does not happen. Outermost first.
    pub(super) made_directories: Vec<PathBuf>,
    pub(super) made_beside: Option<PathBuf>,
    pub(super) effects: Effects,
}

/// What is different once a file was changed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Effects {
    pub(super) put: Vec<Entry>,
    pub(super) forget: Vec<Key>,
    /// A copy beside the file whose content is back in its place.
    pub(super) discard: Option<PathBuf>,
    /// Directories that we made and that may be empty now. Outermost first.
    pub(super) leave: Vec<PathBuf>,
}

/// Whether a change happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    Happened,
    DidNotHappen,
    /// Somebody else has written to the file since.
    Unknown,
}

impl Pending {
    fn outcome(&self) -> Outcome {
        let now = match fs::read(&self.real) {
            Ok(bytes) => Some(digest(bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            // It is no file any more that one could read: whoever did that was not us.
            Err(_) => return Outcome::Unknown,
        };
        if now == self.change.sha256_after {
            Outcome::Happened
        } else if now.as_deref() == self.change.sha256_before() {
            Outcome::DidNotHappen
        } else {
            Outcome::Unknown
        }
    }
}

/// Ends the pending change, if there is one, and removes what is left of those that nobody ended. Only under the
/// lock. Without an `outcome` the file tells it.
pub(super) fn settle(
    journal: &mut Journal,
    backups_dir: &Path,
    kept: usize,
    outcome: Option<Outcome>,
) -> Result<(), ClientConfigError> {
    if let Some(pending) = journal.pending().cloned() {
        match outcome.unwrap_or_else(|| pending.outcome()) {
            Outcome::Happened => complete(journal, &pending, kept)?,
            Outcome::DidNotHappen => withdraw(journal, &pending)?,
            Outcome::Unknown => match pending.change.action {
                // A record too many does no harm, and neither does one that allows the surgical way only.
                Action::Connect | Action::Restore(_) => complete(journal, &pending, kept)?,
                Action::Disconnect => journal.withdraw()?,
            },
        }
    }
    sweep(journal, backups_dir).map_err(|source| ClientConfigError::Journal { path: backups_dir.to_owned(), source })
}

/// The journal last: until it says so, the next run does all of this again. But a file that cannot be removed is
/// reported once, and must not keep every other file from being changed.
fn complete(journal: &mut Journal, pending: &Pending, kept: usize) -> Result<(), ClientConfigError> {
    let cleaned = remove_temporaries(pending)
        .and_then(|()| backup::discard(pending.effects.discard.as_deref()))
        .and_then(|()| replace::remove_empty(&pending.effects.leave));
    journal.complete(kept)?;
    cleaned
}

fn withdraw(journal: &mut Journal, pending: &Pending) -> Result<(), ClientConfigError> {
    let cleaned = remove_temporaries(pending)
        .and_then(|()| backup::discard(pending.made_beside.as_deref()))
        .and_then(|()| replace::remove_empty(&pending.made_directories));
    journal.withdraw()?;
    cleaned
}

fn remove_temporaries(pending: &Pending) -> Result<(), ClientConfigError> {
    let failed = |source| ClientConfigError::Write { path: pending.change.key.path.clone(), source };
    replace::remove_leftovers(&pending.real).map_err(failed)
}

/// Removes copies that the journal does not know, and half-written files.
fn sweep(journal: &Journal, backups_dir: &Path) -> io::Result<()> {
    for entry in fs::read_dir(backups_dir)? {
        let path = entry?.path();
        let is_copy = path.extension().is_some_and(|extension| extension == EXTENSION);
        let is_known = || journal.changes().iter().any(|change| change.file_in(backups_dir) == path);
        let is_temporary = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(".tmp"));
        if is_temporary || (is_copy && !is_known()) {
            fs::remove_file(&path)?;
        }
    }
    Ok(())
}
