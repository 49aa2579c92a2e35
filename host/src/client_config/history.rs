//! Every change of a client's file, and the copy of it from before, in isartor's home. Decides which are kept.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

use super::entry_form::WrittenEntry;
use super::{Key, Snapshot};

/// What a copy's name ends with, after its id.
pub(super) const EXTENSION: &str = "backup";

/// A change, and the file as it was before it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Backup {
    /// Such as `20261120T110405Z-client`: in the order of time, and unique.
    pub id: String,
    /// Which entry of which file was changed.
    pub key: Key,
    pub unix_seconds: u64,
    pub action: Action,
    /// None: there was no file.
    pub before: Option<Before>,
    /// None: the file went.
    pub sha256_after: Option<String>,
    /// Whether the change brought what holds the servers.
    pub created_container: bool,
    /// What was written for us.
    pub entry: Option<WrittenEntry>,
}

/// The file before a change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Before {
    pub sha256: String,
    pub size_bytes: u64,
    pub mode: u32,
}

/// What was done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    Connect,
    Disconnect,
    /// The file became what it was before the change with this id.
    Restore(String),
}

impl Backup {
    pub fn time(&self) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(self.unix_seconds)
    }

    /// Whether there was a file, which can be had back.
    pub fn existed(&self) -> bool {
        self.before.is_some()
    }

    pub fn sha256_before(&self) -> Option<&str> {
        self.before.as_ref().map(|before| before.sha256.as_str())
    }

    pub(super) fn file_in(&self, backups_dir: &Path) -> PathBuf {
        file_of(&self.id, backups_dir)
    }
}

pub(super) fn file_of(id: &str, backups_dir: &Path) -> PathBuf {
    backups_dir.join(format!("{id}.{EXTENSION}"))
}

/// Whether somebody else wrote to the file after the change `of`: restoring what was before it loses that.
pub(super) fn edited_since(changes: &[Backup], of: &Backup, now: &Snapshot) -> bool {
    let since = changes.iter().skip_while(|change| change.id != of.id).filter(|change| change.key.path == of.key.path);
    let mut expected = of.sha256_after.clone();
    for change in since.skip(1) {
        if change.sha256_before() != expected.as_deref() {
            return true;
        }
        expected.clone_from(&change.sha256_after);
    }
    now.digest() != expected
}

/// Forgets the oldest changes of each file, all but `kept` of them and those whose copy is `needed`.
pub(super) fn prune(changes: &mut Vec<Backup>, kept: usize, needed: &[PathBuf]) {
    let is_needed = |id: &str| needed.iter().any(|path| path.file_stem().is_some_and(|stem| stem == id));
    let newer = |index: usize| {
        let path = &changes[index].key.path;
        changes[index + 1..].iter().filter(|change| change.key.path == *path).count()
    };
    let stays: Vec<bool> =
        (0..changes.len()).map(|index| newer(index) < kept || is_needed(&changes[index].id)).collect();
    let mut stays = stays.into_iter();
    changes.retain(|_| stays.next().unwrap_or(true));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(id: &str, path: &str) -> Backup {
        Backup {
            id: id.to_owned(),
            key: Key { client: "client".into(), path: path.into(), name: "isartor".into() },
            unix_seconds: 0,
            action: Action::Connect,
            before: None,
            sha256_after: None,
            created_container: false,
            entry: None,
        }
    }

    #[test]
    fn the_oldest_of_each_file_go_and_what_is_needed_stays() {
        let all = [("1", "a"), ("2", "b"), ("3", "a"), ("4", "a"), ("5", "a")];
        let cases: [(usize, &[&str], &[&str]); 4] = [
            (9, &[], &["1", "2", "3", "4", "5"]),
            (2, &[], &["2", "4", "5"]),
            (2, &["/x/1.backup"], &["1", "2", "4", "5"]),
            (1, &["/x/3.backup", "/x/5.backup"], &["2", "3", "5"]),
        ];
        for (kept, needed, left) in cases {
            let mut changes = all.map(|(id, path)| change(id, path)).to_vec();
            let needed: Vec<PathBuf> = needed.iter().map(PathBuf::from).collect();
            prune(&mut changes, kept, &needed);
            let ids: Vec<&str> = changes.iter().map(|change| change.id.as_str()).collect();
            assert_eq!(ids, left, "{kept} kept, {needed:?} needed");
        }
    }
}
