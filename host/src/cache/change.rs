//! What a batch of requests changes: decided by the writer, done by the tables, then by the index.

use super::EntryId;
use super::exact::{QuestionKey, ScopeKey};
use super::feedback::Rating;
use super::index::Owner;
use super::lifetime::Lifetime;
use super::nearest::{Quantised, UnitVector};
use super::origin::{Provenance, Reach};

/// One step of a batch. Every step may name an entry that is already gone.
pub(super) enum Change {
    Put { id: EntryId, entry: Box<Prepared> },
    Remove { id: EntryId },
    Describe { id: EntryId, described: Option<Box<Described>> },
    Rate { id: EntryId, rating: Rating },
}

/// An answer to store, with everything computed that does not depend on other entries.
pub(super) struct Prepared {
    pub(super) head: Head,
    pub(super) owner: Owner,
    /// The scope and the texts as they are on disk.
    pub(super) texts: Vec<u8>,
    pub(super) provenance: Provenance,
    pub(super) described: Option<Described>,
}

/// What is known of an entry without reading its texts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Head {
    pub(super) scope: ScopeKey,
    pub(super) question: QuestionKey,
    pub(super) model: Option<String>,
    pub(super) lifetime: Lifetime,
    pub(super) reach: Reach,
    /// Of the texts on disk; what the entry weighs when room is made.
    pub(super) bytes: u32,
}

/// What the semantic tier keeps of an entry.
pub(super) struct Described {
    pub(super) vector: UnitVector,
    pub(super) quantised: Quantised,
    pub(super) features: Vec<u8>,
}

impl Prepared {
    /// Roughly, for the bound on what waits to be written.
    pub(super) fn size_bytes(&self) -> usize {
        self.texts.len() + self.described.as_ref().map_or(0, Described::size_bytes)
    }
}

impl Described {
    pub(super) fn size_bytes(&self) -> usize {
        size_of_val(self.vector.as_slice()) + size_of_val(&self.quantised) + self.features.len()
    }
}
