//! The journal as the first release wrote it. Read, never written.

use std::io;
use std::path::PathBuf;

use serde::Deserialize;

use super::Entry;
use crate::client_config::record::{self, Key};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Contents {
    #[serde(rename = "version")]
    _version: u32,
    records: Vec<OldEntry>,
}

#[derive(Deserialize)]
struct OldEntry {
    key: Key,
    record: Record,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Record {
    written_sha256: String,
    original: Option<Original>,
    created_container: bool,
    created_file: bool,
    created_directories: Vec<PathBuf>,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Original {
    Absent,
    File { sha256: String, backup: Option<PathBuf> },
}

/// Its records as they are today. What was not remembered then is not known now.
pub(super) fn records(bytes: &[u8]) -> io::Result<Vec<Entry>> {
    let contents: Contents = serde_json::from_slice(bytes)?;
    let upgraded = contents.records.into_iter().map(|OldEntry { key, record }| Entry { key, record: record.into() });
    Ok(upgraded.collect())
}

impl From<Record> for record::Record {
    fn from(old: Record) -> Self {
        let original = old.original.map(|original| match original {
            Original::Absent => record::Original::Absent,
            Original::File { sha256, backup } => record::Original::File { sha256, beside: backup, at_home: None },
        });
        Self {
            written_sha256: old.written_sha256,
            original,
            created_container: old.created_container,
            created_file: old.created_file,
            created_directories: old.created_directories,
            mode_before: None,
            entry: None,
        }
    }
}
