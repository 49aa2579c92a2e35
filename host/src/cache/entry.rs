//! What callers store, and what they get back. Nothing here touches the disk.

use std::time::{Duration, SystemTime};

use super::error::CacheError;
use super::exact::{QuestionKey, Scope};
use super::origin::Reach;

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
    /// The least cosine at which users let it be served; 0 when nobody complained.
    pub threshold: f32,
    pub complaints: u32,
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
    pub reach: Reach,
    pub client: Option<String>,
    pub session: Option<String>,
    pub key: Option<String>,
    /// None when there is no model yet, or the text is not for the semantic tier.
    pub semantics: Option<Semantics>,
}

/// An answer as it was served.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Served {
    pub entry: EntryId,
    pub question: QuestionKey,
    /// 1 from the exact tier.
    pub cosine: f32,
}

/// What the cache holds, and whether it can take more.
#[derive(Debug, Clone)]
pub struct Holdings {
    /// With those that have expired and are still on disk.
    pub entries: usize,
    /// Of their texts.
    pub text_bytes: u64,
    pub file_bytes: u64,
    /// Entries that left to make room for others, since the cache was opened.
    pub evicted: u64,
    /// Why nothing can be stored at present; look-ups go on.
    pub trouble: Option<CacheError>,
}
