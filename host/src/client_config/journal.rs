//! What we did to which file: `backups/journal.json` in isartor's home. Holds digests and paths, never a text.

mod version_1;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::ClientConfigError;
use super::history::Backup;
use super::pending::{Effects, Pending};
use super::record::{Key, Record};
use crate::system::write_whole;

const FILE: &str = "journal.json";
const VERSION: u32 = 2;

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Contents {
    version: u32,
    records: Vec<Entry>,
    /// Oldest first.
    changes: Vec<Backup>,
    /// The change that was begun and is not known to have ended.
    pending: Option<Pending>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Entry {
    pub(super) key: Key,
    pub(super) record: Record,
}

/// The records and the changes of one home.
#[derive(Debug)]
pub(super) struct Journal {
    path: PathBuf,
    contents: Contents,
}

impl Journal {
    /// A journal that is not there is empty; a broken one is an error.
    pub(super) fn load(backups_dir: &Path) -> Result<Self, ClientConfigError> {
        let path = backups_dir.join(FILE);
        let contents = match fs::read(&path) {
            Ok(bytes) => parse(&bytes),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Contents::default()),
            Err(source) => Err(source),
        };
        match contents {
            Ok(contents) => Ok(Self { path, contents }),
            Err(source) => Err(ClientConfigError::Journal { path, source }),
        }
    }

    pub(super) fn find(&self, key: &Key) -> Option<&Record> {
        self.contents.records.iter().find(|entry| entry.key == *key).map(|entry| &entry.record)
    }

    pub(super) fn records(&self) -> &[Entry] {
        &self.contents.records
    }

    /// Oldest first.
    pub(super) fn changes(&self) -> &[Backup] {
        &self.contents.changes
    }

    /// What is about to happen, so that whoever comes next can tell whether it did.
    pub(super) fn begin(&mut self, pending: Pending) -> Result<(), ClientConfigError> {
        self.contents.pending = Some(pending);
        self.save()
    }

    pub(super) fn pending(&self) -> Option<&Pending> {
        self.contents.pending.as_ref()
    }

    /// The pending change happened. Of each file `kept` changes are kept, and those that an undo needs.
    pub(super) fn complete(&mut self, kept: usize) -> Result<(), ClientConfigError> {
        let Some(Pending { change, effects, .. }) = self.contents.pending.take() else { return Ok(()) };
        let Effects { put, forget, .. } = effects;
        let is_replaced = |key: &Key| forget.contains(key) || put.iter().any(|entry| entry.key == *key);
        self.contents.records.retain(|entry| !is_replaced(&entry.key));
        self.contents.records.extend(put);
        self.contents.changes.push(change);
        let needed = self.needed();
        super::history::prune(&mut self.contents.changes, kept, &needed);
        self.save()
    }

    /// The pending change did not happen.
    pub(super) fn withdraw(&mut self) -> Result<(), ClientConfigError> {
        self.contents.pending = None;
        self.save()
    }

    /// The names of the copies that an undo may take the original from.
    fn needed(&self) -> Vec<PathBuf> {
        self.contents.records.iter().filter_map(|entry| entry.record.copy_at_home()).map(Path::to_owned).collect()
    }

    fn save(&mut self) -> Result<(), ClientConfigError> {
        self.contents.version = VERSION;
        let bytes = serde_json::to_vec_pretty(&self.contents).expect("paths that came from UTF-8 serialise");
        write_whole(&self.path, &bytes).map_err(|source| ClientConfigError::Journal { path: self.path.clone(), source })
    }
}

fn parse(bytes: &[u8]) -> io::Result<Contents> {
    #[derive(Deserialize)]
    struct Version {
        version: u32,
    }
    match serde_json::from_slice::<Version>(bytes)?.version {
        1 => Ok(Contents { records: version_1::records(bytes)?, ..Contents::default() }),
        VERSION => Ok(serde_json::from_slice(bytes)?),
        other => Err(io::Error::new(io::ErrorKind::InvalidData, format!("it has the unknown version {other}"))),
    }
}

/// SHA-256 in hexadecimal.
pub(super) fn digest(bytes: impl AsRef<[u8]>) -> String {
    Sha256::digest(bytes.as_ref()).iter().map(|byte| format!("{byte:02x}")).collect()
}
