//! What we did to which file, so that it can be undone: `backups/journal.json` in isartor's home. Holds digests and
//! paths, never a text.

use std::fs::{self, File, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::ClientConfigError;

const FILE: &str = "journal.json";
const VERSION: u32 = 1;

/// Which entry of which file a record is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Key {
    pub client: String,
    pub path: PathBuf,
    /// The name of our entry.
    pub name: String,
}

/// What was done under a key, and what it takes to undo it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// SHA-256 of the file as we last wrote it.
    pub written_sha256: String,
    /// The file without us; none when it cannot be had back whole, because our entry was in it before we wrote.
    pub original: Option<Original>,
    pub created_container: bool,
    pub created_file: bool,
    /// Outermost first.
    pub created_directories: Vec<PathBuf>,
}

/// The file as it was before our entry came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Original {
    Absent,
    /// Kept in a backup, which counts only while it has this digest.
    File {
        sha256: String,
        backup: Option<PathBuf>,
    },
}

impl Record {
    /// Where the original is kept.
    pub fn backup(&self) -> Option<&Path> {
        match &self.original {
            Some(Original::File { backup, .. }) => backup.as_deref(),
            Some(Original::Absent) | None => None,
        }
    }

    /// The same with the backup that was just made, if one was.
    pub(super) fn with_backup(mut self, made: Option<&Path>) -> Self {
        if let (Some(Original::File { backup, .. }), Some(made)) = (&mut self.original, made) {
            *backup = Some(made.to_owned());
        }
        self
    }
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Contents {
    version: u32,
    records: Vec<Entry>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Entry {
    key: Key,
    record: Record,
}

/// The records of one home.
#[derive(Debug)]
pub(super) struct Journal {
    path: PathBuf,
    entries: Vec<Entry>,
}

impl Journal {
    /// A journal that is not there is empty; a broken one is an error.
    pub(super) fn load(backups_dir: &Path) -> Result<Self, ClientConfigError> {
        let path = backups_dir.join(FILE);
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Self { path, entries: Vec::new() }),
            Err(source) => return Err(ClientConfigError::Journal { path, source }),
        };
        match parse(&bytes) {
            Ok(entries) => Ok(Self { path, entries }),
            Err(source) => Err(ClientConfigError::Journal { path, source }),
        }
    }

    pub(super) fn find(&self, key: &Key) -> Option<&Record> {
        self.entries.iter().find(|entry| entry.key == *key).map(|entry| &entry.record)
    }

    pub(super) fn knows(&self, client: &str) -> bool {
        self.entries.iter().any(|entry| entry.key.client == client)
    }

    pub(super) fn put(&mut self, key: &Key, record: Record) -> Result<(), ClientConfigError> {
        self.entries.retain(|entry| entry.key != *key);
        self.entries.push(Entry { key: key.clone(), record });
        self.save()
    }

    pub(super) fn forget(&mut self, key: &Key) -> Result<(), ClientConfigError> {
        self.entries.retain(|entry| entry.key != *key);
        self.save()
    }

    fn save(&self) -> Result<(), ClientConfigError> {
        let file = Contents { version: VERSION, records: self.entries.clone() };
        let bytes = serde_json::to_vec_pretty(&file).expect("paths that came from UTF-8 serialise");
        write(&self.path, &bytes).map_err(|source| ClientConfigError::Journal { path: self.path.clone(), source })
    }
}

fn parse(bytes: &[u8]) -> io::Result<Vec<Entry>> {
    let file: Contents = serde_json::from_slice(bytes)?;
    match file.version {
        VERSION => Ok(file.records),
        other => Err(io::Error::new(io::ErrorKind::InvalidData, format!("it has the unknown version {other}"))),
    }
}

/// Replaces the journal in one step, readable by its owner only.
fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let directory = path.parent().unwrap_or(Path::new("/"));
    let mut temporary = tempfile::NamedTempFile::new_in(directory)?;
    temporary.write_all(bytes)?;
    temporary.as_file().set_permissions(Permissions::from_mode(0o600))?;
    temporary.as_file().sync_all()?;
    temporary.persist(path).map_err(|error| error.error)?;
    File::open(directory)?.sync_all()
}

/// SHA-256 in hexadecimal.
pub(super) fn digest(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}
