//! What is on disk. With its folder the only place that knows redb; only the writer changes it.

mod migrate;
mod open;
mod read;
mod record;
mod write;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;

use redb::{Database, TableDefinition};

use super::change::Change;
use super::error::CacheError;
use super::index::Index;

pub(super) use open::set_aside;
pub(super) use read::{Snapshot, Stored};
pub(super) use record::Texts;

/// Today's format; `migrate` brings older ones here.
const KNOWN_FORMAT: u64 = 2;

const META: TableDefinition<&str, u64> = TableDefinition::new("meta");
const FORMAT: &str = "format";
const NEXT_ID: &str = "next id";
const COMMITS: &str = "commits";
/// By which version of the canonical text the questions are keyed; absent in format 1, which had the first.
const CANONICAL: &str = "canonical version";

/// Apart from the texts, so that a start reads only what the index holds.
const HEADS: TableDefinition<u64, &[u8]> = TableDefinition::new("index");
const TEXTS: TableDefinition<u64, &[u8]> = TableDefinition::new("entries");
/// The embedder's id, the policy's digest and the 8-bit codes: all that a start reads of the semantic tier.
const CODES: TableDefinition<u64, (&str, &str, &[u8])> = TableDefinition::new("codes");
/// The full numbers that the codes were made of.
const VECTORS: TableDefinition<u64, &[u8]> = TableDefinition::new("vectors");
/// The policy's digest and what it described.
const FEATURES: TableDefinition<u64, (&str, &[u8])> = TableDefinition::new("features");
/// The id of the embedder that the text is too long for.
const UNFIT: TableDefinition<u64, &str> = TableDefinition::new("unfit");

/// Where an entry came from; only for entries that somebody said it of.
const PROVENANCE: TableDefinition<u64, &[u8]> = TableDefinition::new("provenance");
/// What users said of an entry's answer.
const FEEDBACK: TableDefinition<u64, &[u8]> = TableDefinition::new("feedback");

/// Whose vectors and features count.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Identity {
    pub(super) embedder: String,
    pub(super) policy: String,
}

/// Numbers that live on after a restart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Counters {
    pub(super) next_id: u64,
    /// Tells after a failed commit whether it reached the disk all the same.
    pub(super) commits: u64,
}

type Opener = Box<dyn Fn() -> Result<Database, CacheError> + Send>;

/// The database, open or between a failure and the next attempt.
pub(super) struct Tables {
    path: Arc<Path>,
    identity: Arc<Identity>,
    open: Opener,
    database: Option<Database>,
}

impl Tables {
    /// Does not touch the disk yet.
    pub(super) fn at(path: &Path, page_cache_bytes: usize, identity: Identity) -> Self {
        let path: Arc<Path> = path.into();
        let opened = Arc::clone(&path);
        Self::with_opener(path, identity, Box::new(move || open::open(&opened, page_cache_bytes)))
    }

    fn with_opener(path: Arc<Path>, identity: Identity, open: Opener) -> Self {
        Self { path, identity: Arc::new(identity), open, database: None }
    }

    /// Closes the database if it is open, and opens it again. Whatever redb does, a panic of its is an error here:
    /// it checks a page when it reads it, but not every number on a damaged one.
    pub(super) fn reopen(&mut self) -> Result<(), CacheError> {
        self.database = None;
        let opened = catch_unwind(AssertUnwindSafe(|| (self.open)()));
        self.database = Some(opened.unwrap_or_else(|_| Err(self.damaged("opening it failed")))?);
        Ok(())
    }

    pub(super) fn path(&self) -> Arc<Path> {
        Arc::clone(&self.path)
    }

    pub(super) fn counters(&self) -> Result<Counters, CacheError> {
        read::counters(self.database()?).map_err(|error| self.unreadable(error))
    }

    pub(super) fn snapshot(&self) -> Result<Snapshot, CacheError> {
        Snapshot::take(&self.path, &self.identity, self.database()?).map_err(|error| self.unreadable(error))
    }

    /// Fills an empty index with everything that is stored.
    pub(super) fn load(&self, mut index: Index) -> Result<Index, CacheError> {
        let database = self.database()?;
        let filled = catch_unwind(AssertUnwindSafe(|| read::fill(&mut index, database, &self.identity)));
        match filled {
            Ok(Ok(())) => Ok(index),
            Ok(Err(error)) => Err(self.unreadable(error)),
            Err(_) => Err(self.damaged("loading it failed")),
        }
    }

    /// All changes, durable, or none. After an error the database must be opened again before it is used.
    pub(super) fn commit(&self, changes: &[Change], counters: Counters) -> Result<(), CacheError> {
        let committed = write::commit(self.database()?, &self.identity, changes, counters);
        committed.map_err(|error| CacheError::Write { path: Arc::clone(&self.path), source: Arc::new(error) })
    }

    /// Moves everything to the front of the file and cuts it off behind; false when nothing was to be gained. Nobody
    /// may hold a snapshot.
    pub(super) fn compact(&mut self) -> Result<bool, CacheError> {
        let Some(database) = self.database.as_mut() else { return Ok(false) };
        let compacted = catch_unwind(AssertUnwindSafe(|| database.compact()));
        let compacted = compacted.map_err(|_| self.damaged("compacting it failed"))?;
        compacted.map_err(|error| CacheError::Write { path: Arc::clone(&self.path), source: Arc::new(error) })
    }

    fn database(&self) -> Result<&Database, CacheError> {
        self.database.as_ref().ok_or_else(|| self.unreadable(redb::Error::DatabaseClosed))
    }

    fn unreadable(&self, error: redb::Error) -> CacheError {
        if let redb::Error::Corrupted(reason) = &error {
            return self.damaged(reason);
        }
        CacheError::Read { path: Arc::clone(&self.path), source: Arc::new(error) }
    }

    fn damaged(&self, reason: &str) -> CacheError {
        CacheError::Damaged { path: Arc::clone(&self.path), reason: reason.to_owned() }
    }
}

#[cfg(test)]
pub(super) mod test_disk;
#[cfg(test)]
pub(super) mod test_format_1;
#[cfg(test)]
pub(super) mod test_recorder;
