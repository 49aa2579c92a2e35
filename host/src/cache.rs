//! The cache: a question's candidates, and the answers behind them. Never decides what may be served.

pub mod embedding;
mod exact;
mod nearest;
mod tables;

use std::path::Path;
use std::time::{Duration, SystemTime};

use crate::settings::CacheSettings;

pub use exact::Scope;

/// An entry's number; shown to callers as a string.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EntryId(pub u64);

/// One stored answer, as it is on disk.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    pub id: EntryId,
    /// The question exactly as it was stored.
    pub prompt: String,
    pub response: String,
    pub model: Option<String>,
    pub created: SystemTime,
}

/// A stored question near the one asked.
#[derive(Debug, Clone, PartialEq)]
pub struct Near {
    pub id: EntryId,
    /// Cosine similarity of the full vectors.
    pub cosine: f32,
    pub created: SystemTime,
    /// What the policy said of the stored text, if this policy ever did.
    pub features: Option<Vec<u8>>,
}

/// What the semantic tier needs to know of a text; computed outside the cache.
#[derive(Debug, Clone)]
pub struct Semantics {
    /// Unit length, 384 numbers.
    pub vector: Vec<f32>,
    /// What the policy described, under the digest of that policy.
    pub features: Vec<u8>,
}

/// An answer to store.
#[derive(Debug, Clone)]
pub struct NewEntry {
    pub scope: Scope,
    pub prompt: String,
    pub response: String,
    pub model: Option<String>,
    pub ttl: Option<Duration>,
    /// None when there is no model yet, or the text is not for the semantic tier.
    pub semantics: Option<Semantics>,
}

/// The store and its indexes. Every method takes `now`, so that time is an argument.
pub struct Cache {}

#[derive(Debug, thiserror::Error)]
pub enum CacheError {}

impl Cache {
    /// Opens or creates the database with mode 0600 and loads the indexes.
    /// `embedder` is the id of the vectors in use, `policy` the digest of the policy whose features are in use:
    /// stored ones of another embedder or policy count as absent.
    pub fn open(path: &Path, settings: &CacheSettings, embedder: &str, policy: &str) -> Result<Self, CacheError> {
        unimplemented!()
    }

    /// Live entries.
    pub fn len(&self, now: SystemTime) -> usize {
        unimplemented!()
    }

    /// The newest live entry whose canonical question is the same; `model` filters as the design says.
    pub fn exact(
        &self,
        scope: &Scope,
        prompt: &str,
        model: Option<&str>,
        now: SystemTime,
    ) -> Result<Option<Entry>, CacheError> {
        unimplemented!()
    }

    /// At most `limit` live entries nearest to `vector`, nearest first, newer first among equals.
    pub fn nearest(
        &self,
        scope: &Scope,
        vector: &[f32],
        model: Option<&str>,
        limit: usize,
        now: SystemTime,
    ) -> Result<Vec<Near>, CacheError> {
        unimplemented!()
    }

    /// One entry, unless it is gone or has expired.
    pub fn get(&self, id: EntryId, now: SystemTime) -> Result<Option<Entry>, CacheError> {
        unimplemented!()
    }

    /// Stores an answer, replacing the entry of the same scope, canonical question and model.
    /// Returns once it is durable and visible to every later look-up.
    pub async fn store(&self, entry: NewEntry, now: SystemTime) -> Result<EntryId, CacheError> {
        unimplemented!()
    }

    /// Entries that have no vector of this embedder or no features of this policy yet, and were never marked
    /// as unfit, at most `limit`, oldest first.
    pub fn without_semantics(&self, limit: usize, now: SystemTime) -> Result<Vec<Entry>, CacheError> {
        unimplemented!()
    }

    /// Adds what was computed later; none marks a text that is too long for the semantic tier.
    pub async fn add_semantics(&self, computed: Vec<(EntryId, Option<Semantics>)>) -> Result<(), CacheError> {
        unimplemented!()
    }
}
