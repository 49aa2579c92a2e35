//! What is remembered of our entry in a file, and what it takes to undo it. Digests and paths, never a text.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::entry_form::WrittenEntry;

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
    /// The mode that the file had before a key of ours made it private.
    pub mode_before: Option<u32>,
    /// Our entry as we wrote it; none when it was written before this was remembered, or not by us.
    pub entry: Option<WrittenEntry>,
}

/// The file as it was before our entry came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Original {
    Absent,
    /// Kept in copies, each of which counts only while it has this digest.
    File {
        sha256: String,
        /// Next to the file.
        beside: Option<PathBuf>,
        /// In isartor's home.
        at_home: Option<PathBuf>,
    },
}

impl Record {
    /// The copy of the original next to the file.
    pub fn backup(&self) -> Option<&Path> {
        match &self.original {
            Some(Original::File { beside, .. }) => beside.as_deref(),
            Some(Original::Absent) | None => None,
        }
    }

    /// The copy of the original in isartor's home.
    pub(super) fn copy_at_home(&self) -> Option<&Path> {
        match &self.original {
            Some(Original::File { at_home, .. }) => at_home.as_deref(),
            Some(Original::Absent) | None => None,
        }
    }

    /// The same with the copies that are made of the original now, where it has none yet.
    pub(super) fn with_copies(mut self, made_beside: Option<&Path>, made_at_home: Option<&Path>) -> Self {
        if let Some(Original::File { beside: beside @ None, at_home: at_home @ None, .. }) = &mut self.original {
            *beside = made_beside.map(Path::to_owned);
            *at_home = made_at_home.map(Path::to_owned);
        }
        self
    }
}
