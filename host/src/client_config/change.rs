//! A change of one file, and what it means for the record of changes. Pure: whoever has one has changed nothing.

use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use super::history::{Action, Backup, Before};
use super::journal::{Entry, digest};
use super::pending::Effects;
use super::record::{Key, Record};
use super::snapshot::Snapshot;

/// The mode of a file that was not there before: it may hold a key.
const NEW_FILE_MODE: u32 = 0o600;

/// What is about to happen to one file.
#[derive(Debug)]
pub struct Change {
    pub key: Key,
    pub before: Snapshot,
    /// None: the file goes.
    pub after: Option<String>,
    pub(super) contents: Contents,
    pub(super) copies: Copies,
    pub(super) what: What,
    pub(super) afterwards: Afterwards,
}

/// Whether the new text has a key of ours in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Contents {
    Ordinary,
    HoldsKey,
}

/// Where the file is kept as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Copies {
    AtHome,
    BesideToo,
}

/// What the journal says of a change.
#[derive(Debug)]
pub(super) struct What {
    pub(super) action: Action,
    pub(super) created_container: bool,
    /// The mode that the file gets back.
    pub(super) mode: Option<u32>,
}

/// What is remembered once the file is changed.
#[derive(Debug)]
pub(super) enum Afterwards {
    /// How to undo the change.
    Remember(Record),
    /// Nothing: this was the undoing. The copy beside the file is done with when the file is as it was.
    Forget { backup: Option<PathBuf>, created_directories: Vec<PathBuf> },
    /// The file is another one now.
    Replace { put: Vec<Entry>, forget: Vec<Key> },
}

impl Change {
    pub fn action(&self) -> &Action {
        &self.what.action
    }

    pub(super) fn is_copied_beside(&self) -> bool {
        self.copies == Copies::BesideToo && self.before.existing().is_some()
    }

    /// The mode of the new file.
    pub(super) fn mode(&self) -> u32 {
        let Some(existing) = self.before.existing() else { return self.what.mode.unwrap_or(NEW_FILE_MODE) };
        match self.contents {
            Contents::HoldsKey if existing.mode & 0o077 != 0 => tightened(existing.mode),
            Contents::HoldsKey | Contents::Ordinary => self.what.mode.unwrap_or(existing.mode),
        }
    }

    pub(super) fn changed_mode(&self) -> Option<(u32, u32)> {
        let existing = self.before.existing().filter(|_| self.after.is_some())?;
        (existing.mode != self.mode()).then(|| (existing.mode, self.mode()))
    }

    /// What is different once it happened, with the copies that are made of the file first.
    pub(super) fn effects(&self, beside: Option<&Path>, at_home: Option<&Path>) -> Effects {
        match &self.afterwards {
            Afterwards::Remember(record) => {
                let mut record = record.clone().with_copies(beside, at_home);
                record.mode_before = record.mode_before.or(self.changed_mode().map(|(before, _)| before));
                let put = vec![Entry { key: self.key.clone(), record }];
                Effects { put, ..Effects::default() }
            }
            Afterwards::Forget { backup, created_directories } => Effects {
                forget: vec![self.key.clone()],
                discard: backup.clone(),
                leave: created_directories.clone(),
                ..Effects::default()
            },
            Afterwards::Replace { put, forget } => {
                Effects { put: put.clone(), forget: forget.clone(), ..Effects::default() }
            }
        }
    }

    /// What the journal says of it for ever.
    pub(super) fn for_history(&self, id: String, now: SystemTime) -> Backup {
        let existing = self.before.existing();
        let entry = match &self.afterwards {
            Afterwards::Remember(record) => record.entry.clone(),
            Afterwards::Forget { .. } | Afterwards::Replace { .. } => None,
        };
        Backup {
            id,
            key: self.key.clone(),
            unix_seconds: now.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs()),
            action: self.what.action.clone(),
            before: existing.map(|existing| Before {
                sha256: digest(&existing.text),
                size_bytes: existing.text.len() as u64,
                mode: existing.mode,
            }),
            sha256_after: self.after.as_ref().map(digest),
            created_container: self.what.created_container,
            entry,
        }
    }
}

/// The mode to give back, if we took it and nobody set another one since.
pub(super) fn untightened(record: &Record, before: &Snapshot) -> Option<u32> {
    let mode = record.mode_before?;
    before.existing().filter(|existing| existing.mode == tightened(mode)).map(|_| mode)
}

/// Only its owner may read it.
fn tightened(mode: u32) -> u32 {
    mode & 0o600
}
